import PlanModel

/// The rule that an actor who is not the commit's author must have signed the stamp if a rule applies to it (contract
/// 2.4, identity). A merge's own stamp is checked from every side, and brought stamps under the policy of the judging
/// side. `StampAudit` checks other commits.
enum ActorRule: ChangeRule {
  static func findings(in context: JudgeContext) throws -> [Finding] {
    guard !context.isBaseline, let authorization = context.policy.authorization else { return [] }
    let signatures = try context.signatures()
    func fault(_ run: Run?, _ id: MilestoneID?) throws -> [Finding] {
      guard let run, !authorization.people.isSame(run.actor.email, context.proposal.author.email),
        try !signatures.isSigned(run)
      else { return [] }
      return [
        Finding(
          .actorMismatch,
          "The stamp names \(run.actor.email); the commit's author is \(context.proposal.author.email).",
          milestone: id, path: id.map(PlanPaths.milestone) ?? PlanPaths.authorization, line: 1)
      ]
    }
    var findings: [Finding] = []
    for change in context.judged {
      for step in context.telling.steps(of: change) where asks(authorization, change, step, context) {
        findings += try fault(step.run, change.id)
      }
    }
    if authorization.roleForPolicyChange != nil {
      for run in context.telling.policyRuns { findings += try fault(run, nil) }
    }
    for run in context.telling.waivingRuns {
      for waive in run.waives { findings += try fault(run, waive.milestone) }
    }
    return findings
  }

  /// Returns true if a rule applies to a step. A rule about senders to review applies to every change of status.
  private static func asks(
    _ authorization: Authorization, _ change: MilestoneChange, _ step: Telling.Step, _ context: JudgeContext
  ) -> Bool {
    !AuthorityRule.applying(authorization, to: change, step, context.telling.mode).isEmpty
      || !AuthorityRule.entering(authorization, change, step, context.workflow).isEmpty
      || (step.changesStatus && authorization.rules.contains { $0.excludesSender && $0.covers(change.id) })
  }
}
