public import PlanJudge
public import PlanModel

/// Judges objectives against the captures of a tree, for gates, checks and displays.
public struct ObjectiveGate {
  private let tree: any PlanTree
  private let policy: Policy
  private let verifier: any SignatureVerifier
  /// Captures that replace the tree's, by the objective's name.
  private let given: [String: [UInt8]]

  /// Creates a judge of a tree's objectives.
  /// - Parameter given: captures that replace those of the tree.
  public init(
    _ tree: any PlanTree, policy: Policy, verifier: any SignatureVerifier, given: [String: [UInt8]] = [:]
  ) {
    self.tree = tree
    self.policy = policy
    self.verifier = verifier
    self.given = given
  }

  /// Judges the objectives that a gate includes, sorted by name; none if the gate has no conditions for them.
  /// - Parameter now: in milliseconds since 1970; nil counts as 0.
  /// - Throws: if the tree cannot be read, or a signature cannot be checked.
  /// - Complexity: O(bytes).
  public func verdicts(_ gate: Gates.Gate, now: Int64?) throws -> [ObjectiveVerdict] {
    guard let conditions = gate.objectives else { return [] }
    return try ObjectiveFile.all(in: tree).filter { conditions.includes($0.name) }.map {
      try verdict($0, conditions, now: now)
    }
  }

  /// Judges one objective.
  /// - Throws: if the tree cannot be read, or a signature cannot be checked.
  public func verdict(_ file: ObjectiveFile, _ conditions: ObjectiveConditions, now: Int64?) throws -> ObjectiveVerdict
  {
    let bytes = try given[file.name] ?? committed(PlanPaths.capture(file.name))
    let judge = ObjectiveJudge(file: file, conditions: conditions, now: now ?? 0) {
      try isSigned($0, role: conditions.captureRole)
    }
    var verdict = try judge.verdict(bytes)
    verdict.isCommitted = given[file.name] == nil
    return verdict
  }

  /// Returns the capture of the tree. An unreadable object at the path is an invalid capture, not a missing one.
  private func committed(_ path: String) throws -> [UInt8]? {
    if let bytes = try tree.bytes(at: path, atMost: Capture.fileBound) { return bytes }
    return try tree.kind(at: path) == nil ? nil : []
  }

  /// Returns true if the capture has a valid signature by its author, who holds the role.
  private func isSigned(_ capture: Capture, role: String) throws -> Bool {
    guard let signature = capture.signature, let signers = try tree.policyBytes(at: PlanPaths.signers),
      policy.authorization?.holds(capture.by, role: role) ?? true
    else { return false }
    return try verifier.isValid(
      signature, of: capture.signedMessage, namespace: Capture.namespace, by: capture.by, signers: signers,
      revoked: tree.policyBytes(at: PlanPaths.revokedSigners), at: capture.at)
  }
}

extension GateDecision {
  /// Decides a gate with its objectives.
  /// - Throws: if the tree cannot be read, or a signature cannot be checked.
  public init(
    _ name: String, _ gate: Gates.Gate, _ overview: PlanOverview, in tree: any PlanTree, _ judge: ObjectiveGate
  ) throws {
    let verdicts = try judge.verdicts(gate, now: overview.now)
    try self.init(name, gate, overview, in: tree, objectives: verdicts.map(\.forGate))
  }
}
