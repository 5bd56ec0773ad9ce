public import GitRepository
import ReadinessSystem

/// Whether the `git commit` that runs a hook replaces HEAD.
public enum AmendDetection {
  /// Whether HEAD is replaced: by the calling git's command line, else by what a rebase is at, which makes the commit of
  /// a fixup itself.
  /// - Returns: nil where nothing can be known.
  public static func replacesHead(_ repository: Repository) throws -> Bool? {
    if let known = try ofCallingGit() { return known }
    guard let done = try FileSystem.readIfPresent(repository.gitFolder + "rebase-merge/done"),
      let last = String(decoding: done, as: UTF8.self).split(separator: "\n").last
    else { return nil }
    return ["fixup", "f", "squash", "s"].contains(last.prefix { $0 != " " })
  }

  /// Git tells a hook of an amend only by `commit HEAD`, which `-C HEAD` looks like, and of `--amend -m` not at all.
  /// Where the system shows the command line of the process that started the hook, that decides.
  /// - Returns: nil where nothing can be known.
  private static func ofCallingGit() throws -> Bool? { try CallingGit.commitArguments().map(saysAmend) }

  /// Whether the options of `git commit` hold `--amend`, or as much of it as git needs; what follows `-m` and its like
  /// is a value.
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
