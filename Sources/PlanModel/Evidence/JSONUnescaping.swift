/// A text as a reader of JSON sees it, read without its grammar, so that damaged JSON, logs and dumps are read as well.
struct JSONUnescaping {
  /// The text with its escapes decoded. Controls are spaces, so that lines stay where they are.
  private(set) var bytes: [UInt8] = []
  /// Behind each escape, where a byte of the text is, and where it was written.
  private var places: [(decoded: Int, written: Int)] = []

  /// Returns nil where the text holds no escape. O(bytes).
  static func bytes(_ text: [UInt8]) -> JSONUnescaping? {
    guard text.contains(0x5C) else { return nil }
    var out = JSONUnescaping()
    out.bytes.reserveCapacity(text.count)
    var at = 0
    while at < text.count {
      guard text[at] == 0x5C, at + 1 < text.count else {
        out.bytes.append(text[at])
        at += 1
        continue
      }
      switch text[at + 1] {
      case UInt8(ascii: "u"):
        if let value = unit(text, at + 2) {
          out.append(value)
          at += 6
        } else {
          out.bytes.append(text[at])
          at += 1
        }
      case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"):
        out.bytes.append(text[at + 1])
        at += 2
      case UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"), UInt8(ascii: "b"), UInt8(ascii: "f"):
        out.bytes.append(0x20)
        at += 2
      default:
        out.bytes.append(text[at])
        at += 1
      }
      out.places.append((out.bytes.count, at))
    }
    return out
  }

  private mutating func append(_ unit: UInt32) {
    if unit < 0x20 || unit == 0x7F { return bytes.append(0x20) }
    // Halves of a pair are no part of any token.
    bytes += Array(String(Character(Unicode.Scalar(unit) ?? "?")).utf8)
  }

  /// Four hexadecimal digits.
  private static func unit(_ text: [UInt8], _ at: Int) -> UInt32? {
    guard at + 4 <= text.count else { return nil }
    return UInt32(String(decoding: text[at..<(at + 4)], as: UTF8.self), radix: 16)
  }

  /// Returns where a byte of the decoded text was written, or where the escape begins that wrote it. O(log escapes).
  func offset(of decoded: Int) -> Int {
    var (low, high) = (0, places.count)
    while low < high {
      let middle = (low + high) / 2
      if places[middle].decoded <= decoded { low = middle + 1 } else { high = middle }
    }
    guard low > 0 else { return decoded }
    let place = places[low - 1]
    return place.written + decoded - place.decoded
  }
}
