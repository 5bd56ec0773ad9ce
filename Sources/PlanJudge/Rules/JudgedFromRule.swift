import PlanModel

/// The rule that `judgedFrom` names a proper ancestor of the commit that sets it (contract 2.3).
enum JudgedFromRule: ChangeRule {
  static func findings(in context: JudgeContext) throws -> [Finding] {
    let proposal = context.proposal
    guard context.changes.changesPolicy, let new = try judgedFrom(proposal.candidate),
      try !proposal.parents.contains(where: { try judgedFrom($0) == new }),
      try !proposal.ancestry.holds(commit: new)
    else { return [] }
    return [
      Finding(
        .policyChangeRefused, "\"judgedFrom\" names \(new.prefix(12)), which is no ancestor of this commit.",
        hint: "Name a commit that is in this branch's history already: git log --oneline shows some.",
        // A rebase or a merge may still bring it in before the change is published.
        severity: context.telling.isDraft ? .warning : .error, path: PlanPaths.provenance, line: 1)
    ]
  }

  private static func judgedFrom(_ tree: any PlanTree) throws -> String? {
    try tree.policy().policy?.provenance.judgedFrom?.lowercased()
  }
}
