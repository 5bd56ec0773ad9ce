/// A text that is decoded on demand, because most texts of a large plan are never used.
public struct JSONText: Sendable {
  private let bytes: [UInt8]
  private let start: UInt32
  /// The end, and in the last bit, true if there are escapes to decode.
  private let endAndMark: UInt32

  /// Creates the text of a string node.
  init(_ bytes: [UInt8], _ node: JSONNode) {
    self.bytes = bytes
    start = node.start + 1
    endAndMark = (node.end - 1) << 1 | (node.isMarked ? 1 : 0)
  }

  /// Creates a text from the bytes between the quotes of a string without escapes.
  public init(_ bytes: [UInt8], plain range: Range<Int>) {
    self.bytes = bytes
    start = UInt32(truncatingIfNeeded: range.lowerBound)
    endAndMark = UInt32(truncatingIfNeeded: range.upperBound) << 1
  }

  /// Creates a text from a string.
  init(_ text: String) {
    bytes = Array(text.utf8)
    start = 0
    endAndMark = UInt32(truncatingIfNeeded: bytes.count) << 1
  }

  /// The text, escapes decoded. O(bytes) at each call.
  public var string: String {
    bytes.withUnsafeBufferPointer { bytes in
      let inside = UnsafeBufferPointer(rebasing: bytes[Int(start)..<Int(endAndMark >> 1)])
      return endAndMark & 1 == 1 ? JSONEscapes.decoded(inside) : String(decoding: inside, as: UTF8.self)
    }
  }

  /// True if the text is empty.
  public var isEmpty: Bool { endAndMark >> 1 == start }
}
