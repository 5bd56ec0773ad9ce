/// How often, and after which delays, something that failed for a while is tried again. All times are milliseconds.
public struct RetryPolicy: Sendable, Equatable {
  /// How delays are scattered, so that those who lost a race do not meet again.
  public enum Jitter: String, Sendable, CaseIterable {
    /// Not at all: `firstDelay × multiplierⁿ`, at most `maxDelay`.
    case none
    /// Evenly between nothing and what `none` would wait.
    case full
    /// Evenly between `firstDelay` and the last delay times the multiplier, at most `maxDelay`.
    case decorrelated
  }

  /// Attempts, the first counted.
  public let attempts: Int
  /// The delay before the second attempt, before jitter.
  public let firstDelay: Int
  /// No delay exceeds this one.
  public let maxDelay: Int
  /// No attempt begins later than this after the first one began.
  public let budget: Int
  /// From one delay to the next.
  public let multiplier: Double
  /// How delays are scattered.
  public let jitter: Jitter

  /// Makes a policy.
  public init(attempts: Int, firstDelay: Int, maxDelay: Int, budget: Int, multiplier: Double, jitter: Jitter) {
    self.attempts = max(1, attempts)
    self.firstDelay = max(0, firstDelay)
    self.maxDelay = max(0, maxDelay)
    self.budget = max(0, budget)
    self.multiplier = max(1, multiplier)
    self.jitter = jitter
  }

  /// For refs, the index and journals, which others hold for milliseconds: twelve more tries within half a minute.
  public static let contention = RetryPolicy(
    attempts: 13, firstDelay: 20, maxDelay: 1000, budget: 30_000, multiplier: 2, jitter: .full)
}

/// The attempts of one undertaking. A value: clock and chance are given to it, so it is tested without waiting.
public struct RetrySchedule: Sendable {
  private let policy: RetryPolicy
  private let began: Int
  private var last: Int
  /// Attempts that were made or are being made.
  public private(set) var attempt = 1

  /// Begins with the first attempt.
  /// - Parameter now: a clock that never goes back.
  public init(_ policy: RetryPolicy, now: Int) {
    self.policy = policy
    began = now
    last = policy.firstDelay
  }

  /// The delay before the next attempt, which counts from here on; nil where there is none left.
  /// - Parameters:
  ///   - now: the same clock.
  ///   - least: what the other side asked for, as by Retry-After; it may exceed `maxDelay`, never the budget.
  public mutating func next(now: Int, least: Int = 0, using random: inout some RandomNumberGenerator) -> Int? {
    guard attempt < policy.attempts else { return nil }
    let (delay, basis) = scattered(&random)
    let wait = max(delay, least)
    guard now - began + wait <= policy.budget else { return nil }
    attempt += 1
    last = basis
    return wait
  }

  /// The delay, and what the next one goes by.
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
