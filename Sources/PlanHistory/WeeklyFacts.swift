public import GitObjects
import PlanSLO
public import PlanJudge
public import PlanModel
public import GitRepository
import PlanTrees

/// The events of a plan in a span of days, from history alone. The committer's date selects, and topology orders: the
/// same commit and span give the same facts.
public struct WeeklyFacts {
  /// A milestone that was finished.
  public struct Completed: Sendable {
    /// The milestone.
    public let milestone: MilestoneID
    /// The run that finished it. Nil without a stamp.
    public let run: String?
    /// True if its evidence no longer matches at the end of the span.
    public let isSuspect: Bool
  }

  /// A blocked milestone.
  public struct Standstill: Sendable {
    /// The milestone.
    public let milestone: MilestoneID
    /// The reason, in the team's words.
    public let reason: String
  }

  /// A risk that did not exist before.
  public struct NewRisk: Sendable {
    /// The milestone.
    public let milestone: MilestoneID
    /// The risk, as it is at the end, or as it was last.
    public let risk: Risk
    /// True if it is gone at the end, with its milestone or alone.
    public let isGone: Bool
  }

  /// The days.
  public let span: DaySpan
  /// The milestones finished in the span and still done at its end, by id.
  public let completed: [Completed]
  /// The milestones blocked at the end of the span.
  public let blocked: [Standstill]
  /// The risks that the beginning did not have, whatever became of them since: those at the end, then those that are gone.
  public let risksIntroduced: [NewRisk]
  /// The new milestones and the retired ids, including those that are both.
  public let members: (added: [MilestoneID], retired: [MilestoneID])
  /// The new and the removed edges: the dependent milestone and its dependency.
  public let graphChanges: (added: [(MilestoneID, MilestoneID)], removed: [(MilestoneID, MilestoneID)])
  /// The gate's decision on the plan at the end. Nil if there is no plan or no such gate.
  public let decision: GateDecision?
  /// The errors of the audit of history up to that end.
  public let refusals: [Finding]
  /// The milestones that are late or at risk at the end.
  public let lateness: [Lateness.Item]

  /// Collects the facts.
  /// - Parameters:
  ///   - tip: the commit whose history is read.
  ///   - gate: the name of the gate that recommends.
  ///   - attestations: the source of renewals of evidence; nil for the tree alone.
  /// - Throws: `GitError` if history is shallow or cannot be read.
  /// - Complexity: O(history).
  public init(
    _ repository: Repository, tip: ObjectID, span: DaySpan, gate: String, attestations: (any RenewalSource)? = nil
  )
    throws
  {
    self.span = span
    let end = try Self.commit(of: repository, at: tip, before: span.stop)
    let start = try Self.commit(of: repository, at: tip, before: span.start)
    let before = try Self.tree(repository, at: start, until: end)
    let after: any PlanTree = end.map { repository.tree(of: $0) } ?? EmptyTree()
    let bare = try PlanOverview(after, now: span.stop * 1000, attestations: attestations)
    let overview = try end.map { try repository.lettingGo(bare, at: $0.id, in: after, now: bare.now) } ?? bare
    lateness = Lateness(overview).items
    let diff = try PlanDiff(from: before, to: after)
    graphChanges = diff.edges
    let stayed = diff.changes.flatMap { change -> [NewRisk] in
      let known = Set((change.before?.risks ?? []).map(\.id))
      return (change.after?.risks ?? []).filter { !known.contains($0.id) }
        .map { NewRisk(milestone: change.id, risk: $0, isGone: false) }
    }
    risksIntroduced =
      try stayed
      + (end.map { try PassingRisks(repository, from: start, to: $0, before: before, after: after).risks } ?? [])
    let wasRetired = Set(try before.planFile()?.plan?.retired ?? [])
    let retired = try after.planFile()?.plan?.retired.filter { !wasRetired.contains($0) }.sorted() ?? []
    let shortLived = try retired.filter { try before.milestoneIdentity($0) == nil }
    members = ((diff.changes.filter { $0.before == nil }.map(\.id) + shortLived).sorted(), retired)
    blocked = overview.entries.filter { $0.category == .blocked }.map {
      Standstill(milestone: $0.id, reason: $0.blocked?.reason ?? "")
    }
    decision =
      try end == nil || overview.entries.isEmpty
      ? nil
      : overview.policy.gates.gates[gate].map {
        let objectives = ObjectiveGate(after, policy: overview.policy, verifier: GitSignatures())
        return try GateDecision(gate, $0, overview, in: after, objectives)
      }
    guard let end else {
      (completed, refusals) = ([], [])
      return
    }
    let report = try AuditRange.whole(end.id).audit(repository)
    refusals = report.findings.filter { $0.severity == .error }
    var finished: [MilestoneID: String?] = [:]
    for record in report.runs where (span.start..<span.stop).contains(record.committedAt) && !record.heals {
      // A milestone that was done when the plan was adopted was not completed in this span.
      for transition in record.run.transitions
      where transition.from != nil && transition.to.flatMap(overview.policy.workflow.category) == .done {
        finished[transition.milestone] = .some(record.id?.hex)
      }
    }
    completed = finished.keys.sorted().filter { overview[$0]?.category == .done }
      .map { Completed(milestone: $0, run: finished[$0] ?? nil, isSuspect: overview[$0]?.suspect.isEmpty == false) }
  }

  /// Returns the tree at the beginning of a span. If the plan was adopted later, that is the tree of the adoption, so
  /// that what was adopted is no change.
  private static func tree(_ repository: Repository, at start: Commit?, until end: Commit?) throws -> any PlanTree {
    if let start, try repository.tree(of: start).holdsPlan() { return repository.tree(of: start) }
    var first: GitTree?
    var next = end
    while let commit = next, commit.id != start?.id {
      let tree = repository.tree(of: commit)
      if try tree.holdsPlan() { first = tree }
      next = try commit.parents.first.map { try repository.commit($0) }
    }
    return first ?? EmptyTree()
  }

  /// Returns the last commit on the first-parent line before a moment. Nil if the line had not begun.
  private static func commit(of repository: Repository, at tip: ObjectID, before moment: Int64) throws -> Commit? {
    var next: ObjectID? = tip
    while let id = next {
      let commit = try repository.commit(id)
      if commit.committedAt < moment { return commit }
      next = commit.parents.first
    }
    return nil
  }
}
