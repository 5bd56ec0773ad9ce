/// A milestone begins in the first pending state; an id that was retired is never born again (contract 2.2).
enum BirthRule: ChangeRule {
  static func findings(in context: JudgeContext) throws -> [Finding] {
    guard !context.isBaseline else { return [] }
    let initial = context.workflow.initial.name
    return context.judged.filter { isBorn($0, context) }.compactMap { change in
      guard let status = change.after?.status else { return nil }
      var begins = [status]
      if context.telling.mode == .chain {
        begins = context.telling.steps(of: change).filter { $0.from == nil }.compactMap(\.to)
      }
      if begins.allSatisfy({ $0 == initial }) { return nil }
      return Finding(
        .illegalBirth, "\(change.id) is new and begins as \"\(status)\".",
        hint: "Let it begin as \"\(initial)\", then move it by the workflow's edges.", milestone: change.id,
        path: PlanPaths.milestone(change.id), line: change.statusLine)
    }
  }

  /// In a merge, a milestone is born that no side has from which the merge could take it.
  private static func isBorn(_ change: MilestoneChange, _ context: JudgeContext) -> Bool {
    guard !change.isDeletion else { return false }
    return change.merged.map { $0.decidesStatus && $0.live.allSatisfy { $0 == nil } } ?? change.isBirth
  }
}

/// A milestone goes only while it is pending and nothing depends on it, and its id is retired (contract 2.2).
enum DeletionRule: ChangeRule {
  static func findings(in context: JudgeContext) throws -> [Finding] {
    let retired = Set(try context.proposal.candidate.planFile()?.plan?.retired ?? [])
    return try context.judged.filter { $0.isDeletion && !$0.isBirth && $0.merged?.decidesStatus != false }.flatMap { change -> [Finding] in
      var faults: [String] = []
      // Several stamps may have brought it back to pending first.
      let status = context.telling.steps(of: change).last { $0.to == nil }?.from ?? change.before?.status
      if let status, context.workflow.category(status) != .pending {
        faults.append("it is \"\(status)\", not \"\(context.workflow.initial.name)\"")
      }
      let dependents = try context.after.dependents(of: change.id)
      if !dependents.isEmpty { faults.append("\(dependents.map(\.text).joined(separator: ", ")) depends on it") }
      if !retired.contains(change.id) { faults.append("its id is not in \"retired\"") }
      guard !faults.isEmpty else { return [] }
      return [
        Finding(
          .illegalDeletion, "\(change.id) cannot be deleted: \(faults.joined(separator: "; ")).",
          milestone: change.id, path: PlanPaths.milestone(change.id))
      ]
    }
  }
}

/// What was reviewed changes only as if it were reviewed anew, and with a reason (contract 2.2, re-entry).
enum ReentryRule: ChangeRule {
  static func findings(in context: JudgeContext) throws -> [Finding] {
    guard !context.isBaseline else { return [] }
    return try context.judged.compactMap { change in
      guard let state = enteredAnew(change, context) else { return nil }
      let unmet = try unmet(change, state, context)
      guard !unmet.isEmpty else { return nil }
      return Finding(
        .frozenField,
        "\(change.id) is \"\(state)\", and its outcome, dependencies or exit criteria changed. \(unmet.joined(separator: " "))",
        hint: "Make the change hold what \"\(state)\" asks for, with a reason, or reopen \(change.id) first.",
        milestone: change.id, path: PlanPaths.milestone(change.id), line: change.statusLine)
    }
  }

  /// True where some change needs a reason for this.
  static func asksForReason(_ context: JudgeContext) -> Bool {
    !context.isBaseline && context.judged.contains { enteredAnew($0, context) != nil }
  }

  /// The state that the change has to enter anew; nil where it does not.
  private static func enteredAnew(_ change: MilestoneChange, _ context: JudgeContext) -> String? {
    if let merged = change.merged { return merged.reenters ? change.after?.status : nil }
    guard let before = change.before, let after = change.after, !change.isBirth, !change.isDeletion,
      context.workflow.category(before.status)?.isFrozen == true,
      context.workflow.category(after.status)?.isFrozen == true, change.changesFrozenField
    else { return nil }
    let steps = context.telling.steps(of: change)
    if context.telling.mode == .chain, steps.contains(where: \.changesStatus) { return nil }
    return after.status
  }

  private static func unmet(_ change: MilestoneChange, _ state: String, _ context: JudgeContext) throws -> [String] {
    let findings = try context.guards.findings(
      asked(state, context), for: change, hasReason: context.telling.hasReason(for: change))
    return findings.map { $0.code == .reasonMissing ? "No reason is given." : $0.message }
      + (try missingRoles(change, state, context))
  }

  /// What the guards of state of the ways into a state miss, in sentences.
  static func unmetGuards(_ change: MilestoneChange, _ state: String, _ context: JudgeContext) throws -> [String] {
    try context.guards.findings(asked(state, context).filter(\.isOfState), for: change, hasReason: true).map(\.message)
  }

  /// The guards of every way into the state, and into its category from another one; and a reason.
  private static func asked(_ state: String, _ context: JudgeContext) -> [Guard] {
    let workflow = context.workflow
    let category = workflow.category(state)
    let ways = workflow.edges.filter { edge in
      edge.to == state || (workflow.category(edge.to) == category && workflow.category(edge.from) != category)
    }
    var asked = Set(ways.flatMap(\.guards)).union([.reason])
    if context.telling.mode == .path { asked = asked.filter(\.isOfState) }
    if context.telling.mode == .chain { asked = asked.filter { $0.isOfState || $0 == .reason } }
    return Guard.allCases.filter(asked.contains)
  }

  /// What the rules of authorization of the way into the state miss, quorum and all; a signature is asked for with every
  /// other one.
  private static func missingRoles(_ change: MilestoneChange, _ state: String, _ context: JudgeContext) throws
    -> [String]
  {
    guard let authorization = context.policy.authorization else { return [] }
    let steps = context.telling.steps(of: change)
    return try steps.indices.flatMap { index in
      try AuthorityRule.entering(authorization, change, steps[index], context.workflow).compactMap { rule in
        try AuthorityRule.fault(rule, change, steps, index, authorization, context)?.message
      }
    }
  }
}

/// The plan's own identity, and its list of ids that are gone for ever (contract 2.2).
enum PlanRule: ChangeRule {
  static func findings(in context: JudgeContext) throws -> [Finding] {
    let proposal = context.proposal
    guard let file = try proposal.candidate.planFile() else { return try gone(proposal) }
    guard let plan = file.plan else { return [] }
    var findings: [Finding] = []
    if let before = try proposal.base.planFile()?.plan, before.planID != plan.planID {
      findings.append(
        Finding(
          .planIDChanged, "planId was \(before.planID) and is \(plan.planID).",
          hint: "Write \"planId\": \"\(before.planID)\" again.", path: PlanPaths.plan, line: 2))
    }
    let retired = Set(plan.retired)
    var gone = retired
    for parent in proposal.parents {
      let missing = Set(try parent.planFile()?.plan?.retired ?? []).subtracting(retired)
      gone.formUnion(missing)
      for id in missing.sorted() {
        findings.append(
          Finding(
            .retiredShrunk, "\(id) was retired and is no longer in \"retired\".",
            hint: "Put \(id) back into \"retired\".", path: PlanPaths.plan))
      }
    }
    // A retired id can only come back by a birth, or be retired while it is there.
    let isQuiet =
      !proposal.isMerge && context.changes.plan == nil && !context.changes.milestones.contains(where: \.isBirth)
    if isQuiet { return findings }
    let already = try Set(
      proposal.parents.flatMap { parent in
        try (parent.planFile()?.plan?.retired ?? []).filter { try parent.milestoneIdentity($0) != nil }
      })
    for id in gone.sorted() where try !already.contains(id) && proposal.candidate.milestoneIdentity(id) != nil {
      findings.append(
        Finding(
          .reusedID, "\(id) is retired, and a milestone of that id is in the tree.",
          hint: "Give the milestone an id that was never used.", milestone: id, path: PlanPaths.milestone(id),
          line: 1))
    }
    return findings
  }

  /// A plan that is taken away whole breaks no invariant of a tree that holds one.
  private static func gone(_ proposal: Proposal) throws -> [Finding] {
    guard let before = try proposal.base.planFile()?.plan, try !proposal.candidate.holdsPlan() else { return [] }
    return [
      Finding(
        .planIDChanged, "planId was \(before.planID), and the plan is gone.",
        hint: "Restore \(PlanPaths.plan): git restore --source HEAD --staged --worktree \(PlanPaths.plan)",
        path: PlanPaths.plan, line: 1)
    ]
  }
}
