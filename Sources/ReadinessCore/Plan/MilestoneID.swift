/// The name of a milestone, such as `M-04`: the stem of its file.
///
/// A stem that breaks the pattern still names a file; `isValid` tells, and the judge refuses it.
public struct MilestoneID: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The id as written.
  public let text: String
  private let prefix: Substring
  private let number: Int

  /// Reads an id. Never fails: a damaged one sorts by its whole text.
  public init(_ text: String) {
    self.text = text
    let bytes = text.utf8
    if let dash = bytes.lastIndex(of: UInt8(ascii: "-")) {
      let digits = bytes[bytes.index(after: dash)...]
      if (1...6).contains(digits.count), digits.allSatisfy({ (0x30...0x39).contains($0) }),
        let number = Int(Substring(digits)), Self.isPrefix(bytes[..<dash])
      {
        self.prefix = text[..<dash]
        self.number = number
        return
      }
    }
    prefix = text[...]
    number = -1
  }

  /// `[A-Z][A-Z0-9]{0,15}`.
  private static func isPrefix(_ bytes: Substring.UTF8View) -> Bool {
    guard (1...16).contains(bytes.count), let first = bytes.first, (0x41...0x5A).contains(first) else { return false }
    return bytes.allSatisfy { (0x41...0x5A).contains($0) || (0x30...0x39).contains($0) }
  }

  /// True where the id is `^[A-Z][A-Z0-9]{0,15}-[0-9]{1,6}$` (contract 2.1).
  public var isValid: Bool { number >= 0 }
  /// The id as written.
  public var description: String { text }

  /// By prefix, then number, then bytes (contract 3).
  public static func < (a: MilestoneID, b: MilestoneID) -> Bool {
    if a.prefix != b.prefix { return a.prefix.utf8.lexicographicallyPrecedes(b.prefix.utf8) }
    if a.number != b.number { return a.number < b.number }
    return a.text.utf8.lexicographicallyPrecedes(b.text.utf8)
  }

  /// Equal to the byte.
  public static func == (a: MilestoneID, b: MilestoneID) -> Bool { a.text.utf8.elementsEqual(b.text.utf8) }
  /// Hashes the bytes, as `==` compares them.
  public func hash(into hasher: inout Hasher) {
    var text = text
    text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
  }

  /// True where a pattern of authorization covers the id: the id itself, `PREFIX-*`, or `*`.
  public func matches(pattern: String) -> Bool {
    if pattern == "*" { return true }
    if pattern.hasSuffix("*") { return text.hasPrefix(pattern.dropLast()) }
    return text == pattern
  }
}
