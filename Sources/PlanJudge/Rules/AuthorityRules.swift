import PlanModel

/// The rule that every applicable rule of authorization is met (contract 2.4). A baseline needs no authority.
enum AuthorityRule: ChangeRule {
  static func findings(in context: JudgeContext) throws -> [Finding] {
    guard !context.isBaseline, let authorization = context.policy.authorization else { return [] }
    return try findings(authorization, in: context)
  }

  /// Checks rules that may not be those in force; a merge applies them to what another side brings.
  static func findings(_ authorization: Authorization, in context: JudgeContext) throws -> [Finding] {
    try context.judged.flatMap { change in
      let steps = context.telling.steps(of: change)
      return try steps.indices.flatMap { index in
        try applying(authorization, to: change, steps[index], context.telling.mode).compactMap { rule in
          let stay = { try ReviewStay(before: index, of: steps, change.id, context) }
          return try fault(rule, change, steps[index], stay, authorization, context)
        }
      }
    }
  }

  /// Returns the finding if a step violates a rule, or nil.
  /// - Parameter stay: returns the review that the step ends; called only for rules about senders or approvals.
  static func fault(
    _ rule: AuthorizationRule, _ change: MilestoneChange, _ step: Telling.Step, _ stay: () throws -> ReviewStay,
    _ authorization: Authorization, _ context: JudgeContext
  ) throws -> Finding? {
    guard authorization.holds(step.actor.email, role: rule.role) else {
      return refusal(rule, change, step, authorization)
    }
    guard rule.excludesSender || rule.approvals > 1 else { return nil }
    let people = authorization.people
    let review = try stay()
    let senders = rule.excludesSender ? try review.senders(people, context.signatures()) : []
    let actor = people.person(step.actor.email)
    var shared = try keys(of: rule, review, step, people, context)
    let holders = authorization.roles[rule.role] ?? []
    func isSender(_ person: Address) -> Bool { senders.contains { shared.isSame($0, person) } }
    if isSender(actor) {
      let others = holders.filter { !isSender($0) }
      return Finding(
        .selfApproval,
        senders.contains(actor)
          ? "\(step.actor.email) sent \(change.id) to review, and \(Self.what(rule, change, step)) excludes that."
          : "\(step.actor.email) has a key of \(senders.filter { shared.isSame($0, actor) }.listed), who sent \(change.id) to review, and \(Self.what(rule, change, step)) excludes that.",
        hint: others.isEmpty
          ? "Nobody else holds the role \"\(rule.role)\" in \(PlanPaths.authorization)."
          : "Ask another holder of the role: \(others.listed).", milestone: change.id,
        path: PlanPaths.milestone(change.id), line: change.statusLine)
    }
    guard rule.approvals > 1 else { return nil }
    let quorum = try Quorum(change, rule, review, authorization, shared, context)
    shared = quorum.shared
    var approvers = quorum.approvers
    if try counts(step, rule, people, context) { approvers.insert(actor) }
    approvers = approvers.filter { !isSender($0) }
    let distinct = Set(approvers.map(shared.holder))
    guard distinct.count < rule.approvals else { return nil }
    let missing = holders.filter { !isSender($0) && !distinct.contains(shared.holder($0)) }
    let signed = rule.isSigned ? "signed " : ""
    if distinct.count < approvers.count {
      return Finding(
        .notApproved,
        "\(Self.what(rule, change, step)) takes \(rule.approvals) signed approvals by different keys, the actor's counted. There are \(distinct.count): some of \(approvers.listed) share a key.",
        hint: "Give each person a key of their own in \(PlanPaths.signers)."
          + (missing.isEmpty ? "" : " Or have one of these approve it: \(missing.listed)."),
        milestone: change.id, path: PlanPaths.milestone(change.id), line: change.statusLine)
    }
    return Finding(
      .notApproved,
      "\(Self.what(rule, change, step)) takes \(rule.approvals) \(signed)approvals of what the milestone says, by holders of \"\(rule.role)\", the actor's counted. There are \(approvers.count): \(approvers.listed).",
      hint: missing.isEmpty
        ? "Nobody else holds the role."
        : "These can approve it, with readiness approve \(change.id)\(rule.isSigned ? " --sign" : ""): \(missing.listed).",
      milestone: change.id, path: PlanPaths.milestone(change.id), line: change.statusLine)
  }

  /// Returns the people who share a key, if a rule requires signatures: a holder of another person's key can sign as
  /// that person.
  private static func keys(
    of rule: AuthorizationRule, _ review: ReviewStay, _ step: Telling.Step, _ people: People, _ context: JudgeContext
  ) throws -> SharedKeys {
    guard rule.isSigned || rule.takesSignedCommit else { return SharedKeys() }
    var shared = try context.signatures().sharedKeys()
    for run in review.starts.map(\.run) + [step.run] {
      guard let run, let signature = run.signature, try context.signatures().isSigned(run) else { continue }
      shared.note(SSHKey(signature: signature), of: people.person(run.actor.email))
    }
    return shared
  }

  /// Returns true if a step's actor counts for a rule: as the commit's author, unless the rule says `signed`, or by a
  /// signature. A draft counts, because it is signed before it is judged again.
  private static func counts(
    _ step: Telling.Step, _ rule: AuthorizationRule, _ people: People, _ context: JudgeContext
  ) throws -> Bool {
    if context.telling.isDraft { return true }
    if !rule.isSigned, people.isSame(step.actor.email, context.proposal.author.email) { return true }
    return try step.run.map { try context.signatures().isSigned($0) } ?? false
  }

  /// Returns the rules that apply to one step, including births and deletions. Along a path of unstamped edges, rules
  /// about transitions are checked for each edge instead.
  static func applying(
    _ authorization: Authorization, to change: MilestoneChange, _ step: Telling.Step, _ mode: Telling.Mode
  ) -> [AuthorizationRule] {
    authorization.rules.filter { rule in
      guard rule.covers(change.id) else { return false }
      // A merge that retains this side's values decides nothing from this side.
      if let merged = change.merged, merged.fields.isEmpty, !step.changesStatus { return false }
      let isStep = mode != .path || step.from == nil || step.to == nil
      if isStep, step.changesStatus, rule.covers(from: step.from, to: step.to) { return true }
      if isStep, keepsState(change, step), rule.covers(from: step.to, to: step.to) { return true }
      return (step.changesFile || step.changesStatus) && rule.covers(fields: change)
    }
  }

  /// Returns true for the step from a side of a merge to a decided state that another side has. A rule with `from`
  /// applies if that is the state in any parent (contract 2.4).
  private static func keepsState(_ change: MilestoneChange, _ step: Telling.Step) -> Bool {
    guard let merged = change.merged, merged.decidesStatus else { return false }
    return step.changesStatus && step.from == change.before?.status && merged.statuses.contains(step.to)
  }

  /// Returns the rules of the ways into the current state if reviewed content changed (contract 2.2, re-entry). Returns
  /// none if the category changes, or if no reviewed content does.
  static func entering(
    _ authorization: Authorization, _ change: MilestoneChange, _ step: Telling.Step, _ workflow: Workflow
  ) -> [AuthorizationRule] {
    guard let state = step.to, let before = step.from, workflow.category(state)?.isFrozen == true,
      workflow.category(before) == workflow.category(state), step.changesFile, change.isReentry(workflow)
    else { return [] }
    let ways = workflow.ways(into: state)
    return authorization.rules.filter { rule in
      rule.covers(change.id) && ways.contains { rule.covers(from: $0.from, to: $0.to) }
    }
  }

  private static func refusal(
    _ rule: AuthorizationRule, _ change: MilestoneChange, _ step: Telling.Step, _ authorization: Authorization
  ) -> Finding {
    Finding(
      .notAuthorized,
      "\(step.actor.email) does not hold the role \"\(rule.role)\", which \(what(rule, change, step)) takes.",
      hint: holders(of: rule.role, authorization), milestone: change.id, path: PlanPaths.milestone(change.id),
      line: change.statusLine)
  }

  private static func what(_ rule: AuthorizationRule, _ change: MilestoneChange, _ step: Telling.Step) -> String {
    switch rule.subject {
    case .transition: "moving \(change.id) from \"\(step.from ?? "none")\" to \"\(step.to ?? "none")\""
    case .fields: "this change of \(change.id)"
    }
  }

  static func holders(of role: String, _ authorization: Authorization) -> String {
    let holders = authorization.roles[role] ?? []
    return holders.isEmpty
      ? "Nobody holds the role \"\(role)\" in \(PlanPaths.authorization)."
      : "Ask a holder of the role to do it: \(holders.listed)."
  }
}

extension MilestoneChange {
  /// Returns true if reviewed content changes while the category stays `review` or `done` (contract 2.2, re-entry).
  func isReentry(_ workflow: Workflow) -> Bool {
    if let merged { return merged.reenters }
    guard let before, let after, !isBirth, !isDeletion, let category = workflow.category(before.status),
      category.isFrozen, workflow.category(after.status) == category
    else { return false }
    return changesFrozenField
  }
}

extension Workflow {
  /// Returns the edges into a state, and from other categories into its category. A re-entry must meet their
  /// preconditions (contract 2.2, re-entry).
  func ways(into state: String) -> [Edge] {
    let category = category(state)
    return edges.filter { edge in
      edge.to == state || (self.category(edge.to) == category && self.category(edge.from) != category)
    }
  }
}

/// The rule that only authorized people change the policy (contract 2.4).
enum PolicyAuthorityRule: ChangeRule {
  static func findings(in context: JudgeContext) throws -> [Finding] {
    guard !context.isBaseline, let authorization = context.policy.authorization else { return [] }
    return try findings(authorization, in: context)
  }

  /// Checks an authorization that may not be the one in force.
  static func findings(_ authorization: Authorization, in context: JudgeContext) throws -> [Finding] {
    // Several stamps may change the policy and revert it; each one is checked.
    guard context.changes.policyNeedsStamp || !context.telling.policyRuns.isEmpty else { return [] }
    let old = try context.proposal.base.policyFiles()
    let new = try context.proposal.candidate.policyFiles()
    return refusals(
      authorization, of: Set(old.keys).union(new.keys).filter { old[$0] != new[$0] }.sorted(), in: context)
  }

  /// Returns a finding for each actor who may not change the policy.
  static func refusals(_ authorization: Authorization, of changed: [String], in context: JudgeContext) -> [Finding] {
    guard let role = authorization.roleForPolicyChange else { return [] }
    // Each stamp that changes the policy is checked for its own actor.
    let runs = context.telling.policyRuns
    let actors = runs.isEmpty ? [context.telling.actor] : runs.map(\.actor)
    return actors.filter { !authorization.holds($0.email, role: role) }.map { actor in
      Finding(
        .policyChangeRefused,
        "\(actor.email) does not hold the role \"\(role)\", which a change of \(changed.isEmpty ? "the policy" : changed.joined(separator: ", ")) takes.",
        hint: AuthorityRule.holders(of: role, authorization), path: changed.first ?? PlanPaths.authorization, line: 1)
    }
  }
}
