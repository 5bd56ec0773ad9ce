import GitRepository
import ReadinessSystem

/// The `git commit` that runs a hook, if the system shows its command line.
public enum CallingGit {
  /// Returns the words after `commit`.
  /// - Returns: nil if nothing can be known.
  static func commitArguments() throws -> ArraySlice<String>? {
    var process = Machine.parentProcessID
    // A shell or a hook framework may run between git and this process.
    for _ in 0..<6 {
      guard process > 1, let line = try FileSystem.readIfPresent("/proc/\(process)/cmdline") else { return nil }
      // A shell's words may be a whole script, so only git's command line is split.
      let path = line.prefix { $0 != 0 }
      let name = String(decoding: path[(path.lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? 0)...], as: UTF8.self)
      if name == "git" || name == "git-commit" {
        let arguments = line.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
        guard let verb = arguments.firstIndex(of: "commit") ?? (name == "git-commit" ? 0 : nil) else { return nil }
        return arguments[verb...].dropFirst()
      }
      guard let parent = try parent(of: process) else { return nil }
      process = parent
    }
    return nil
  }

  /// Returns the template with which the editor opened: that of the command line, otherwise that of `commit.template`.
  /// - Returns: nil if there is none, or it cannot be read.
  public static func template() throws -> String? {
    let words = Array(try commitArguments() ?? [])
    var path = option("--template", "t", in: words)
    if path == nil {
      let output = try GitProcess.run(["config", "--type=path", "--get", "commit.template"])
      path = output.status == 0 ? output.trimmed : nil
    } else if let given = path, !given.hasPrefix("/"), let prefix = Environment.value("GIT_PREFIX") {
      path = prefix + given
    }
    return try path.flatMap { try FileSystem.readIfPresent($0) }.map { String(decoding: $0, as: UTF8.self) }
  }

  /// Returns true if git keeps lines that look like comments, though an editor opens (`git commit --cleanup`,
  /// `commit.cleanup`).
  public static func keepsComments() throws -> Bool {
    let words = Array(try commitArguments() ?? [])
    let mode =
      try option("--cleanup", nil, in: words) ?? GitProcess.run(["config", "--get", "commit.cleanup"]).trimmed
    return ["verbatim", "whitespace", "scissors"].contains(mode)
  }

  /// Returns the value of an option, in the next word or joined to it.
  private static func option(_ long: String, _ short: Character?, in words: [String]) -> String? {
    for (place, word) in words.enumerated() {
      let next = place + 1 < words.count ? words[place + 1] : nil
      if word == long { return next }
      if word.hasPrefix(long + "=") { return String(word.dropFirst(long.count + 1)) }
      guard word.hasPrefix("-"), !word.hasPrefix("--") else { continue }
      // Several short options may share a word; the first that takes a value takes the rest of it.
      guard let at = word.firstIndex(where: { "mFCctuS".contains($0) }), word[at] == short else { continue }
      let rest = word[word.index(after: at)...]
      return rest.isEmpty ? next : String(rest)
    }
    return nil
  }

  private static func parent(of process: Int32) throws -> Int32? {
    guard let bytes = try FileSystem.readIfPresent("/proc/\(process)/stat") else { return nil }
    // The name in brackets may contain anything; the state and the parent follow it.
    guard let close = bytes.lastIndex(of: 0x29) else { return nil }
    let fields = bytes[(close + 1)...].split(separator: 0x20, maxSplits: 2)
    return fields.count > 1 ? Int32(String(decoding: fields[1], as: UTF8.self)) : nil
  }
}
