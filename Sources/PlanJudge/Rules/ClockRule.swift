import PlanModel

/// The rule that the dates of a run are not ahead of the judge's clock (contract 3, moment).
enum ClockRule {
  static func findings(_ proposal: Proposal, _ blocks: [StampBlock], isRun: Bool) -> [Finding] {
    let dates = proposal.dates
    var findings = blocks.compactMap(\.run).compactMap { finding(ofRunAt: $0.at, dates) }
    if isRun || !blocks.isEmpty, let committed = dates.committed, let clock = dates.clock,
      committed > clock + CommitDates.skew
    {
      findings.append(
        Finding(
          .clockAhead,
          "The commit is dated \(Timestamp.text(millisecondsSince1970: committed)), more than an hour ahead of the clock."
        ))
    }
    return findings
  }

  private static func finding(ofRunAt text: String, _ dates: CommitDates) -> Finding? {
    guard let at = Timestamp.milliseconds(of: text) else { return nil }
    if at < 0 { return Finding(.clockAhead, "The stamp is dated \(text), before the year 1970.") }
    if let clock = dates.clock, at > clock + CommitDates.skew {
      return Finding(.clockAhead, "The stamp is dated \(text), more than an hour ahead of the clock.")
    }
    guard let committed = dates.committed, at > committed + CommitDates.skew else { return nil }
    return Finding(
      .clockAhead,
      "The stamp is dated \(text), more than an hour ahead of its commit (\(Timestamp.text(millisecondsSince1970: committed))).",
      severity: .warning)
  }
}
