public import GitObjects
public import PlanJudge
public import PlanModel
public import GitRepository
import PlanTrees

/// The commits before a proposal's parents, read from a repository for the judge.
public struct CommitAncestry: Ancestry {
  private let repository: Repository
  private let parents: [ObjectID]
  private let isBare: Bool
  private let bareParents: Set<Int>
  /// A walk that contains the parents, and their indices in it.
  private let walk: (graph: CommitGraph, places: [Int])?
  private let stamps: StampMoments
  private let place: Int?
  private let known: Known

  /// A cache of answers: rules ask about the same two parents again and again.
  private final class Known {
    /// The merge bases of two commits.
    var bases: [Set<ObjectID>: [ObjectID]] = [:]
    /// The pairs that have two equal baselines instead of a merge base.
    var copies: Set<Set<ObjectID>> = []
    /// The trees of parents and of merge bases: of a hundred parents nearly all pairs have the same base.
    var trees: [ObjectID: GitTree] = [:]
    /// The plans of parents and of bases.
    var planIDs: [ObjectID: String?] = [:]
    /// Commits that a parent brings, by id or by index in the walk: of many parents each brings to each.
    var brought: [ObjectID: BroughtCommit?] = [:]
    var broughtInWalk: [Int: BroughtCommit?] = [:]
    /// The starts of a stay in review: each side of a merge asks.
    var starts: [Stay: [ReviewStart]] = [:]

    struct Stay: Hashable {
      let milestone: MilestoneID
      let sought: Category
      let parents: Set<ObjectID>
      let states: [String]
    }
  }

  /// - Parameters:
  ///   - parents: the parents of the proposal, first parent first.
  ///   - isBare: true if it is known that neither they nor their ancestors hold a plan or a policy.
  public init(_ repository: Repository, parents: [ObjectID], isBare: Bool = false) {
    self.init(repository, parents, isBare: isBare, bareParents: [], walk: nil)
  }

  /// Creates the ancestry of a commit of a walk.
  init(_ repository: Repository, of index: Int, in graph: CommitGraph, parents: [ObjectID], _ stamps: StampMoments) {
    let places = graph.parents(of: index).map { Int($0) }
    self.init(
      repository, parents, isBare: graph.isBare(before: index), bareParents: graph.bareParents(of: index),
      walk: graph.isWhole && places.allSatisfy { $0 >= 0 } ? (graph, places) : nil, stamps, at: index)
  }

  /// - Parameter bareParents: the parents that hold no plan and no policy, and have no ancestor that does.
  private init(
    _ repository: Repository, _ parents: [ObjectID], isBare: Bool, bareParents: Set<Int>,
    walk: (graph: CommitGraph, places: [Int])?, _ stamps: StampMoments = StampMoments(nil), at place: Int? = nil,
    known: Known = Known()
  ) {
    self.repository = repository
    self.parents = parents
    self.isBare = isBare
    self.bareParents = bareParents
    self.walk = walk
    (self.stamps, self.place, self.known) = (stamps, place, known)
  }

  /// Walks history if no parent holds a plan. O(history).
  public func anyHoldsPlanOrPolicy() throws -> Bool {
    if parents.isEmpty || isBare { return false }
    return try parents.indices.contains { try holdsPlanOrPolicy(parent: $0) }
  }

  /// Walks history, each tree once, if the parent's own tree holds none. O(history).
  public func holdsPlanOrPolicy(parent: Int) throws -> Bool {
    if isBare || bareParents.contains(parent) { return false }
    var seen = Set<ObjectID>()
    return try repository.keptHistory(of: parents[parent]) { commit in
      let tree = repository.tree(of: commit)
      return try seen.insert(tree.root).inserted && Kinship.holdsPlanOrPolicy(tree)
    }
  }

  /// Walks history; only baselines that have ancestors need it. O(history).
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

  /// Looks the commit up in the graph of commits.
  public func holds(commit: String) throws -> Bool {
    guard let id = ObjectID(hex: commit), try repository.holds(id) else { return false }
    return try parents.contains { try $0 == id || repository.isDescendant($0, of: id) }
  }

  /// Returns git's merge bases, or an equal baseline.
  public func bases(of first: Int, and second: Int) throws -> [any PlanTree] {
    try baseIDs(first, second).map { try tree(of: $0) }
  }

  /// Walks the history that each parent has not dropped. O(history).
  public func keptBases(of first: Int, and second: Int) throws -> [any PlanTree] {
    try baseIDs(first, second).filter { base in
      try [first, second].allSatisfy { side in try repository.keptHistory(of: parents[side]) { $0.id == base } }
    }.map { try tree(of: $0) }
  }

  private func tree(of id: ObjectID) throws -> GitTree {
    if let tree = known.trees[id] { return tree }
    let tree = try repository.tree(ofCommit: id)
    known.trees[id] = tree
    return tree
  }

  /// Returns the ancestry of some of the parents.
  public func keeping(_ kept: [Int]) -> any Ancestry {
    CommitAncestry(
      repository, kept.map { parents[$0] }, isBare: isBare,
      bareParents: Set(kept.indices.filter { bareParents.contains(kept[$0]) }),
      walk: walk.map { walk in (walk.graph, kept.map { walk.places[$0] }) }, stamps, at: place,
      known: known)
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

  /// Reads the audit's cache, or walks all of history. O(history).
  public func latestStamp(by clock: Int64?) throws -> Int64? {
    if parents.isEmpty || isBare { return nil }
    return try stamps.latest(before: place, parents: parents, in: repository, by: clock)
  }

  /// Walks back through the stay. O(commits since it began).
  public func reviewStarts(_ id: MilestoneID, in sought: Category, by workflow: Workflow) throws -> [ReviewStart] {
    if repository.isShallow, !parents.isEmpty { throw repository.shallowHistory }
    let key = Known.Stay(
      milestone: id, sought: sought, parents: Set(parents),
      states: workflow.states.map { "\($0.category.rawValue) \($0.name)" })
    if let starts = known.starts[key] { return starts }
    let starts = try ReviewWalk(id, in: repository) { workflow.category($0) }.starts(from: parents, in: sought)
    known.starts[key] = starts
    return starts
  }

  /// Walks all of history. O(history).
  public func standingWaives() throws -> [StandingWaive] { try repository.standingWaives(at: parents) }

  private func baseIDs(_ first: Int, _ second: Int) throws -> [ObjectID] {
    let pair: Set = [parents[first], parents[second]]
    if let known = known.bases[pair] { return known }
    if repository.isShallow { throw repository.shallowHistory }
    let own =
      try walk.map { $0.graph.mergeBases(of: $0.places[first], and: $0.places[second]) }
      ?? repository.mergeBases(of: parents[first], and: parents[second])
    let found = try repository.planBases(parents[first], parents[second], known: own, planID: planID(of:))
    known.bases[pair] = found
    if found.count > own.count { known.copies.insert(pair) }
    return found
  }

  private func planID(of commit: ObjectID) throws -> String? {
    if let plan = known.planIDs[commit] { return plan }
    let plan = try tree(of: commit).planFile()?.plan?.planID
    known.planIDs[commit] = .some(plan)
    return plan
  }

  /// Compares the merge bases: an ancestor is the only one. A copy of the other's baseline counts as that baseline.
  public func isBehind(_ parent: Int, _ other: Int) throws -> Bool {
    let (own, theirs) = (parents[parent], parents[other])
    if own == theirs { return parent > other }
    let bases = try baseIDs(parent, other)
    guard known.copies.contains([own, theirs]), bases.count == 1 else { return bases == [own] }
    func isBaseline(_ one: ObjectID, _ two: ObjectID) throws -> Bool {
      try repository.planBases(one, two, known: [], planID: planID(of:)) == [one]
    }
    guard try isBaseline(own, theirs) else { return false }
    return try !isBaseline(theirs, own) || parent > other
  }

  /// Walks the commits that one parent has and another does not have. O(commits of both since they parted).
  public func brought(by parent: Int, notIn other: Int) throws -> [BroughtCommit] {
    let found = try commits(of: parent, notIn: other)
    // Two equal baselines count as one commit: a parent that has one is brought no copy of it.
    return try found.filter { commit in
      if try commit.parents.contains(where: { try Kinship.holdsPlanOrPolicy($0) }) { return true }
      let author = try commit.proposal().author
      return try !repository.hasBaseline(equalTo: commit.tree, by: author, in: parents[other])
    }
  }

  private func commits(of parent: Int, notIn other: Int) throws -> [BroughtCommit] {
    if let (graph, places) = walk {
      return try graph.commits(of: places[parent], notOf: places[other]).filter(graph.isOfInterest).compactMap {
        place in
        if let found = known.broughtInWalk[place] { return found }
        let before = graph.parents(of: place).map { graph.trees[Int($0)] }
        let found = try brought(tree: graph.trees[place], parents: before) { try graph.commit(place, in: repository) }
        known.broughtInWalk[place] = .some(found)
        return found
      }
    }
    if repository.isShallow { throw repository.shallowHistory }
    return try repository.commits(from: [parents[parent]], notFrom: [parents[other]]).compactMap { id in
      if let found = known.brought[id] { return found }
      let commit = try repository.commit(id)
      let before = try commit.parents.map { try repository.commit($0).tree }
      let found = try brought(tree: commit.tree, parents: before) { commit }
      known.brought[id] = .some(found)
      return found
    }
  }

  /// Returns nil for a commit that changes neither plan nor policy.
  private func brought(tree: ObjectID, parents: [ObjectID], _ commit: @escaping () throws -> Commit) throws
    -> BroughtCommit?
  {
    let (own, before) = (repository.tree(tree), parents.map { repository.tree($0) })
    let touches =
      try before.isEmpty
      ? !own.hasSamePlanAndPolicy(as: EmptyTree()) : before.contains { try !own.hasSamePlanAndPolicy(as: $0) }
    guard touches else { return nil }
    return BroughtCommit(parents: before, tree: own) { try Proposal(commit(), in: repository) }
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
