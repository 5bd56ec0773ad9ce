import ReadinessSystem

/// Converts texts of commits, in any encoding that `i18n.commitEncoding` or a commit's header names.
public enum TextEncoding {
  /// The decoder of a commit encoding (contract 3, *Blocks*). All encodings are supersets of ASCII, so that a line of
  /// a stamp has the same bytes in each.
  private enum Method {
    case utf8, ascii, latin1
    /// The system's iconv, with this encoding name.
    case system(String)
  }

  /// Returns the decoder of UTF-8, US-ASCII, ISO-8859-n or windows-125n, by their common names. Returns nil for any
  /// other encoding.
  private static func method(_ encoding: String?) -> Method? {
    guard let name = encoding?.lowercased() else { return .utf8 }
    switch name {
    case "utf-8", "utf8": return .utf8
    case "us-ascii", "ascii": return .ascii
    case "iso-8859-1", "iso8859-1", "latin1", "latin-1": return .latin1
    default: break
    }
    func number(behind prefixes: String..., in range: ClosedRange<Int>) -> Int? {
      prefixes.lazy.compactMap { prefix in
        name.hasPrefix(prefix) && name.utf8.count <= prefix.utf8.count + 2
          ? Int(name.dropFirst(prefix.count)).flatMap { String($0) == name.dropFirst(prefix.count) ? $0 : nil } : nil
      }.first { range.contains($0) }
    }
    if let part = number(behind: "iso-8859-", "iso8859-", in: 2...16) { return .system("ISO-8859-\(part)") }
    if let page = number(behind: "windows-125", "cp125", in: 0...8) { return .system("CP125\(page)") }
    return nil
  }

  /// Returns true for nil, which is UTF-8, and for commit encodings.
  package static func isKnown(_ encoding: String?) -> Bool { method(encoding) != nil }

  /// Decodes bytes. Returns nil if they are invalid in the encoding, or it is not a commit encoding.
  /// - Parameter encoding: nil is UTF-8.
  public static func decode(_ bytes: ArraySlice<UInt8>, encoding: String?) -> String? {
    switch method(encoding) {
    case .utf8: String(validating: bytes, as: UTF8.self)
    case .ascii: bytes.allSatisfy { $0 < 0x80 } ? String(validating: bytes, as: UTF8.self) : nil
    case .latin1: String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
    case .system(let name):
      CharacterConversion.convert(bytes, from: name, to: "UTF-8").flatMap { String(validating: $0, as: UTF8.self) }
    case nil: nil
    }
  }

  /// Encodes a text. Returns nil if the encoding cannot represent it, or is not a commit encoding.
  public static func encode(_ text: String, encoding: String?) -> [UInt8]? {
    switch method(encoding) {
    case .utf8: return Array(text.utf8)
    case .ascii: return text.utf8.allSatisfy { $0 < 0x80 } ? Array(text.utf8) : nil
    case .latin1:
      let scalars = text.unicodeScalars
      return scalars.allSatisfy { $0.value < 0x100 } ? scalars.map { UInt8($0.value) } : nil
    case .system(let name): return CharacterConversion.convert(Array(text.utf8)[...], from: "UTF-8", to: name)
    case nil: return nil
    }
  }
}
