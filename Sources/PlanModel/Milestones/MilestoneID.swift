import StrictJSON

/// The name of a milestone, such as `M-04`: the stem of its file.
///
/// A stem that breaks the pattern still names a file; the judge rejects it if `isValid` is false.
public struct MilestoneID: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The id as written.
  public let text: String
  /// The number of bytes before the hyphen, and the number after it; -1 if the id is invalid.
  private let prefixCount: Int32
  private let number: Int32

  /// Reads an id. Never fails: an invalid one sorts by its whole text.
  public init(_ text: String) {
    self.text = text
    var text = text
    (prefixCount, number) = text.withUTF8 { Self.parts($0) ?? (Int32(clamping: $0.count), -1) }
  }

  /// Returns the parts of `[A-Z][A-Z0-9]{0,15}-[0-9]{1,6}`, or nil for any other text.
  private static func parts(_ bytes: UnsafeBufferPointer<UInt8>) -> (Int32, Int32)? {
    guard let first = bytes.first, (0x41...0x5A).contains(first), bytes.count <= 23 else { return nil }
    var at = 1
    while at < bytes.count, (0x41...0x5A).contains(bytes[at]) || (0x30...0x39).contains(bytes[at]) { at += 1 }
    guard at <= 16, at < bytes.count, bytes[at] == 0x2D, (1...6).contains(bytes.count - at - 1) else { return nil }
    var number: Int32 = 0
    for byte in bytes[(at + 1)...] {
      guard (0x30...0x39).contains(byte) else { return nil }
      number = number * 10 + Int32(byte - 0x30)
    }
    return (Int32(at), number)
  }

  /// True if the id matches `^[A-Z][A-Z0-9]{0,15}-[0-9]{1,6}$` (contract 2.1).
  public var isValid: Bool { number >= 0 }
  /// The id as written.
  public var description: String { text }

  /// Compares by prefix, then number, then bytes (contract 3).
  public static func < (a: MilestoneID, b: MilestoneID) -> Bool {
    var (x, y) = (a.text, b.text)
    return x.withUTF8 { x in
      y.withUTF8 { y in
        let (p, q) = (Int(a.prefixCount), Int(b.prefixCount))
        guard p == q, x[..<p].elementsEqual(y[..<p]) else {
          return x[..<p].lexicographicallyPrecedes(y[..<q])
        }
        return a.number != b.number ? a.number < b.number : x.lexicographicallyPrecedes(y)
      }
    }
  }

  /// Compares the bytes.
  public static func == (a: MilestoneID, b: MilestoneID) -> Bool {
    guard a.number == b.number, a.prefixCount == b.prefixCount else { return false }
    // Valid ids are ASCII, in which equal texts have equal bytes.
    return a.isValid ? a.text == b.text : a.text.isExactly(b.text)
  }

  /// Returns the difference of the numbers: the ids' distance if their prefixes are equal and no number is missing.
  func distance(from other: MilestoneID) -> Int { Int(number) - Int(other.number) }

  /// Hashes the bytes, consistent with `==`, in 8-byte words; a valid id has at most three.
  public func hash(into hasher: inout Hasher) {
    var text = text
    text.withUTF8 { bytes in
      let raw = UnsafeRawBufferPointer(bytes)
      var at = 0
      while at + 8 <= raw.count {
        hasher.combine(raw.loadUnaligned(fromByteOffset: at, as: UInt64.self))
        at += 8
      }
      guard at < raw.count || raw.isEmpty else { return }
      var rest: UInt64 = 0xFF
      for byte in raw[at...] { rest = rest << 8 | UInt64(byte) }
      hasher.combine(rest)
    }
  }

  /// Returns true if the id matches a pattern of `authorization.json`: the id itself, `PREFIX-*`, or `*`.
  public func matches(pattern: String) -> Bool {
    if pattern == "*" { return true }
    if pattern.hasSuffix("*") { return text.hasPrefix(pattern.dropLast()) }
    return text == pattern
  }
}
