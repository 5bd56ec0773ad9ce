/// The dates of a commit and of its judgement, in milliseconds since 1970; nil if unknown.
public struct CommitDates: Sendable {
  /// The committer date.
  public var committed: Int64?
  /// The clock of the program that judges the commit.
  public var clock: Int64?
  /// The time at which a gate received the commit; nil unless keys, waivers and exceptions must be valid then (contract
  /// 3, moment).
  public var received: Int64?

  /// Creates dates.
  public init(committed: Int64? = nil, clock: Int64? = nil, received: Int64? = nil) {
    (self.committed, self.clock, self.received) = (committed, clock, received)
  }

  /// The permitted clock skew: an hour.
  public static let skew: Int64 = 60 * 60_000

  /// Returns true if an `At` counts for later commits (contract 3, moment). It must not exceed the clock or its
  /// committer date by more than the permitted skew.
  public func count(_ at: Int64) -> Bool {
    [committed, clock].allSatisfy { limit in limit.map { at <= $0 + Self.skew } ?? true }
  }
}
