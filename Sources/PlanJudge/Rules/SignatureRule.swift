import PlanModel

/// The rule that each stamp has a valid signature by its actor if authorization requires one (contract 2.4).
enum SignatureRule: ChangeRule {
  static func findings(in context: JudgeContext) throws -> [Finding] {
    guard !context.isBaseline, !context.telling.isDraft, let authorization = context.policy.authorization else {
      return []
    }
    return try findings(authorization, in: context)
  }

  /// Checks rules that may not be those in force.
  static func findings(_ authorization: Authorization, in context: JudgeContext) throws -> [Finding] {
    let signatures = try context.signatures()
    var findings: [Finding] = []
    for change in context.judged {
      for step in context.telling.steps(of: change) {
        if asks(\.isSigned, authorization, change, step, context) {
          findings += try fault(step.run, step.actor, change.id, signatures)
        }
        if asks(\.takesSignedCommit, authorization, change, step, context) {
          findings += try sealFault(step.run, step.actor, change.id, signatures)
        }
      }
    }
    if context.changes.policyNeedsStamp || !context.telling.policyRuns.isEmpty {
      findings += try ofPolicyChange(authorization, in: context)
    }
    for run in context.telling.waivingRuns where authorization.asksForSignature(of: run) {
      findings += try fault(run, run.actor, run.waives.first?.milestone, signatures)
    }
    return findings
  }

  /// Checks the signatures that a change of the policy requires.
  static func ofPolicyChange(_ authorization: Authorization, in context: JudgeContext) throws -> [Finding] {
    guard !context.telling.isDraft else { return [] }
    let signatures = try context.signatures()
    let runs = context.telling.policyRuns
    let told = runs.isEmpty ? [(Run?.none, context.telling.actor)] : runs.map { ($0, $0.actor) }
    return try told.flatMap { run, actor in
      try (authorization.policyChangeIsSigned ? fault(run, actor, nil, signatures) : [])
        + (authorization.policyChangeTakesSignedCommit ? sealFault(run, actor, nil, signatures) : [])
    }
  }

  /// Returns true if some rule requires a signature for a proposal: of its stamp, or of its commit.
  static func asks(_ what: KeyPath<AuthorizationRule, Bool>, _ context: JudgeContext) -> Bool {
    guard !context.isBaseline, let authorization = context.policy.authorization else { return false }
    let isStamp = what == \AuthorizationRule.isSigned
    if context.changes.policyNeedsStamp,
      isStamp ? authorization.policyChangeIsSigned : authorization.policyChangeTakesSignedCommit
    {
      return true
    }
    if isStamp, context.telling.waivingRuns.contains(where: authorization.asksForSignature(of:)) { return true }
    return context.judged.contains { change in
      context.telling.steps(of: change).contains { asks(what, authorization, change, $0, context) }
    }
  }

  private static func asks(
    _ what: KeyPath<AuthorizationRule, Bool>, _ authorization: Authorization, _ change: MilestoneChange,
    _ step: Telling.Step, _ context: JudgeContext
  ) -> Bool {
    let rules =
      AuthorityRule.applying(authorization, to: change, step, context.telling.mode)
      + AuthorityRule.entering(authorization, change, step, context.workflow)
    return rules.contains { $0[keyPath: what] }
  }

  /// Returns findings for the required signature of a commit.
  static func sealFault(_ run: Run?, _ actor: Identity, _ id: MilestoneID?, _ signatures: Signatures) throws
    -> [Finding]
  {
    let what = id?.text ?? "the policy"
    func finding(_ code: ReasonCode, _ message: String) -> [Finding] {
      [
        Finding(
          code, message, hint: "Sign the commit with a key of \(actor.email): git commit -S, or git rebase --exec.",
          milestone: id, path: id.map { PlanPaths.milestone($0) } ?? PlanPaths.authorization, line: 1)
      ]
    }
    switch try signatures.isSealed(by: actor, in: run) {
    case nil, true?: return []
    case false? where signatures.hasSeal:
      return finding(
        .signatureInvalid,
        "The commit that changes \(what) is signed, but not by a key that the policy binds to \(actor.email)."
      )
    case false?:
      return finding(.signatureMissing, "The change of \(what) takes a signed commit, and this one is not signed.")
    }
  }

  /// Returns findings for the required signature of a stamp.
  static func fault(_ run: Run?, _ actor: Identity, _ id: MilestoneID?, _ signatures: Signatures) throws
    -> [Finding]
  {
    let what = id?.text ?? "the policy"
    let path = id.map { PlanPaths.milestone($0) } ?? PlanPaths.authorization
    guard let run, run.signature != nil else {
      return [
        Finding(
          .signatureMissing, "The change of \(what) takes a signature of \(actor.email), and its stamp has none.",
          milestone: id, path: path, line: 1)
      ]
    }
    guard try !signatures.isSigned(run) else { return [] }
    return [
      Finding(
        .signatureInvalid,
        "The signature under the change of \(what) is not by a key that \(PlanPaths.signers) binds to \(actor.email).",
        milestone: id, path: path, line: 1)
    ]
  }
}
