import PlanModel

/// The policy by which one parent judges: its own, or the nearest that can be read (contract 2.2).
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
    // It cannot be read: the nearest that can judges, and only a change that repairs it is legal.
    let nearest = try proposal?.ancestry.nearestReadablePolicy()
    policy = nearest?.policy ?? .builtIn()
    digest = nearest?.digest ?? PolicySnapshot.absentDigest
  }

  private init(_ policy: Policy, _ digest: Digest) { (self.policy, self.digest) = (policy, digest) }

  fileprivate static func readable(_ snapshot: PolicySnapshot) -> Judging? {
    snapshot.isAbsent ? Judging(.builtIn(), snapshot.digest) : snapshot.policy.map { Judging($0, snapshot.digest) }
  }
}

/// Which policies judge a proposal (contract 2.2): never the change's own, but for a baseline. A merge has one for each
/// parent that holds a plan or a policy, and the invariants of a clean result are by its own.
struct PolicyInForce {
  /// One, or in a merge that of every side.
  let judging: [Judging]
  /// The policies by which the tree has to hold the invariants.
  let ofInvariants: [Judging]
  let isBaseline: Bool
  /// What is wrong with the policies themselves.
  let findings: [Finding]

  /// The policy that a stamp names.
  var policy: Policy { judging[0].policy }
  /// Its digest.
  var digest: Digest { judging[0].digest }
  /// The strictest that a judging policy says about changes without a stamp.
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
