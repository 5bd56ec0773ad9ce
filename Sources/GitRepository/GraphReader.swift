import GitObjects
import PlanModel
import ReadinessSystem

/// Reads a history into arrays that are indexed by a commit's number, in reading order.
///
/// Packed objects are read by the chunk, on every core, when the first commit of a chunk is needed. Neighbours in a
/// pack are usually neighbours in history. Other commits of a chunk also get numbers, which stay unused.
struct GraphReader {
  private let repository: Repository
  private let store: ObjectStore
  private(set) var ids: [ObjectID] = []
  /// For each commit, the number of its plan folders; 0 is none.
  private(set) var folders: [Int32] = []
  private(set) var trees: [ObjectID] = []
  private var mayHoldStamp: [Bool] = []
  /// The raw commits that may contain a stamp, with their numbers, up to a memory bound.
  private(set) var kept: [(number: Int32, raw: [UInt8])] = []
  private var room = 24 << 20
  private var parentStart: [Int32] = [0]
  private var parentList: [Int32] = []
  private var known: [PlanFolders: Int32] = [PlanFolders(): 0]
  private var tips: [Int32] = []

  /// The numbers of commits that are in no pack, or were not read with a chunk.
  private var numbers: [ObjectID: Int32] = [:]
  private var chunks: PackChunks?
  private var isRead: [Bool]
  /// The number of each packed object that is a commit and was read; -1 for all others.
  private var packed: [Int32]
  /// The unpacked parents of numbered commits, until they are numbered themselves.
  private var unpacked: [ObjectID] = []

  /// The numbers of commits outside the walk, of which only the trees are needed.
  private var outside: [ObjectID: Int32] = [:]
  private var outsideFolders: [Int32] = []

  /// - Parameter isLong: true if a whole history will be read.
  init(_ repository: Repository, isLong: Bool) {
    self.repository = repository
    store = repository.store
    chunks = isLong ? store.packs?.chunks() : nil
    isRead = [Bool](repeating: false, count: chunks?.count ?? 0)
    packed = [Int32](repeating: -1, count: chunks?.objects ?? 0)
  }

  // MARK: - A whole history

  /// Reads all commits that are reachable from `tips`.
  mutating func walk(from tips: [ObjectID], _ progress: (Int, Int) -> Void) throws {
    self.tips = try tips.map { try number($0) }
    var waiting = self.tips
    var isReached: [Bool] = []
    var count = 0
    while let number = waiting.popLast() {
      if ids.count > isReached.count {
        isReached.append(contentsOf: repeatElement(false, count: ids.count - isReached.count))
      }
      if isReached[Int(number)] { continue }
      isReached[Int(number)] = true
      for at in Int(parentStart[Int(number)])..<Int(parentStart[Int(number) + 1]) {
        let link = Int(parentList[at])
        let parent = link >= 0 ? try self.number(atPlace: link) : try self.number(unpacked[-link - 1])
        parentList[at] = parent
        waiting.append(parent)
      }
      count += 1
      if count & 0xFFF == 0 { progress(count, 0) }
    }
    progress(count, 0)
  }

  /// Returns the number of a commit. Reads the commit if it has none yet.
  private mutating func number(_ id: ObjectID) throws -> Int32 {
    if let place = chunks == nil ? nil : store.packs?.place(of: id) { return try number(atPlace: place) }
    if let number = numbers[id] { return number }
    let number = try readAlone(id)
    numbers[id] = number
    return number
  }

  private mutating func number(atPlace place: Int) throws -> Int32 {
    if packed[place] >= 0 { return packed[place] }
    if let chunks, let chunk = store.packs?.chunk(of: place), !isRead[chunk] {
      isRead[chunk] = true
      try read(chunks[chunk])
      if packed[place] >= 0 { return packed[place] }
    }
    // It is stored as a delta, or it is damaged, which throws now.
    packed[place] = try readAlone(store.packs?.id(at: place) ?? ObjectID([]))
    return packed[place]
  }

  /// Reads a commit and its tree, and links its parents by position.
  private mutating func readAlone(_ id: ObjectID) throws -> Int32 {
    let room = self.room
    let found = try store.with(id, .commit) { raw -> (head: CommitHead?, raw: [UInt8]?) in
      let head = CommitHead(raw)
      return (head, head?.mayHoldStamp == true && raw.count <= room ? Array(raw) : nil)
    }
    guard let head = found.head else { throw damaged(id) }
    let folders = number(of: try Self.folders(of: head.tree, store))
    let number = append(id, head.tree, folders, head.mayHoldStamp)
    if let raw = found.raw { keep(number, raw) }
    for parent in head.parents { parentList.append(link(to: parent)) }
    parentStart.append(Int32(parentList.count))
    return number
  }

  /// Returns the link to a parent that may have no number yet: its position in the packs, or a negative index into
  /// `unpacked`.
  private mutating func link(to parent: ObjectID) -> Int32 {
    if chunks != nil, let place = store.packs?.place(of: parent) { return Int32(place) }
    unpacked.append(parent)
    return -Int32(unpacked.count)
  }

  private mutating func append(_ id: ObjectID, _ tree: ObjectID, _ folders: Int32, _ mayHoldStamp: Bool) -> Int32 {
    let number = Int32(ids.count)
    ids.append(id)
    trees.append(tree)
    self.folders.append(folders)
    self.mayHoldStamp.append(mayHoldStamp)
    return number
  }

  private mutating func keep(_ number: Int32, _ raw: [UInt8]) {
    guard raw.count <= room else { return }
    kept.append((number, raw))
    room -= raw.count
  }

  // MARK: - Chunks of packs

  /// The commits of a chunk that one thread has read.
  private struct Found {
    var places: [Int32] = []
    var ids: [ObjectID] = []
    var trees: [ObjectID] = []
    var folders: [Int32] = []
    var mayHoldStamp: [Bool] = []
    var kept: [(at: Int, raw: [UInt8])] = []
    var parentEnd: [Int32] = []
    var parents: [Int32] = []
    var unpacked: [ObjectID] = []
    var known: [PlanFolders: Int32] = [:]
  }

  private mutating func read(_ places: ArraySlice<Int32>) throws {
    // A short history does not repay a thread.
    let others = places.count > 1024 ? try repository.perThreadCopies() : []
    let shares = Shares(of: places.count, for: others.count + 1, each: 64)
    let room = self.room / (others.count + 1)
    let work = others.enumerated().map { number, repository in
      { [store = repository.store] in Self.read(places, shares, number + 1, store, room) }
    }
    let found = try concurrently(work) { Self.read(places, shares, 0, store, room) }
    take(found.here)
    for part in found.there { take(part) }
  }

  private static func read(
    _ places: ArraySlice<Int32>, _ shares: Shares, _ thread: Int, _ store: ObjectStore, _ room: Int
  ) -> Found {
    var found = Found()
    guard let packs = store.packs else { return found }
    var room = room
    shares.forEach(on: thread) { at in
      let place = places[places.startIndex + at]
      let read = packs.withCommit(at: Int(place)) { id, raw -> (id: ObjectID, head: CommitHead, raw: [UInt8]?)? in
        guard let head = CommitHead(raw), isConfirmed(id, raw, store) else { return nil }
        return (id, head, head.mayHoldStamp && raw.count <= room ? Array(raw) : nil)
      }
      // An unreadable object is reported only when it is needed.
      guard case let (id, head, raw)?? = read, let folders = foldersQuietly(of: head.tree, store) else { return }
      if let raw {
        found.kept.append((found.ids.count, raw))
        room -= raw.count
      }
      found.places.append(place)
      found.ids.append(id)
      found.trees.append(head.tree)
      found.mayHoldStamp.append(head.mayHoldStamp)
      if let number = found.known[folders] {
        found.folders.append(number)
      } else {
        found.folders.append(Int32(found.known.count))
        found.known[folders] = Int32(found.known.count)
      }
      for parent in head.parents {
        if let place = packs.place(of: parent) {
          found.parents.append(Int32(place))
        } else {
          found.unpacked.append(parent)
          found.parents.append(-Int32(found.unpacked.count))
        }
      }
      found.parentEnd.append(Int32(found.parents.count))
    }
    return found
  }

  private mutating func take(_ found: Found) {
    let (first, links, beside) = (Int32(ids.count), Int32(parentList.count), Int32(unpacked.count))
    var numbers = [Int32](repeating: 0, count: found.known.count)
    for (folders, local) in found.known { numbers[Int(local)] = number(of: folders) }
    for (at, place) in found.places.enumerated() { packed[Int(place)] = first + Int32(at) }
    ids += found.ids
    trees += found.trees
    mayHoldStamp += found.mayHoldStamp
    for local in found.folders { folders.append(numbers[Int(local)]) }
    for end in found.parentEnd { parentStart.append(links + end) }
    for link in found.parents { parentList.append(link >= 0 ? link : link - beside) }
    unpacked += found.unpacked
    for (at, raw) in found.kept { keep(first + Int32(at), raw) }
  }

  // MARK: - A part of a history

  /// Reads a list of commits, parents before children. Parents outside the list get negative numbers.
  mutating func take(_ some: [ObjectID]) throws {
    for (number, id) in some.enumerated() { numbers[id] = Int32(number) }
    tips = some.indices.map { Int32($0) }
    for id in some {
      let head = try head(of: id)
      _ = append(id, head.tree, number(of: try Self.folders(of: head.tree, store)), head.mayHoldStamp)
      for parent in head.parents { parentList.append(try numbers[parent] ?? outsideNumber(parent)) }
      parentStart.append(Int32(parentList.count))
    }
  }

  private mutating func outsideNumber(_ id: ObjectID) throws -> Int32 {
    if let number = outside[id] { return number }
    outsideFolders.append(number(of: try Self.folders(of: try head(of: id).tree, store)))
    let number = -Int32(outsideFolders.count)
    outside[id] = number
    return number
  }

  private func head(of id: ObjectID) throws -> CommitHead {
    guard let head = try store.with(id, .commit, { CommitHead($0) }) else { throw damaged(id) }
    return head
  }

  // MARK: - What was read

  private func damaged(_ id: ObjectID) -> GitError {
    GitError(
      .damaged, "The commit \(id) is damaged.", hint: "Run git fsck: it says what is damaged.", function: "CommitHead")
  }

  private static func folders(of tree: ObjectID, _ store: ObjectStore) throws -> PlanFolders {
    try store.with(tree, .tree) { PlanFolders($0, of: tree) }
  }

  private static func isConfirmed(_ id: ObjectID, _ raw: UnsafeRawBufferPointer, _ store: ObjectStore) -> Bool {
    do { try store.confirm(id, .commit, raw) } catch { return false }
    return true
  }

  private static func foldersQuietly(of tree: ObjectID, _ store: ObjectStore) -> PlanFolders? {
    do { return try folders(of: tree, store) } catch { return nil }
  }

  private mutating func number(of found: PlanFolders) -> Int32 {
    if let number = known[found] { return number }
    let number = Int32(known.count)
    known[found] = number
    return number
  }

  /// Frees the tables that are needed only while reading.
  mutating func forgetNumbers() { (numbers, chunks, packed, unpacked) = ([:], nil, [], []) }

  /// Frees the arrays that the graph has copied.
  mutating func forgetIDs() { (ids, trees) = ([], []) }

  func parents(of index: Int) -> ArraySlice<Int32> {
    parentList[Int(parentStart[index])..<Int(parentStart[index + 1])]
  }

  /// Returns the numbers of the folders with a policy that guards paths: usually none. Reads each `ssot` once.
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
      return try store.with(tree, .tree) { raw in name.withUTF8 { TreeObject.entry($0, in: raw) } }
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

  /// Counts the commits of a walk that have `.readiness` or `ssot` and no parent that does.
  ///
  /// A pack's chunk also contains commits that the walk never reaches; their parents have no numbers.
  func beginnings(among order: [Int32]) -> Int {
    order.count { number in
      folders[Int(number)] != 0
        && !parents(of: Int(number)).contains { ($0 < 0 ? outsideFolders[Int(-$0) - 1] : folders[Int($0)]) != 0 }
    }
  }

  /// Returns the reachable commits, parents before children: depth first along first parents, without recursion.
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
