/// Where each milestone stands in a row of them.
package struct MilestonePlaces: Sendable {
  private let ids: [MilestoneID]
  /// Nil where the row is sorted and holds each once, as that of a sound plan: then it is searched, and nothing is hashed.
  private let hashed: [MilestoneID: Int]?
  /// The first number, and the place of each from there on, -1 for none; where all ids are written alike (`M-04`, `M-12`)
  /// and few numbers are left out.
  private let numbered: (first: Int32, places: [Int32])?

  /// - Parameter ids: where one stands twice, the first place counts. O(ids).
  package init(_ ids: [MilestoneID]) {
    self.ids = ids
    let isSorted = zip(ids, ids.dropFirst()).allSatisfy { $0 < $1 }
    hashed = isSorted ? nil : Dictionary(zip(ids, 0...)) { first, _ in first }
    numbered = isSorted ? Self.numbered(ids) : nil
  }

  private static func numbered(_ ids: [MilestoneID]) -> (Int32, [Int32])? {
    guard let first = ids.first, let last = ids.last, let low = first.number(as: first),
      let high = last.number(as: first), Int(high) - Int(low) <= 4 * ids.count
    else { return nil }
    var places = [Int32](repeating: -1, count: Int(high - low) + 1)
    for (place, id) in ids.enumerated() {
      guard let number = id.number(as: first) else { return nil }
      places[Int(number - low)] = Int32(truncatingIfNeeded: place)
    }
    return (low, places)
  }

  /// True where a number alone names a milestone.
  var areNumbered: Bool { numbered != nil }

  /// The place of the milestone of a number.
  func place(number: Int32) -> Int? {
    guard let numbered, numbered.places.indices.contains(Int(number) - Int(numbered.first)) else { return nil }
    let place = numbered.places[Int(number) - Int(numbered.first)]
    return place < 0 ? nil : Int(place)
  }

  /// True where the row is sorted and holds each once.
  package var areSorted: Bool { hashed == nil }

  /// The place of an id; nil where it is not in the row. O(1) where no number is left out, else O(log ids).
  package subscript(id: MilestoneID) -> Int? {
    if let hashed { return hashed[id] }
    guard let first = ids.first else { return nil }
    let guess = id.distance(from: first)
    if ids.indices.contains(guess), ids[guess] == id { return guess }
    var (low, high) = (0, ids.count)
    while low < high {
      let middle = (low + high) / 2
      if ids[middle] < id { low = middle + 1 } else { high = middle }
    }
    return low < ids.count && ids[low] == id ? low : nil
  }
}
