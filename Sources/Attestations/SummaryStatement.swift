import GitObjects
public import PlanModel
import StrictJSON

/// The verdict on a history, as a SLSA verification summary (https://slsa.dev/spec/v1.2/verification_summary).
public struct SummaryStatement {
  /// The predicate type.
  public static let type = "https://slsa.dev/verification_summary/v1"
  /// The levels of an accepted history. SLSA reserves its own names, so these do not begin with `SLSA_`.
  static let levels = ["READINESS_HISTORY_LEGAL", "READINESS_RUNS_RECOMPUTED"]

  private let lineage: Lineage
  private let version: String

  /// Creates the summary of a history.
  /// - Parameter version: the version of this program, the verifier.
  public init(_ lineage: Lineage, version: String) { (self.lineage, self.version) = (lineage, version) }

  /// Returns the in-toto Statement. Returns nil if the history was not judged completely, or has no run.
  /// - Parameter statements: the digest of the covered statements as JSON lines, so that one signature covers all.
  public func statement(over statements: Digest) -> Statement? {
    let summary = lineage.summary
    guard summary.isWhole, let at = summary.at else { return nil }
    let annotations: JSONValue? = summary.ref.map { ["sourceRefs": .texts([$0])] }
    let subject = Statement.Subject(
      summary.ref ?? "commit", ("gitCommit", lineage.commit.description), annotations: annotations)
    return Statement(
      [subject], Self.type,
      [
        "verifier": [
          "id": .text(Statement.base + "/verifier/v1"), "version": ["readiness": .text(version)],
        ],
        "timeVerified": .text(at), "resourceUri": .text(lineage.plan.map { "urn:uuid:\($0)" } ?? "urn:readiness:plan"),
        "policy": ["uri": "git:ssot/policies", "digest": ["sha256": .text(lineage.policy.hex)]],
        "inputAttestations": [
          ["uri": "urn:readiness:statements", "digest": ["sha256": .text(statements.hex)]]
        ],
        "verificationResult": .text(summary.isLegal ? "PASSED" : "FAILED"),
        "verifiedLevels": .texts(summary.isLegal ? Self.levels : []),
      ])
  }
}
