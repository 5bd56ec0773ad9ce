import PlanModel

/// The rule that a milestone begins in the first pending state, and that no commit reuses an id that it deletes
/// (contract 2.2).
enum BirthRule: ChangeRule {
  static func findings(in context: JudgeContext) throws -> [Finding] {
    guard !context.isBaseline else { return [] }
    let initial = context.workflow.initial.name
    if context.telling.mode == .chain, !context.isSideOfMerge {
      return context.judged.flatMap { chain($0, initial, context) }
    }
    return context.judged.filter { isBorn($0, context) }.compactMap { change in
      guard let status = change.after?.status, status != initial else { return nil }
      return illegal(change, status, initial)
    }
  }

  /// Checks each birth in the stamps; a birth after a deletion reuses the id.
  private static func chain(_ change: MilestoneChange, _ initial: String, _ context: JudgeContext) -> [Finding] {
    var isThere = change.beforeFile != nil
    var findings: [Finding] = []
    for (index, step) in context.telling.steps(of: change).enumerated() where step.changesStatus {
      if let to = step.to, !isThere, to != initial { findings.append(illegal(change, to, initial)) }
      if step.to != nil, !isThere, index > 0 || change.beforeFile != nil {
        findings.append(
          Finding(
            .reusedID, "\(change.id) is deleted and begins again in one commit.",
            hint: "Give the milestone an id that was never used.", milestone: change.id,
            path: PlanPaths.milestone(change.id), line: 1))
      }
      isThere = step.to != nil
    }
    return findings
  }

  private static func illegal(_ change: MilestoneChange, _ status: String, _ initial: String) -> Finding {
    Finding(
      .illegalBirth, "\(change.id) is new and begins as \"\(status)\".",
      hint: "Let it begin as \"\(initial)\", then move it by the workflow's edges.", milestone: change.id,
      path: PlanPaths.milestone(change.id), line: change.statusLine)
  }

  /// Returns true if the milestone is new; in a merge, if no side has it in a live state.
  private static func isBorn(_ change: MilestoneChange, _ context: JudgeContext) -> Bool {
    guard !change.isDeletion else { return false }
    return change.merged.map { $0.decidesStatus && $0.live == [nil] } ?? change.isBirth
  }
}

/// The rule that a deleted milestone is pending, has no dependents and has a retired id (contract 2.2).
enum DeletionRule: ChangeRule {
  static func findings(in context: JudgeContext) throws -> [Finding] {
    let retired = Set(try context.proposal.candidate.planFile()?.plan?.retired ?? [])
    return try context.judged.filter { $0.merged?.decidesStatus != false }.flatMap { change -> [Finding] in
      var faults: [String] = []
      let steps = context.telling.steps(of: change)
      // Several stamps may have returned it to pending first, and may delete a milestone that they added.
      let isTold = context.telling.mode == .chain && steps.contains { $0.changesStatus && $0.to == nil }
      guard isTold || (change.isDeletion && !change.isBirth) else { return [] }
      let states = isTold ? steps.filter { $0.to == nil }.map(\.from) : [change.before?.status]
      for status in states.compactMap(\.self) where context.workflow.category(status) != .pending {
        faults.append("it is \"\(status)\", not \"\(context.workflow.initial.name)\"")
      }
      let dependents = try change.isDeletion ? context.after.dependents(of: change.id) : []
      if !dependents.isEmpty {
        let verb = dependents.count == 1 ? "depends" : "depend"
        faults.append("\(dependents.map(\.text).joined(separator: ", ")) \(verb) on it")
      }
      if !retired.contains(change.id) { faults.append("its id is not in \"retired\"") }
      guard !faults.isEmpty else { return [] }
      return [
        Finding(
          .illegalDeletion, "\(change.id) cannot be deleted: \(faults.joined(separator: "; ")).",
          hint: hint(change.id, isPending: states.allSatisfy { $0.map(context.workflow.category) == .pending }),
          milestone: change.id, path: PlanPaths.milestone(change.id))
      ]
    }
  }

  /// Returns the hint: restore a file deleted by hand, then run `retire`, which makes the three necessary changes.
  private static func hint(_ id: MilestoneID, isPending: Bool) -> String {
    let restore = RestoreCommand.text(PlanPaths.milestone(id), PlanPaths.plan)
    return isPending
      ? "\(Finding.takingBack)\(restore), then readiness retire \(id) --detach --commit"
      : "What has begun is first moved back to pending. \(Finding.takingBack)\(restore)"
  }
}

/// The rule that changed reviewed content meets the guards of its state again, with a reason (contract 2.2, re-entry).
enum ReentryRule: ChangeRule {
  static func findings(in context: JudgeContext) throws -> [Finding] {
    guard !context.isBaseline else { return [] }
    return try context.judged.flatMap { change -> [Finding] in
      guard let state = enteredAnew(change, context) else { return [] }
      // An exception in the same commit applies here as it does on the way in.
      let asked = try WaiveRule.excused(unmet(change, state, context), by: .ownRuns, in: context)
      let unmet = asked.filter { $0.severity == .error }
      guard !unmet.isEmpty else { return asked }
      let told = unmet.map { $0.code == .reasonMissing ? "No reason is given." : $0.message }
      return [
        Finding(
          .frozenField,
          "\(change.id) is \"\(state)\", and its outcome, dependencies or exit criteria changed. \(told.joined(separator: " "))",
          hint: unmet.allSatisfy { $0.code == .reasonMissing }
            ? "Say why the change is right: in the commit's message, or with -m \"why\"."
            : "Make the change meet what \"\(state)\" asks for, and give a reason, or reopen \(change.id) first.",
          milestone: change.id, path: PlanPaths.milestone(change.id), line: change.statusLine)
      ]
    }
  }

  /// Returns true if some change is a re-entry, which requires a reason.
  static func asksForReason(_ context: JudgeContext) -> Bool {
    !context.isBaseline && context.judged.contains { enteredAnew($0, context) != nil }
  }

  /// Returns the state that the change re-enters, or nil if it is not a re-entry.
  private static func enteredAnew(_ change: MilestoneChange, _ context: JudgeContext) -> String? {
    if let merged = change.merged { return merged.reenters ? change.after?.status : nil }
    guard change.isReentry(context.workflow), let after = change.after else { return nil }
    let category = context.workflow.category(after.status)
    let leaves = context.telling.steps(of: change).contains { step in
      step.to.flatMap { context.workflow.category($0) } != category
    }
    return leaves ? nil : after.status
  }

  private static func unmet(_ change: MilestoneChange, _ state: String, _ context: JudgeContext) throws -> [Finding] {
    try context.guards.findings(
      asked(state, context), for: change, hasReason: context.telling.hasReason(for: change))
      + missingRoles(change, state, context)
  }

  /// Returns the messages of the unmet guards of state on the ways into a state.
  static func unmetGuards(_ change: MilestoneChange, _ state: String, _ context: JudgeContext) throws -> [String] {
    try context.guards.findings(asked(state, context).filter(\.isOfState), for: change, hasReason: true).map(\.message)
  }

  /// Returns the guards of every way into the state or its category, and the one for a reason.
  private static func asked(_ state: String, _ context: JudgeContext) -> [Guard] {
    var asked = Set(context.workflow.ways(into: state).flatMap(\.guards)).union([.reason])
    if context.telling.mode == .path { asked = asked.filter(\.isOfState) }
    if context.telling.mode == .chain { asked = asked.filter { $0.isOfState || $0 == .reason } }
    return Guard.allCases.filter(asked.contains)
  }

  /// Returns findings for the unmet rules of authorization on the ways into the state, including the quorum. Signatures
  /// are checked with all others.
  private static func missingRoles(_ change: MilestoneChange, _ state: String, _ context: JudgeContext) throws
    -> [Finding]
  {
    guard let authorization = context.policy.authorization else { return [] }
    let steps = context.telling.steps(of: change)
    return try steps.indices.flatMap { index in
      try AuthorityRule.entering(authorization, change, steps[index], context.workflow).compactMap { rule in
        let stay = { try ReviewStay(before: index, of: steps, change.id, context) }
        return try AuthorityRule.fault(rule, change, steps[index], stay, authorization, context)
      }
    }
  }
}

/// The rule for the plan's own identity and its list of retired ids, none of which is used again (contract 2.2).
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
    // A retired id can return only by a birth, or be retired while its milestone exists.
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

  /// Checks that the plan file is not deleted, not even by a merge.
  private static func gone(_ proposal: Proposal) throws -> [Finding] {
    guard let before = try proposal.base.planFile()?.plan else { return [] }
    return [
      Finding(
        .planIDChanged, "planId was \(before.planID), and \(PlanPaths.plan) is gone.",
        hint: RestoreCommand.planFile,
        path: PlanPaths.plan, line: 1)
    ]
  }
}
