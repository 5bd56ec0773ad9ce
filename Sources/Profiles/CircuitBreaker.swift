/// Leaves alone for a while what keeps failing. A value: the clock is given to it. All times are milliseconds.
public struct CircuitBreaker: Sendable {
  /// When it opens and closes.
  public struct Policy: Sendable, Equatable {
    /// Failures within the window that open it.
    public let failures: Int
    /// How long a failure counts.
    public let window: Int
    /// How long it stays open.
    public let coolDown: Int
    /// Trials that must succeed, one after the other, before it closes.
    public let halfOpenTrials: Int

    /// Makes a policy.
    public init(failures: Int, window: Int, coolDown: Int, halfOpenTrials: Int) {
      self.failures = max(1, failures)
      self.window = max(0, window)
      self.coolDown = max(0, coolDown)
      self.halfOpenTrials = max(1, halfOpenTrials)
    }

    /// For sinks of events.
    public static let delivery = Policy(failures: 5, window: 60_000, coolDown: 30_000, halfOpenTrials: 1)
  }

  /// Where it stands.
  public enum State: Sendable, Equatable {
    /// All attempts are let through.
    case closed
    /// None is, until then.
    case open(until: Int)
    /// One trial at a time is; so many have succeeded.
    case halfOpen(succeeded: Int)
  }

  private let policy: Policy
  private var recent: [Int] = []
  private var isTrying = false
  /// Where it stands.
  public private(set) var state = State.closed

  /// A closed one.
  public init(_ policy: Policy) { self.policy = policy }

  /// True where an attempt may be made now. One that was let through has to be recorded.
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

  /// Says how an attempt ended.
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
