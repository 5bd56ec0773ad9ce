public import GitObjects
import PlanJudge
public import PlanModel
import GitRepository
import PlanTrees

/// The commits that an audit trusts without judging them (contract 2.2, anchors). Reports name them.
public struct AuditTrust: Sendable {
  /// The kind of point at which judgement begins.
  public enum Start: String, Sendable {
    /// The first commit that holds the plan.
    case baseline
    /// After a commit that the tip's policy names.
    case judgedFrom
    /// After a commit that the auditor names.
    case anchor
  }

  /// The kind of point at which judgement begins.
  public let start: Start
  /// The commit at that point.
  public let commit: ObjectID
  /// The number of trusted commits. Nil if they are not counted, as with an anchor.
  public let commits: Int?
  /// The run that set the start. Nil if its commit has no stamp, and for an anchor.
  public let run: Digest?
  /// The person who set the start: the run's actor, or the commit's author. Nil for an anchor.
  public let by: Identity?
  /// The moment at which the start was set: the run's, or the commit's date. Nil for an anchor.
  public let at: String?
}

extension AuditTrust {
  /// Determines what an audit trusted. Returns nil if no commit holds the plan or set `judgedFrom`.
  /// - Parameters:
  ///   - judgedFrom: the commit after which history is judged, as named by the tip's policy.
  ///   - notJudged: the number of commits that this leaves out.
  ///   - dropped: the indices of the commits of other plans.
  /// - Complexity: O(commits of interest) if `judgedFrom` counts.
  init?(
    _ range: AuditRange, _ graph: CommitGraph, judgedFrom: ObjectID?, notJudged: Int, dropped: Set<Int>,
    in repository: Repository
  ) throws {
    if let anchor = range.trusted.first {
      self.init(start: .anchor, commit: anchor, commits: nil, run: nil, by: nil, at: nil)
      return
    }
    if let judgedFrom {
      guard let setter = try Self.setter(of: judgedFrom, graph, in: repository) else { return nil }
      self = Self.by(try graph.commit(setter, in: repository), .judgedFrom, judgedFrom, notJudged)
      return
    }
    let baseline = try graph.ids.indices.first { index in
      try graph.mayHoldPlan(index) && !dropped.contains(index)
        && Kinship.holdsPlanOrPolicy(repository.tree(graph.trees[index]))
    }
    guard let baseline else { return nil }
    try self.init(baseline: graph.ids[baseline], in: repository)
  }

  /// Creates the trust in the first commit that holds the plan.
  init(baseline: ObjectID, in repository: Repository) throws {
    self = Self.by(try repository.commit(baseline), .baseline, baseline, 1)
  }

  /// Returns the index of the latest commit that set `judgedFrom` to its present value.
  private static func setter(of judgedFrom: ObjectID, _ graph: CommitGraph, in repository: Repository) throws -> Int? {
    func names(_ tree: ObjectID) throws -> Bool {
      try repository.tree(tree).policy().policy?.provenance.judgedFrom.flatMap { ObjectID(hex: $0) } == judgedFrom
    }
    return try graph.ids.indices.reversed().first { index in
      try graph.isOfInterest(index) && names(graph.trees[index])
        && !graph.parents(of: index).contains { try $0 >= 0 && names(graph.trees[Int($0)]) }
    }
  }

  private static func by(_ commit: Commit, _ start: Start, _ at: ObjectID, _ commits: Int) -> AuditTrust {
    let block = commit.blocks.last { $0.run != nil && $0.claimedID != nil }
    return AuditTrust(
      start: start, commit: at, commits: commits, run: block?.claimedID, by: block?.run?.actor ?? commit.author,
      at: block?.run?.at ?? Timestamp.text(millisecondsSince1970: commit.committedAt * 1000))
  }
}
