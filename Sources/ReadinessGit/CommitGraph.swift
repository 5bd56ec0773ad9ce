import CLibgit2
import Glibc
import ReadinessCore

/// A history: each commit and each root tree read once, and of each no more than it takes to see whether it is of
/// interest. Most commits touch neither plan nor policy, and are never looked at again.
///
/// Over all parents, by topology and never by date, without replace refs, grafts and commit-graph. Takes about 100 bytes
/// a commit.
public struct CommitGraph {
  /// The commits, parents before children; first parents first, so that the order is the history's own.
  public let ids: [ObjectID]
  /// Their trees.
  public let trees: [ObjectID]
  private let ofInterest: [Bool]
  private let parentStart: [Int32]
  private let parentList: [Int32]
  /// How many commits at the beginning hold neither `.readiness` nor `ssot`.
  private let bareCount: Int
  /// The raw commits that may hold a stamp, by their places, as many as there is room for: they are judged next.
  private let kept: [Int32: [UInt8]]
  private let isClosed: Bool

  /// True where plan or policy may differ from a parent's, the message may hold a stamp, or a parent guards paths.
  public func isOfInterest(_ index: Int) -> Bool { ofInterest[index] }

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

  /// The best common ancestors of a commit's two parents, in the order of their ids; nil where the walk does not hold all
  /// that it takes to tell. O(commits) at worst, as for git, where two branches live long beside each other.
  public func mergeBases(of index: Int) -> [ObjectID]? {
    let sides = parents(of: index)
    guard isClosed, sides.count == 2, let first = sides.first, let second = sides.last else { return nil }
    return Self.mergeBases(Int(first), Int(second)) { parents(of: $0) }.map { ids[$0] }
      .sorted { $0.description < $1.description }
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
    var reader = try GraphReader(repository, isLong: hidden.isEmpty)
    if hidden.isEmpty {
      try reader.walk(from: tips, progress)
    } else {
      // Git's own way to stop early needs dates to look ahead; libgit2 has it.
      try reader.take(try repository.commits(from: tips, notFrom: hidden))
    }
    reader.forgetNumbers()
    let order = reader.order()
    ids = order.map { reader.ids[Int($0)] }
    trees = order.map { reader.trees[Int($0)] }
    reader.forgetIDs()
    var kept: [Int32: [UInt8]] = [:]
    kept.reserveCapacity(reader.kept.count)
    var places = [Int32](repeating: -1, count: order.count)
    for (place, number) in order.enumerated() { places[Int(number)] = Int32(place) }
    for (number, raw) in reader.kept { kept[places[Int(number)]] = raw }
    self.kept = kept
    var (starts, list): ([Int32], [Int32]) = ([0], [])
    for number in order {
      for parent in reader.parents(of: Int(number)) { list.append(parent < 0 ? -1 : places[Int(parent)]) }
      starts.append(Int32(list.count))
    }
    (parentStart, parentList) = (starts, list)
    let guards = try reader.guards()
    ofInterest = order.map { reader.isOfInterest(Int($0), guards) }
    bareCount = order.prefix { reader.folders[Int($0)] == 0 }.count
    isClosed = hidden.isEmpty
  }
}

/// Reads a history into arrays of numbers.
private struct GraphReader {
  private let store: ObjectStore
  /// For the thread that reads trees behind the one that reads commits; nil where there is one core.
  private let second: Repository?
  private(set) var ids: [ObjectID] = []
  /// Of each commit, the number of what its tree holds; 0 is nothing.
  private(set) var folders: [Int32] = []
  private(set) var trees: [ObjectID] = []
  private var mayHoldStamp: [Bool] = []
  /// The raw commits that may hold a stamp, by their numbers, until the room is full.
  private(set) var kept: [(number: Int32, raw: [UInt8])] = []
  private var room = 24 << 20
  private var parentStart: [Int32] = [0]
  private var parentList: [Int32] = []
  private var numbers: [ObjectID: Int32] = [:]
  private var known: [PlanFolders: Int32] = [PlanFolders(): 0]
  /// Numbers of commits beside the walk, of which only the trees are asked.
  private var outside: [ObjectID: Int32] = [:]
  private var outsideFolders: [Int32] = []
  private var tips: [Int32] = []

  init(_ repository: Repository, isLong: Bool) throws {
    store = repository.store
    second = isLong && Worker<Void>.bound > 1 ? try repository.another() : nil
    second?.readPacks()
  }

  /// Reads everything, the newest first, as packs have it. Commits are read here, and their trees on another thread that
  /// follows some thousand commits behind.
  mutating func walk(from tips: [ObjectID], _ progress: (Int, Int) -> Void) throws {
    self.tips = tips.map { number($0) }
    var next = 0
    var behind: Worker<[PlanFolders]>?
    while next < ids.count {
      let start = next
      while next < ids.count, next - start < 4096 {
        let head = try keptHead(Int32(next))
        trees.append(head.tree)
        mayHoldStamp.append(head.mayHoldStamp)
        for parent in head.parents { parentList.append(number(parent)) }
        parentStart.append(Int32(parentList.count))
        next += 1
      }
      if let behind { take(try behind.join()) }
      behind = nil
      let batch = Array(trees[start..<next])
      // A short history is not worth a thread.
      if let second, next > 256 {
        let store = second.store
        behind = Worker { try Self.folders(of: batch, store) }
      } else {
        take(try Self.folders(of: batch, store))
      }
      progress(next, 0)
    }
    if let behind { take(try behind.join()) }
  }

  /// Gives back what is needed while reading alone.
  mutating func forgetNumbers() { numbers = [:] }

  /// Gives back what the graph has by now.
  mutating func forgetIDs() { (ids, trees) = ([], []) }

  private static func folders(of trees: [ObjectID], _ store: ObjectStore) throws -> [PlanFolders] {
    try trees.map { tree in try store.with(tree, GIT_OBJECT_TREE) { PlanFolders($0, of: tree) } }
  }

  private mutating func take(_ found: [PlanFolders]) {
    for one in found { folders.append(number(of: one)) }
  }

  /// Reads some commits, parents before children. Parents beside them have negative numbers.
  mutating func take(_ some: [ObjectID]) throws {
    for id in some { tips.append(number(id)) }
    for id in some {
      for parent in try read(id) {
        if let number = numbers[parent] {
          parentList.append(number)
        } else {
          parentList.append(try outsideNumber(parent))
        }
      }
      parentStart.append(Int32(parentList.count))
    }
  }

  private mutating func number(_ id: ObjectID) -> Int32 {
    if let number = numbers[id] { return number }
    let number = Int32(ids.count)
    numbers[id] = number
    ids.append(id)
    return number
  }

  private mutating func outsideNumber(_ id: ObjectID) throws -> Int32 {
    if let number = outside[id] { return number }
    let head = try head(of: id)
    outsideFolders.append(try folders(of: head.tree))
    let number = -Int32(outsideFolders.count)
    outside[id] = number
    return number
  }

  private func head(of id: ObjectID) throws -> CommitHead {
    guard let head = try store.with(id, GIT_OBJECT_COMMIT, { CommitHead($0) }) else { throw damaged(id) }
    return head
  }

  /// The head of a commit, which is kept as a whole where it may hold a stamp.
  private mutating func keptHead(_ number: Int32) throws -> CommitHead {
    let id = ids[Int(number)]
    let room = self.room
    let found = try store.with(id, GIT_OBJECT_COMMIT) { raw -> (head: CommitHead?, raw: [UInt8]?) in
      let head = CommitHead(raw)
      return (head, head?.mayHoldStamp == true && raw.count <= room ? Array(raw) : nil)
    }
    guard let head = found.head else { throw damaged(id) }
    if let raw = found.raw {
      kept.append((number, raw))
      self.room -= raw.count
    }
    return head
  }

  private func damaged(_ id: ObjectID) -> GitError {
    GitError(.damaged, "The commit \(id) is damaged.", hint: "See git fsck.", function: "CommitHead")
  }

  private mutating func read(_ id: ObjectID) throws -> [ObjectID] {
    let head = try head(of: id)
    folders.append(try folders(of: head.tree))
    trees.append(head.tree)
    mayHoldStamp.append(head.mayHoldStamp)
    return head.parents
  }

  private mutating func folders(of tree: ObjectID) throws -> Int32 {
    number(of: try store.with(tree, GIT_OBJECT_TREE) { PlanFolders($0, of: tree) })
  }

  private mutating func number(of found: PlanFolders) -> Int32 {
    if let number = known[found] { return number }
    let number = Int32(known.count)
    known[found] = number
    return number
  }

  func parents(of index: Int) -> ArraySlice<Int32> {
    parentList[Int(parentStart[index])..<Int(parentStart[index + 1])]
  }

  /// The numbers of what holds a policy that guards paths: few, as a rule none. Each `ssot` is looked at once.
  func guards() throws -> Set<Int32> {
    var isGuarding: [ObjectID: Bool] = [:]
    var found = Set<Int32>()
    for (folders, number) in known {
      guard let ssot = folders.ssot, ssot.kind == .folder else { continue }
      let guarding = try isGuarding[ssot.id] ?? holdsGuardedPaths(ssot.id)
      isGuarding[ssot.id] = guarding
      if guarding { found.insert(number) }
    }
    return found
  }

  private func holdsGuardedPaths(_ ssot: ObjectID) throws -> Bool {
    func entry(_ name: String, in tree: ObjectID) throws -> FileIdentity? {
      var name = name
      return try store.with(tree, GIT_OBJECT_TREE) { raw in name.withUTF8 { GitFolder.entry($0, in: raw) } }
    }
    guard let policies = try entry("policies", in: ssot), policies.kind == .folder else { return false }
    return try entry("paths.json", in: policies.id) != nil
  }

  func isOfInterest(_ index: Int, _ guards: Set<Int32>) -> Bool {
    if mayHoldStamp[index] { return true }
    let parents = parents(of: index)
    if parents.isEmpty { return folders[index] != 0 }
    return parents.contains { parent in
      let before = parent < 0 ? outsideFolders[Int(-parent) - 1] : folders[Int(parent)]
      return before != folders[index] || guards.contains(before)
    }
  }

  /// Parents before children: depth first along first parents, without recursion.
  func order() -> [Int32] {
    var order: [Int32] = []
    order.reserveCapacity(ids.count)
    var isPlaced = [Bool](repeating: false, count: ids.count)
    for tip in tips {
      var stack: [(node: Int32, next: Int32)] = [(tip, 0)]
      while let (node, next) = stack.last {
        if isPlaced[Int(node)] {
          stack.removeLast()
          continue
        }
        let parents = parents(of: Int(node))
        if Int(next) < parents.count {
          stack[stack.count - 1].next += 1
          let parent = parents[parents.startIndex + Int(next)]
          if parent >= 0, !isPlaced[Int(parent)] { stack.append((parent, 0)) }
        } else {
          isPlaced[Int(node)] = true
          order.append(node)
          stack.removeLast()
        }
      }
    }
    return order
  }
}
