public import GitObjects
import PlanJudge
import PlanModel
public import GitRepository
import PlanTrees

extension Repository {
  /// Returns the parents whose plan a commit continues: all, unless it joins another line and drops its plan (contract
  /// 2.2, unrelated plans).
  /// - Throws: `GitError` if history cannot be read.
  /// - Complexity: reads the plan files of a merge's parents; walks history if a parent holds no plan. Each merge once.
  public func keptParents(of commit: Commit) throws -> [ObjectID] {
    guard commit.parents.count > 1 else { return commit.parents }
    if let known = keptParents[commit.id] { return known }
    let trees = try commit.parents.map { try tree(ofCommit: $0) }
    let ids = try trees.map { try $0.planFile()?.plan?.planID }
    if ids[0] != nil, ids.allSatisfy({ $0 == ids[0] }) {
      keptParents[commit.id] = commit.parents
      return commit.parents
    }
    // Decide older merges first, so that no answer waits for a chain of others.
    if ids.contains(nil) {
      for id in try commits(from: commit.parents) where keptParents[id] == nil {
        let earlier = try self.commit(id)
        if earlier.parents.count > 1 { _ = try decideKeptParents(of: earlier) }
      }
    }
    return try decideKeptParents(of: commit)
  }

  private func decideKeptParents(of commit: Commit) throws -> [ObjectID] {
    let kinship = try Kinship(
      parents: commit.parents.map { try tree(ofCommit: $0) }, result: tree(of: commit),
      ancestry: CommitAncestry(self, parents: commit.parents))
    var kept = commit.parents
    if case .joins(let indices, _) = kinship { kept = indices.map { commit.parents[$0] } }
    keptParents[commit.id] = kept
    return kept
  }

  /// Returns true if a commit, or an ancestor that it has not dropped, passes a test. O(history).
  func keptHistory(of tip: ObjectID, contains test: (Commit) throws -> Bool) throws -> Bool {
    if isShallow { throw shallowHistory }
    var seen: Set<ObjectID> = [tip]
    var waiting = [tip]
    while let id = waiting.popLast() {
      let commit = try commit(id)
      if try test(commit) { return true }
      for parent in try keptParents(of: commit) where seen.insert(parent).inserted { waiting.append(parent) }
    }
    return false
  }

  /// Returns the merge bases of two commits. If none holds the plan of both, one of two equal baselines is added.
  /// - Parameters:
  ///   - known: git's merge bases, if the caller has them.
  ///   - planID: returns the plan of a commit; the caller may cache it.
  public func planBases(
    _ first: ObjectID, _ second: ObjectID, known: [ObjectID]? = nil, planID: ((ObjectID) throws -> String?)? = nil
  ) throws -> [ObjectID] {
    let bases = try known ?? mergeBases(of: first, and: second)
    let planID = planID ?? { try self.tree(ofCommit: $0).planFile()?.plan?.planID }
    guard let plan = try planID(first), try planID(second) == plan,
      try !bases.contains(where: { try planID($0) == plan })
    else { return bases }
    let others = Set(try baselines(of: second, plan: plan).map(\.key))
    let equal = try baselines(of: first, plan: plan).filter { others.contains($0.key) }.map(\.commit)
    return bases + equal.sorted { $0.description < $1.description }.prefix(1)
  }

  /// Returns true if a history contains a baseline that counts as one commit with another. O(history).
  func hasBaseline(equalTo tree: any PlanTree, by author: Identity, in tip: ObjectID) throws -> Bool {
    guard let plan = try tree.planFile()?.plan?.planID else { return false }
    let key = try BaselineKey(tree, author)
    return try baselines(of: tip, plan: plan).contains { $0.key == key }
  }

  /// The contents by which two baselines count as one commit.
  private struct BaselineKey: Hashable {
    let author: String
    let plan: FileIdentity?
    let milestones: [MilestoneID: FileIdentity]
    let policy: [String: FileIdentity]

    init(_ tree: any PlanTree, _ author: Identity) throws {
      self.author = Address(author.email).description
      plan = try tree.planIdentity()
      milestones = try tree.milestones()
      policy = try tree.policyFiles()
    }
  }

  /// Returns the commits of a history that begin a plan. O(history).
  private func baselines(of tip: ObjectID, plan: String) throws -> [(commit: ObjectID, key: BaselineKey)] {
    let graph = try CommitGraph(self, from: [tip])
    var holds = [Bool](repeating: false, count: graph.ids.count)
    var found: [(commit: ObjectID, key: BaselineKey)] = []
    for index in graph.ids.indices {
      if graph.parents(of: index).contains(where: { holds[Int($0)] }) {
        holds[index] = true
        continue
      }
      let tree = tree(graph.trees[index])
      guard graph.mayHoldPlan(index), try Kinship.holdsPlanOrPolicy(tree) else { continue }
      holds[index] = true
      guard try tree.planFile()?.plan?.planID == plan else { continue }
      found.append((graph.ids[index], try BaselineKey(tree, graph.commit(index, in: self).author)))
    }
    return found
  }
}

extension CommitGraph {
  /// Returns the indices of the commits of another plan that are reached only through a parent whose plan was dropped.
  /// - Parameter plans: the ids of the plan that the history is about.
  /// - Complexity: O(commits); reads plan files only if a merge changes the plan.
  func dropped(from tips: [ObjectID], plans: Set<String>, in repository: Repository) throws -> Set<Int> {
    var cut: [Int: Set<ObjectID>] = [:]
    for index in ids.indices where isOfInterest(index) && parents(of: index).count > 1 {
      let commit = try commit(index, in: repository)
      let kept = try repository.keptParents(of: commit)
      if kept.count < commit.parents.count { cut[index] = Set(kept) }
    }
    guard !cut.isEmpty else { return [] }
    var isKept = [Bool](repeating: false, count: ids.count)
    let wanted = Set(tips)
    for index in ids.indices.reversed() {
      if wanted.contains(ids[index]) { isKept[index] = true }
      guard isKept[index] else { continue }
      for parent in parents(of: index) where parent >= 0 {
        if cut[index].map({ $0.contains(ids[Int(parent)]) }) ?? true { isKept[Int(parent)] = true }
      }
    }
    return Set(
      try ids.indices.filter { index in
        guard !isKept[index], let plan = try repository.tree(trees[index]).planFile()?.plan?.planID else {
          return false
        }
        return !plans.contains(plan)
      })
  }
}
