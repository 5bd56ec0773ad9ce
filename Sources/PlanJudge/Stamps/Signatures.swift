import GitObjects
import PlanModel

/// The signatures of one proposal. A valid one satisfies the signers in the policy version with the rule, and those of
/// every parent that names signers (contract 2.4, `signed`).
struct Signatures {
  private let proposal: Proposal
  private let rules: any PlanTree
  private let people: People
  private let plan: String?

  /// - Parameter tree: the policy version with the rule; nil for the first parent's.
  init(_ proposal: Proposal, signersOf tree: (any PlanTree)? = nil) throws {
    self.proposal = proposal
    rules = tree ?? proposal.base
    people = try rules.policy().policy?.authorization?.people ?? People()
    plan = try proposal.candidate.planFile()?.plan?.planID
  }

  /// Returns true if a stamp has a valid signature by its actor.
  func isSigned(_ run: Run) throws -> Bool {
    guard let signature = run.signature else { return false }
    return try isValid(signature, of: Array(run.id(plan: plan).hex.utf8), "readiness-run", by: run.actor.email) {
      try proposal.moment(of: run)
    }
  }

  /// Returns true if an approval is signed by its approver, for the review that a step ends.
  func isSigned(_ approval: Approval, in stay: ReviewStay) throws -> Bool {
    guard let signature = approval.signature, let run = approval.run, let plan, stay.runs(plan: plan).contains(run)
    else { return false }
    let message = Approval.signed(plan: plan, run: run, digest: approval.digest)
    return try isValid(signature, of: message, "readiness-approval", by: approval.by) { try proposal.moment() }
  }

  /// Returns the people who share a key in this proposal, by the policy version with the rule and by every parent that
  /// names signers.
  func sharedKeys() throws -> SharedKeys {
    var shared = SharedKeys()
    _ = try holders(of: PlanPaths.signers) { keys, _ in
      shared.note(AllowedSigners(keys), people)
      return true
    }
    return shared
  }

  /// True if the commit itself is signed.
  var hasSeal: Bool { if case .signed = proposal.seal { true } else { false } }

  /// Returns true if a person's key signed the commit, or nil if there is no commit yet.
  func isSealed(by person: Identity, in run: Run?) throws -> Bool? {
    switch proposal.seal {
    case .unknown: return nil
    case .none: return false
    case .signed(let armour, let payload) where armour.hasPrefix("-----BEGIN SSH SIGNATURE-----"):
      let body = armour.split(separator: "\n").filter { !$0.hasPrefix("-----") }.joined()
      return try isValid(body, of: payload, "git", by: person.email) { try moment(of: run) }
    case .signed(let armour, let payload):
      let moments = try moments { try moment(of: run) }
      return try holders(of: PlanPaths.openPGPKeys) { keys, _ in
        try people.addresses(of: people.person(person.email)).contains { address in
          try moments.allSatisfy {
            try proposal.verifier.isValid(openPGP: armour, of: payload, by: address.description, keys: keys, at: $0)
          }
        }
      }
    }
  }

  private func moment(of run: Run?) throws -> Int64? { try run.map(proposal.moment(of:)) ?? proposal.moment() }

  /// Returns the times at which a key must be valid: the run's time, and at a gate the time of receipt.
  private func moments(_ own: () throws -> Int64?) throws -> [Int64?] {
    try [own()] + (proposal.dates.received.map { [$0] } ?? [])
  }

  /// Returns true if the version with the rule has a file of keys, and every version with such a file passes the test.
  private func holders(of path: String, _ isGood: ([UInt8], any PlanTree) throws -> Bool) throws -> Bool {
    guard let keys = try rules.policyBytes(at: path), try isGood(keys, rules) else { return false }
    return try proposal.parents.allSatisfy { parent in
      guard parent !== rules, let keys = try parent.policyBytes(at: path) else { return true }
      return try isGood(keys, parent)
    }
  }

  private func isValid(
    _ signature: String, of message: [UInt8], _ namespace: String, by email: String, at own: () throws -> Int64?
  ) throws -> Bool {
    try holders(of: PlanPaths.signers) { keys, tree in
      let revoked = try tree.policyBytes(at: PlanPaths.revokedSigners)
      return try AllowedSigners(keys).bindings(of: people.person(email), people).contains { binding in
        // Walks no history if no key depends on the time.
        try (binding.mayLapse ? moments(own) : [nil]).allSatisfy { moment in
          try proposal.verifier.isValid(
            signature, of: message, namespace: namespace, by: binding.principal, signers: binding.bytes,
            revoked: revoked, at: moment)
        }
      }
    }
  }
}
