extension Finding {
  /// Returns the refusal of a commit whose encoding is none of commits (contract 3, *Blocks*). Its text is not read, even
  /// where every byte of it is ASCII: in UTF-7 or ISO-2022-JP such bytes are other letters.
  public static func unknownEncoding(_ name: String) -> Finding {
    Finding(
      .textUnreadable, "The commit says that its text is in \(name), so no stamp can be read from it.",
      hint: "Write the last commit again in UTF-8: git -c i18n.commitEncoding=UTF-8 commit --amend --no-edit. "
        + "Older ones: git -c i18n.commitEncoding=UTF-8 rebase --force-rebase BASE")
  }

  /// Returns the refusal of the encoding that the next commit would have.
  public static func unknownNextEncoding(_ name: String) -> Finding {
    Finding(
      .textUnreadable, "i18n.commitEncoding is \(name), and stamps are not read from commits in that encoding.",
      hint: "git -c i18n.commitEncoding=UTF-8 commit writes this one in UTF-8. For all: "
        + "git config i18n.commitEncoding UTF-8")
  }
}
