/// A limit on the findings retained for one commit, so that no message or plan exhausts a server's memory (contract 3,
/// *Blocks*).
public enum FindingLimit {
  /// The maximum number of findings for a commit.
  public static let bound = 100

  /// Drops the findings beyond the limit and reports their number.
  ///
  /// Retains errors first, and among them those that no later stamp repairs, so a rejection is never dropped. The
  /// finding that counts the rest has the severity of the worst dropped one.
  /// - Parameter findings: the findings of one commit, in order.
  public static func applied(to findings: [Finding]) -> [Finding] {
    guard findings.count > bound else { return findings }
    let ranked = findings.indices.sorted { (rank(findings[$0]), $0) < (rank(findings[$1]), $1) }
    let (kept, cut) = (ranked[..<(bound - 1)], ranked[(bound - 1)...])
    let worst = findings[cut[cut.startIndex]]
    return kept.sorted().map { findings[$0] } + [
      Finding(
        worst.code, "\(cut.count) more findings of this commit are not listed.",
        hint: "Fix those that are listed, then look again.", severity: worst.severity, commit: worst.commit)
    ]
  }

  private static func rank(_ finding: Finding) -> Int {
    switch finding.severity {
    case .error: return ReasonCode.repairedByStamps.contains(finding.code) ? 1 : 0
    case .warning: return 2
    case .note: return 3
    }
  }
}
