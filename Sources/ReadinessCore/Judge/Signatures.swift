/// Says whether a signature is good. The judge is pure; whoever builds a proposal lends it one of these.
public protocol SignatureVerifier {
  /// - Parameters:
  ///   - signature: the base64 body of an SSH signature.
  ///   - message: what is signed.
  ///   - namespace: `readiness-run` or `readiness-approval`.
  ///   - email: whose key it has to be.
  ///   - signers: OpenSSH's `allowed_signers`.
  ///   - revoked: keys that count no more; nil for none.
  ///   - moment: the moment at which the key has to be good, in milliseconds since 1970; nil is now.
  /// - Throws: where it cannot be judged.
  func isValid(
    _ signature: String, of message: [UInt8], namespace: String, by email: String, signers: [UInt8], revoked: [UInt8]?,
    at moment: Int64?
  ) throws -> Bool

  /// - Parameters:
  ///   - armour: an OpenPGP signature of the payload.
  ///   - keys: the keys that count, in armour.
  ///   - moment: the moment at which the key has to be good, in milliseconds since 1970; nil is now.
  /// - Throws: where it cannot be judged.
  func isValid(openPGP armour: String, of payload: [UInt8], by email: String, keys: [UInt8], at moment: Int64?) throws
    -> Bool
}

/// The signatures of one proposal, by the signers of its first parent (contract 2.4), or of another tree whose rules are
/// asked of it.
struct Signatures {
  private let proposal: Proposal
  private let signers: any PlanTree
  private let plan: String?

  init(_ proposal: Proposal, signersOf tree: (any PlanTree)? = nil) throws {
    self.proposal = proposal
    signers = tree ?? proposal.base
    plan = try proposal.candidate.planFile()?.plan?.planID
  }

  /// True where a stamp holds a valid signature by its actor.
  func isSigned(_ run: Run) throws -> Bool {
    guard let signature = run.signature else { return false }
    return try isValid(
      signature, of: Array(run.id(plan: plan).hex.utf8), namespace: "readiness-run", by: run.actor.email,
      at: Timestamp.milliseconds(of: run.at))
  }

  /// True where an approval holds a valid signature by its approver.
  func isSigned(_ approval: Approval) throws -> Bool {
    guard let signature = approval.signature else { return false }
    return try isValid(
      signature, of: Array(approval.digest.tagged.utf8), namespace: "readiness-approval", by: approval.by,
      at: try proposal.moment())
  }

  /// True where the commit itself is signed.
  var hasSeal: Bool { if case .signed = proposal.seal { true } else { false } }

  /// True where a person's key signed the commit; nil where there is no commit yet.
  func isSealed(by person: Identity, at moment: Int64?) throws -> Bool? {
    switch proposal.seal {
    case .unknown: return nil
    case .none: return false
    case .signed(let armour, let payload) where armour.hasPrefix("-----BEGIN SSH SIGNATURE-----"):
      let body = armour.split(separator: "\n").filter { !$0.hasPrefix("-----") }.joined()
      return try isValid(body, of: payload, namespace: "git", by: person.email, at: moment)
    case .signed(let armour, let payload):
      guard let keys = try signers.policyBytes(at: PlanPaths.openPGPKeys) else { return false }
      return try proposal.verifier.isValid(openPGP: armour, of: payload, by: person.email, keys: keys, at: moment)
    }
  }

  private func isValid(_ signature: String, of message: [UInt8], namespace: String, by email: String, at moment: Int64?)
    throws -> Bool
  {
    guard let keys = try signers.policyBytes(at: PlanPaths.signers) else { return false }
    return try proposal.verifier.isValid(
      signature, of: message, namespace: namespace, by: email, signers: keys,
      revoked: signers.policyBytes(at: PlanPaths.revokedSigners), at: moment)
  }
}
