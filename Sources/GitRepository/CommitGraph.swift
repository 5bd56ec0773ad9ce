public import GitObjects
import PlanModel

/// A history: each commit and each root tree read once, and of each no more than it takes to see whether it is of
/// interest. Most commits touch neither plan nor policy, and are never looked at again.
///
/// Over all parents, by topology and never by date, without replace refs, grafts and commit-graph. Takes about 100 bytes
/// a commit.
public struct CommitGraph: Sendable {
  /// The commits, parents before children; first parents first, so that the order is the history's own.
  public let ids: [ObjectID]
  /// Their trees.
  public let trees: [ObjectID]
  private let ofInterest: [Bool]
  private let holdsFolders: [Bool]
  /// Of each commit, whether it or an ancestor has one of the folders.
  private let holdsBefore: [Bool]
  private let parentStart: [Int32]
  private let parentList: [Int32]
  /// How many commits at the beginning hold neither `.readiness` nor `ssot`.
  private let bareCount: Int
  /// The raw commits that may hold a stamp, by their places, as many as there is room for: they are judged next.
  private let kept: [Int32: [UInt8]]
  private let isClosed: Bool

  /// True where plan or policy may differ from a parent's, the message may hold a stamp, or a parent guards paths.
  public func isOfInterest(_ index: Int) -> Bool { ofInterest[index] }

  /// False where a commit's tree has neither `.readiness` nor `ssot`.
  public func mayHoldPlan(_ index: Int) -> Bool { holdsFolders[index] }

  /// Which of a commit's parents, and all their ancestors, are certain to hold neither folder.
  public func bareParents(of index: Int) -> Set<Int> {
    Set(parents(of: index).enumerated().filter { $1 >= 0 && isClosed && !holdsBefore[Int($1)] }.map(\.offset))
  }

  /// The places of a commit's parents in `ids`, first parent first; -1 for one beside the walk.
  public func parents(of index: Int) -> ArraySlice<Int32> {
    parentList[Int(parentStart[index])..<Int(parentStart[index + 1])]
  }

  /// The place of a commit's parent; nil where it has none or several, or one beside the walk.
  public func onlyParent(of index: Int) -> Int? {
    let start = Int(parentStart[index])
    guard Int(parentStart[index + 1]) == start + 1, parentList[start] >= 0 else { return nil }
    return Int(parentList[start])
  }

  /// The place of each commit's each parent.
  public func forEachParent(_ body: (Int32) -> Void) { for parent in parentList where parent >= 0 { body(parent) } }

  /// A commit of the graph, parsed.
  public func commit(_ index: Int, in repository: Repository) throws -> Commit {
    guard let raw = kept[Int32(index)] else { return try repository.commit(ids[index]) }
    return try Commit(id: ids[index], raw: raw)
  }

  /// True if the walk holds all that its commits can reach.
  public var isWhole: Bool { isClosed }

  /// The best common ancestors of two commits of a whole walk, in the order of their ids. O(commits) at worst, as for git,
  /// where two branches live long beside each other.
  public func mergeBases(of first: Int, and second: Int) -> [ObjectID] {
    Self.mergeBases(first, second) { parents(of: $0) }.map { ids[$0] }.sorted { $0.description < $1.description }
  }

  /// The commits of a whole walk that one commit can reach, itself included, and another one cannot, parents first.
  /// O(commits since the two parted).
  public func commits(of first: Int, notOf second: Int) -> [Int] {
    Self.difference(first, second) { parents(of: $0) }
  }

  /// The same for two numbered commits, each with a greater number than its parents.
  static func difference(_ first: Int, _ second: Int, parents: (Int) -> some Sequence<Int32>) -> [Int] {
    if first == second { return [] }
    let (own, other): (UInt8, UInt8) = (1, 2)
    var reached = [UInt8](repeating: 0, count: max(first, second) + 1)
    reached[first] = own
    reached[second] |= other
    // How many are reached by the first alone, as far as is known, and have not had their turn.
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

  /// The same for two numbered commits, each with a greater number than its parents.
  static func mergeBases(_ first: Int, _ second: Int, parents: (Int) -> some Sequence<Int32>) -> [Int] {
    // Reached from the first, from the second, and behind a base. Whoever stands at a number is known, when its turn comes,
    // to be reached by all that can reach it.
    let (own, other, behind): (UInt8, UInt8, UInt8) = (1, 2, 4)
    var reached = [UInt8](repeating: 0, count: max(first, second) + 1)
    reached[first] |= own
    reached[second] |= other
    // How many are reached, not behind a base, and have not had their turn.
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

  /// True where it is certain that nothing before a commit holds a plan or a policy.
  public func isBare(before index: Int) -> Bool { isClosed && index <= bareCount }

  /// Reads all that can be reached from some commits and not from others.
  /// - Throws: `GitError` where a commit or a tree cannot be read. A short history is never a clean one.
  /// - Parameter progress: told now and then how many commits are read; of how many is not known until the end, and 0.
  public init(
    _ repository: Repository, from tips: [ObjectID], notFrom hidden: [ObjectID] = [],
    progress: (Int, Int) -> Void = { _, _ in }
  ) throws {
    // A part of a history is short as a rule: what a long walk needs costs more than it saves there.
    if hidden.isEmpty { repository.readPacks() }
    var reader = GraphReader(repository, isLong: hidden.isEmpty)
    if hidden.isEmpty {
      try reader.walk(from: tips, progress)
    } else {
      // Git's own way to stop early needs dates to look ahead; libgit2 has it.
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
    // Lines that began apart may meet with equal folders, and are to be looked at all the same.
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
