/// Every rule of authorization that applies must hold (contract 2.4). A baseline needs no authority.
enum AuthorityRule: ChangeRule {
  static func findings(in context: JudgeContext) throws -> [Finding] {
    guard !context.isBaseline, let authorization = context.policy.authorization else { return [] }
    return context.judged.flatMap { change in
      context.telling.steps(of: change).flatMap { step in
        applying(authorization, to: change, step).filter { !authorization.holds(step.actor.email, role: $0.role) }
          .map { refusal($0, change, step, authorization) }
      }
    }
  }

  /// The rules that speak of one step.
  static func applying(_ authorization: Authorization, to change: MilestoneChange, _ step: Telling.Step)
    -> [AuthorizationRule]
  {
    authorization.rules.filter { rule in
      guard rule.covers(change.id) else { return false }
      if let from = step.from, let to = step.to, from != to { return rule.covers(from: from, to: to) }
      return rule.covers(fields: change.changedFields)
    }
  }

  private static func refusal(
    _ rule: AuthorizationRule, _ change: MilestoneChange, _ step: Telling.Step, _ authorization: Authorization
  ) -> Finding {
    let what: String
    switch rule.subject {
    case .transition: what = "moving \(change.id) from \"\(step.from ?? "none")\" to \"\(step.to ?? "none")\""
    case .fields: what = "this change of \(change.id)"
    }
    return Finding(
      .notAuthorized, "\(step.actor.email) does not hold the role \"\(rule.role)\", which \(what) asks for.",
      hint: holders(of: rule.role, authorization), milestone: change.id, path: PlanPaths.milestone(change.id),
      line: change.statusLine)
  }

  static func holders(of role: String, _ authorization: Authorization) -> String {
    let holders = (authorization.roles[role] ?? []).sorted()
    return holders.isEmpty
      ? "Nobody holds the role \"\(role)\" in \(PlanPaths.authorization)."
      : "Ask a holder of the role to do it: \(holders.joined(separator: ", "))."
  }
}

/// An approval without a signature is added only by the approver's own commit (contract 2.4).
enum ApprovalRule: ChangeRule {
  static func findings(in context: JudgeContext) throws -> [Finding] {
    guard !context.isBaseline else { return [] }
    let author = context.proposal.author.email.lowercased()
    return context.judged.flatMap { change -> [Finding] in
      let old = Set((change.before?.approvals ?? []).map { "\($0.by)\n\($0.digest)" })
      return (change.afterFile?.milestone?.approvals ?? [])
        .filter { $0.signature == nil && !old.contains("\($0.by)\n\($0.digest)") && $0.by.lowercased() != author }
        .map { approval in
          Finding(
            .notAuthorized, "An approval by \(approval.by) is added to \(change.id) in a commit by \(author).",
            hint: "An approval without a signature is committed by the approver.", milestone: change.id,
            path: PlanPaths.milestone(change.id), line: change.afterFile?.line(of: "approvals"))
        }
    }
  }
}

/// A waiver is brought by the commit of who allows it, and only holders of a role may (`doc/checks.md`, waivers).
enum WaiverRule: ChangeRule {
  static func findings(in context: JudgeContext) throws -> [Finding] {
    guard !context.isBaseline else { return [] }
    return context.judged.flatMap { change -> [Finding] in
      // In a squash, whoever made the step that brought it.
      let actors = context.telling.steps(of: change).map { $0.actor.email.lowercased() }
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
    if !actors.contains(waiver.approver.lowercased()) {
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
    guard !context.isBaseline, context.changes.policyNeedsStamp, let authorization = context.policy.authorization,
      let role = authorization.roleForPolicyChange
    else { return [] }
    let old = try context.proposal.base.policyFiles()
    let new = try context.proposal.candidate.policyFiles()
    let changed = Set(old.keys).union(new.keys).filter { old[$0] != new[$0] }.sorted()
    // Each stamp that changes the policy answers for its own actor, not only the last one.
    let actors = context.telling.policyActors ?? [context.telling.actor]
    return actors.filter { !authorization.holds($0.email, role: role) }.map { actor in
      Finding(
        .policyChangeRefused,
        "\(actor.email) does not hold the role \"\(role)\", which a change of \(changed.joined(separator: ", ")) asks for.",
        hint: AuthorityRule.holders(of: role, authorization), path: changed.first, line: 1)
    }
  }
}
