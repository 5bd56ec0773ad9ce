import PlanModel

/// The policy by which one parent judges: its own, or the nearest readable one (contract 2.2).
struct Judging {
  let policy: Policy
  let digest: Digest

  /// Reads the policy of a proposal's first parent.
  init(_ proposal: Proposal) throws { try self.init(proposal.base.policy(), orNearestIn: proposal) }

  fileprivate init(_ snapshot: PolicySnapshot, orNearestIn proposal: Proposal?) throws {
    if let judging = Self.readable(snapshot) {
      self = judging
      return
    }
    // If the policy is unreadable, the nearest readable one judges, and only a repair of the policy is legal.
    let nearest = try proposal?.ancestry.nearestReadablePolicy()
    policy = nearest?.policy ?? .builtIn()
    digest = nearest?.digest ?? PolicySnapshot.absentDigest
  }

  private init(_ policy: Policy, _ digest: Digest) { (self.policy, self.digest) = (policy, digest) }

  fileprivate static func readable(_ snapshot: PolicySnapshot) -> Judging? {
    snapshot.isAbsent ? Judging(.builtIn(), snapshot.digest) : snapshot.policy.map { Judging($0, snapshot.digest) }
  }
}

/// The policies that judge a proposal (contract 2.2): never its own, except for a baseline. A merge has one for each
/// parent with a plan or a policy; its own policy, if clean, applies to invariants only.
struct PolicyInForce {
  /// The judging policies: one, or one per side of a merge.
  let judging: [Judging]
  /// The policies that apply to the tree's invariants.
  let ofInvariants: [Judging]
  let isBaseline: Bool
  /// The findings about the policies themselves.
  let findings: [Finding]

  /// The policy that a stamp names.
  var policy: Policy { judging[0].policy }
  /// The digest of that policy.
  var digest: Digest { judging[0].digest }
  /// True if any judging policy rejects changes without a stamp.
  var refusesUnstamped: Bool { judging.contains { $0.policy.provenance.unstamped == .refuse } }

  init(_ proposal: Proposal, _ merge: Merge?) throws {
    let baseHolds = try proposal.parents.contains { try $0.holdsPlan() || !$0.policyFiles().isEmpty }
    isBaseline = try !baseHolds && !proposal.ancestry.anyHoldsPlanOrPolicy()
    let own = try proposal.candidate.policy()
    if let merge {
      judging = merge.sides.all.map(\.judging)
      let clean = merge.decidesPolicy ? nil : Judging.readable(own)
      ofInvariants = clean.map { [$0] } ?? judging
      let files = try proposal.candidate.policyFiles()
      let differs = try merge.sides.all.contains { try $0.tree.policyFiles() != files }
      findings = differs || Judging.readable(own) == nil ? own.findings : []
      return
    }
    let first = isBaseline ? own : try proposal.base.policy()
    judging = [try Judging(first, orNearestIn: isBaseline ? nil : proposal)]
    ofInvariants = judging
    let changes = try proposal.base.policyFiles() != proposal.candidate.policyFiles()
    findings = changes || isBaseline || Judging.readable(first) == nil ? own.findings : []
  }
}
