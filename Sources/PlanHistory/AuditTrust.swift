public import GitObjects
import PlanJudge
public import PlanModel
import GitRepository

/// What an audit takes on trust (contract 2.2, anchors): who looks at its answer has to know.
public struct AuditTrust: Sendable {
  /// Where judgement begins.
  public enum Start: String, Sendable {
    /// At the first commit that holds the plan.
    case baseline
    /// Behind a commit that the tip's policy names.
    case judgedFrom
    /// Behind a commit that the auditor names.
    case anchor
  }

  /// Where judgement begins.
  public let start: Start
  /// The commit there.
  public let commit: ObjectID
  /// How many commits are taken on trust; nil where nobody counted, as behind an anchor.
  public let commits: Int?
  /// The run that set the start; nil where its commit has no stamp, and for an anchor.
  public let run: Digest?
  /// Who set the start: the run's actor, or the commit's author; nil for an anchor.
  public let by: Identity?
  /// When: the run's moment, or the commit's date.
  public let at: String?
}

extension AuditTrust {
  /// Finds out what was trusted in an audit.
  /// - Parameters:
  ///   - judgedFrom: the commit from where on the tip says that history is judged.
  ///   - notJudged: how many commits that leaves out.
  ///   - dropped: the places of commits of other plans.
  /// - Complexity: O(commits of interest) where `judgedFrom` counts.
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

  /// The trust in a first commit that holds the plan.
  init(baseline: ObjectID, in repository: Repository) throws {
    self = Self.by(try repository.commit(baseline), .baseline, baseline, 1)
  }

  /// The latest commit that set `judgedFrom` to what it is.
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
