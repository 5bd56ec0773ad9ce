/// A value that stays where it stands until somebody asks for it.
public struct JSONPart: Sendable {
  private let bytes: [UInt8]
  private let range: Range<UInt32>

  /// - Parameter range: where one whole value stands, of those bytes, which were found to be sound.
  public init(_ bytes: [UInt8], _ range: Range<Int>) {
    self.bytes = bytes
    self.range = UInt32(truncatingIfNeeded: range.lowerBound)..<UInt32(truncatingIfNeeded: range.upperBound)
  }

  /// The value, which remembers its place. O(bytes) at each call.
  public var value: JSONValue {
    let place = Int(range.lowerBound)..<Int(range.upperBound)
    do {
      return JSONValue(try JSONDocument(parsing: Array(bytes[place]), limits: .general).root.kind, range: place)
    } catch {
      return nil
    }
  }
}
