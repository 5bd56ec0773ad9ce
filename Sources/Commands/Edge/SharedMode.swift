import ReadinessSystem

/// Lets others write this process's files if the repository is shared (git-config(1), `core.sharedRepository`).
enum SharedMode {
  /// Returns the bits that a setting adds to new files. Nil if it adds none.
  ///
  /// Octal settings are modes of files. A folder gets the execute bit if its files may be read.
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

  /// Removes these bits from the process's umask, which its children inherit.
  static func apply(_ setting: String) {
    if let bits = bits(setting) { Machine.allowOthers(bits) }
  }
}
