/// The dependency graph of milestones. Walks are iterative, so chains of any length work. They use indices into the
/// sorted ids.
public struct DependencyGraph: Sendable {
  /// The milestones of the graph, sorted.
  public let ids: [MilestoneID]
  private let places: MilestonePlaces
  /// The dependencies of each milestone within the graph, in the order written.
  private let targets: Rows

  /// Creates a graph. Drops ids without an entry.
  public init(edges: [MilestoneID: [MilestoneID]]) {
    let ids = edges.keys.sorted()
    let places = MilestonePlaces(ids)
    self.init(ids: ids, places: places) { place, row in
      for id in edges[ids[place]] ?? [] { if let target = places[id] { row.append(target) } }
    }
  }

  /// Creates a graph from sorted, distinct ids and their indices.
  /// - Parameter dependencies: appends the dependencies of the milestone at an index, as indices.
  package init(ids: [MilestoneID], places: MilestonePlaces, dependencies: (Int, inout [Int]) -> Void) {
    self.ids = ids
    self.places = places
    targets = Rows(count: ids.count, dependencies)
  }

  /// Returns true if the milestone is in the graph.
  package func holds(_ id: MilestoneID) -> Bool { places[id] != nil }

  /// Returns the dependencies of the milestone at an index, as indices into `ids`.
  package func dependencies(at place: Int) -> ArraySlice<Int> { targets[place] }

  /// Returns the graph of some of the milestones.
  package func subgraph(of kept: Set<MilestoneID>) -> DependencyGraph {
    DependencyGraph(
      edges: Dictionary(
        uniqueKeysWithValues: ids.enumerated().filter { kept.contains($0.1) }.map { place, id in
          (id, targets[place].map { ids[$0] })
        }))
  }

  /// Returns the milestones that depend on a milestone, sorted. O(V+E).
  public func dependents(of id: MilestoneID) -> [MilestoneID] {
    guard let place = places[id] else { return [] }
    return ids.indices.filter { targets[$0].contains(place) }.map { ids[$0] }
  }

  /// Returns the pairs in which an order has a milestone before its dependency, the second of the pair. O(V+E).
  public func inversions(in order: [MilestoneID]) -> [(MilestoneID, MilestoneID)] {
    var rank = [Int](repeating: order.count, count: ids.count)
    let numbers = order.map { places[$0] }
    for (index, place) in numbers.enumerated().reversed() { if let place { rank[place] = index } }
    return numbers.enumerated().flatMap { index, place in
      guard let place else { return [] as [(MilestoneID, MilestoneID)] }
      return targets[place].filter { rank[$0] >= index }.map { (ids[place], ids[$0]) }
    }
  }

  /// Returns the cycles, each from its smallest id: strongly connected components of several milestones, or of one with
  /// an edge to itself. Tarjan, O(V+E).
  public func cycles() -> [[MilestoneID]] {
    components().map(circle).sorted { $0[0] < $1[0] }.map { $0.map { ids[$0] } }
  }

  /// Returns the components that are cycles.
  private func components() -> [[Int]] {
    var index = [Int](repeating: -1, count: ids.count)
    var low = index
    var onStack = [Bool](repeating: false, count: ids.count)
    var stack: [Int] = []
    var found: [[Int]] = []
    var seen = 0
    for root in ids.indices where index[root] < 0 {
      var work: [(at: Int, next: Int)] = [(root, 0)]
      while let (at, next) = work.last {
        if index[at] < 0 {
          (index[at], low[at]) = (seen, seen)
          seen += 1
          stack.append(at)
          onStack[at] = true
        }
        let row = targets[at]
        if next < row.count {
          work[work.count - 1].next += 1
          let target = row[row.startIndex + next]
          if index[target] < 0 {
            work.append((target, 0))
          } else if onStack[target] {
            low[at] = min(low[at], index[target])
          }
        } else {
          work.removeLast()
          if let parent = work.last?.at { low[parent] = min(low[parent], low[at]) }
          guard low[at] == index[at], let first = stack.lastIndex(of: at) else { continue }
          for member in stack[first...] { onStack[member] = false }
          if stack.count - first > 1 || row.contains(at) { found.append(stack[first...].sorted()) }
          stack.removeSubrange(first...)
        }
      }
    }
    return found
  }

  /// Orders the members of a component along its edges, as far as one simple walk reaches.
  private func circle(_ component: [Int]) -> [Int] {
    let members = Set(component)
    var (walk, walked) = ([component[0]], Set([component[0]]))
    while let next = targets[walk[walk.count - 1]].filter({ members.contains($0) && !walked.contains($0) }).min() {
      walk.append(next)
      walked.insert(next)
    }
    return walk + component.filter { !walked.contains($0) }
  }

  /// Returns the milestones in topological order, with the smallest available id next. Omits milestones in a cycle and
  /// their dependents. O((V+E) log V).
  public func topologicalOrder() -> [MilestoneID] { numberedOrder(targets.reversed()).map { ids[$0] } }

  private func numberedOrder(_ sources: Rows) -> [Int] {
    var waiting = ids.indices.map { targets[$0].count }
    var heap = Heap()
    for place in ids.indices where waiting[place] == 0 { heap.insert(place) }
    var order: [Int] = []
    order.reserveCapacity(ids.count)
    while let place = heap.popSmallest() {
      order.append(place)
      for dependent in sources[place] {
        waiting[dependent] -= 1
        if waiting[dependent] == 0 { heap.insert(dependent) }
      }
    }
    return order
  }

  /// Returns the milestones by the length of the longest chain before them.
  public func layers() -> [[MilestoneID]] {
    var layer = [Int](repeating: -1, count: ids.count)
    for place in numberedOrder(targets.reversed()) {
      layer[place] = targets[place].reduce(0) { max($0, layer[$1] + 1) }
    }
    var layers = [[MilestoneID]](repeating: [], count: (layer.max() ?? -1) + 1)
    for (place, number) in layer.enumerated() where number >= 0 { layers[number].append(ids[place]) }
    return layers
  }

  /// Returns the longest chain of dependencies by number of milestones, first to last. Breaks ties by id, from the
  /// start of the chain. O((V+E) log V).
  public func criticalPath() -> [MilestoneID] {
    // Backward from the end of the graph: the longest chain from each milestone, and its next milestone.
    var length = [Int](repeating: 0, count: ids.count)
    var next = [Int](repeating: -1, count: ids.count)
    let sources = targets.reversed()
    let order = numberedOrder(sources)
    for place in order.reversed() {
      // Dependents are sorted, so the first of the longest is the smallest.
      for dependent in sources[place] where length[dependent] > (next[place] < 0 ? 0 : length[next[place]]) {
        next[place] = dependent
      }
      length[place] = (next[place] < 0 ? 0 : length[next[place]]) + 1
    }
    guard let longest = length.max(), longest > 0 else { return [] }
    var chain: [MilestoneID] = []
    var at = length.firstIndex(of: longest) ?? -1
    while at >= 0 {
      chain.append(ids[at])
      at = next[at]
    }
    return chain
  }
}

/// Rows of indices, stored contiguously.
private struct Rows: Sendable {
  private let items: [Int]
  /// The offset of each row, followed by the end of the last one.
  private let starts: [Int]

  /// - Parameter row: appends the indices of a row.
  init(count: Int, _ row: (Int, inout [Int]) -> Void) {
    var (items, starts): ([Int], [Int]) = ([], [0])
    items.reserveCapacity(2 * count)
    starts.reserveCapacity(count + 1)
    for place in 0..<count {
      row(place, &items)
      starts.append(items.count)
    }
    (self.items, self.starts) = (items, starts)
  }

  private init(items: [Int], starts: [Int]) { (self.items, self.starts) = (items, starts) }

  subscript(row: Int) -> ArraySlice<Int> { items[starts[row]..<starts[row + 1]] }

  /// Returns, for each index, the rows that contain it, sorted. O(rows and items).
  func reversed() -> Rows {
    var ends = [Int](repeating: 0, count: starts.count)
    for item in items { ends[item + 1] += 1 }
    for row in 1..<ends.count { ends[row] += ends[row - 1] }
    let starts = ends
    var rows = items
    for row in 0..<starts.count - 1 {
      for place in self.starts[row]..<self.starts[row + 1] {
        let item = items[place]
        rows[ends[item]] = row
        ends[item] += 1
      }
    }
    return Rows(items: rows, starts: starts)
  }
}

/// A binary heap of indices.
private struct Heap {
  private var items: [Int] = []

  mutating func insert(_ item: Int) {
    items.append(item)
    var child = items.count - 1
    while child > 0, items[child] < items[(child - 1) / 2] {
      items.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  mutating func popSmallest() -> Int? {
    guard let first = items.first else { return nil }
    items.swapAt(0, items.count - 1)
    items.removeLast()
    var parent = 0
    while 2 * parent + 1 < items.count {
      var child = 2 * parent + 1
      if child + 1 < items.count, items[child + 1] < items[child] { child += 1 }
      guard items[child] < items[parent] else { break }
      items.swapAt(child, parent)
      parent = child
    }
    return first
  }
}
