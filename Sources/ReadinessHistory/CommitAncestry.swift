import ReadinessCore
import ReadinessGit

/// What the judge may ask about the commits before a proposal's parents, from a repository.
public struct CommitAncestry: Ancestry {
  private let repository: Repository
  private let parents: [ObjectID]
  private let isBare: Bool
  private let bareParents: Set<Int>
  private let knownBases: (() throws -> [ObjectID])?

  /// - Parameters:
  ///   - parents: the parents of the proposal, first parent first.
  ///   - isBare: true where it is known already that none of them, nor of their ancestors, holds a plan or a policy.
  ///   - bareParents: the parents of which that is known.
  ///   - knownBases: the merge bases of two parents, from who knows them already.
  public init(
    _ repository: Repository, parents: [ObjectID], isBare: Bool = false, bareParents: Set<Int> = [],
    knownBases: (() throws -> [ObjectID])? = nil
  ) {
    self.repository = repository
    self.parents = parents
    self.isBare = isBare
    self.bareParents = bareParents
    self.knownBases = parents.count == 2 ? knownBases : nil
  }

  /// Walks history; asked only where no parent holds a plan. O(history).
  public func anyHoldsPlanOrPolicy() throws -> Bool {
    if parents.isEmpty || isBare { return false }
    return try parents.indices.contains { try holdsPlanOrPolicy(parent: $0) }
  }

  /// Walks history, each tree once; asked only where the parent's own tree holds none. O(history).
  public func holdsPlanOrPolicy(parent: Int) throws -> Bool {
    if isBare || bareParents.contains(parent) { return false }
    var seen = Set<ObjectID>()
    return try repository.keptHistory(of: parents[parent]) { commit in
      let tree = repository.tree(of: commit)
      return try seen.insert(tree.root).inserted && Kinship.holdsPlanOrPolicy(tree)
    }
  }

  /// Asked of baselines that have ancestors only. O(history).
  public func holds(planID: String) throws -> Bool {
    if parents.isEmpty || isBare { return false }
    if repository.isShallow { throw repository.shallowHistory }
    var seen = Set<ObjectID>()
    for id in try repository.commits(from: parents) {
      let tree = try repository.tree(ofCommit: id)
      guard seen.insert(tree.root).inserted else { continue }
      if try tree.planFile()?.plan?.planID == planID { return true }
    }
    return false
  }

  /// By the graph of commits.
  public func holds(commit: String) throws -> Bool {
    guard let id = ObjectID(hex: commit), try repository.holds(id) else { return false }
    return try parents.contains { try $0 == id || repository.isDescendant($0, of: id) }
  }

  /// Git's own, or an equal baseline.
  public func bases(of first: Int, and second: Int) throws -> [any PlanTree] {
    try baseIDs(first, second).map { try repository.tree(ofCommit: $0) }
  }

  /// Walks what each parent has not dropped. O(history).
  public func keptBases(of first: Int, and second: Int) throws -> [any PlanTree] {
    try baseIDs(first, second).filter { base in
      try [first, second].allSatisfy { side in try repository.keptHistory(of: parents[side]) { $0.id == base } }
    }.map { try repository.tree(ofCommit: $0) }
  }

  private func baseIDs(_ first: Int, _ second: Int) throws -> [ObjectID] {
    try repository.planBases(parents[first], parents[second], known: knownBases?())
  }

  /// The ancestry of some of the parents.
  public func keeping(_ kept: [Int]) -> any Ancestry {
    CommitAncestry(
      repository, parents: kept.map { parents[$0] }, isBare: isBare,
      bareParents: Set(kept.indices.filter { bareParents.contains(kept[$0]) }),
      knownBases: kept.count == parents.count ? knownBases : nil)
  }

  /// The merge bases of all parents.
  func mergeBases() throws -> [ObjectID] {
    guard parents.count == 2 else { return try repository.mergeBases(of: parents) }
    return try baseIDs(0, 1)
  }

  /// Walks back along first parents until the test passes.
  public func nearest(_ id: MilestoneID, where isReadable: (MilestoneFile) -> Bool) throws -> MilestoneFile? {
    try alongFirstParents { tree in
      guard let file = try tree.milestone(id), isReadable(file) else { return nil }
      return file
    }
  }

  /// Walks back along first parents until a policy can be read.
  public func nearestReadablePolicy() throws -> PolicySnapshot? {
    try alongFirstParents { tree in
      let policy = try tree.policy()
      return policy.policy == nil ? nil : policy
    }
  }

  /// Reads the parents' own messages.
  public func latestStamp() throws -> Int64? {
    try parents.flatMap { try Trailers.blocks(in: repository.commit($0).message ?? "") }
      .compactMap { $0.run.flatMap { Timestamp.milliseconds(of: $0.at) } }.max()
  }

  /// Walks back through the stay: O(commits since it began).
  public func sentToReview(_ id: MilestoneID, _ isReview: (String) -> Bool) throws -> Set<String> {
    func isThere(_ commit: Commit) throws -> Bool {
      try repository.tree(of: commit).milestone(id)?.milestone.map { isReview($0.status) } ?? false
    }
    var actors = Set<String>()
    var seen = Set(parents)
    var walk = try parents.map { try repository.commit($0) }.filter { try isThere($0) }
    while let commit = walk.popLast() {
      if repository.isShallow { throw repository.shallowHistory }
      let before = try repository.keptParents(of: commit).map { try repository.commit($0) }.filter { try isThere($0) }
      guard before.isEmpty else {
        walk += before.filter { seen.insert($0.id).inserted }
        continue
      }
      let runs = Trailers.blocks(in: commit.message ?? "").compactMap(\.run)
      let senders = runs.filter { run in
        run.transitions.contains { $0.milestone == id && $0.to.map(isReview) == true && $0.from.map(isReview) != true }
      }
      actors.formUnion((senders.isEmpty ? [commit.author] : senders.map(\.actor)).map { $0.email.foldedAddress })
    }
    return actors
  }

  /// Walks all of history. O(history).
  public func standingWaives() throws -> [StandingWaive] { try repository.standingWaives(at: parents) }

  /// Walks what one parent has and another has not.
  public func brought(by parent: Int, notIn other: Int) throws -> [Proposal] {
    if repository.isShallow { throw repository.shallowHistory }
    let known = Set(try repository.commits(from: [parents[other]]))
    return try repository.commits(from: [parents[parent]]).filter { !known.contains($0) }.reversed().map {
      try Proposal(repository.commit($0), in: repository)
    }
  }

  private func alongFirstParents<T>(_ find: (GitTree) throws -> T?) throws -> T? {
    var next = parents.first
    while let id = next {
      if repository.isShallow { throw repository.shallowHistory }
      let commit = try repository.commit(id)
      if let found = try find(repository.tree(of: commit)) { return found }
      next = commit.parents.first
    }
    return nil
  }
}
