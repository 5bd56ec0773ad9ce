/// The elements of an array, created one at a time.
public struct JSONElements: Sequence, IteratorProtocol {
  private let tape: JSONTape?
  private var at: Int
  private let end: Int
  private var made: ArraySlice<JSONValue>

  /// Creates an empty sequence.
  public init() { (tape, at, end, made) = (nil, 0, 0, []) }

  /// Iterates over an array. Returns nil if the value is not an array.
  public init?(_ value: JSONValue) {
    guard let (tape, array) = value.parsed else {
      guard let elements = value.array else { return nil }
      (tape, at, end, made) = (nil, 0, 0, elements[...])
      return
    }
    guard tape.nodes[array].kind == .array else { return nil }
    (self.tape, at, end, made) = (tape, array + 1, tape.nodes[array].next, [])
  }

  /// True if no element is left.
  public var isEmpty: Bool { at >= end && made.isEmpty }

  /// The number of elements left. O(elements).
  public var count: Int {
    guard let tape else { return made.count }
    var (count, place) = (0, at)
    while place < end {
      place = tape.nodes[place].next
      count += 1
    }
    return count
  }

  /// Returns the next element.
  public mutating func next() -> JSONValue? {
    guard let tape else { return made.popFirst() }
    guard at < end else { return nil }
    defer { at = tape.nodes[at].next }
    return JSONValue(tape, at)
  }
}
