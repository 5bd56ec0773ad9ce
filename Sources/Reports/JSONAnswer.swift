public import StrictJSON

extension JSONValue {
  /// An answer as it is printed: the value exactly, and on a terminal harmless, since what could not be seen, or would
  /// move the cursor, is written by its number (RFC 8259, section 7). O(bytes).
  public var answerBytes: [UInt8] { Self.answer(layoutBytes) }

  /// Makes JSON harmless on a terminal in the same way, and keeps its value. O(bytes).
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
