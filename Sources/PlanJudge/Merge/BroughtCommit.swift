public import PlanModel

/// A commit that one parent of a merge has and another does not.
public final class BroughtCommit {
  /// The trees of its parents, first parent first.
  public let parents: [any PlanTree]
  /// Its own tree.
  public let tree: any PlanTree
  private let make: () throws -> Proposal
  private var made: Proposal?
  private var told: [StampBlock]?
  private var runIDs: Set<Digest>?
  /// The runs in its message that the other parent also has.
  private var repeated: Set<Digest> = []

  /// - Parameter proposal: reads the commit as a proposal; called at most once, and only if a rule needs it.
  public init(parents: [any PlanTree], tree: any PlanTree, proposal: @escaping () throws -> Proposal) {
    (self.parents, self.tree, make) = (parents, tree, proposal)
  }

  /// Returns the proposal of the commit.
  public func proposal() throws -> Proposal {
    if let made { return made }
    let proposal = try make()
    made = proposal
    return proposal
  }

  /// Returns the blocks of its message that describe the commit itself.
  func blocks() throws -> [StampBlock] {
    if let told { return told }
    guard case .committed(let all) = try proposal().claim else { return [] }
    let blocks = all.filter { !$0.heals && $0.fault == nil }
    told = blocks
    return blocks
  }

  /// Returns the run IDs that the blocks claim.
  func runs() throws -> Set<Digest> {
    if let runIDs { return runIDs }
    let runs = Set(try blocks().compactMap(\.claimedID))
    runIDs = runs
    return runs
  }

  /// Returns the files that it changes relative to any parent, except those that only repeated runs list. Reads no
  /// file.
  func files() throws -> Set<MergedFile> {
    var files = Set<MergedFile>()
    for parent in parents.isEmpty ? [EmptyTree()] : parents { files.formUnion(try tree.changedFiles(since: parent)) }
    guard !repeated.isEmpty else { return files }
    let blocks = try blocks()
    return files.filter { file in
      let listing = blocks.filter { $0.run.map(file.isListed) ?? false }
      return listing.isEmpty || !listing.allSatisfy { $0.claimedID.map(repeated.contains) ?? false }
    }
  }

  /// Returns the values of a file that the commit decides if it merges parents of one plan.
  func decidedValues(of file: MergedFile) throws -> Set<ValuePath> {
    guard parents.count > 1, let proposal = try JoinRule.outcome(proposal()).proposal,
      let sides = try MergeSides(proposal)
    else { return [] }
    return try MergedValues(file, sides)?.decided ?? []
  }

  /// Returns the runs of its message that grant exceptions, except those that the other parent also has.
  func exceptions() throws -> [Run] {
    try blocks().filter { block in block.claimedID.map { !repeated.contains($0) } ?? true }
      .compactMap(\.run).filter { !$0.waives.isEmpty }
  }

  /// Returns the part of the commit that is new if some runs are known; nil if nothing is new. In a squash, only the
  /// blocks count.
  func without(_ runs: Set<Digest>) throws -> BroughtCommit? {
    let own = try self.runs()
    let known = own.intersection(runs)
    if known.isEmpty { return self }
    if known == own { return nil }
    let rest = BroughtCommit(parents: parents, tree: tree) { try self.proposal() }
    rest.repeated = known
    return rest
  }
}
