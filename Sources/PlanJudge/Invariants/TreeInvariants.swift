import PlanModel

/// The check of the invariants of a proposal's tree that the change may have broken (contract 2.2, invariants).
enum TreeInvariants {
  static func findings(_ reading: JudgeReading) throws -> [Finding] {
    let proposal = reading.proposal
    let contexts = reading.merge == nil ? reading.contexts : reading.contexts.filter(\.isSideOfMerge)
    let changesPolicy = contexts.contains(where: \.changes.changesPolicy)
    let isWhole = reading.merge != nil && changesPolicy
    let all = { try proposal.candidate.milestones().keys.sorted() }
    let touched = try contexts.map { try Touched($0) }
    let ids = isWhole ? try all() : try affected(touched)
    // A new cycle includes a milestone whose dependencies changed.
    let rewired = Set(touched.flatMap(\.rewired))
    let graphIDs = isWhole ? ids : ids.filter(rewired.contains)
    // The execution order can become invalid only if it changed, or if a milestone was deleted.
    let looksAtOrder =
      reading.merge != nil || reading.force.isBaseline || reading.changes.plan != nil
      || touched.contains(where: \.deletesSome)
    var broken: [Finding] = []
    for judging in reading.force.ofInvariants {
      let scope = try InvariantScope(
        states: states(reading, judging.policy), policy: judging.policy, ids: ids, graphIDs: graphIDs,
        looksAtOrder: looksAtOrder)
      let known = Set(broken.map(Invariants.Key.init))
      broken += try Invariants.findings(in: scope).filter { !known.contains(Invariants.Key($0)) }
    }
    broken = try withoutInherited(broken, reading)
    let decidesPolicy = reading.merge.map(\.decidesPolicy) ?? changesPolicy
    guard decidesPolicy, !reading.force.isBaseline else { return broken }
    return try broken + stranded(reading, all(), broken)
  }

  private static func states(_ reading: JudgeReading, _ policy: Policy) -> States {
    if reading.merge == nil, let context = reading.contexts.first { return context.after }
    return States(
      reading.proposal.candidate, base: reading.proposal.base, workflow: policy.workflow,
      ancestry: reading.proposal.ancestry)
  }

  // MARK: - What may have been broken

  /// The milestones that differ from one parent, by kind of difference.
  private struct Touched {
    let context: JudgeContext
    var ids: [MilestoneID] = []
    var rewired: [MilestoneID] = []
    /// The milestones that were deleted or are no longer done. Only these can break another milestone.
    var leaving: [MilestoneID] = []
    var deletesSome = false

    init(_ context: JudgeContext) throws {
      self.context = context
      let proposal = context.proposal
      for id in try proposal.candidate.changedMilestones(since: proposal.base) {
        let (before, after) = (try context.before.milestone(id), try context.after.milestone(id))
        let isDeleted = try proposal.candidate.milestoneIdentity(id) == nil
        if isDeleted { deletesSome = true } else { ids.append(id) }
        if before?.dependsOn != after?.dependsOn { rewired.append(id) }
        let wasDone = before.flatMap { context.workflow.category($0.status) } == .done
        let isDone = after.flatMap { context.workflow.category($0.status) } == .done
        if isDeleted || (wasDone && !isDone) { leaving.append(id) }
      }
    }
  }

  /// Returns the milestones that changed, and those that depend on the leaving ones.
  private static func affected(_ touched: [Touched]) throws -> [MilestoneID] {
    var ids = Set<MilestoneID>()
    for part in touched {
      ids.formUnion(part.ids)
      for id in part.leaving { ids.formUnion(try part.context.after.dependents(of: id)) }
    }
    return ids.sorted()
  }

  // MARK: - What was broken before

  /// Returns the findings that were not already violations in a parent under its own policy (contract 2.2, inherited).
  /// In a merge, the parent's file must also equal the result's and need no stamp.
  private static func withoutInherited(_ findings: [Finding], _ reading: JudgeReading) throws -> [Finding] {
    let proposal = reading.proposal
    guard !findings.isEmpty, !proposal.parents.isEmpty else { return collapsed(findings) }
    var inherited = Set<Invariants.Key>()
    let ids = Set(findings.compactMap(\.milestone))
    for (index, parent) in proposal.parents.enumerated() {
      let seen = proposal.seen(from: index)
      let policy = try parent.policy().policy ?? reading.force.policy
      let states = States(parent, base: nil, workflow: policy.workflow, ancestry: seen.ancestry)
      let there = try ids.filter { try parent.milestoneIdentity($0) != nil }.sorted()
      let scope = try InvariantScope(states: states, policy: policy, ids: there, graphIDs: there)
      let broken = try Invariants.findings(in: scope).filter { try isTakenOver($0, from: parent, reading) }
      inherited.formUnion(broken.map(Invariants.Key.init))
    }
    return collapsed(findings.filter { !inherited.contains(Invariants.Key($0)) })
  }

  private static func isTakenOver(_ finding: Finding, from parent: any PlanTree, _ reading: JudgeReading) throws -> Bool
  {
    guard let merge = reading.merge else { return true }
    let candidate = reading.proposal.candidate
    guard let id = finding.milestone else {
      return try !merge.needed.contains(.plan) && parent.planIdentity() == candidate.planIdentity()
        && parent.folderKind() == candidate.folderKind()
    }
    return try !merge.needed.contains(.milestone(id)) && parent.milestoneIdentity(id) == candidate.milestoneIdentity(id)
  }

  /// Retains one finding per cycle, at its smallest new member.
  private static func collapsed(_ findings: [Finding]) -> [Finding] {
    var circles = Set<Substring>()
    return findings.filter { finding in
      guard finding.code == .dependencyCycle, let colon = finding.message.firstIndex(of: ":") else { return true }
      return circles.insert(finding.message[colon...]).inserted
    }
  }

  // MARK: - A new policy

  /// Returns the violations of the new policy that are legal under the old one (contract 2.2).
  private static func stranded(_ reading: JudgeReading, _ ids: [MilestoneID], _ broken: [Finding]) throws -> [Finding] {
    guard let policy = try reading.proposal.candidate.policy().policy else { return [] }
    let states = States(
      reading.proposal.candidate, base: reading.proposal.base, workflow: policy.workflow,
      ancestry: reading.proposal.ancestry)
    let scope = try InvariantScope(states: states, policy: policy, ids: ids, graphIDs: [])
    let known = Set(broken.map(Invariants.Key.init))
    return try withoutInherited(Invariants.findings(in: scope), reading)
      .filter { !known.contains(Invariants.Key($0)) }
      .map { finding in
        Finding(
          .policyStrandsState, "Under the new policy: \(finding.message)", hint: finding.hint,
          milestone: finding.milestone, path: finding.path, line: finding.line)
      }
  }
}
