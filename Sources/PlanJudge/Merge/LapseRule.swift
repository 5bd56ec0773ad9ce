import PlanModel

/// What other parents of a merge bring into `review` or `done` is asked at the merge's moment: what has lapsed by then
/// finishes nothing (contract 3, moment).
enum LapseRule: ChangeRule {
  static func findings(in context: JudgeContext) throws -> [Finding] {
    guard context.isSideOfMerge else { return [] }
    let decided = Set(context.changes.stamped.filter { $0.merged?.decidesStatus ?? false }.map(\.id))
    let changed = try context.proposal.candidate.changedMilestones(since: context.proposal.base)
    // What the merge decides is asked by the guards of its way.
    return try changed.filter { $0.isValid && !decided.contains($0) }.sorted().flatMap { try findings($0, context) }
  }

  private static func findings(_ id: MilestoneID, _ context: JudgeContext) throws -> [Finding] {
    guard let file = try context.proposal.candidate.milestone(id), let milestone = file.milestone,
      let category = context.workflow.category(milestone.status), category.isFrozen,
      try context.before.milestone(id).flatMap({ context.workflow.category($0.status) }) != category,
      context.workflow.ways(into: milestone.status).contains(where: { $0.guards.contains(.criteriaMet) })
    else { return [] }
    let proposal = context.proposal
    let proof = Proof(
      tree: proposal.candidate, authorization: context.policy.authorization, moment: proposal.momentOfParents)
    return try milestone.exitCriteria.filter { mayLapse($0, proposal) }.flatMap { criterion -> [Finding] in
      if try proof.isWaived(criterion) { return [] }
      if criterion.waiver != nil, criterion.evidence.isEmpty { return [Guards.missingEvidence(criterion, file)] }
      let mismatches = try criterion.evidence.compactMap { entry in
        try proof.mismatch(entry, of: criterion, in: milestone).map { (entry, $0) }
      }
      // Where no waiver is over, only what is out of date counts: changed files are for whoever renews evidence.
      let counting = mismatches.filter { criterion.waiver != nil || $0.1.isLapse }
      return counting.map { $0.1.finding($0.0, criterion, file) }
    }
  }

  /// False if nothing of the criterion can have lapsed by the clock of whoever judges; then history is not walked.
  private static func mayLapse(_ criterion: ExitCriterion, _ proposal: Proposal) -> Bool {
    if criterion.check?.validFor != nil { return true }
    guard let waiver = criterion.waiver else { return false }
    guard let latest = proposal.now ?? proposal.dates.clock else { return true }
    return !waiver.holds(at: latest + CommitDates.skew)
  }
}

extension Proof.Mismatch {
  /// True if only time has made the entry void.
  fileprivate var isLapse: Bool { if case .lapsed = self { true } else { false } }
}
