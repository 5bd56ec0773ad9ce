/// The index of each milestone in an array.
package struct MilestonePlaces: Sendable {
  private let ids: [MilestoneID]
  /// A hash table; nil if the array is sorted without duplicates, as in a valid plan. Then binary search suffices.
  private let hashed: [MilestoneID: Int]?

  /// - Parameter ids: if one occurs twice, its first index counts. O(ids).
  package init(_ ids: [MilestoneID]) {
    self.ids = ids
    let isSorted = zip(ids, ids.dropFirst()).allSatisfy { $0 < $1 }
    hashed = isSorted ? nil : Dictionary(zip(ids, 0...)) { first, _ in first }
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
