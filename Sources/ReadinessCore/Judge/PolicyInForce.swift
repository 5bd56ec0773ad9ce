/// Which policy judges a proposal (contract 2.2): never the change's own, but for a baseline, and for a merge whose
/// policy needs no stamp.
struct PolicyInForce {
  let policy: Policy
  let digest: Digest
  let isBaseline: Bool
  /// What is wrong with the policies themselves.
  let findings: [Finding]

  init(_ proposal: Proposal, _ needs: MergeNeeds?) throws {
    let baseHolds = try proposal.parents.contains { try $0.holdsPlan() || !$0.policyFiles().isEmpty }
    isBaseline = try !baseHolds && !proposal.ancestry.anyHoldsPlanOrPolicy()
    let own = try proposal.candidate.policy()
    let isOwn = isBaseline || needs?.policy == false
    let first = isOwn ? own : try proposal.base.policy()
    if let judging = first.isAbsent ? Policy.builtIn() : first.policy {
      policy = judging
      digest = first.digest
      let changes = try proposal.base.policyFiles() != proposal.candidate.policyFiles()
      findings = changes || isOwn ? own.findings : []
      return
    }
    // It cannot be read: the nearest that can judges, and only a change that mends it is legal.
    let nearest = try isBaseline ? nil : proposal.ancestry.nearestReadablePolicy()
    policy = nearest?.policy ?? .builtIn()
    digest = nearest?.digest ?? PolicySnapshot.absentDigest
    findings = own.findings
  }
}
