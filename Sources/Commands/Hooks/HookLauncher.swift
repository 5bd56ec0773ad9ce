import GitRepository
import ReadinessSystem

/// The small executable that runs as `prepare-commit-msg` and `commit-msg` if it was built (decision 0018). It does the
/// same as their stubs. It is in the program's folder, or in `libexec` if the program is installed.
enum HookLauncher {
  static let names = ["prepare-commit-msg", "commit-msg"]

  /// Returns the bytes of the file to create. Nil if there is no launcher, or the program's path does not fit in it.
  static func bytes(program: String, hook: String, followsStamping: Bool) throws -> [UInt8]? {
    guard let folder = program.lastIndex(of: "/").map({ program[...$0] }) else { return nil }
    for path in [folder + "readiness-hook", folder + "../libexec/readiness-hook"] {
      guard var bytes = try FileSystem.readIfPresent(String(path)), let slot = slot(in: bytes) else { continue }
      // The launcher learns its hook from these bytes, because hook frameworks rename the file.
      let text = Array(((followsStamping ? "1" : "0") + (hook == "commit-msg" ? "c" : "p") + program).utf8) + [0]
      guard text.count < 4000, slot + text.count <= bytes.count else { return nil }
      bytes.replaceSubrange(slot..<(slot + text.count), with: text)
      return bytes
    }
    return nil
  }

  /// Returns the program that a launcher starts. Nil if the bytes are no launcher.
  static func program(in bytes: [UInt8]) -> String? {
    guard let slot = slot(in: bytes) else { return nil }
    return String(decoding: bytes[(slot + 2)...].prefix { $0 != 0 }, as: UTF8.self)
  }

  /// Returns the end of the mark in an executable; a digit, the hook's letter and the program follow it.
  private static func slot(in bytes: [UInt8]) -> Int? {
    guard bytes.starts(with: [0x7F, 0x45, 0x4C, 0x46]) else { return nil }
    return bytes.firstRange(of: (HookScript.mark + " ").utf8)?.upperBound
  }
}
