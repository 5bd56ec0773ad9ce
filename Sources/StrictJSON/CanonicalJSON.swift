extension JSONValue {
  /// The RFC 8785 (JCS) form: no white space, keys sorted by UTF-16 code units, numbers as ECMAScript writes them.
  /// Complexity: O(n log n) in the members of the largest object.
  public var canonicalBytes: [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(256)
    CanonicalJSON.append(self, to: &out)
    return out
  }
}

/// The writer of RFC 8785.
public enum CanonicalJSON {
  static func append(_ value: JSONValue, to out: inout [UInt8]) {
    switch value.kind {
    case .null: out.append(contentsOf: "null".utf8)
    case .bool(let truth): out.append(contentsOf: (truth ? "true" : "false").utf8)
    case .number(let number): out.append(contentsOf: number.ecmaScriptText.utf8)
    case .string(let text): appendString(text, to: &out)
    case .array(let elements):
      out.append(UInt8(ascii: "["))
      for (index, element) in elements.enumerated() {
        if index > 0 { out.append(UInt8(ascii: ",")) }
        append(element, to: &out)
      }
      out.append(UInt8(ascii: "]"))
    case .object(let members):
      out.append(UInt8(ascii: "{"))
      // RFC 8785, 3.2.3: by UTF-16 code units, which is not the order of code points.
      let sorted = members.sorted { $0.key.utf16.lexicographicallyPrecedes($1.key.utf16) }
      for (index, member) in sorted.enumerated() {
        if index > 0 { out.append(UInt8(ascii: ",")) }
        appendString(member.key, to: &out)
        out.append(UInt8(ascii: ":"))
        append(member.value, to: &out)
      }
      out.append(UInt8(ascii: "}"))
    }
  }

  /// Appends a quoted string (RFC 8785, 3.2.2.2): the short escapes, `\u00xx` in lower case for other controls, all
  /// else unchanged.
  public static func appendString(_ text: String, to out: inout [UInt8]) {
    var text = text
    out.append(UInt8(ascii: "\""))
    text.withUTF8 { bytes in
      var clean = 0
      for (at, byte) in bytes.enumerated() where byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
      {
        out.append(contentsOf: bytes[clean..<at])
        appendEscape(of: byte, to: &out)
        clean = at + 1
      }
      out.append(contentsOf: bytes[clean...])
    }
    out.append(UInt8(ascii: "\""))
  }

  private static func appendEscape(of byte: UInt8, to out: inout [UInt8]) {
    switch byte {
    case UInt8(ascii: "\""): out.append(contentsOf: "\\\"".utf8)
    case UInt8(ascii: "\\"): out.append(contentsOf: "\\\\".utf8)
    case 0x08: out.append(contentsOf: "\\b".utf8)
    case 0x09: out.append(contentsOf: "\\t".utf8)
    case 0x0A: out.append(contentsOf: "\\n".utf8)
    case 0x0C: out.append(contentsOf: "\\f".utf8)
    case 0x0D: out.append(contentsOf: "\\r".utf8)
    default:
      out.append(contentsOf: "\\u00".utf8)
      out.append(UInt8(ascii: byte < 0x10 ? "0" : "1"))
      out.append(contentsOf: String(byte & 0xF, radix: 16).utf8)
    }
  }
}

extension JSONNumber {
  /// The number as ECMAScript's `Number::toString` writes it (ECMA-262, 6.1.6.1.20).
  /// Swift's `description` gives the same shortest digits; only their layout differs.
  public var ecmaScriptText: String {
    if let integer, integer.magnitude <= 1 << 53 { return String(integer) }
    if double == 0 { return "0" }
    let (digits, point) = shortestDigits
    let sign = double < 0 ? "-" : ""
    let count = digits.count
    if count <= point && point <= 21 {
      return sign + digits + String(repeating: "0", count: point - count)
    }
    if 0 < point && point <= 21 {
      return sign + digits.prefix(point) + "." + digits.dropFirst(point)
    }
    if -6 < point && point <= 0 {
      return sign + "0." + String(repeating: "0", count: -point) + digits
    }
    let exponent = point - 1
    let mantissa = count == 1 ? digits : digits.prefix(1) + "." + digits.dropFirst(1)
    return sign + mantissa + "e" + (exponent < 0 ? "-" : "+") + String(exponent.magnitude)
  }

  /// The shortest digits that round-trip the double, and the position of the decimal point in them.
  private var shortestDigits: (digits: String, point: Int) {
    let text = double.magnitude.description
    let parts = text.split(separator: "e", maxSplits: 1)
    let exponent = parts.count == 2 ? Int(parts[1]) ?? 0 : 0
    let halves = parts[0].split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    let whole = String(halves[0])
    var digits = whole + (halves.count == 2 ? String(halves[1]) : "")
    var point = whole.count + exponent
    while digits.count > 1, digits.hasPrefix("0") {
      digits.removeFirst()
      point -= 1
    }
    while digits.count > 1, digits.hasSuffix("0") { digits.removeLast() }
    return (digits, point)
  }
}
