public import GitRepository
import ReadinessSystem

/// Detects whether the `git commit` that runs a hook replaces HEAD.
public enum AmendDetection {
  /// Returns true if HEAD is replaced, according to the calling git's command line.
  /// Otherwise the last command of a rebase decides, because a rebase makes the commit of a fixup itself.
  /// - Returns: nil if nothing can be known.
  public static func replacesHead(_ repository: Repository) throws -> Bool? {
    if let known = try ofCallingGit() { return known }
    guard let done = try FileSystem.readIfPresent(repository.gitFolder + "rebase-merge/done"),
      let last = String(decoding: done, as: UTF8.self).split(separator: "\n").last
    else { return nil }
    return ["fixup", "f", "squash", "s"].contains(last.prefix { $0 != " " })
  }

  /// Returns true if the command line of the calling git amends.
  /// Git announces an amend to a hook only by `commit HEAD`, which `-C HEAD` looks like, and `--amend -m` not at all.
  /// The command line of the process that started the hook decides if the system shows it.
  /// - Returns: nil if nothing can be known.
  private static func ofCallingGit() throws -> Bool? { try CallingGit.commitArguments().map(saysAmend) }

  /// Returns true if the options of `git commit` contain `--amend` or an abbreviation that git accepts. The word after
  /// `-m` and similar options is a value.
  static func saysAmend(_ arguments: ArraySlice<String>) -> Bool {
    var isValue = false
    for argument in arguments {
      if isValue {
        isValue = false
        continue
      }
      if argument == "--" { return false }
      if argument.count >= 4, "--amend".hasPrefix(argument) { return true }
      let takesValue = [
        "--message", "--file", "--template", "--author", "--date", "--reuse-message", "--reedit-message",
      ]
      let isShort = argument.hasPrefix("-") && !argument.hasPrefix("--")
      isValue = takesValue.contains(argument) || (isShort && argument.last.map { "mFCct".contains($0) } ?? false)
    }
    return false
  }
}
