/// The number of retries after transient failures, and their delays. All times are milliseconds.
public struct RetryPolicy: Sendable, Equatable {
  /// The randomization of delays, so that competitors that lost a race do not collide again.
  public enum Jitter: String, Sendable, CaseIterable {
    /// None: `firstDelay × multiplierⁿ`, at most `maxDelay`.
    case none
    /// Uniformly between zero and the delay of `none`.
    case full
    /// Uniformly between `firstDelay` and the last delay times the multiplier, at most `maxDelay`.
    case decorrelated
  }

  /// The number of attempts, including the first.
  public let attempts: Int
  /// The delay before the second attempt, before jitter.
  public let firstDelay: Int
  /// The longest delay.
  public let maxDelay: Int
  /// The latest start of an attempt after the start of the first.
  public let budget: Int
  /// The factor from one delay to the next.
  public let multiplier: Double
  /// The randomization of delays.
  public let jitter: Jitter

  /// Creates a policy.
  public init(attempts: Int, firstDelay: Int, maxDelay: Int, budget: Int, multiplier: Double, jitter: Jitter) {
    self.attempts = max(1, attempts)
    self.firstDelay = max(0, firstDelay)
    self.maxDelay = max(0, maxDelay)
    self.budget = max(0, budget)
    self.multiplier = max(1, multiplier)
    self.jitter = jitter
  }

  /// The policy for refs, the index and journals, which others hold for milliseconds: twelve retries within half a
  /// minute.
  public static let contention = RetryPolicy(
    attempts: 13, firstDelay: 20, maxDelay: 1000, budget: 30_000, multiplier: 2, jitter: .full)
}

/// The attempts of one operation. A value: clock and randomness are parameters, so that tests need not wait.
public struct RetrySchedule: Sendable {
  private let policy: RetryPolicy
  private let began: Int
  private var last: Int
  /// The number of attempts, including one in progress.
  public private(set) var attempt = 1

  /// Starts with the first attempt.
  /// - Parameter now: the time of a monotonic clock.
  public init(_ policy: RetryPolicy, now: Int) {
    self.policy = policy
    began = now
    last = policy.firstDelay
  }

  /// Starts the next attempt and returns the delay before it. Returns nil if none is left.
  /// - Parameters:
  ///   - now: the time of the same clock.
  ///   - least: the delay that the other side requested, as with Retry-After; it may exceed `maxDelay`, never the
  ///     budget.
  public mutating func next(now: Int, least: Int = 0, using random: inout some RandomNumberGenerator) -> Int? {
    guard attempt < policy.attempts else { return nil }
    let (delay, basis) = scattered(&random)
    let wait = max(delay, least)
    guard now - began + wait <= policy.budget else { return nil }
    attempt += 1
    last = basis
    return wait
  }

  /// Returns the delay, and the basis of the next one.
  private func scattered(_ random: inout some RandomNumberGenerator) -> (delay: Int, basis: Int) {
    let cap = policy.maxDelay
    switch policy.jitter {
    case .none, .full:
      let plain = min(cap, bounded(Double(policy.firstDelay) * power(policy.multiplier, attempt - 1)))
      return policy.jitter == .none ? (plain, plain) : (Int.random(in: 0...plain, using: &random), plain)
    case .decorrelated:
      let low = min(cap, policy.firstDelay)
      let high = max(low, min(cap, bounded(Double(last) * policy.multiplier)))
      let delay = Int.random(in: low...high, using: &random)
      return (delay, max(delay, 1))
    }
  }

  private func bounded(_ value: Double) -> Int { value < 1e12 ? Int(value) : 1_000_000_000_000 }

  private func power(_ base: Double, _ exponent: Int) -> Double {
    var (result, left) = (1.0, min(exponent, 1100))
    while left > 0, result < 1e12 {
      result *= base
      left -= 1
    }
    return result
  }
}
