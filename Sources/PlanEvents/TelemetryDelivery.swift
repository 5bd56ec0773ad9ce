import PlanModel
public import Profiles
import StrictJSON
public import Telemetry
import ReadinessSystem

/// Sends the spool of telemetry to a collector: OTLP over HTTP, in JSON, one line at a time, at least once.
///
/// A file is renamed before it is sent, and the cursor is synced after each line. A line that cannot be sent now
/// stays.
public struct TelemetryDelivery {
  /// The address of a collector.
  public struct Collector: Sendable {
    /// The address before `/v1/traces` and `/v1/logs`.
    public let endpoint: String
    /// The header lines of requests, such as a token.
    public let headers: [String]

    /// Names a collector.
    public init(endpoint: String, headers: [String]) {
      self.endpoint = endpoint.hasSuffix("/") ? String(endpoint.dropLast()) : endpoint
      self.headers = headers
    }
  }

  /// The result for one signal.
  public struct Outcome: Sendable {
    /// The signal.
    public let signal: Signal
    /// The number of lines that the collector accepted.
    public fileprivate(set) var sent = 0
    /// The number of lines that it rejected as invalid; they are not sent again.
    public fileprivate(set) var refused = 0
    /// The number of spans or records that it rejected in accepted lines; they are not sent again.
    public fileprivate(set) var rejected = 0
    /// The number of lines damaged by a full disk or a power cut.
    public fileprivate(set) var torn = 0
    /// The number of lines dropped because the spool exceeded its bound.
    public fileprivate(set) var dropped = 0
    /// The number of lines that remain.
    public fileprivate(set) var left = 0
    /// The reason for remaining or rejected lines, in sentences; empty if there are none.
    public fileprivate(set) var message = ""

    init(_ signal: Signal) { self.signal = signal }
  }

  private let spool: Spool
  private let collector: Collector
  private let profile: RuntimeProfile
  private let environment: [String: String]

  /// - Parameters:
  ///   - profile: the profile for retry, breaker and timeout.
  ///   - environment: the environment of this process.
  public init(_ spool: Spool, to collector: Collector, under profile: RuntimeProfile, environment: [String: String]) {
    self.spool = spool
    self.collector = collector
    self.profile = profile
    self.environment = environment
  }

  /// Sends the current spool. Returns nil if another process is sending it.
  /// - Throws: `SystemError` if spool, cursor or a temporary file cannot be used; then no line is lost.
  public func run() throws -> [Outcome]? {
    guard FileSystem.exists(spool.folder) else {
      throw SystemError.notFound(spool.folder)
    }
    guard let lock = try FileLock(path: spool.lockPath) else { return nil }
    defer { withExtendedLifetime(lock) {} }
    var breaker = CircuitBreaker(profile.breaker)
    return try Signal.allCases.map { try send($0, &breaker) }
  }

  private func send(_ signal: Signal, _ breaker: inout CircuitBreaker) throws -> Outcome {
    var outcome = Outcome(signal)
    // The rest of an earlier process first, then the lines since.
    for _ in 0..<2 {
      guard try spool.beginSending(signal) else { break }
      try sendFile(signal, &outcome, &breaker)
      if outcome.left > 0 { break }
    }
    if outcome.left > 0, FileSystem.exists(spool.path(of: signal)) {
      outcome.left += (try FileSystem.readIfPresent(spool.path(of: signal)) ?? []).count { $0 == 0x0A }
    }
    return outcome
  }

  /// Sends the renamed file to its end, and removes it.
  private func sendFile(_ signal: Signal, _ outcome: inout Outcome, _ breaker: inout CircuitBreaker) throws {
    var at = try trim(signal, &outcome)
    while true {
      let bytes = try FileSystem.readIfPresent(spool.sendingPath(of: signal)) ?? []
      while at < bytes.count, let end = bytes[at...].firstIndex(of: 0x0A) {
        let line = SpoolLine(bytes[at..<end], of: signal)
        if line.isTorn { outcome.torn += 1 }
        if line.json != nil, let why = try deliver(line, signal, &outcome, &breaker) {
          outcome.left = bytes[at...].count { $0 == 0x0A }
          outcome.message = why
          return
        }
        at = end + 1
        try spool.keepCursor(at, of: signal)
      }
      // Spans are counted before they leave the spool.
      if signal == .traces { _ = try CommandCounters.foldLocked(spool) }
      // A writer may have opened the file before it was renamed.
      if try spool.endSending(signal, size: bytes.count) {
        if at < bytes.count { outcome.torn += 1 }
        return
      }
    }
  }

  /// Skips the oldest lines of a file that exceeds the bound.
  /// - Returns: the start offset.
  private func trim(_ signal: Signal, _ outcome: inout Outcome) throws -> Int {
    let cursor = spool.cursor(of: signal)
    let bytes = try FileSystem.readIfPresent(spool.sendingPath(of: signal)) ?? []
    guard bytes.count - cursor > Spool.bound else { return min(cursor, bytes.count) }
    let cut = bytes.count - Spool.bound
    let start = bytes[cut...].firstIndex(of: 0x0A).map { $0 + 1 } ?? bytes.count
    let gone = bytes[cursor..<start].count { $0 == 0x0A }
    try spool.addDropped(gone, signal)
    try spool.keepCursor(start, of: signal)
    outcome.dropped += gone
    return start
  }

  // MARK: - One line

  private enum Answer {
    case taken
    case refused(String)
    case later(String, after: Int)
    case stop(String)
  }

  /// Delivers a line. Returns the reason why it must stay; nil if it need not be sent again.
  private func deliver(
    _ line: SpoolLine, _ signal: Signal, _ outcome: inout Outcome, _ breaker: inout CircuitBreaker
  ) throws -> String? {
    let root = try FileSystem.makeTemporaryFolder("readiness-telemetry-")
    defer { do { try FileSystem.removeFolder(root) } catch {} }
    try FileSystem.write(Array(line.bytes), to: root + "/body.json")
    var schedule = RetrySchedule(profile.retry, now: Machine.monotonicMilliseconds())
    var random = SystemRandomNumberGenerator()
    while true {
      guard breaker.permits(at: Machine.monotonicMilliseconds()) else {
        return
          "The collector keeps failing, so it is left alone; the next readiness telemetry flush sends what is left."
      }
      let answer = try post(root, signal, &outcome)
      let isLater = if case .later = answer { true } else { false }
      breaker.record(success: !isLater, at: Machine.monotonicMilliseconds())
      switch answer {
      case .taken:
        outcome.sent += 1
        return nil
      case .refused(let why):
        outcome.refused += 1
        outcome.message = why
        return nil
      case .stop(let why): return why
      case .later(let why, let after):
        guard let wait = schedule.next(now: Machine.monotonicMilliseconds(), least: after, using: &random) else {
          return why
        }
        Machine.sleep(milliseconds: wait)
      }
    }
  }

  /// Posts a line once (OTLP 1.x, OTLP/HTTP Response: only four statuses and a broken connection are retried).
  private func post(_ root: String, _ signal: Signal, _ outcome: inout Outcome) throws -> Answer {
    let said = root + "/said.json"
    try FileSystem.remove(said)
    let result = try HTTPPost(profile: profile, folder: spool.folder, environment: environment).send(
      collector.endpoint + signal.path, headers: ["Content-Type: application/json", "Expect:"] + collector.headers,
      body: root + "/body.json", temporary: root, answer: said)
    guard case .answered(let answer) = result else {
      if case .failed(let why) = result { return .later(why, after: 0) }
      return .later("", after: 0)
    }
    switch answer.status {
    case 200..<300:
      outcome.rejected += Self.rejected(try FileSystem.readIfPresent(said) ?? [])
      return .taken
    case 429, 502, 503, 504:
      return .later(
        "It answered \(answer.status).", after: answer.retryAfter(now: Machine.millisecondsSince1970()))
    case 400, 413, 422: return .refused("It answered \(answer.status) to a line, which is not sent again.")
    default: return .stop("It answered \(answer.status): check the address and OTEL_EXPORTER_OTLP_HEADERS.")
    }
  }

  /// Parses the count of a `partialSuccess`; a 64-bit number is a string in OTLP's JSON.
  private static func rejected(_ body: [UInt8]) -> Int {
    do {
      let partial = try JSONDocument(parsing: body, limits: .general).root["partialSuccess"]
      return ["rejectedSpans", "rejectedLogRecords"].reduce(0) { sum, name in
        let value = partial?[name]
        return sum + max(0, value?.integer ?? value?.string.flatMap { Int($0) } ?? 0)
      }
    } catch {
      // A collector may answer with an empty body.
      return 0
    }
  }
}

extension TelemetryDelivery.Collector {
  /// Parses the variable `OTEL_EXPORTER_OTLP_HEADERS`: `name=value,name=value`, values percent-encoded as in W3C
  /// Baggage.
  ///
  /// Returns nil if one of them is not a valid HTTP header.
  public static func headers(_ text: String) -> [String]? {
    var lines: [String] = []
    for part in text.split(separator: ",") {
      let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard pair.count == 2, let value = decoded(pair[1].trimmed) else { return nil }
      let name = pair[0].trimmed
      let isToken = !name.isEmpty && name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x3A && $0 != 0x22 }
      guard isToken, !value.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) else { return nil }
      lines.append("\(name): \(value)")
    }
    return lines
  }

  private static func decoded(_ text: Substring) -> String? {
    var (bytes, rest) = ([UInt8](), Array(text.utf8)[...])
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%") {
        guard rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else {
          return nil
        }
        bytes.append(value)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    return String(validating: bytes, as: UTF8.self)
  }
}

extension Substring {
  /// The text without leading and trailing spaces.
  fileprivate var trimmed: Substring {
    var text = drop { $0 == " " }
    while text.last == " " { text = text.dropLast() }
    return text
  }
}
