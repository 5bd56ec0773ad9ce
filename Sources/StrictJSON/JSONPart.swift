/// A value that is parsed on demand.
public struct JSONPart: Sendable {
  private let bytes: [UInt8]
  private let range: Range<UInt32>

  /// - Parameter range: the range of one whole value that has been validated.
  public init(_ bytes: [UInt8], _ range: Range<Int>) {
    self.bytes = bytes
    self.range = UInt32(truncatingIfNeeded: range.lowerBound)..<UInt32(truncatingIfNeeded: range.upperBound)
  }

  /// The value, with its position. O(bytes) at each call.
  public var value: JSONValue {
    let place = Int(range.lowerBound)..<Int(range.upperBound)
    do {
      return JSONValue(try JSONDocument(parsing: Array(bytes[place]), limits: .general).root.kind, range: place)
    } catch {
      return nil
    }
  }
}
