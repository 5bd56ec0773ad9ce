import PlanModel
import Reports
import Profiles
import StrictJSON
import Telemetry
import ReadinessSystem

/// The result of one delivery attempt.
enum Delivery: Sendable, Equatable {
  /// The sink accepted the event.
  case delivered
  /// The sink may accept it later, after a delay in milliseconds that it may have requested.
  case later(String, after: Int)
  /// The sink will not accept it.
  case never(String)
}

/// Delivers one event to one sink, once.
struct SinkTransport {
  let sink: Sinks.Sink
  let profile: RuntimeProfile
  /// The top of the work tree, or of a bare repository.
  let folder: String
  /// The environment of this process.
  let environment: [String: String]
  /// The trace context of this delivery; nil without telemetry.
  let context: TraceContext?

  /// - Throws: `SystemError` if a temporary file cannot be used.
  func send(_ event: RunEvent) throws -> Delivery {
    switch sink.kind {
    case .file(let path): try append(bytes(of: event), to: path)
    case .command(let words): try withFile(event) { run(words, body: $0, temporary: $1) }
    case .webhook(let url, let headers): try withFile(event) { try post(url, headers, event, body: $0, temporary: $1) }
    }
  }

  /// Returns the delivered form of an event: with the trace of the delivery, if there is one (CloudEvents,
  /// Distributed Tracing).
  private func bytes(of event: RunEvent) -> [UInt8] {
    guard let context, let members = event.json.object else { return event.json.canonicalBytes }
    var more = [JSONMember("traceparent", .text(context.parent))]
    if let state = context.state { more.append(JSONMember("tracestate", .text(state))) }
    let others = members.filter { !["traceparent", "tracestate"].contains($0.key) }
    return JSONValue(.object(others + more)).canonicalBytes
  }

  /// What was trusted is the path, and whoever commits may put a link there: below the top none is followed.
  private func append(_ line: [UInt8], to path: String) throws -> Delivery {
    do {
      let (file, name) = try LinkFreeFolder.holding(path, below: folder)
      try file.append(line: line, to: name)
      return .delivered
    } catch let error as SystemError {
      return .later("\(error.subject): \(error.reason).", after: 0)
    }
  }

  private func withFile(_ event: RunEvent, _ body: (_ path: String, _ temporary: String) throws -> Delivery) throws
    -> Delivery
  {
    let root = try FileSystem.makeTemporaryFolder("readiness-event-")
    defer { do { try FileSystem.removeFolder(root) } catch {} }
    let path = root + "/event.json"
    try FileSystem.write(bytes(of: event) + [0x0A], to: path)
    return try body(path, root)
  }

  private func run(_ words: [String], body: String, temporary: String) -> Delivery {
    let ending = profile.process(
      words, in: folder, temporary: temporary, environment: environment, context: context?.variables ?? [:],
      input: body
    ).run()
    if ending.outcome == .exit(0) { return .delivered }
    let told = String(decoding: ending.errors.suffix(200), as: UTF8.self).split(whereSeparator: \.isNewline).last
    let why = Self.reason(ending.outcome, words[0]) + (told.map { " It said: \($0)" } ?? "")
    return profile.retriedOutcomes.contains(ending.outcome.name) ? .later(why, after: 0) : .never(why)
  }

  static func reason(_ outcome: SupervisedProcess.Outcome, _ name: String) -> String {
    switch outcome {
    case .exit(let code): "\(name) exited with \(code)."
    case .signal(let number): "\(name) was ended by signal \(number)."
    case .timeout: "\(name) took too long and was ended."
    case .output: "\(name) printed too much and was ended."
    case .spawn(let why): why
    }
  }

  // MARK: - HTTP, through curl

  private func post(
    _ url: String, _ headers: [(name: String, value: String)], _ event: RunEvent, body: String, temporary: String
  ) throws -> Delivery {
    var lines = [
      "Content-Type: application/cloudevents+json; charset=utf-8", "Idempotency-Key: \(event.id)", "Expect:",
    ]
    for header in headers {
      let isVariable = header.value.hasPrefix("$")
      let value = isVariable ? environment[String(header.value.dropFirst())] : header.value
      guard let value, !value.unicodeScalars.contains(where: { $0.value < 0x20 }) else {
        return .never("The header \(header.name) takes the variable \(header.value.dropFirst()), which is not set.")
      }
      lines.append("\(header.name): \(value)")
    }
    if let context {
      lines.append("traceparent: \(context.parent)")
      if let state = context.state { lines.append("tracestate: \(state)") }
    }
    let post = HTTPPost(profile: profile, folder: folder, environment: environment)
    switch try post.send(url, headers: lines, body: body, temporary: temporary) {
    case .failed(let why): return .later(why, after: 0)
    case .answered(let answer): return answer.delivery(now: Machine.millisecondsSince1970())
    }
  }
}
