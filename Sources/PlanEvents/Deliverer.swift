public import GitObjects
public import PlanModel
public import GitRepository
import Reports
public import Profiles
import StrictJSON
import Telemetry
import ReadinessSystem

/// Delivers runs to sinks: at least once, in the order of history, from a cursor that is synced after each. An event
/// that a sink rejects goes to the dead-letter queue, and the next one follows.
public struct Deliverer {
  /// The result for one sink.
  public struct Outcome: Sendable {
    /// The sink's name.
    public let sink: String
    /// The number of delivered events.
    public internal(set) var delivered = 0
    /// The number of events that went to the dead-letter queue.
    public internal(set) var dead = 0
    /// The number of events not yet tried.
    public internal(set) var pending = 0
    /// The reason for pending events, in a sentence; empty if there are none.
    public internal(set) var message = ""
  }

  private let repository: Repository
  private let environment: [String: String]
  private let queue: DeadLetterQueue
  private let cursors: CursorStore

  /// - Parameter environment: the environment of the process.
  public init(_ repository: Repository, environment: [String: String]) {
    self.repository = repository
    self.environment = environment
    queue = Self.queue(repository)
    cursors = CursorStore(gitFolder: repository.commonFolder)
  }

  /// Returns the dead-letter queue of a repository.
  public static func queue(_ repository: Repository) -> DeadLetterQueue {
    DeadLetterQueue(folder: repository.commonFolder + "readiness/dead-letters")
  }

  private func transport(_ sink: Sinks.Sink, _ profile: RuntimeProfile, _ context: TraceContext?) -> SinkTransport {
    let folder = repository.workTree ?? repository.gitFolder
    return SinkTransport(
      sink: sink, profile: profile, folder: String(folder.dropLast()), environment: environment,
      context: context)
  }

  /// Delivers all runs up to a commit that a sink has not received.
  /// - Throws: `GitError` if history cannot be read; `SystemError` if cursor or queue cannot be written. Then no
  ///   undelivered event counts as delivered.
  public func deliver(
    to name: String, _ sink: Sinks.Sink, under profile: RuntimeProfile, upTo tip: ObjectID,
    progress: (_ done: Int, _ all: Int) -> Void
  ) throws -> Outcome {
    var outcome = Outcome(sink: name)
    guard let lock = try cursors.lock(name) else {
      outcome.message = "Another process is telling it."
      return outcome
    }
    defer { withExtendedLifetime(lock) {} }
    let outbox = Outbox(repository)
    var cursor = try cursors.load(name)
    var breaker = CircuitBreaker(profile.breaker)
    let span = DeliverySpan(name)
    defer { span?.end(outcome) }
    // The work of a killed process is completed first, to preserve the order of history.
    if let target = cursor.target, try !repository.holds(target) { cursor = SinkCursor(base: cursor.base) }
    for target in [cursor.target, tip].compactMap({ $0 }) {
      if cursor.target == nil { cursor.target = target }
      let events = try outbox.events(of: target, after: cursor.base)
      for (index, event) in events.enumerated().dropFirst(cursor.done) {
        let now = Machine.monotonicMilliseconds()
        guard breaker.permits(at: now) else {
          outcome.pending += events.count - index
          outcome.message = "It keeps failing, so it is skipped; the next readiness deliver sends what is left."
          return outcome
        }
        let since = Telemetry.recorder?.now
        let fault = try attempt(event, transport(sink, profile, span?.context), profile.retry)
        if let since { span?.told(event, fault, since: since) }
        breaker.record(success: fault == nil, at: Machine.monotonicMilliseconds())
        if let (reason, attempts) = fault {
          try queue.put(letter(name, event, reason, attempts))
          outcome.dead += 1
        } else {
          outcome.delivered += 1
        }
        cursor.done = index + 1
        try cursors.keep(cursor, name)
        progress(index + 1, events.count)
      }
      cursor = SinkCursor(base: target)
      try cursors.keep(cursor, name)
    }
    return outcome
  }

  private func letter(_ sink: String, _ event: RunEvent, _ reason: String, _ attempts: Int) -> DeadLetterQueue.Letter {
    DeadLetterQueue.Letter(
      sink: sink, event: event.id, reason: reason, attempts: attempts,
      at: Timestamp.text(millisecondsSince1970: Machine.millisecondsSince1970()), body: event.json)
  }

  /// Returns the reason why a sink rejected an event, and the number of attempts. Returns nil if it accepted the
  /// event.
  private func attempt(_ event: RunEvent, _ transport: SinkTransport, _ policy: RetryPolicy) throws -> (String, Int)? {
    var schedule = RetrySchedule(policy, now: Machine.monotonicMilliseconds())
    var random = SystemRandomNumberGenerator()
    while true {
      switch try transport.send(event) {
      case .delivered: return nil
      case .never(let why): return (why, schedule.attempt)
      case .later(let why, let after):
        let attempts = schedule.attempt
        guard let wait = schedule.next(now: Machine.monotonicMilliseconds(), least: after, using: &random) else {
          return (why, attempts)
        }
        Machine.sleep(milliseconds: wait)
      }
    }
  }

  /// Retries a dead letter, and removes it from the queue if the sink accepts it.
  /// - Returns: the reason why the sink rejected it; nil if it accepted it.
  /// - Throws: `SystemError`.
  public func retry(_ letter: DeadLetterQueue.Letter, _ sink: Sinks.Sink, under profile: RuntimeProfile) throws
    -> String?
  {
    let event = RunEvent(id: letter.event, json: letter.body)
    let span = DeliverySpan(letter.sink)
    let since = Telemetry.recorder?.now
    let fault = try attempt(event, transport(sink, profile, span?.context), profile.retry)
    if let since { span?.told(event, fault, since: since) }
    defer { span?.end(Outcome(sink: letter.sink, delivered: fault == nil ? 1 : 0, dead: fault == nil ? 0 : 1)) }
    if let (reason, attempts) = fault {
      try queue.put(self.letter(letter.sink, event, reason, letter.attempts + attempts))
      return reason
    }
    try queue.drop(sink: letter.sink, event: letter.event)
    return nil
  }
}
