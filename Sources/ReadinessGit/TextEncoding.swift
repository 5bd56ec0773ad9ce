import Glibc

/// Texts of commits, which may be in any encoding that `i18n.commitEncoding` or a commit's header names.
public enum TextEncoding {
  /// The text of bytes; nil where they are not of that encoding, or it is not known to the system.
  /// - Parameter encoding: nil is UTF-8.
  public static func decode(_ bytes: ArraySlice<UInt8>, encoding: String?) -> String? {
    switch encoding?.lowercased() {
    case nil, "utf-8", "utf8": return String(validating: bytes, as: UTF8.self)
    case "iso-8859-1", "latin1", "iso8859-1":
      return String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
    case .some(let name):
      return convert(bytes, from: name, to: "UTF-8").flatMap { String(validating: $0, as: UTF8.self) }
    }
  }

  /// The bytes of a text; nil where the encoding has no place for some of it.
  public static func encode(_ text: String, encoding: String?) -> [UInt8]? {
    switch encoding?.lowercased() {
    case nil, "utf-8", "utf8": return Array(text.utf8)
    case "iso-8859-1", "latin1", "iso8859-1":
      let scalars = text.unicodeScalars
      return scalars.allSatisfy { $0.value < 0x100 } ? scalars.map { UInt8($0.value) } : nil
    case .some(let name): return convert(Array(text.utf8)[...], from: "UTF-8", to: name)
    }
  }

  /// The encoding that git gives to the next commit; nil is UTF-8. Git is asked, because `git -c` may say it.
  public static func ofNextCommit() throws -> String? {
    let output = try GitProcess.run(["config", "--get", "i18n.commitEncoding"])
    return output.status == 0 && !output.trimmed.isEmpty ? output.trimmed : nil
  }

  /// By the system's iconv.
  private static func convert(_ bytes: ArraySlice<UInt8>, from source: String, to target: String) -> [UInt8]? {
    guard let converter = iconv_open(target, source), converter != iconv_t(bitPattern: -1) else { return nil }
    defer { iconv_close(converter) }
    var input = bytes.map { CChar(bitPattern: $0) }
    var output = [CChar](repeating: 0, count: bytes.count * 4 + 16)
    var inputLeft = input.count
    var outputLeft = output.count
    let result = input.withUnsafeMutableBufferPointer { source in
      output.withUnsafeMutableBufferPointer { target in
        var from = source.baseAddress
        var to = target.baseAddress
        return iconv(converter, &from, &inputLeft, &to, &outputLeft)
      }
    }
    // iconv(3): (size_t)-1 is a failure, and anything above 0 counts characters that were only approximated.
    guard result == 0, inputLeft == 0 else { return nil }
    return output[..<(output.count - outputLeft)].map { UInt8(bitPattern: $0) }
  }
}
