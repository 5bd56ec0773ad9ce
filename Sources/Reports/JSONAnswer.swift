public import StrictJSON

extension JSONValue {
  /// The value as printed JSON. Invisible characters and those that move a terminal's cursor are escaped (RFC 8259,
  /// section 7). O(bytes).
  public var answerBytes: [UInt8] { Self.answer(layoutBytes) }

  /// Returns JSON with the same value and the same escapes. O(bytes).
  public static func answer(_ json: [UInt8]) -> [UInt8] {
    TerminalText.escaped(json, keepsLayout: true) { value in
      guard value > 0xFFFF else { return escape(value) }
      return escape(0xD800 + (value - 0x10000) >> 10) + escape(0xDC00 + (value - 0x10000) & 0x3FF)
    }
  }

  private static func escape(_ unit: UInt32) -> String {
    let digits = String(unit, radix: 16)
    return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
  }
}
