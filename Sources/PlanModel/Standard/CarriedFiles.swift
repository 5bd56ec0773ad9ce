import CDefaults

/// The schemas and examples of `ssot/` that are embedded in the program.
extension StandardFiles {
  /// Every schema and example, sorted by path.
  static var carried: [File] {
    (0..<readiness_default_count()).map { index in
      let file = readiness_default_at(index)
      return (String(cString: file.path), text(file))
    }
  }

  /// Returns the text of an embedded file, or nil if there is none at that path.
  static func carried(at path: String) -> String? {
    (0..<readiness_default_count()).lazy.map(readiness_default_at).first { String(cString: $0.path) == path }.map(text)
  }

  private static func text(_ file: readiness_default_file) -> String {
    String(decoding: UnsafeBufferPointer(start: file.bytes, count: file.size), as: UTF8.self)
  }
}
