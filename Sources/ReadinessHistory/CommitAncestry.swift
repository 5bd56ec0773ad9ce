import ReadinessCore
import ReadinessGit

/// What the judge may ask about the commits before a proposal's parents, from a repository.
public struct CommitAncestry: Ancestry {
  private let repository: Repository
  private let parents: [ObjectID]
  private let isBare: Bool

  /// - Parameters:
  ///   - parents: the parents of the proposal, first parent first.
  ///   - isBare: true where it is known already that none of them, nor of their ancestors, holds a plan or a policy.
  public init(_ repository: Repository, parents: [ObjectID], isBare: Bool = false) {
    self.repository = repository
    self.parents = parents
    self.isBare = isBare
  }

  /// Walks all of history; asked only where no parent holds a plan. O(history).
  public func anyHoldsPlanOrPolicy() throws -> Bool {
    if parents.isEmpty || isBare { return false }
    if repository.isShallow { throw repository.shallowHistory }
    var seen = Set<ObjectID>()
    for id in try repository.commits(from: parents) {
      let tree = repository.tree(of: try repository.commit(id))
      guard seen.insert(tree.root).inserted else { continue }
      if try tree.holdsPlan() || !tree.policyFiles().isEmpty { return true }
    }
    return false
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
      let before = try commit.parents.map { try repository.commit($0) }.filter { try isThere($0) }
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
