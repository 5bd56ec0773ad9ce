extension TextEncoding {
  /// The encoding that git gives to the next commit; nil is UTF-8. Git is asked, because `git -c` may say it.
  public static func ofNextCommit() throws -> String? {
    let output = try GitProcess.run(["config", "--get", "i18n.commitEncoding"])
    return output.status == 0 && !output.trimmed.isEmpty ? output.trimmed : nil
  }
}
