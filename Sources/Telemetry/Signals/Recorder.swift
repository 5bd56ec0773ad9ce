public import PlanModel
public import ReadinessSystem
import StrictJSON
import Synchronization

/// Records the work of one process in the spool: its spans in the caller's trace, and a span in the trace of every
/// run that it handles.
public final class Recorder: Sendable {
  /// The settings of a process.
  public struct Settings: Sendable {
    /// The spool for signals.
    public let spool: Spool
    /// The span that started the process; nil if there is none.
    public let caller: TraceContext?
    /// The name of the process span, such as `readiness move`.
    public let name: String
    /// The kind of the process span.
    public let kind: Span.Kind
    /// The version of the program.
    public let version: String
    /// The name of this machine; nil unless requested.
    public let host: String?
    /// True if stamps record their author, as twelve digits of the address's digest.
    public let tellsActor: Bool

    /// Creates settings.
    public init(
      spool: Spool, caller: TraceContext?, name: String, kind: Span.Kind = .internal, version: String,
      host: String? = nil, tellsActor: Bool = false
    ) {
      self.spool = spool
      self.caller = caller
      self.name = name
      self.kind = kind
      self.version = version
      self.host = host
      self.tellsActor = tellsActor
    }
  }

  private struct State {
    var pending: [Signal: [JSONValue]] = [:]
    var attributes: [Attribute] = []
    var codes: [String] = []
    var runs: [String] = []
    var plan: String?
    var failure: String?
    var findings = 0
    var fault: SystemError?
  }

  /// The number of pending records that triggers a write.
  private static let batch = 100
  /// The largest number of findings with separate log records.
  private static let findingBound = 1000

  private let settings: Settings
  private let clock: @Sendable () -> Int64
  private let start: Int64
  private let state = Mutex(State())

  /// The process span's context for child programs; the caller's, if the caller does not sample.
  public let context: TraceContext

  /// Starts recording.
  /// - Parameter clock: returns nanoseconds since 1970, monotonically.
  public init(
    _ settings: Settings, clock: @escaping @Sendable () -> Int64, using random: inout some RandomNumberGenerator
  ) {
    self.settings = settings
    self.clock = clock
    start = clock()
    if let caller = settings.caller {
      context = caller.isSampled ? caller.with(span: HexID.random(digits: 16, using: &random)) : caller
    } else {
      context = TraceContext(
        trace: HexID.random(digits: 32, using: &random), span: HexID.random(digits: 16, using: &random))
    }
  }

  /// The current time, in nanoseconds since 1970.
  public var now: Int64 { clock() }

  /// True if stamps record their author.
  public var tellsActor: Bool { settings.tellsActor }

  /// Returns a context for a part of the process, in advance, for the programs that the part starts.
  public func part() -> TraceContext {
    guard context.isSampled else { return context }
    var random = SystemRandomNumberGenerator()
    return context.with(span: HexID.random(digits: 16, using: &random))
  }

  /// Records a part of the process, from a start time until now.
  /// - Parameter part: its context, if it was passed to a program.
  public func child(
    _ name: String, _ part: TraceContext? = nil, since: Int64, _ attributes: [Attribute] = [],
    status: Span.Status = .ok
  ) {
    add(
      Span(
        part ?? self.part(), parent: context.span, name: name, start: since, end: clock(), attributes: attributes,
        status: status))
  }

  /// Records the creation of a run: the root of its trace, and the stamp that created it.
  public func stamped(_ run: String, since: Int64, _ attributes: [Attribute]) {
    guard context.isSampled, let root = TraceContext(run: run) else { return }
    add(
      Span(
        root, parent: nil, name: "readiness.run", start: since, end: clock(),
        attributes: [.run(run)] + attributes, links: [context]))
    handled(run, "stamp", since: since, attributes)
  }

  /// Records the process's work on a run, in that run's trace, linked to the process.
  public func handled(
    _ run: String, _ name: String, since: Int64, _ attributes: [Attribute] = [], status: Span.Status = .ok
  ) {
    guard context.isSampled, let root = TraceContext(run: run) else { return }
    var random = SystemRandomNumberGenerator()
    let process = Attribute("readiness.process", .text(settings.name))
    add(
      Span(
        root.with(span: HexID.random(digits: 16, using: &random)), parent: root.span, name: name, kind: settings.kind,
        start: since, end: clock(), attributes: [.run(run), process] + attributes, links: [context], status: status))
  }

  private func add(_ span: Span) {
    guard span.context.isSampled, context.isSampled else { return }
    add(span.json, to: .traces)
  }

  private func add(_ record: JSONValue, to signal: Signal) {
    let (lines, spool) = state.withLock { state -> ([[UInt8]], Spool) in
      state.pending[signal, default: []].append(record)
      guard state.pending[signal, default: []].count >= Self.batch else { return ([], settings.spool) }
      return (taken(signal, &state), settings.spool)
    }
    write(lines, signal, spool)
  }

  private func taken(_ signal: Signal, _ state: inout State) -> [[UInt8]] {
    let records = state.pending.removeValue(forKey: signal) ?? []
    return SpoolLines.lines(signal, records, resource: resource(state), version: settings.version)
  }

  /// Writes lines. After the first failure, it does nothing.
  private func write(_ lines: [[UInt8]], _ signal: Signal, _ spool: Spool) {
    guard !lines.isEmpty, state.withLock({ $0.fault == nil }) else { return }
    do {
      try spool.append(lines, to: signal)
    } catch {
      state.withLock { $0.fault = error }
    }
  }

  private func resource(_ state: State) -> [Attribute] {
    var attributes = [
      Attribute("service.name", .text("readiness")), Attribute("service.version", .text(settings.version)),
    ]
    if let plan = state.plan { attributes.append(Attribute("readiness.plan.id", .text(plan))) }
    if let host = settings.host { attributes.append(Attribute("host.name", .text(host))) }
    return attributes
  }

  // MARK: - What is known of the process

  /// Sets attributes of the process span, and replaces those of equal names.
  public func note(_ attributes: [Attribute]) {
    state.withLock { state in
      state.attributes.removeAll { old in attributes.contains { $0.name == old.name } }
      state.attributes += attributes
    }
  }

  /// Records the runs that the process handled.
  public func handles(_ runs: [String]) {
    state.withLock { state in
      // Beyond the bound of an attribute, one further run is enough to show that there are more.
      let room = max(0, AttributeValue.countBound + 1 - state.runs.count)
      state.runs += runs.filter { !state.runs.contains($0) }.prefix(room)
    }
  }

  /// Records the plan of the process.
  public func plan(_ id: String) { state.withLock { $0.plan = id } }

  /// Records that the process failed to do its work.
  public func failed(_ code: String) { state.withLock { $0.failure = code } }

  /// Records findings: their codes in the process span, and a log record for each.
  public func found(_ findings: [Finding]) {
    let at = clock()
    let room = state.withLock { state in
      for finding in findings where !state.codes.contains(finding.code.id) { state.codes.append(finding.code.id) }
      let room = max(0, Self.findingBound - state.findings)
      state.findings += findings.count
      return room
    }
    for finding in findings.prefix(room) {
      var attributes: [Attribute] = []
      if let milestone = finding.milestone { attributes.append(.milestones([milestone.text])) }
      if let commit = finding.commit { attributes.append(.revision(commit)) }
      let severity: LogEntry.Severity =
        switch finding.severity {
        case .error: .error
        case .warning: .warning
        case .note: .info
        }
      add(
        LogEntry(at: at, severity, code: finding.code.id, attributes: attributes, context: context).json, to: .logs)
    }
  }

  /// Records the end of the process, and writes the pending records.
  /// - Returns: the reason why the spool could not be written; nil if it was.
  public func end(status: Int32) -> SystemError? {
    let end = clock()
    let (codes, runs, failure) = state.withLock { ($0.codes.sorted(), $0.runs, $0.failure) }
    let more = state.withLock { $0.attributes }
    var attributes = [Attribute("process.exit.code", .int(Int(status)))]
    if !codes.isEmpty { attributes.append(.codes(codes)) }
    if !runs.isEmpty { attributes.append(.runs(runs)) }
    if let failure { attributes.append(Attribute("error.type", .text(failure))) }
    let outcome: Span.Status =
      switch status {
      case _ where failure != nil && status != 2: .error
      case 0, 1: .ok
      case 2: .unset
      default: .error
      }
    add(
      Span(
        context, parent: settings.caller?.span, name: settings.name, kind: settings.kind, start: start, end: end,
        attributes: attributes + more, status: outcome))
    add(
      LogEntry(
        at: end, outcome == .error ? .error : .info, code: failure ?? "ended",
        attributes: [Attribute("readiness.process", .text(settings.name))] + attributes, context: context
      ).json, to: .logs)
    for signal in Signal.allCases {
      let lines = state.withLock { taken(signal, &$0) }
      write(lines, signal, settings.spool)
    }
    return state.withLock { $0.fault }
  }
}
