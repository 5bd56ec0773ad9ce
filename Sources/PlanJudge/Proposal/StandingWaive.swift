public import PlanModel

/// An exception in an accepted stamp whose milestone has not moved since.
public struct StandingWaive: Sendable {
  /// The rule and the last day of the exception.
  public let waive: Run.Waive
  /// The stamp that grants it.
  public let run: Run
  /// The commit of the stamp; nil if it does not exist yet.
  public let commit: String?

  /// Creates a standing exception.
  public init(_ waive: Run.Waive, run: Run, commit: String?) {
    (self.waive, self.run, self.commit) = (waive, run, commit)
  }

  /// The person who granted the exception.
  public var actor: Identity { run.actor }
  /// The reason.
  public var reason: String { run.reason ?? "" }

  /// Returns true if the exception is valid at a time, in milliseconds since 1970; nil means that the time is unknown.
  public func holds(at moment: Int64?) -> Bool {
    guard let moment else { return true }
    return Timestamp.text(millisecondsSince1970: moment).prefix(10) <= waive.until
  }

  /// Returns true if the exception covers a finding.
  func covers(_ finding: Finding) -> Bool {
    finding.milestone == waive.milestone && finding.code.id == waive.code
  }
}

extension Run.Waive {
  /// Compares by milestone, then code.
  func precedes(_ other: Self) -> Bool {
    milestone != other.milestone ? milestone < other.milestone : code < other.code
  }
}

extension Authorization {
  /// Returns the exceptions that this policy accepts: their actor may grant them for that rule, milestone and period.
  public func counting(_ waives: [StandingWaive]) -> [StandingWaive] {
    waives.filter { WaiveRule.fault(of: $0.waive, in: $0.run, self) == nil }
  }
}
