public import GitObjects
import PlanModel

/// A history in which each commit and each root tree is read once, as far as needed to see whether it is of interest.
/// Most commits change neither plan nor policy, and are not read again.
///
/// Follows all parents, by topology and never by date, and ignores replace refs, grafts and the commit-graph. Takes
/// about 100 bytes a commit.
public struct CommitGraph: Sendable {
  /// The commits, parents before children; first parents first, so that the order depends only on the history.
  public let ids: [ObjectID]
  /// The trees of the commits.
  public let trees: [ObjectID]
  private let ofInterest: [Bool]
  private let holdsFolders: [Bool]
  /// For each commit, true if it or an ancestor has one of the folders.
  private let holdsBefore: [Bool]
  private let parentStart: [Int32]
  private let parentList: [Int32]
  /// The number of commits at the beginning without `.readiness` and `ssot`.
  private let bareCount: Int
  /// The raw commits that may contain a stamp, by position, up to a memory bound: they are judged next.
  private let kept: [Int32: [UInt8]]
  private let isClosed: Bool

  /// Returns true if plan or policy may differ from a parent's, the message may contain a stamp, or a parent guards
  /// paths.
  public func isOfInterest(_ index: Int) -> Bool { ofInterest[index] }

  /// Returns false if a commit's tree has neither `.readiness` nor `ssot`.
  public func mayHoldPlan(_ index: Int) -> Bool { holdsFolders[index] }

  /// Returns the parents of a commit that certainly have neither folder, nor have their ancestors.
  public func bareParents(of index: Int) -> Set<Int> {
    Set(parents(of: index).enumerated().filter { $1 >= 0 && isClosed && !holdsBefore[Int($1)] }.map(\.offset))
  }

  /// Returns the positions of a commit's parents in `ids`, first parent first; -1 for a parent outside the walk.
  public func parents(of index: Int) -> ArraySlice<Int32> {
    parentList[Int(parentStart[index])..<Int(parentStart[index + 1])]
  }

  /// Returns the position of a commit's only parent. Returns nil if it has none or several, or one outside the walk.
  public func onlyParent(of index: Int) -> Int? {
    let start = Int(parentStart[index])
    guard Int(parentStart[index + 1]) == start + 1, parentList[start] >= 0 else { return nil }
    return Int(parentList[start])
  }

  /// Visits the position of each parent of each commit.
  public func forEachParent(_ body: (Int32) -> Void) { for parent in parentList where parent >= 0 { body(parent) } }

  /// Returns a commit of the graph, parsed.
  public func commit(_ index: Int, in repository: Repository) throws -> Commit {
    guard let raw = kept[Int32(index)] else { return try repository.commit(ids[index]) }
    return try repository.commit(ids[index], raw: raw)
  }

  /// True if the walk includes every ancestor of its commits.
  public var isWhole: Bool { isClosed }

  /// Returns the best common ancestors of two commits of a whole walk, sorted by id. O(commits) at worst, as in git,
  /// if two long-lived branches diverged early.
  public func mergeBases(of first: Int, and second: Int) -> [ObjectID] {
    Self.mergeBases(first, second) { parents(of: $0) }.map { ids[$0] }.sorted { $0.description < $1.description }
  }

  /// Returns the commits of a whole walk that the first commit reaches, itself included, and the second does not,
  /// parents first. O(commits since the two diverged).
  public func commits(of first: Int, notOf second: Int) -> [Int] {
    Self.difference(first, second) { parents(of: $0) }
  }

  /// Returns the commits that only the first reaches. Requires each commit to have a greater number than its parents.
  static func difference(_ first: Int, _ second: Int, parents: (Int) -> some Sequence<Int32>) -> [Int] {
    if first == second { return [] }
    let (own, other): (UInt8, UInt8) = (1, 2)
    var reached = [UInt8](repeating: 0, count: max(first, second) + 1)
    reached[first] = own
    reached[second] |= other
    // The number of unvisited commits that, so far, only the first reaches.
    var open = 1
    var found: [Int] = []
    var at = reached.count
    while open > 0 {
      at -= 1
      let marks = reached[at]
      if marks == 0 { continue }
      if marks == own {
        open -= 1
        found.append(at)
      }
      for parent in parents(at) {
        let before = reached[Int(parent)]
        let now = before | marks
        if (before == own) != (now == own) { open += now == own ? 1 : -1 }
        reached[Int(parent)] = now
      }
    }
    return found.reversed()
  }

  /// Returns the merge bases. Requires each commit to have a greater number than its parents.
  static func mergeBases(_ first: Int, _ second: Int, parents: (Int) -> some Sequence<Int32>) -> [Int] {
    // The marks: reached from the first, from the second, and an ancestor of a base. The marks of a commit are
    // complete when the loop visits it.
    let (own, other, behind): (UInt8, UInt8, UInt8) = (1, 2, 4)
    var reached = [UInt8](repeating: 0, count: max(first, second) + 1)
    reached[first] |= own
    reached[second] |= other
    // The number of unvisited commits that are reached and are not ancestors of a base.
    var open = first == second ? 1 : 2
    var bases: [Int] = []
    var at = reached.count
    while open > 0 {
      at -= 1
      var marks = reached[at]
      if marks == 0 { continue }
      if marks & behind == 0 {
        open -= 1
        if marks == own | other {
          bases.append(at)
          marks |= behind
        }
      }
      for parent in parents(at) {
        let before = reached[Int(parent)]
        let now = before | marks
        let (wasOpen, isOpen) = (before != 0 && before & behind == 0, now & behind == 0)
        if wasOpen != isOpen { open += isOpen ? 1 : -1 }
        reached[Int(parent)] = now
      }
    }
    return bases
  }

  /// Returns the commits of the walk that one of them reaches, itself included, marked by position. Positions after
  /// it are omitted. O(commits before it).
  public func reached(from index: Int) -> [Bool] { Self.reached(index) { parents(of: $0) } }

  /// Returns the reached commits. Requires each commit to have a greater number than its parents.
  static func reached(_ first: Int, parents: (Int) -> some Sequence<Int32>) -> [Bool] {
    var reached = [Bool](repeating: false, count: first + 1)
    reached[first] = true
    for at in stride(from: first, through: 0, by: -1) where reached[at] {
      for parent in parents(at) where parent >= 0 { reached[Int(parent)] = true }
    }
    return reached
  }

  /// Returns true if certainly no commit before this one has a plan or a policy.
  public func isBare(before index: Int) -> Bool { isClosed && index <= bareCount }

  /// Reads all commits that are reachable from `tips` and not from `hidden`.
  /// - Throws: `GitError` if a commit or a tree cannot be read, so that an incomplete history never looks clean.
  /// - Parameter progress: receives the number of commits read so far, and 0, because the total is unknown.
  public init(
    _ repository: Repository, from tips: [ObjectID], notFrom hidden: [ObjectID] = [],
    progress: (Int, Int) -> Void = { _, _ in }
  ) throws {
    // A partial history is usually short, and does not repay the setup of a long walk.
    if hidden.isEmpty { repository.readPacks() }
    var reader = GraphReader(repository, isLong: hidden.isEmpty)
    if hidden.isEmpty {
      try reader.walk(from: tips, progress)
    } else {
      // Git's own early stop needs dates to look ahead; libgit2 has it.
      try reader.take(try repository.commits(from: tips, notFrom: hidden))
    }
    reader.forgetNumbers()
    let order = reader.order()
    var places = [Int32](repeating: -1, count: reader.ids.count)
    ids = order.map { reader.ids[Int($0)] }
    trees = order.map { reader.trees[Int($0)] }
    reader.forgetIDs()
    var kept: [Int32: [UInt8]] = [:]
    kept.reserveCapacity(reader.kept.count)
    for (place, number) in order.enumerated() { places[Int(number)] = Int32(place) }
    for (number, raw) in reader.kept where places[Int(number)] >= 0 { kept[places[Int(number)]] = raw }
    self.kept = kept
    var (starts, list): ([Int32], [Int32]) = ([0], [])
    for number in order {
      for parent in reader.parents(of: Int(number)) { list.append(parent < 0 ? -1 : places[Int(parent)]) }
      starts.append(Int32(list.count))
    }
    (parentStart, parentList) = (starts, list)
    let guards = try reader.guards()
    // Lines with separate beginnings may merge with equal folders, so their merges are examined too.
    let asksMerges = reader.beginnings(among: order) > (hidden.isEmpty ? 1 : 0)
    ofInterest = order.map {
      reader.isOfInterest(Int($0), guards) || asksMerges && reader.parents(of: Int($0)).count > 1
    }
    holdsFolders = order.map { reader.folders[Int($0)] != 0 }
    bareCount = order.prefix { reader.folders[Int($0)] == 0 }.count
    isClosed = hidden.isEmpty
    var holdsBefore = holdsFolders
    for index in order.indices where !holdsBefore[index] {
      holdsBefore[index] = list[Int(starts[index])..<Int(starts[index + 1])].contains {
        $0 >= 0 && holdsBefore[Int($0)]
      }
    }
    self.holdsBefore = holdsBefore
  }
}
