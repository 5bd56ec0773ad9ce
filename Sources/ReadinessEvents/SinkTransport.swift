import Glibc
import ReadinessCore
import ReadinessReports
import ReadinessRuntime
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

  private func process(_ words: [String], input: String, seen: [String: String], temporary: String) -> SupervisedProcess
  {
    let home = environment["HOME"] ?? "/"
    let writable = profile.writablePaths.map { path in
      path.hasPrefix("/")
        ? path : path.hasPrefix("~/") ? home + path.dropFirst() : path == "." ? folder : folder + "/" + path
    }
    var seen = seen
    seen["TMPDIR"] = temporary
    return SupervisedProcess(
      arguments: words, environment: seen, folder: folder, readable: ["/"],
      writable: writable + [temporary, "/dev/null"],
      input: input, timeout: profile.timeoutMilliseconds, grace: profile.killGraceMilliseconds,
      outputBound: profile.maxOutputBytes, fileBound: profile.maxFileBytes)
  }

  private func run(_ words: [String], body: String, temporary: String) -> Delivery {
    let seen = environment.filter { profile.environment.contains($0.key) }
    let ending = process(words, input: body, seen: seen, temporary: temporary).run()
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
    let ending = process(
      [
        "curl", "-q", "--silent", "--show-error", "--proto", "=http,https", "--max-time", String(seconds), "--request",
        "POST", "--header", "@" + heads, "--data-binary", "@" + body, "--dump-header", answer, "--output", "/dev/null",
        "--write-out", "%{http_code}", "--", url,
      ], input: "/dev/null", seen: environment.filter { Self.curlVariables.contains($0.key) }, temporary: temporary
    ).run()
    guard ending.outcome == .exit(0) else {
      let told = String(decoding: ending.errors, as: UTF8.self).split(whereSeparator: \.isNewline).first
      return .later(told.map { "\($0)." } ?? Self.reason(ending.outcome, "curl"), after: 0)
    }
    let status = Int(String(decoding: ending.output, as: UTF8.self)) ?? 0
    let said = String(decoding: try DurableFile.read(answer) ?? [], as: UTF8.self)
    return HTTPAnswer(status: status, headers: said).delivery(now: Machine.millisecondsSince1970())
  }

  private static let curlVariables: Set<String> = [
    "PATH", "HOME", "http_proxy", "https_proxy", "HTTPS_PROXY", "no_proxy", "NO_PROXY", "ALL_PROXY", "all_proxy",
    "SSL_CERT_FILE", "SSL_CERT_DIR", "CURL_CA_BUNDLE",
  ]
}

/// What a webhook answered (RFC 9110).
struct HTTPAnswer {
  let status: Int
  /// As they came, a line each.
  let headers: String

  /// - Parameter now: by the wall clock, in milliseconds since 1970.
  func delivery(now: Int64) -> Delivery {
    switch status {
    case 200..<300: .delivered
    case 408, 425, 429, 500..<600: .later("It answered \(status).", after: retryAfter(now: now))
    default: .never("It answered \(status).")
    }
  }

  /// `Retry-After` in milliseconds: seconds, or a date (RFC 9110, section 10.2.3); 0 where it says neither.
  func retryAfter(now: Int64) -> Int {
    for line in headers.split(whereSeparator: \.isNewline) {
      let parts = line.split(separator: ":", maxSplits: 1)
      guard parts.count == 2, parts[0].lowercased() == "retry-after" else { continue }
      let value = String(parts[1].drop { $0 == " " })
      if let seconds = Int(value), seconds >= 0 { return min(seconds, 86_400) * 1000 }
      if let date = Self.milliseconds(ofDate: value) { return Int(max(0, min(date - now, 86_400_000))) }
    }
    return 0
  }

  /// `Sun, 06 Nov 1994 08:49:37 GMT`.
  static func milliseconds(ofDate text: String) -> Int64? {
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    let words = text.split(separator: " ").map(String.init)
    guard words.count == 6, words[5] == "GMT", let month = months.firstIndex(of: words[2]) else { return nil }
    let two = month < 9 ? "0\(month + 1)" : "\(month + 1)"
    return Timestamp.milliseconds(of: "\(words[3])-\(two)-\(words[1])T\(words[4]).000Z")
  }
}

/// A file of JSON lines that is whole up to its last line end, also after a writer was killed.
enum JSONLines {
  static func append(_ line: [UInt8], to path: String) throws(FileFault) {
    try DurableFile.endAtLineEnd(path)
    try DurableFile.append(line + [0x0A], to: path)
  }
}
