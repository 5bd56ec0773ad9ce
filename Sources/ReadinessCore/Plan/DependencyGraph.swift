/// Milestones and what each depends on. All walks are iterative, so a chain of any length is fine.
public struct DependencyGraph: Sendable {
  /// What each milestone depends on. Ids without an entry are not part of the graph.
  public let edges: [MilestoneID: [MilestoneID]]

  /// Makes a graph.
  public init(edges: [MilestoneID: [MilestoneID]]) { self.edges = edges }

  /// The circles: each strongly connected component of more than one milestone, or with an edge to itself, as a
  /// circle that begins at its smallest id. Tarjan, O(V+E).
  public func cycles() -> [[MilestoneID]] {
    components().filter { component in
      component.count > 1 || edges[component[0]]?.contains(component[0]) == true
    }.map(circle).sorted { $0[0] < $1[0] }
  }

  private func components() -> [[MilestoneID]] {
    var index: [MilestoneID: Int] = [:]
    var low: [MilestoneID: Int] = [:]
    var onStack = Set<MilestoneID>()
    var stack: [MilestoneID] = []
    var found: [[MilestoneID]] = []
    for root in edges.keys.sorted() where index[root] == nil {
      var work: [(id: MilestoneID, next: Int)] = [(root, 0)]
      while let (id, next) = work.last {
        if index[id] == nil {
          index[id] = index.count
          low[id] = index[id]
          stack.append(id)
          onStack.insert(id)
        }
        let targets = edges[id] ?? []
        if next < targets.count {
          work[work.count - 1].next += 1
          let target = targets[next]
          guard edges[target] != nil else { continue }
          if index[target] == nil {
            work.append((target, 0))
          } else if onStack.contains(target) {
            low[id] = min(low[id] ?? 0, index[target] ?? 0)
          }
        } else {
          work.removeLast()
          if let parent = work.last?.id { low[parent] = min(low[parent] ?? 0, low[id] ?? 0) }
          guard low[id] == index[id] else { continue }
          var component: [MilestoneID] = []
          while let top = stack.popLast() {
            onStack.remove(top)
            component.append(top)
            if top == id { break }
          }
          found.append(component.sorted())
        }
      }
    }
    return found
  }

  /// The members of a component; the order follows its edges as far as one simple walk goes.
  private func circle(_ component: [MilestoneID]) -> [MilestoneID] {
    let members = Set(component)
    var walk = [component[0]]
    while walk.count < component.count,
      let next = (edges[walk[walk.count - 1]] ?? []).sorted().first(where: {
        members.contains($0) && !walk.contains($0)
      })
    {
      walk.append(next)
    }
    return walk + component.filter { !walk.contains($0) }
  }

  /// The milestones in an order that respects every dependency, always the smallest id that can come next.
  /// Milestones in or behind a circle are left out. O((V+E) log V).
  public func topologicalOrder() -> [MilestoneID] {
    var waiting = edges.mapValues { $0.filter { edges[$0] != nil }.count }
    let dependents = self.dependents
    var heap = Heap(waiting.filter { $0.value == 0 }.map(\.key))
    var order: [MilestoneID] = []
    while let id = heap.popSmallest() {
      order.append(id)
      for dependent in dependents[id] ?? [] {
        waiting[dependent, default: 0] -= 1
        if waiting[dependent] == 0 { heap.insert(dependent) }
      }
    }
    return order
  }

  /// Who depends on each milestone, sorted.
  public var dependents: [MilestoneID: [MilestoneID]] {
    var map: [MilestoneID: [MilestoneID]] = [:]
    for (id, dependencies) in edges {
      for dependency in dependencies where edges[dependency] != nil { map[dependency, default: []].append(id) }
    }
    return map.mapValues { $0.sorted() }
  }

  /// Milestones by the length of the longest chain before them.
  public func layers() -> [[MilestoneID]] {
    var layer: [MilestoneID: Int] = [:]
    for id in topologicalOrder() {
      layer[id] = (edges[id] ?? []).compactMap { layer[$0] }.map { $0 + 1 }.max() ?? 0
    }
    return Dictionary(grouping: layer.keys) { layer[$0] ?? 0 }.sorted { $0.key < $1.key }
      .map { $0.value.sorted() }
  }

  /// The longest chain of dependencies by number of milestones, first to last; ties by id, from the start of the
  /// chain on. O((V+E) log V).
  public func criticalPath() -> [MilestoneID] {
    // From the end of the graph back: how long a chain can grow from here, and with which next milestone.
    var length: [MilestoneID: Int] = [:]
    var next: [MilestoneID: MilestoneID] = [:]
    let dependents = self.dependents
    let order = topologicalOrder()
    for id in order.reversed() {
      let following = (dependents[id] ?? []).filter { length[$0] != nil }
      // Dependents are sorted, so the first of the longest is the smallest.
      let longest = following.map { length[$0] ?? 0 }.max() ?? 0
      next[id] = following.first { length[$0] == longest }
      length[id] = longest + 1
    }
    guard let longest = length.values.max() else { return [] }
    var chain: [MilestoneID] = []
    var at = order.filter { length[$0] == longest }.min()
    while let id = at {
      chain.append(id)
      at = next[id]
    }
    return chain
  }
}

/// A binary heap of ids.
private struct Heap {
  private var items: [MilestoneID] = []

  init(_ ids: [MilestoneID]) { for id in ids { insert(id) } }

  mutating func insert(_ id: MilestoneID) {
    items.append(id)
    var child = items.count - 1
    while child > 0, items[child] < items[(child - 1) / 2] {
      items.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  mutating func popSmallest() -> MilestoneID? {
    guard let first = items.first else { return nil }
    items.swapAt(0, items.count - 1)
    items.removeLast()
    var parent = 0
    while true {
      let children = [2 * parent + 1, 2 * parent + 2].filter { $0 < items.count }
      guard let child = children.min(by: { items[$0] < items[$1] }), items[child] < items[parent] else { break }
      items.swapAt(child, parent)
      parent = child
    }
    return first
  }
}
