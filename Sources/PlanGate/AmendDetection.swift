import Glibc
import ReadinessGit

/// Whether the `git commit` that runs a hook replaces HEAD.
public enum AmendDetection {
  /// Whether HEAD is replaced: by the calling git's command line, else by what a rebase is at, which makes the commit of
  /// a fixup itself.
  /// - Returns: nil where nothing can be known.
  public static func replacesHead(_ repository: Repository) throws -> Bool? {
    if let known = try ofCallingGit() { return known }
    guard let done = try FileBytes.readIfPresent(repository.gitFolder + "rebase-merge/done"),
      let last = String(decoding: done, as: UTF8.self).split(separator: "\n").last
    else { return nil }
    return ["fixup", "f", "squash", "s"].contains(last.prefix { $0 != " " })
  }

  /// Git tells a hook of an amend only by `commit HEAD`, which `-C HEAD` looks like, and of `--amend -m` not at all.
  /// Where the system shows the command line of the process that started the hook, that decides.
  /// - Returns: nil where nothing can be known.
  private static func ofCallingGit() throws -> Bool? {
    var process = getppid()
    // A shell, or a framework, may stand between git and us.
    for _ in 0..<6 {
      guard process > 1, let line = try FileBytes.readIfPresent("/proc/\(process)/cmdline") else { return nil }
      // A shell's words may be a whole script, so only git's are taken apart.
      let path = line.prefix { $0 != 0 }
      let name = String(decoding: path[(path.lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? 0)...], as: UTF8.self)
      if name == "git" || name == "git-commit" {
        let arguments = line.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
        guard let verb = arguments.firstIndex(of: "commit") ?? (name == "git-commit" ? 0 : nil) else { return nil }
        return saysAmend(arguments[verb...].dropFirst())
      }
      guard let parent = try parent(of: process) else { return nil }
      process = parent
    }
    return nil
  }

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

  private static func parent(of process: pid_t) throws -> pid_t? {
    guard let bytes = try FileBytes.readIfPresent("/proc/\(process)/stat") else { return nil }
    // The name in brackets may hold anything; behind it stand the state and the parent.
    guard let close = bytes.lastIndex(of: 0x29) else { return nil }
    let fields = bytes[(close + 1)...].split(separator: 0x20, maxSplits: 2)
    return fields.count > 1 ? pid_t(String(decoding: fields[1], as: UTF8.self)) : nil
  }
}
