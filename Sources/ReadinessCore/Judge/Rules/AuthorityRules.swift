/// Every rule of authorization that applies must hold (contract 2.4). A baseline needs no authority.
enum AuthorityRule: ChangeRule {
  static func findings(in context: JudgeContext) throws -> [Finding] {
    guard !context.isBaseline, let authorization = context.policy.authorization else { return [] }
    return try findings(authorization, in: context)
  }

  /// The same by rules that may not be those in force: a merge asks them of what another side brings.
  static func findings(_ authorization: Authorization, in context: JudgeContext) throws -> [Finding] {
    try context.judged.flatMap { change in
      let steps = context.telling.steps(of: change)
      return try steps.indices.flatMap { index in
        try applying(authorization, to: change, steps[index]).compactMap { rule in
          try fault(rule, change, steps, index, authorization, context)
        }
      }
    }
  }

  /// What one rule misses in one step; nil where it holds.
  static func fault(
    _ rule: AuthorizationRule, _ change: MilestoneChange, _ steps: [Telling.Step], _ index: Int,
    _ authorization: Authorization, _ context: JudgeContext
  ) throws -> Finding? {
    let step = steps[index]
    guard authorization.holds(step.actor.email, role: rule.role) else {
      return refusal(rule, change, step, authorization)
    }
    let senders = rule.excludesSender ? try senders(of: change, steps, index, context) : []
    let actor = step.actor.email.foldedAddress
    if senders.contains(actor) {
      let others = (authorization.roles[rule.role] ?? []).subtracting(senders).sorted()
      return Finding(
        .selfApproval,
        "\(step.actor.email) sent \(change.id) to review, and \(Self.what(rule, change, step)) excludes that.",
        hint: others.isEmpty
          ? "Nobody else holds the role \"\(rule.role)\" in \(PlanPaths.authorization)."
          : "Ask another holder of the role: \(others.joined(separator: ", ")).", milestone: change.id,
        path: PlanPaths.milestone(change.id), line: change.statusLine)
    }
    guard rule.approvals > 1 else { return nil }
    let approvers = try approvers(of: change, rule.role, authorization, context).union([actor]).subtracting(senders)
    guard approvers.count < rule.approvals else { return nil }
    let missing = (authorization.roles[rule.role] ?? []).subtracting(approvers).subtracting(senders).sorted()
    return Finding(
      .notApproved,
      "\(Self.what(rule, change, step)) asks for \(rule.approvals) holders of \"\(rule.role)\" who approve what stands there, the actor counted; there are \(approvers.count): \(approvers.sorted().joined(separator: ", ")).",
      hint: missing.isEmpty
        ? "Nobody else holds the role."
        : "These can approve it, with readiness approve \(change.id): \(missing.joined(separator: ", ")).",
      milestone: change.id, path: PlanPaths.milestone(change.id), line: change.statusLine)
  }

  /// Holders of a role whose approval is of what the tree holds.
  private static func approvers(
    of change: MilestoneChange, _ role: String, _ authorization: Authorization, _ context: JudgeContext
  ) throws -> Set<String> {
    guard let milestone = change.after ?? change.before else { return [] }
    let digest = milestone.approvedDigest
    let signatures = try context.signatures()
    let good = try milestone.approvals.filter {
      try $0.digest == digest && authorization.holds($0.by, role: role)
        && ($0.signature == nil || signatures.isSigned($0))
    }
    return Set(good.map { $0.by.foldedAddress })
  }

  /// Who sent a milestone to the review that a step ends: an earlier step of the same commit, else its ancestors.
  private static func senders(
    of change: MilestoneChange, _ steps: [Telling.Step], _ index: Int, _ context: JudgeContext
  ) throws -> Set<String> {
    func isReview(_ status: String?) -> Bool { status.map { context.workflow.category($0) == .review } ?? false }
    guard isReview(steps[index].from) else {
      // Without a stamp several edges are taken at once, the one into review among them.
      return context.telling.mode == .path ? [steps[index].actor.email.foldedAddress] : []
    }
    for step in steps[..<index].reversed() where step.changesStatus && !isReview(step.from) && isReview(step.to) {
      return [step.actor.email.foldedAddress]
    }
    return try context.proposal.ancestry.sentToReview(change.id) { isReview($0) }
  }

  /// The rules that speak of one step.
  static func applying(_ authorization: Authorization, to change: MilestoneChange, _ step: Telling.Step)
    -> [AuthorizationRule]
  {
    authorization.rules.filter { rule in
      guard rule.covers(change.id) else { return false }
      // A merge that keeps what this side has decides nothing from there.
      if let merged = change.merged, merged.fields.isEmpty, !step.changesStatus { return false }
      if let from = step.from, let to = step.to, from != to { return rule.covers(from: from, to: to) }
      return rule.covers(fields: change.changedFields)
    }
  }

  /// The rules of the ways into the state in which a milestone stays, for what was reviewed changed (contract 2.2,
  /// re-entry); none where the status changes, or nothing reviewed does.
  static func entering(
    _ authorization: Authorization, _ change: MilestoneChange, _ step: Telling.Step, _ workflow: Workflow
  ) -> [AuthorizationRule] {
    guard let state = step.to, !step.changesStatus, workflow.category(state)?.isFrozen == true, !change.isBirth,
      !change.isDeletion, !change.changesStatus, change.changesFrozenField
    else { return [] }
    let origins = workflow.edges.filter { $0.to == state }.map(\.from)
    return authorization.rules.filter { rule in
      rule.covers(change.id) && origins.contains { rule.covers(from: $0, to: state) }
    }
  }

  private static func refusal(
    _ rule: AuthorizationRule, _ change: MilestoneChange, _ step: Telling.Step, _ authorization: Authorization
  ) -> Finding {
    Finding(
      .notAuthorized,
      "\(step.actor.email) does not hold the role \"\(rule.role)\", which \(what(rule, change, step)) asks for.",
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
    let holders = (authorization.roles[role] ?? []).sorted()
    return holders.isEmpty
      ? "Nobody holds the role \"\(role)\" in \(PlanPaths.authorization)."
      : "Ask a holder of the role to do it: \(holders.joined(separator: ", "))."
  }
}

/// An approval without a signature is added only by the approver's own commit; one with a signature by anyone, and the
/// signature has to be good (contract 2.4).
enum ApprovalRule: ChangeRule {
  static func findings(in context: JudgeContext) throws -> [Finding] {
    guard !context.isBaseline else { return [] }
    let author = context.proposal.author.email.foldedAddress
    return try context.judged.flatMap { change -> [Finding] in
      let old = Set((change.before?.approvals ?? []).map { "\($0.by)\n\($0.digest)\n\($0.signature ?? "")" })
      return try (change.afterFile?.milestone?.approvals ?? [])
        .filter { !old.contains("\($0.by)\n\($0.digest)\n\($0.signature ?? "")") }
        .compactMap { try fault($0, change, author, context) }
    }
  }

  private static func fault(_ approval: Approval, _ change: MilestoneChange, _ author: String, _ context: JudgeContext)
    throws -> Finding?
  {
    let line = change.afterFile?.line(of: "approvals")
    if approval.signature != nil {
      guard try !context.signatures().isSigned(approval) else { return nil }
      return Finding(
        .signatureInvalid, "The signature of \(approval.by) under an approval of \(change.id) is not good.",
        milestone: change.id, path: PlanPaths.milestone(change.id), line: line)
    }
    guard approval.by.foldedAddress != author else { return nil }
    return Finding(
      .notAuthorized, "An approval by \(approval.by) is added to \(change.id) in a commit by \(author).",
      hint: "An approval without a signature is committed by the approver.", milestone: change.id,
      path: PlanPaths.milestone(change.id), line: line)
  }
}

/// A waiver is brought by the commit of who allows it, and only holders of a role may (`doc/checks.md`, waivers).
enum WaiverRule: ChangeRule {
  static func findings(in context: JudgeContext) throws -> [Finding] {
    guard !context.isBaseline else { return [] }
    return context.judged.flatMap { change -> [Finding] in
      // In a squash, whoever made the step that brought it.
      let actors = context.telling.steps(of: change).map { $0.actor.email.foldedAddress }
      let old = change.before?.exitCriteria ?? []
      return (change.afterFile?.milestone?.exitCriteria ?? []).compactMap { criterion in
        guard let waiver = criterion.waiver else { return nil }
        if let before = old.first(where: { $0.id == criterion.id })?.waiver, before.isSame(as: waiver) { return nil }
        guard let (message, hint) = fault(waiver, by: actors, context.policy.authorization) else { return nil }
        return Finding(
          .notAuthorized, "The waiver of \(change.id)/\(criterion.id) \(message)", hint: hint, milestone: change.id,
          path: PlanPaths.milestone(change.id), line: change.afterFile?.line(waiver.offset))
      }
    }
  }

  private static func fault(_ waiver: Waiver, by actors: [String], _ authorization: Authorization?) -> (String, String)?
  {
    if !actors.contains(waiver.approver.foldedAddress) {
      return (
        "names \(waiver.approver) as approver and stands in a commit by \(actors.joined(separator: ", ")).",
        "A waiver is committed by who allows it."
      )
    }
    guard let authorization, let role = authorization.roleForWaivers,
      !authorization.holds(waiver.approver, role: role)
    else { return nil }
    return (
      "is allowed by \(waiver.approver), who does not hold the role \"\(role)\".",
      AuthorityRule.holders(of: role, authorization)
    )
  }
}

/// The policy is changed by those who may (contract 2.4).
enum PolicyAuthorityRule: ChangeRule {
  static func findings(in context: JudgeContext) throws -> [Finding] {
    guard !context.isBaseline, let authorization = context.policy.authorization else { return [] }
    return try findings(authorization, in: context)
  }

  /// The same by an authorization that may not be the one in force.
  static func findings(_ authorization: Authorization, in context: JudgeContext) throws -> [Finding] {
    guard context.changes.policyNeedsStamp else { return [] }
    let old = try context.proposal.base.policyFiles()
    let new = try context.proposal.candidate.policyFiles()
    return refusals(
      authorization, of: Set(old.keys).union(new.keys).filter { old[$0] != new[$0] }.sorted(), in: context)
  }

  /// The actors who may not change the policy.
  static func refusals(_ authorization: Authorization, of changed: [String], in context: JudgeContext) -> [Finding] {
    guard let role = authorization.roleForPolicyChange else { return [] }
    // Each stamp that changes the policy answers for its own actor, not only the last one.
    let runs = context.telling.policyRuns
    let actors = runs.isEmpty ? [context.telling.actor] : runs.map(\.actor)
    return actors.filter { !authorization.holds($0.email, role: role) }.map { actor in
      Finding(
        .policyChangeRefused,
        "\(actor.email) does not hold the role \"\(role)\", which a change of \(changed.joined(separator: ", ")) asks for.",
        hint: AuthorityRule.holders(of: role, authorization), path: changed.first, line: 1)
    }
  }
}
