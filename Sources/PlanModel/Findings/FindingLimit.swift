/// Bounds what is kept of one commit, so that no message and no plan fills a server's memory with its own faults
/// (contract 3, *Blocks*).
public enum FindingLimit {
  /// The most findings that are kept of a commit.
  public static let bound = 100

  /// Cuts off what exceeds the bound, and says how many that is.
  ///
  /// Errors stay before warnings, and errors that no later stamp lets go before those that one does: what is cut off is
  /// never what refuses. The finding that counts the rest is as severe as the worst of it.
  /// - Parameter findings: those of one commit, in their order.
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
