/// The escapes of RFC 8259, section 7.
enum JSONEscapes {
  /// A fault of an escape, as a sentence.
  enum Fault: String, Error {
    case unfinished = "The file ends inside a string."
    case unknown = "This escape is not known to JSON."
    case digits = "Four hexadecimal digits should follow \\u."
    case surrogate = "A surrogate stands alone."
  }

  /// Decodes the escape at an offset: the scalar, and the offset after it.
  static func scalar(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int) -> Result<(Unicode.Scalar, end: Int), Fault> {
    guard start + 1 < bytes.count else { return .failure(.unfinished) }
    let simple: Unicode.Scalar? =
      switch bytes[start + 1] {
      case UInt8(ascii: "\""): "\""
      case UInt8(ascii: "\\"): "\\"
      case UInt8(ascii: "/"): "/"
      case UInt8(ascii: "b"): "\u{8}"
      case UInt8(ascii: "f"): "\u{c}"
      case UInt8(ascii: "n"): "\n"
      case UInt8(ascii: "r"): "\r"
      case UInt8(ascii: "t"): "\t"
      default: nil
      }
    if let simple { return .success((simple, start + 2)) }
    guard bytes[start + 1] == UInt8(ascii: "u") else { return .failure(.unknown) }
    guard let first = unit(bytes, start + 2) else { return .failure(.digits) }
    guard UTF16.isLeadSurrogate(first) else {
      guard let scalar = Unicode.Scalar(first) else { return .failure(.surrogate) }
      return .success((scalar, start + 6))
    }
    guard start + 7 < bytes.count, bytes[start + 6] == UInt8(ascii: "\\"), bytes[start + 7] == UInt8(ascii: "u") else {
      return .failure(.surrogate)
    }
    guard let second = unit(bytes, start + 8) else { return .failure(.digits) }
    guard UTF16.isTrailSurrogate(second) else { return .failure(.surrogate) }
    let code = 0x10000 + (UInt32(first) - 0xD800) << 10 + (UInt32(second) - 0xDC00)
    guard let scalar = Unicode.Scalar(code) else { return .failure(.surrogate) }
    return .success((scalar, start + 12))
  }

  /// Parses four hexadecimal digits.
  private static func unit(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int) -> UInt16? {
    guard start + 4 <= bytes.count else { return nil }
    var unit: UInt16 = 0
    for byte in bytes[start..<start + 4] {
      guard byte < 0x80, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { return nil }
      unit = unit << 4 | UInt16(digit)
    }
    return unit
  }

  /// Decodes the bytes between the quotes of a valid string. O(bytes).
  static func decoded(_ inside: UnsafeBufferPointer<UInt8>) -> String {
    var out: [UInt8] = []
    out.reserveCapacity(inside.count)
    var at = 0
    while at < inside.count {
      if inside[at] == UInt8(ascii: "\\"), case .success(let (scalar, end)) = scalar(inside, at) {
        out.append(contentsOf: String(scalar).utf8)
        at = end
      } else {
        out.append(inside[at])
        at += 1
      }
    }
    return String(decoding: out, as: UTF8.self)
  }
}
