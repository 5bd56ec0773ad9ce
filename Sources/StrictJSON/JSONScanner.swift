import CPure

/// Goes through a text of JSON once, for a reader that knows what it expects there. It makes no values, and says no
/// rather than why: to whatever is not as expected, to escapes, and to what `JSONDocument` would refuse. So a text that is
/// gone through to its end is one that `JSONDocument` reads as well, as far as its size allows.
public struct JSONScanner {
  private let bytes: UnsafeBufferPointer<UInt8>
  private var at = 0

  /// Begins before the first byte. The bytes must live as long as this.
  public init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  /// Where the next token begins.
  public mutating func place() -> Int {
    skipSpace()
    return at
  }

  /// Where the last token ended.
  public var end: Int { at }

  /// True where nothing follows but space.
  public mutating func isAtEnd() -> Bool { place() == bytes.count }

  /// Goes over a bracket, a colon or a comma; false where something else stands there.
  public mutating func take(_ byte: UInt8) -> Bool {
    skipSpace()
    guard at < bytes.count, bytes[at] == byte else { return false }
    at += 1
    return true
  }

  /// Goes over a string.
  /// - Returns: the bytes between its quotes; nil where no string stands there, or one with escapes.
  public mutating func text() -> Range<Int>? {
    guard take(UInt8(ascii: "\"")), let end = JSONBytes.endOfPlainText(bytes, from: at) else { return nil }
    defer { at = end + 1 }
    return at..<end
  }

  /// Goes over an object whose members have some of the names, each once.
  /// - Parameter body: goes over a member's value, by the place of its name; false ends it all.
  public mutating func members(_ names: [StaticString], _ body: (Int, inout JSONScanner) -> Bool) -> Bool {
    guard take(UInt8(ascii: "{")) else { return false }
    if take(UInt8(ascii: "}")) { return true }
    var (seen, guess): (UInt64, Int) = (0, 0)
    repeat {
      guard let key = text(), take(UInt8(ascii: ":")), let name = place(of: key, in: names, guess),
        seen & 1 << UInt64(name) == 0, body(name, &self)
      else { return false }
      seen |= 1 << UInt64(name)
      // As a rule they stand in the order of the names.
      guess = name + 1
    } while take(UInt8(ascii: ","))
    return take(UInt8(ascii: "}"))
  }

  /// Goes over an array.
  /// - Parameter body: goes over an element; false ends it all.
  public mutating func elements(_ body: (inout JSONScanner) -> Bool) -> Bool {
    guard take(UInt8(ascii: "[")) else { return false }
    if take(UInt8(ascii: "]")) { return true }
    repeat { guard body(&self) else { return false } } while take(UInt8(ascii: ","))
    return take(UInt8(ascii: "]"))
  }

  private func place(of key: Range<Int>, in names: [StaticString], _ guess: Int) -> Int? {
    guard let start = bytes.baseAddress else { return nil }
    for step in names.indices {
      let place = guess + step < names.count ? guess + step : guess + step - names.count
      let name = names[place]
      if name.utf8CodeUnitCount == key.count, memcmp(start + key.lowerBound, name.utf8Start, key.count) == 0 {
        return place
      }
    }
    return nil
  }

  @inline(__always)
  private mutating func skipSpace() {
    while at < bytes.count {
      switch bytes[at] {
      case 0x20, 0x09, 0x0A, 0x0D: at += 1
      default: return
      }
    }
  }
}

/// What strings of JSON are made of.
enum JSONBytes {
  /// The first byte from a place on that is no plain ASCII, is a quote or a backslash, or is near the end. Eight at a time
  /// (Mycroft's test for a zero byte).
  static func endOfASCII(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
    guard let base = UnsafeRawPointer(bytes.baseAddress) else { return start }
    let (ones, highs): (UInt64, UInt64) = (0x0101_0101_0101_0101, 0x8080_8080_8080_8080)
    var at = start
    while at + 8 <= bytes.count {
      let word = UInt64(littleEndian: base.loadUnaligned(fromByteOffset: at, as: UInt64.self))
      let (quote, backslash) = (word ^ ones &* 0x22, word ^ ones &* 0x5C)
      // The lowest bit that is set belongs to the first such byte; those above it may be wrong.
      let special =
        ((quote &- ones) & ~quote | (backslash &- ones) & ~backslash | (word &- ones &* 0x20) & ~word | word) & highs
      guard special == 0 else { return at + special.trailingZeroBitCount / 8 }
      at += 8
    }
    return at
  }

  /// The quote that ends a string which goes on at a place; nil where it has escapes, controls, or bytes that are no
  /// UTF-8, or does not end.
  static func endOfPlainText(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
    var (at, all): (Int, UInt8) = (start, 0)
    while true {
      at = endOfASCII(bytes, from: at)
      guard at < bytes.count else { return nil }
      let byte = bytes[at]
      if byte == UInt8(ascii: "\"") { break }
      guard byte >= 0x20, byte != UInt8(ascii: "\\") else { return nil }
      all |= byte
      at += 1
    }
    return all < 0x80 || String(validating: bytes[start..<at], as: UTF8.self) != nil ? at : nil
  }
}
