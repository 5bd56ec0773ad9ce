/// A text with its JSON escapes decoded. No grammar is required, so damaged JSON, logs and dumps work too.
struct JSONUnescaping {
  /// The decoded text. Escaped control characters become spaces, which keeps line numbers unchanged.
  private(set) var bytes: [UInt8] = []
  /// The offsets after each escape, in the decoded and in the original text.
  private var places: [(decoded: Int, written: Int)] = []

  /// Returns nil if the text has no escape. O(bytes).
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
    // Unpaired surrogates never occur in a token.
    bytes += Array(String(Character(Unicode.Scalar(unit) ?? "?")).utf8)
  }

  /// Reads four hexadecimal digits.
  private static func unit(_ text: [UInt8], _ at: Int) -> UInt32? {
    guard at + 4 <= text.count else { return nil }
    return UInt32(String(decoding: text[at..<(at + 4)], as: UTF8.self), radix: 16)
  }

  /// Returns the original offset of a decoded byte, or of the escape that produced it. O(log escapes).
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
