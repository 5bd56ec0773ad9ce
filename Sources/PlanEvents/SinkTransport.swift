import Glibc
import PlanModel
import Reports
import Profiles
import StrictJSON

/// How one attempt to tell a sink ended.
enum Delivery: Sendable, Equatable {
  /// It took the event.
  case delivered
  /// It may take it later; the other side may have said when, in milliseconds.
  case later(String, after: Int)
  /// It will not.
  case never(String)
}

/// Tells one event to one sink, once.
struct SinkTransport {
  let sink: Sinks.Sink
  let profile: RuntimeProfile
  /// The top of the work tree, or of a bare repository.
  let folder: String
  /// The variables of this process.
  let environment: [String: String]

  /// - Throws: `FileFault` where no temporary file is to be had.
  func send(_ event: RunEvent) throws -> Delivery {
    switch sink.kind {
    case .file(let path): append(event, to: path.hasPrefix("/") ? path : folder + "/" + path)
    case .command(let words): try withFile(event) { run(words, body: $0, temporary: $1) }
    case .webhook(let url, let headers): try withFile(event) { try post(url, headers, event, body: $0, temporary: $1) }
    }
  }

  private func append(_ event: RunEvent, to path: String) -> Delivery {
    do {
      try JSONLines.append(event.json.canonicalBytes, to: path)
      return .delivered
    } catch {
      return .later("\(error.path): \(error.reason).", after: 0)
    }
  }

  private func withFile(_ event: RunEvent, _ body: (_ path: String, _ temporary: String) throws -> Delivery) throws
    -> Delivery
  {
    let root = try DurableFile.makeTemporaryFolder("readiness-event-")
    defer { do { try DurableFile.removeFolder(root) } catch {} }
    let path = root + "/event.json"
    try DurableFile.write(event.json.canonicalBytes + [0x0A], to: path)
    return try body(path, root)
  }

  private func run(_ words: [String], body: String, temporary: String) -> Delivery {
    let ending = profile.process(
      words, in: folder, temporary: temporary, environment: environment, input: body
    ).run()
    if ending.outcome == .exit(0) { return .delivered }
    let told = String(decoding: ending.errors.suffix(200), as: UTF8.self).split(whereSeparator: \.isNewline).last
    let why = Self.reason(ending.outcome, words[0]) + (told.map { " It said: \($0)" } ?? "")
    return profile.retriedOutcomes.contains(ending.outcome.name) ? .later(why, after: 0) : .never(why)
  }

  private static func reason(_ outcome: SupervisedProcess.Outcome, _ name: String) -> String {
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
    // In a file, so that no list of processes shows what a header holds.
    let (heads, answer) = (temporary + "/headers", temporary + "/answer")
    try DurableFile.write(Array((lines.joined(separator: "\n") + "\n").utf8), to: heads)
    let seconds = max(1, profile.timeoutMilliseconds / 1000)
    let ending = profile.process(
      [
        "curl", "-q", "--silent", "--show-error", "--proto", "=http,https", "--max-time", String(seconds), "--request",
        "POST", "--header", "@" + heads, "--data-binary", "@" + body, "--dump-header", answer, "--output", "/dev/null",
        "--write-out", "%{http_code}", "--", url,
      ], in: folder, temporary: temporary, environment: environment, variables: WebFetch.variables
    ).run()
    guard ending.outcome == .exit(0) else {
      let told = String(decoding: ending.errors, as: UTF8.self).split(whereSeparator: \.isNewline).first
      return .later(told.map { "\($0)." } ?? Self.reason(ending.outcome, "curl"), after: 0)
    }
    let status = Int(String(decoding: ending.output, as: UTF8.self)) ?? 0
    let said = String(decoding: try DurableFile.read(answer) ?? [], as: UTF8.self)
    return HTTPAnswer(status: status, headers: said).delivery(now: Machine.millisecondsSince1970())
  }
}

/// A file of JSON lines that is whole up to its last line end, also after a writer was killed.
enum JSONLines {
  static func append(_ line: [UInt8], to path: String) throws(FileFault) {
    try DurableFile.endAtLineEnd(path)
    try DurableFile.append(line + [0x0A], to: path)
  }
}
