public import PlanJudge
public import PlanModel

/// A history in memory: commits by number, each greater than its parents. Questions of the judge about ancestors are
/// answered from the whole history, as in a repository.
public final class MemoryHistory {
  /// One commit.
  public struct Node {
    public let parents: [Int]
    public let tree: MemoryTree
    public let author: Identity
    public let message: String
  }

  /// The commits, by number.
  public private(set) var nodes: [Node] = []
  /// The time of the next stamp, in milliseconds since 1970.
  public var clock: Int64 = 1_795_000_000_000

  public init() {}

  /// Adds a commit unchanged, legal or not.
  @discardableResult
  public func add(
    _ tree: MemoryTree, on parents: [Int], by author: Identity = PlanFixture.ada, _ message: String = "x\n"
  ) -> Int {
    nodes.append(Node(parents: parents, tree: tree, author: author, message: message))
    return nodes.count - 1
  }

  /// Adds a commit with a true stamp of its changes, legal or not.
  /// - Parameter reason: the reason in the stamp.
  @discardableResult
  public func stamp(
    _ tree: MemoryTree, on parents: [Int], by author: Identity = PlanFixture.ada, reason: String? = "because"
  ) throws -> Int {
    add(tree, on: parents, by: author, try message(tree, on: parents, by: author, reason: reason))
  }

  /// Adds a changed copy of the parent's tree, stamped.
  @discardableResult
  public func change(_ parent: Int, by author: Identity = PlanFixture.ada, _ change: (MemoryTree) -> Void) throws -> Int
  {
    try stamp(nodes[parent].tree.with(change), on: [parent], by: author)
  }

  /// Returns the message of a true stamp; without a block if there is nothing to stamp.
  public func message(
    _ tree: MemoryTree, on parents: [Int], by author: Identity = PlanFixture.ada, reason: String? = "because"
  ) throws -> String {
    clock += 1000
    let draft = try Judge.assess(proposal(tree, on: parents, by: author, .draft(reason: reason, mayFollow: false)))
      .draft
    guard let draft else { return "x\n" }
    let run = draft.run(at: Timestamp.text(millisecondsSince1970: clock), actor: author, reason: reason)
    return "x\n\n" + Trailers.render(run, plan: draft.plan) + "\n"
  }

  /// Returns the proposal of a new commit.
  public func proposal(
    _ tree: MemoryTree, on parents: [Int], by author: Identity = PlanFixture.ada, _ claim: Proposal.Claim
  ) -> Proposal {
    Proposal(
      parents: parents.map { nodes[$0].tree }, candidate: tree, ancestry: MemoryAncestry(self, parents), author: author,
      claim: claim, now: clock, verifier: FakeSignatures())
  }

  /// Returns the proposal of a commit of the history.
  public func proposal(of number: Int) -> Proposal {
    let node = nodes[number]
    return proposal(node.tree, on: node.parents, by: node.author, .committed(Trailers.blocks(in: node.message)))
  }

  /// Judges a commit of the history.
  public func assess(_ number: Int) throws -> Assessment { try Judge.assess(proposal(of: number)) }

  /// Judges a new commit with a true stamp.
  public func assess(
    _ tree: MemoryTree, on parents: [Int], by author: Identity = PlanFixture.ada, reason: String? = "because"
  ) throws -> Assessment {
    let blocks = Trailers.blocks(in: try message(tree, on: parents, by: author, reason: reason))
    return try Judge.assess(proposal(tree, on: parents, by: author, .committed(blocks)))
  }

  /// Judges a new commit without a stamp.
  public func assessUnstamped(_ tree: MemoryTree, on parents: [Int], by author: Identity = PlanFixture.ada) throws
    -> Assessment
  {
    try Judge.assess(proposal(tree, on: parents, by: author, .committed([])))
  }

  /// Returns the commits that are reachable from others, including themselves.
  func reachable(from tips: [Int]) -> Set<Int> {
    var seen = Set(tips)
    var frontier = tips
    while let number = frontier.popLast() {
      for parent in nodes[number].parents where seen.insert(parent).inserted { frontier.append(parent) }
    }
    return seen
  }

  func bases(_ a: Int, _ b: Int) -> [Int] {
    let common = reachable(from: [a]).intersection(reachable(from: [b]))
    return common.filter { base in !common.contains { $0 != base && reachable(from: [$0]).contains(base) } }.sorted()
  }
}

/// The ancestry of a commit in a history in memory.
struct MemoryAncestry: Ancestry {
  private let history: MemoryHistory
  private let parents: [Int]

  init(_ history: MemoryHistory, _ parents: [Int]) { (self.history, self.parents) = (history, parents) }

  private var ancestors: [MemoryHistory.Node] { history.reachable(from: parents).sorted().map { history.nodes[$0] } }

  private func alongFirstParents<T>(_ find: (MemoryTree) -> T?) -> T? {
    var next = parents.first
    while let number = next {
      if let found = find(history.nodes[number].tree) { return found }
      next = history.nodes[number].parents.first
    }
    return nil
  }

  func anyHoldsPlanOrPolicy() -> Bool {
    ancestors.contains {
      $0.tree.planIdentity() != nil || !$0.tree.milestones().isEmpty || !$0.tree.policyFiles().isEmpty
    }
  }

  func nearest(_ id: MilestoneID, where isReadable: (MilestoneFile) -> Bool) -> MilestoneFile? {
    alongFirstParents { tree in tree.milestone(id).flatMap { isReadable($0) ? $0 : nil } }
  }

  func nearestReadablePolicy() -> PolicySnapshot? {
    alongFirstParents { tree in
      let policy = tree.policy()
      return policy.policy == nil ? nil : policy
    }
  }

  func latestStamp(by clock: Int64?) -> Int64? {
    ancestors.flatMap { Trailers.blocks(in: $0.message) }
      .compactMap { $0.run.flatMap { Timestamp.milliseconds(of: $0.at) } }.max()
  }

  func reviewStarts(_ id: MilestoneID, in sought: PlanModel.Category, by workflow: Workflow) -> [ReviewStart] {
    func isThere(_ number: Int, _ sought: PlanModel.Category) -> Bool {
      history.nodes[number].tree.milestone(id)?.milestone.map { workflow.category($0.status) == sought } ?? false
    }
    var starts: [ReviewStart] = []
    var seen = Set(parents)
    var walk = parents.filter { isThere($0, sought) }.map { ($0, sought) }
    while let (number, sought) = walk.popLast() {
      var (before, next) = (history.nodes[number].parents.filter { isThere($0, sought) }, sought)
      if before.isEmpty, sought == .done {
        (before, next) = (history.nodes[number].parents.filter { isThere($0, .review) }, .review)
      }
      if before.isEmpty { starts.append(ReviewStart(author: history.nodes[number].author, run: nil)) }
      walk += before.filter { seen.insert($0).inserted }.map { ($0, next) }
    }
    return starts
  }

  func standingWaives() -> [StandingWaive] { [] }

  func bases(of first: Int, and second: Int) -> [any PlanTree] {
    history.bases(parents[first], parents[second]).map { history.nodes[$0].tree }
  }

  func isBehind(_ parent: Int, _ other: Int) -> Bool {
    if parents[parent] == parents[other] { return parent > other }
    return history.reachable(from: [parents[other]]).contains(parents[parent])
  }

  func brought(by parent: Int, notIn other: Int) -> [BroughtCommit] {
    let known = history.reachable(from: [parents[other]])
    return history.reachable(from: [parents[parent]]).subtracting(known).sorted().map { number in
      let node = history.nodes[number]
      return BroughtCommit(parents: node.parents.map { history.nodes[$0].tree }, tree: node.tree) {
        history.proposal(of: number)
      }
    }
  }

  func keeping(_ kept: [Int]) -> any Ancestry { MemoryAncestry(history, kept.map { parents[$0] }) }
}
