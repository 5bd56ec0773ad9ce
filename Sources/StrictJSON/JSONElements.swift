/// The elements of an array, each made when its turn comes.
public struct JSONElements: Sequence, IteratorProtocol {
  private let tape: JSONTape?
  private var at: Int
  private let end: Int
  private var made: ArraySlice<JSONValue>

  /// None.
  public init() { (tape, at, end, made) = (nil, 0, 0, []) }

  /// Nil where the value is no array.
  public init?(_ value: JSONValue) {
    guard let (tape, array) = value.parsed else {
      guard let elements = value.array else { return nil }
      (tape, at, end, made) = (nil, 0, 0, elements[...])
      return
    }
    guard tape.nodes[array].kind == .array else { return nil }
    (self.tape, at, end, made) = (tape, array + 1, tape.nodes[array].next, [])
  }

  /// True where there is none, or none any more.
  public var isEmpty: Bool { at >= end && made.isEmpty }

  /// How many there are, or are left. O(elements).
  public var count: Int {
    guard let tape else { return made.count }
    var (count, place) = (0, at)
    while place < end {
      place = tape.nodes[place].next
      count += 1
    }
    return count
  }

  /// The next element.
  public mutating func next() -> JSONValue? {
    guard let tape else { return made.popFirst() }
    guard at < end else { return nil }
    defer { at = tape.nodes[at].next }
    return JSONValue(tape, at)
  }
}
