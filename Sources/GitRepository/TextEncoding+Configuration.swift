extension TextEncoding {
  /// Returns the encoding of the next commit; nil is UTF-8. Runs git, because `git -c` may set it.
  public static func ofNextCommit() throws -> String? {
    let output = try GitProcess.run(["config", "--get", "i18n.commitEncoding"])
    return output.status == 0 && !output.trimmed.isEmpty ? output.trimmed : nil
  }
}
