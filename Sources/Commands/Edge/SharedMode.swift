import ReadinessSystem

/// Lets others write what this process creates, where the repository is shared (git-config(1), `core.sharedRepository`).
enum SharedMode {
  /// The bits that a setting adds to new files; nil if it adds none.
  ///
  /// Octal settings are modes of files. Folders get the bit to enter them where a file may be read.
  static func bits(_ setting: String) -> UInt32? {
    switch setting.lowercased() {
    case "group", "true", "1", "yes", "on", "": return 0o070
    case "all", "world", "everybody", "2": return 0o075
    default:
      guard setting.hasPrefix("0"), let mode = UInt32(setting, radix: 8), mode & 0o600 == 0o600 else { return nil }
      let shared = mode & 0o066
      return shared | (shared & 0o044) >> 2
    }
  }

  /// Takes these bits out of the process's umask, which its children inherit.
  static func apply(_ setting: String) {
    if let bits = bits(setting) { Machine.allowOthers(bits) }
  }
}
