/// The index of each milestone in an array.
package struct MilestonePlaces: Sendable {
  private let ids: [MilestoneID]
  /// A hash table; nil if the array is sorted without duplicates, as in a valid plan. Then binary search suffices.
  private let hashed: [MilestoneID: Int]?
  /// The first number, and the index of each number from there on, -1 for none. Nil unless all ids have one form
  /// (`M-04`, `M-12`) and few numbers are missing.
  private let numbered: (first: Int32, places: [Int32])?

  /// - Parameter ids: if one occurs twice, its first index counts. O(ids).
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

  /// True if a number suffices to identify a milestone.
  var areNumbered: Bool { numbered != nil }

  /// Returns the index of the milestone with a number.
  func place(number: Int32) -> Int? {
    guard let numbered, numbered.places.indices.contains(Int(number) - Int(numbered.first)) else { return nil }
    let place = numbered.places[Int(number) - Int(numbered.first)]
    return place < 0 ? nil : Int(place)
  }

  /// True if the array is sorted without duplicates.
  package var areSorted: Bool { hashed == nil }

  /// Returns the index of an id, or nil if it is not in the array. O(1) if no number is missing, else O(log ids).
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
