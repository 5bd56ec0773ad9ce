/// A text that stays where it was read until somebody asks for it: of a plan of thousands most are never looked at.
public struct JSONText: Sendable {
  private let bytes: [UInt8]
  private let start: UInt32
  /// The last bit says that there are escapes to decode.
  private let endAndMark: UInt32

  /// The string at a node of a parsed text.
  init(_ bytes: [UInt8], _ node: JSONNode) {
    self.bytes = bytes
    start = node.start + 1
    endAndMark = (node.end - 1) << 1 | (node.isMarked ? 1 : 0)
  }

  /// The text of a string without escapes, by the bytes between its quotes.
  public init(_ bytes: [UInt8], plain range: Range<Int>) {
    self.bytes = bytes
    start = UInt32(truncatingIfNeeded: range.lowerBound)
    endAndMark = UInt32(truncatingIfNeeded: range.upperBound) << 1
  }

  /// A text made in code.
  init(_ text: String) {
    bytes = Array(text.utf8)
    start = 0
    endAndMark = UInt32(truncatingIfNeeded: bytes.count) << 1
  }

  /// The text, its escapes decoded. O(bytes) at each call.
  public var string: String {
    bytes.withUnsafeBufferPointer { bytes in
      let inside = UnsafeBufferPointer(rebasing: bytes[Int(start)..<Int(endAndMark >> 1)])
      return endAndMark & 1 == 1 ? JSONEscapes.decoded(inside) : String(decoding: inside, as: UTF8.self)
    }
  }

  /// True where there is none.
  public var isEmpty: Bool { endAndMark >> 1 == start }
}
