import PlanModel

/// Checks, at the merge's time, what other parents bring into `review` or `done`: expired evidence and waivers do not
/// count (contract 3, moment).
enum LapseRule: ChangeRule {
  static func findings(in context: JudgeContext) throws -> [Finding] {
    guard context.isSideOfMerge else { return [] }
    let decided = Set(context.changes.stamped.filter { $0.merged?.decidesStatus ?? false }.map(\.id))
    let changed = try context.proposal.candidate.changedMilestones(since: context.proposal.base)
    // The guards of its path check what the merge decides.
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
      // Unless a waiver expired, only expired evidence counts: changed inputs concern the person who renews the
      // evidence.
      let counting = mismatches.filter { criterion.waiver != nil || $0.1.isLapse }
      return counting.map { $0.1.finding($0.0, criterion, file) }
    }
  }

  /// Returns false if nothing of the criterion can have expired by the judge's clock, which avoids a walk through
  /// history.
  private static func mayLapse(_ criterion: ExitCriterion, _ proposal: Proposal) -> Bool {
    if criterion.check?.validFor != nil { return true }
    guard let waiver = criterion.waiver else { return false }
    guard let latest = proposal.now ?? proposal.dates.clock else { return true }
    return !waiver.holds(at: latest + CommitDates.skew)
  }
}

extension Proof.Mismatch {
  /// True if the entry does not match only because it expired.
  fileprivate var isLapse: Bool { if case .lapsed = self { true } else { false } }
}
