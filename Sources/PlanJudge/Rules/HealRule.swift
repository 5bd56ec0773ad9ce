public import PlanModel

/// The rule that a healing stamp needs the authority to change the policy (contract 3, heal). The code that walks
/// history compares the stamp with the ancestors.
enum HealRule {
  static func findings(_ blocks: [StampBlock], _ proposal: Proposal, _ force: PolicyInForce) throws -> [Finding] {
    let runs = blocks.filter { $0.heals && $0.fault == nil }.compactMap(\.run)
    guard let authorization = force.policy.authorization, let role = authorization.roleForPolicyChange else {
      return []
    }
    return try runs.flatMap { run -> [Finding] in
      var findings: [Finding] = []
      let signatures = try Signatures(proposal)
      if authorization.policyChangeIsSigned {
        findings += try SignatureRule.fault(run, run.actor, nil, signatures)
      }
      if authorization.policyChangeTakesSignedCommit {
        findings += try SignatureRule.sealFault(run, run.actor, nil, signatures)
      }
      if !authorization.people.isSame(run.actor.email, proposal.author.email), try !signatures.isSigned(run) {
        findings.append(
          Finding(
            .actorMismatch,
            "The stamp that heals names \(run.actor.email); the commit's author is \(proposal.author.email)."))
      }
      if !authorization.holds(run.actor.email, role: role) {
        findings.append(
          Finding(
            .policyChangeRefused,
            "\(run.actor.email) does not hold the role \"\(role)\", which healing asks for, as a change of the policy does.",
            hint: AuthorityRule.holders(of: role, authorization)))
      }
      return findings
    }
  }
}

extension RunDraft {
  /// The facts that a later stamp must list to heal this change: same milestone, BEFORE and AFTER (contract 3).
  public var facts: Set<HealedFact> { HealedFact.all(transitions, edits, policyChange) }
}

extension Run {
  /// The facts that the run lists.
  public var facts: Set<HealedFact> { HealedFact.all(transitions, edits, policyChange) }
}

/// A change that a healing stamp lists.
public enum HealedFact: Hashable, Sendable {
  /// A change of status.
  case transition(Run.Transition)
  /// Another change of a file.
  case edit(Run.Edit)
  /// A change of the policy.
  case policy(Run.PolicyChange)

  fileprivate static func all(
    _ transitions: [Run.Transition], _ edits: [Run.Edit], _ policyChange: Run.PolicyChange?
  ) -> Set<HealedFact> {
    Set(
      transitions.map(HealedFact.transition) + edits.map(HealedFact.edit) + (policyChange.map { [.policy($0)] } ?? []))
  }
}

extension Run {
  /// Returns a run that lists the facts.
  public static func healing(_ facts: Set<HealedFact>, at: String, actor: Identity, policy: Digest, reason: String)
    -> Run
  {
    var run = Run(at: at, actor: actor, policy: policy)
    // A block has one policy change. If there are several, this run takes the first by digest, and the next heal takes
    // the next.
    let policies = facts.compactMap { if case .policy(let change) = $0 { change } else { nil } }
    run.policyChange = policies.min { ($0.before?.hex ?? "", $0.after.hex) < ($1.before?.hex ?? "", $1.after.hex) }
    for fact in facts {
      switch fact {
      case .transition(let transition): run.transitions.append(transition)
      case .edit(let edit): run.edits.append(edit)
      case .policy: break
      }
    }
    run.reason = reason
    return run.sortedForHealing
  }
}
