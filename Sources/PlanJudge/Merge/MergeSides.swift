import PlanModel

/// The sides of a merge: the parents with a plan or a policy (contract 2.2, which policy judges). Caches comparisons,
/// because every value of a file needs them.
final class MergeSides {
  /// A parent, and the policy that judges from its side.
  struct Side {
    /// The parent's index.
    let parent: Int
    let tree: any PlanTree
    let judging: Judging

    var policy: Policy { judging.policy }
  }

  let proposal: Proposal
  /// Every side, in the order of the parents.
  let all: [Side]
  /// The sides whose values are compared: an ancestor of another parent decides nothing (contract 3, merges).
  let meeting: [Side]
  private var knownBases: [Pair: [any PlanTree]] = [:]
  private var knownLines: [Pair: BroughtLine] = [:]

  struct Pair: Hashable { let a, b: Int }

  /// Returns nil unless the proposal is a merge and a parent has a plan or a policy.
  init?(_ proposal: Proposal) throws {
    guard proposal.isMerge else { return nil }
    self.proposal = proposal
    // `JoinRule` removed unrelated parents and those of dropped plans.
    guard try proposal.parents.contains(where: { try Kinship.holdsPlanOrPolicy($0) }) else { return nil }
    let holders = Array(proposal.parents.indices)
    all = try holders.map { index in
      Side(parent: index, tree: proposal.parents[index], judging: try Judging(proposal.seen(from: index)))
    }
    let behind = try Set(
      holders.filter { one in
        try holders.contains { try $0 != one && proposal.ancestry.isBehind(one, $0) }
      })
    meeting = all.filter { !behind.contains($0.parent) }
  }

  var candidate: any PlanTree { proposal.candidate }

  /// Returns the merge bases of two sides, or the empty tree if there is none.
  func bases(_ a: Side, _ b: Side) throws -> [any PlanTree] {
    let pair = Pair(a: min(a.parent, b.parent), b: max(a.parent, b.parent))
    if let known = knownBases[pair] { return known }
    let found = try proposal.ancestry.bases(of: pair.a, and: pair.b)
    let bases = found.isEmpty ? [EmptyTree()] : found
    knownBases[pair] = bases
    return bases
  }

  /// Returns the commits that one side has and another does not.
  func line(of side: Side, notIn other: Side) throws -> BroughtLine {
    let pair = Pair(a: side.parent, b: other.parent)
    if let known = knownLines[pair] { return known }
    let line = BroughtLine(try proposal.ancestry.brought(by: side.parent, notIn: other.parent))
    knownLines[pair] = line
    return line
  }

  /// Returns what one side brings to another. A run that the other side has under the same ID is not new.
  func bringing(_ side: Side, to other: Side) throws -> BroughtLine {
    let line = try line(of: side, notIn: other)
    return try line.without(runsOf: self.line(of: other, notIn: side))
  }

  /// Returns true if a milestone is in review or done on a side.
  func isFrozen(_ id: MilestoneID, _ side: Side) throws -> Bool { try category(id, side)?.isFrozen == true }

  /// Returns a milestone's category on a side, by that side's workflow, or nil if the milestone does not exist there.
  func category(_ id: MilestoneID, _ side: Side) throws -> Category? {
    try side.tree.milestone(id)?.milestone.flatMap { side.policy.workflow.category($0.status) }
  }
}

/// The commits that one side of a merge has and another does not, and their changes.
final class BroughtLine {
  let commits: [BroughtCommit]
  private var index: [MergedFile: [BroughtCommit]]?
  private var changes: [MergedFile: Set<ValuePath>] = [:]
  private var filtered: BroughtLine?

  init(_ commits: [BroughtCommit]) { self.commits = commits }

  /// Returns the commits that change a file relative to any parent. O(commits) on the first call.
  func commits(changing file: MergedFile) throws -> [BroughtCommit] {
    if let index { return index[file] ?? [] }
    var found: [MergedFile: [BroughtCommit]] = [:]
    for commit in commits {
      for file in try commit.files() { found[file, default: []].append(commit) }
    }
    index = found
    return found[file] ?? []
  }

  /// Returns the values that some commit changed. A merge changes what differs from all its parents. If its stamp lists
  /// the file, it also changes what differs from any of them.
  func changedValues(of file: MergedFile) throws -> Set<ValuePath> {
    if let known = changes[file] { return known }
    var paths = Set<ValuePath>()
    for commit in try commits(changing: file) { paths.formUnion(try Self.changes(of: file, in: commit)) }
    changes[file] = paths
    return paths
  }

  /// Returns the values that some merge among the commits decided, listed in a stamp or not. O(commits).
  func decidedValues(of file: MergedFile) throws -> Set<ValuePath> {
    try commits(changing: file).reduce(into: []) { $0.formUnion(try $1.decidedValues(of: file)) }
  }

  private static func changes(of file: MergedFile, in commit: BroughtCommit) throws -> Set<ValuePath> {
    let own = try file.values(in: commit.tree)
    let parents = try commit.parents.map { try own.differences(from: file.values(in: $0)) }
    guard let first = parents.first else { return own.differences(from: FileValues()) }
    guard parents.count > 1 else { return first }
    let isListed = try commit.blocks().contains { $0.run.map(file.isListed) ?? false }
    return parents.dropFirst().reduce(first) { isListed ? $0.union($1) : $0.intersection($1) }
  }

  /// Returns the IDs of the commits' runs.
  private func runs() throws -> Set<Digest> { try commits.reduce(into: []) { $0.formUnion(try $1.runs()) } }

  /// Returns the line without the runs that the other line has; `self` if it has none of them. O(commits) if neither
  /// line is empty.
  func without(runsOf other: BroughtLine) throws -> BroughtLine {
    if let filtered { return filtered }
    var result = self
    if !commits.isEmpty, !other.commits.isEmpty {
      let theirs = try other.runs()
      let own = try commits.compactMap { try $0.without(theirs) }
      if !own.elementsEqual(commits, by: ===) { result = BroughtLine(own) }
    }
    filtered = result
    return result
  }

  /// Returns true if some commit has a policy change whose run the other line also has.
  func repeatsPolicyChange(of other: BroughtLine) throws -> Bool {
    if commits.isEmpty || other.commits.isEmpty { return false }
    let own = try commits.flatMap { try $0.blocks() }.filter { $0.run?.policyChange != nil }
    guard !own.isEmpty else { return false }
    let theirs = try other.runs()
    return own.contains { $0.claimedID.map(theirs.contains) ?? false }
  }
}

extension PlanTree {
  /// Returns the files of plan and policy that differ from another tree. Compares object ids and reads no files.
  func changedFiles(since other: any PlanTree) throws -> Set<MergedFile> {
    var files = Set(try changedMilestones(since: other).map(MergedFile.milestone))
    if try planIdentity() != other.planIdentity() { files.insert(.plan) }
    let (old, new) = (try other.policyFiles(), try policyFiles())
    for path in Set(old.keys).union(new.keys) where old[path] != new[path] { files.insert(.policy(path)) }
    return files
  }
}
