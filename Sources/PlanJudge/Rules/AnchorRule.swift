import PlanModel

/// The rule that a change must also satisfy the anchor's authorization, if that differs from the parents' (contract
/// 2.2, anchors).
enum AnchorRule: ChangeRule {
  static func findings(in context: JudgeContext) throws -> [Finding] {
    let anchor = context.proposal.anchor
    if context.isBaseline { return try anchor.plans.flatMap { try baseline($0, context) } }
    return try anchor.alsoAsked.flatMap { tree -> [Finding] in
      guard let authorization = try tree.policy().policy?.authorization else { return [] }
      var asked = context
      asked.signers = tree
      return try
        (AuthorityRule.findings(authorization, in: asked) + PolicyAuthorityRule.findings(authorization, in: asked)
        + SignatureRule.findings(authorization, in: asked)).map(Self.told)
    }
  }

  /// Checks that a second baseline has the authority to change the existing plan's policy.
  private static func baseline(_ tree: any PlanTree, _ context: JudgeContext) throws -> [Finding] {
    guard let authorization = try tree.policy().policy?.authorization else { return [] }
    var asked = context
    asked.signers = tree
    let findings =
      PolicyAuthorityRule.refusals(authorization, of: [PlanPaths.plan], in: asked)
      + (try SignatureRule.ofPolicyChange(authorization, in: asked))
    return findings.map { finding in
      Finding(
        finding.code, "This baseline begins beside a plan that the server holds already: \(finding.message)",
        hint: finding.hint, path: finding.path, line: finding.line)
    }
  }

  private static func told(_ finding: Finding) -> Finding {
    Finding(
      finding.code, "By the authorization of HEAD's branch: \(finding.message)", hint: finding.hint,
      milestone: finding.milestone, path: finding.path, line: finding.line)
  }
}
