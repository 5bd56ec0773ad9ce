/// The base64 encoding (RFC 4648).
public enum Base64 {
  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  /// Encodes bytes in the standard alphabet, padded, on one line. O(bytes).
  public static func encode(_ bytes: [UInt8]) -> String {
    var out: [UInt8] = []
    out.reserveCapacity((bytes.count + 2) / 3 * 4)
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let chunk = bytes[start..<min(start + 3, bytes.count)]
      let word = chunk.enumerated().reduce(UInt32(0)) { $0 | UInt32($1.element) << UInt32(16 - 8 * $1.offset) }
      for index in 0..<4 {
        out.append(index <= chunk.count ? alphabet[Int(word >> UInt32(18 - 6 * index) & 63)] : UInt8(ascii: "="))
      }
    }
    return String(decoding: out, as: UTF8.self)
  }

  /// Decodes a text in the standard or the URL-safe alphabet (DSSE requires both), padded or not.
  /// - Returns: nil if the text mixes the alphabets, or is not valid to the last bit.
  public static func decode(_ text: String) -> [UInt8]? {
    var digits = Array(text.utf8)
    let count = digits.count
    while digits.last == UInt8(ascii: "="), count - digits.count < 2 { digits.removeLast() }
    guard digits.count == count || count % 4 == 0, digits.count % 4 != 1 else { return nil }
    let isStandard = digits.contains { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "/") }
    var out: [UInt8] = []
    out.reserveCapacity(digits.count * 3 / 4)
    var (word, bits) = (UInt32(0), UInt32(0))
    for digit in digits {
      guard let value = value(of: digit, isStandard: isStandard) else { return nil }
      word = word << 6 | value
      bits += 6
      guard bits >= 8 else { continue }
      bits -= 8
      out.append(UInt8(truncatingIfNeeded: word >> bits))
      word &= 1 << bits - 1
    }
    return word == 0 ? out : nil
  }

  private static func value(of digit: UInt8, isStandard: Bool) -> UInt32? {
    switch digit {
    case 0x41...0x5A: UInt32(digit) - 0x41
    case 0x61...0x7A: UInt32(digit) - 0x61 + 26
    case 0x30...0x39: UInt32(digit) - 0x30 + 52
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    case UInt8(ascii: "-") where !isStandard: 62
    case UInt8(ascii: "_") where !isStandard: 63
    default: nil
    }
  }
}
