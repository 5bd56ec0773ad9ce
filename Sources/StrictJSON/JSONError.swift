/// The reason why bytes are not strict JSON, with its position.
public struct JSONError: Error, Sendable, Equatable {
  /// The kind of fault, for programs.
  public enum Reason: Sendable, Equatable {
    /// Not JSON by RFC 8259, or outside what I-JSON (RFC 7493) can carry.
    case malformed
    /// A key twice in one object, escapes decoded.
    case duplicateKey
    /// Nesting beyond the limit.
    case tooDeep
    /// A size beyond the limit.
    case tooLarge
  }

  /// The kind of fault.
  public let reason: Reason
  /// One sentence for a person.
  public let message: String
  /// The byte offset of the fault.
  public let offset: Int
  /// The line and column of the fault.
  public let position: TextPosition
}

/// A position in a text, as editors count.
public struct TextPosition: Sendable, Equatable {
  /// The line, from 1. LF, CRLF and CR end a line.
  public let line: Int
  /// The column, from 1, in Unicode scalars.
  public let column: Int

  /// Computes the position of a byte offset. O(offset).
  public init(of offset: Int, in bytes: [UInt8]) {
    var line = 1
    var lineStart = 0
    let end = min(offset, bytes.count)
    for index in 0..<end {
      let byte = bytes[index]
      if byte == 0x0A || (byte == 0x0D && !(index + 1 < bytes.count && bytes[index + 1] == 0x0A)) {
        line += 1
        lineStart = index + 1
      }
    }
    var column = 1
    for index in lineStart..<max(lineStart, end) where bytes[index] & 0xC0 != 0x80 { column += 1 }
    self.line = line
    self.column = column
  }

  /// Where the lines of a text begin, from the second: the line of an offset is found in O(log lines). O(bytes).
  public static func lineStarts(in bytes: [UInt8]) -> [Int] {
    bytes.indices.filter { index in
      bytes[index] == 0x0A || (bytes[index] == 0x0D && !(index + 1 < bytes.count && bytes[index + 1] == 0x0A))
    }.map { $0 + 1 }
  }

  /// Creates a position from its numbers.
  public init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }
}

/// The bounds of a parser.
public struct JSONLimits: Sendable {
  /// The greatest nesting of arrays and objects.
  public var depth: Int
  /// The largest size, in bytes.
  public var size: Int
  /// True to reject values that I-JSON cannot represent exactly: integers beyond ±(2⁵³−1), and NUL in a string.
  public var portableOnly: Bool

  /// Creates bounds.
  public init(depth: Int, size: Int, portableOnly: Bool) {
    self.depth = depth
    self.size = size
    self.portableOnly = portableOnly
  }

  /// The bounds of contract 2.1: depth 32, 256 KiB.
  public static let plan = JSONLimits(depth: 32, size: 256 * 1024, portableOnly: true)
  /// The bounds for documents outside the plan: schemas, reports, test data.
  public static let general = JSONLimits(depth: 128, size: 16 * 1024 * 1024, portableOnly: false)
}

/// A parsed text: the value, and the bytes for line numbers.
public struct JSONDocument: Sendable {
  /// The bytes that were parsed.
  public let bytes: [UInt8]
  /// The value.
  public let root: JSONValue

  /// Returns the line and column of a byte offset. O(offset).
  public func position(of offset: Int) -> TextPosition { TextPosition(of: offset, in: bytes) }

  /// Returns the line and column of a value's start. O(offset).
  public func position(of value: JSONValue) -> TextPosition { position(of: value.range.lowerBound) }
}
