import CLibrary

/// Converts texts between encodings by the system's iconv.
public enum CharacterConversion {
  /// Returns the bytes of a text in another encoding. Returns nil if the bytes are invalid in the source encoding, or
  /// the target encoding cannot represent a character.
  /// - Parameters:
  ///   - source: a name that iconv knows.
  ///   - target: a name that iconv knows.
  public static func convert(_ bytes: ArraySlice<UInt8>, from source: String, to target: String) -> [UInt8]? {
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
