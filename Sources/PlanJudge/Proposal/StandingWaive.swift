public import PlanModel

/// A rule that an accepted stamp lets go for a while, and whose milestone has not moved on since.
public struct StandingWaive: Sendable {
  /// What is let go, and until when.
  public let waive: Run.Waive
  /// The stamp that says so.
  public let run: Run
  /// The commit that holds it; nil where it is still to be made.
  public let commit: String?

  /// Makes one.
  public init(_ waive: Run.Waive, run: Run, commit: String?) {
    (self.waive, self.run, self.commit) = (waive, run, commit)
  }

  /// Who let it go.
  public var actor: Identity { run.actor }
  /// Why.
  public var reason: String { run.reason ?? "" }

  /// True where it is not over at a moment, in milliseconds since 1970; nil is a moment that nobody knows.
  public func holds(at moment: Int64?) -> Bool {
    guard let moment else { return true }
    return Timestamp.text(millisecondsSince1970: moment).prefix(10) <= waive.until
  }

  /// True where it excuses a finding.
  func covers(_ finding: Finding) -> Bool {
    finding.milestone == waive.milestone && finding.code.id == waive.code
  }
}

extension Run.Waive {
  /// By milestone, then code.
  func precedes(_ other: Self) -> Bool {
    milestone != other.milestone ? milestone < other.milestone : code < other.code
  }
}

extension Authorization {
  /// Those that this policy lets count: their actor may let that rule go there, for that long.
  public func counting(_ waives: [StandingWaive]) -> [StandingWaive] {
    waives.filter { WaiveRule.fault(of: $0.waive, in: $0.run, self) == nil }
  }
}
