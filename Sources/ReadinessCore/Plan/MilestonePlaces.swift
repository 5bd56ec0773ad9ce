/// Where each milestone stands in a row of them.
struct MilestonePlaces: Sendable {
  private let ids: [MilestoneID]
  /// Nil where the row is sorted and holds each once, as that of a sound plan: then it is searched, and nothing is hashed.
  private let hashed: [MilestoneID: Int]?

  /// - Parameter ids: where one stands twice, the first place counts. O(ids).
  init(_ ids: [MilestoneID]) {
    self.ids = ids
    let isSorted = zip(ids, ids.dropFirst()).allSatisfy { $0 < $1 }
    hashed = isSorted ? nil : Dictionary(zip(ids, 0...)) { first, _ in first }
  }

  /// True where the row is sorted and holds each once.
  var areSorted: Bool { hashed == nil }

  /// The place of an id; nil where it is not in the row. O(1) where no number is left out, else O(log ids).
  subscript(id: MilestoneID) -> Int? {
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
