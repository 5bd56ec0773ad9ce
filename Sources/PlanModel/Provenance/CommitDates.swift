/// The dates of a commit and of its judgement, in milliseconds since 1970; nil is what nobody knows.
public struct CommitDates: Sendable {
  /// The committer's date.
  public var committed: Int64?
  /// The clock of the program that judges the commit.
  public var clock: Int64?
  /// When a gate received it, if keys, waivers and exceptions have to be good at that moment too (contract 3, moment).
  public var received: Int64?

  /// Makes dates.
  public init(committed: Int64? = nil, clock: Int64? = nil, received: Int64? = nil) {
    (self.committed, self.clock, self.received) = (committed, clock, received)
  }

  /// By how much clocks may differ: an hour.
  public static let skew: Int64 = 60 * 60_000

  /// True if an `At` counts for the commits that follow: it is ahead neither of the clock nor of its own committer's date
  /// by more than clocks may differ (contract 3, moment).
  public func count(_ at: Int64) -> Bool {
    [committed, clock].allSatisfy { limit in limit.map { at <= $0 + Self.skew } ?? true }
  }
}
