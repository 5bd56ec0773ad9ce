public import PlanJudge
public import PlanModel

/// A plan of five milestones: `A-1` done, `A-2` in progress on `A-1`, `A-3` not started on `A-2`, `A-4` in review on
/// `A-1`, `A-5` done on `A-1`.
public enum PlanFixture {
  /// The person who commits.
  public static let ada = Identity(name: "Ada Lovelace", email: "ada@example.com")
  /// Another person.
  public static let bob = Identity(name: "Bob", email: "bob@example.com")
  /// A file that serves as evidence.
  public static let proof = "All is well.\n"

  /// Returns one milestone's text.
  public static func milestone(
    _ id: String, status: String, dependsOn: [String] = [], owner: String = "ada", isProven: Bool = true,
    more: String = ""
  ) -> String {
    let evidence =
      isProven
      ? ", \"evidence\": [{ \"kind\": \"file\", \"path\": \"proof.txt\", \"sha256\": \"\(Digest(of: Array(proof.utf8)).hex)\" }]"
      : ""
    return """
      {
        "id": "\(id)",
        "workstream": "Work \(id)",
        "outcome": "It works",
        "dependsOn": [\(dependsOn.map { "\"\($0)\"" }.joined(separator: ", "))],
        "owner": "\(owner)",
        "status": "\(status)",\(more)
        "exitCriteria": [
          { "id": "works", "text": "It is seen to work"\(evidence) }
        ]
      }

      """
  }

  /// Returns the plan's tree.
  public static func tree() -> MemoryTree {
    MemoryTree([
      "proof.txt": proof, "ssot/plan.json": plan(order: ["A-1", "A-2", "A-3", "A-4", "A-5"]),
      ".readiness/A-1.json": milestone("A-1", status: "Done"),
      ".readiness/A-2.json": milestone("A-2", status: "In Progress", dependsOn: ["A-1"]),
      ".readiness/A-3.json": milestone("A-3", status: "Not Started", dependsOn: ["A-2"], owner: "TBD", isProven: false),
      ".readiness/A-4.json": milestone("A-4", status: "In Review", dependsOn: ["A-1"]),
      ".readiness/A-5.json": milestone("A-5", status: "Done", dependsOn: ["A-1"]),
    ])
  }

  /// Returns the text of `ssot/plan.json`.
  public static func plan(order: [String], retired: [String] = []) -> String {
    func list(_ ids: [String]) -> String { ids.map { "\"\($0)\"" }.joined(separator: ", ") }
    return """
      { "planId": "5e7a63c7-3f0c-4d5a-9d38-6f1d1a7c8e21", "title": "Test",
        "executionOrder": [\(list(order))],
        "retired": [\(list(retired))] }

      """
  }

  /// A text of `authorization.json`: ada is maintainer and approver, Done requires an approver.
  public static let authorization = """
    { "version": 1,
      "roles": { "maintainer": ["ada@example.com"], "approver": ["ada@example.com"] },
      "rules": [
        { "to": "Done", "role": "approver" },
        { "fields": ["risks", "*"], "role": "maintainer" }
      ] }
    """
}

extension Proposal {
  /// Creates a change of the fixture's plan that needs a stamp.
  public init(
    from base: MemoryTree = PlanFixture.tree(), by author: Identity = PlanFixture.ada, reason: String? = "because",
    earlier: [MemoryTree] = [], now: Int64? = nil, stampedAt: Int64? = nil, starts: [ReviewStart] = [],
    _ change: (MemoryTree) -> Void
  ) {
    self.init(
      parents: [base], candidate: base.with(change),
      ancestry: ToldAncestry(earlier, stampedAt: stampedAt, starts: starts),
      author: author,
      claim: .draft(reason: reason, mayFollow: false), now: now, verifier: FakeSignatures())
  }

  /// Returns the proposal as a commit with a message.
  public func committed(_ message: String) -> Proposal {
    Proposal(
      parents: parents, candidate: candidate, ancestry: ancestry, author: author,
      claim: .committed(Trailers.blocks(in: message)), now: now, verifier: verifier)
  }

  /// Returns the proposal as a commit with a true stamp.
  public func stamped(at: String = "2026-11-22T19:00:00.123Z", actor: Identity? = nil, reason: String? = "because")
    throws
    -> Proposal
  {
    committed(try stamp(at: at, actor: actor, reason: reason))
  }

  /// Returns the block of a true stamp.
  public func stamp(at: String = "2026-11-22T19:00:00.123Z", actor: Identity? = nil, reason: String? = "because") throws
    -> String
  {
    guard let draft = try Judge.assess(self).draft else { return "" }
    return Trailers.render(draft.run(at: at, actor: actor ?? author, reason: reason), plan: draft.plan)
  }
}

extension Assessment {
  /// The codes of the errors, sorted, without duplicates.
  public var errors: [String] {
    codes(.error)
  }

  /// The codes of the warnings, sorted, without duplicates.
  public var warnings: [String] { codes(.warning) }

  /// The codes of the notes, sorted, without duplicates.
  public var notes: [String] { codes(.note) }

  private func codes(_ severity: Finding.Severity) -> [String] {
    Set(verdict.findings.filter { $0.severity == severity }.map(\.code.id)).sorted()
  }
}

extension PlanOverview {
  /// Creates an overview without a time, so that nothing lapses.
  public init(_ tree: any PlanTree) throws { try self.init(tree, now: nil) }
}

extension Proposal {
  /// Creates a proposal without a time.
  public init(
    parents: [any PlanTree], candidate: any PlanTree, ancestry: any Ancestry, author: Identity, claim: Claim
  ) {
    self.init(
      parents: parents, candidate: candidate, ancestry: ancestry, author: author, claim: claim,
      now: nil, verifier: FakeSignatures())
  }
}

/// Signatures for tests of rules: a digest of the message and the signer's address. They are valid if the signers
/// file names that address.
public struct FakeSignatures: SignatureVerifier {
  public init() {}

  /// Returns a valid signature.
  public static func signature(_ message: [UInt8], by email: String) -> String {
    String(Digest(of: message + Array(email.lowercased().utf8)).hex)
  }

  public func isValid(openPGP armour: String, of payload: [UInt8], by email: String, keys: [UInt8], at moment: Int64?)
    -> Bool
  { false }

  public func isValid(
    _ signature: String, of message: [UInt8], namespace: String, by email: String, signers: [UInt8], revoked: [UInt8]?,
    at moment: Int64?
  ) -> Bool {
    String(decoding: signers, as: UTF8.self).lowercased().contains(email.lowercased())
      && signature == Self.signature(message, by: email)
  }
}
