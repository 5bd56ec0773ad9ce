/// Suspends attempts for a while after repeated failures. A value: the clock is a parameter. All times are
/// milliseconds.
public struct CircuitBreaker: Sendable {
  /// The thresholds of a breaker.
  public struct Policy: Sendable, Equatable {
    /// The number of failures within the window that open it.
    public let failures: Int
    /// The time for which a failure counts.
    public let window: Int
    /// The time for which it stays open.
    public let coolDown: Int
    /// The number of consecutive successful trials that close it.
    public let halfOpenTrials: Int

    /// Creates a policy.
    public init(failures: Int, window: Int, coolDown: Int, halfOpenTrials: Int) {
      self.failures = max(1, failures)
      self.window = max(0, window)
      self.coolDown = max(0, coolDown)
      self.halfOpenTrials = max(1, halfOpenTrials)
    }

    /// The policy for sinks of events.
    public static let delivery = Policy(failures: 5, window: 60_000, coolDown: 30_000, halfOpenTrials: 1)
  }

  /// The state of a breaker.
  public enum State: Sendable, Equatable {
    /// It permits all attempts.
    case closed
    /// It permits no attempt until a time.
    case open(until: Int)
    /// It permits one trial at a time, after a number of successes.
    case halfOpen(succeeded: Int)
  }

  private let policy: Policy
  private var recent: [Int] = []
  private var isTrying = false
  /// The current state.
  public private(set) var state = State.closed

  /// Creates a closed breaker.
  public init(_ policy: Policy) { self.policy = policy }

  /// Returns true if an attempt is permitted now. The result of a permitted attempt must be recorded.
  public mutating func permits(at now: Int) -> Bool {
    switch state {
    case .closed: return true
    case .open(let until):
      guard now >= until else { return false }
      state = .halfOpen(succeeded: 0)
      isTrying = true
      return true
    case .halfOpen:
      guard !isTrying else { return false }
      isTrying = true
      return true
    }
  }

  /// Records the result of an attempt.
  public mutating func record(success: Bool, at now: Int) {
    switch state {
    case .closed:
      recent.removeAll { now - $0 >= policy.window }
      guard !success else { return }
      recent.append(now)
      if recent.count >= policy.failures { open(at: now) }
    case .halfOpen(let succeeded):
      isTrying = false
      guard success else { return open(at: now) }
      if succeeded + 1 >= policy.halfOpenTrials {
        state = .closed
        recent = []
      } else {
        state = .halfOpen(succeeded: succeeded + 1)
      }
    case .open: break
    }
  }

  private mutating func open(at now: Int) {
    state = .open(until: now + policy.coolDown)
    recent = []
  }
}
