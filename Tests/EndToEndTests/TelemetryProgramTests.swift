import Foundation
import StrictJSON
import TestSupport
import Testing

/// The spans of a spool, as a flat list.
private struct Spans {
  struct Span {
    let name: String
    let trace: String
    let id: String
    let parent: String?
    let links: [String]
    let attributes: [String: String]
  }

  let spans: [Span]

  init(_ folder: String) throws {
    let bytes = FileManager.default.contents(atPath: folder + "/traces.jsonl") ?? Data()
    spans = try Array(bytes).split(separator: 0x0A).flatMap { line in
      let root = try JSONDocument(parsing: Array(line), limits: .general).root
      let parts = (root["resourceSpans"]?.array ?? []).flatMap { $0["scopeSpans"]?.array ?? [] }
      return parts.flatMap { $0["spans"]?.array ?? [] }.map(Self.span)
    }
  }

  private static func span(_ json: JSONValue) -> Span {
    var attributes: [String: String] = [:]
    for attribute in json["attributes"]?.array ?? [] {
      let value = attribute["value"]
      attributes[attribute["key"]?.string ?? ""] = value?["stringValue"]?.string ?? value?["intValue"]?.string ?? ""
    }
    return Span(
      name: json["name"]?.string ?? "", trace: json["traceId"]?.string ?? "", id: json["spanId"]?.string ?? "",
      parent: json["parentSpanId"]?.string, links: (json["links"]?.array ?? []).compactMap { $0["traceId"]?.string },
      attributes: attributes)
  }

  func named(_ name: String) -> [Span] { spans.filter { $0.name == name } }
}

extension Scratch {
  /// Creates a folder for telemetry outside the work tree, and returns the variables that name it.
  fileprivate func spool() throws -> (folder: String, on: [String: String]) {
    let folder = path + "/../telemetry"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    return (folder, ["READINESS_TELEMETRY": folder, "READINESS_TELEMETRY_HOOKS": "1"])
  }

  fileprivate var lastRun: String { git("log", "-1", "--format=%(trailers:key=Readiness-Run,valueonly)").line }
}

private let callerOfTests = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

@Suite("Telemetry")
struct TelemetryProgramTests {
  @Test("one run is one trace, from the hook to the gate to the sink, by its ID alone; and nothing private is in it")
  func oneRun() throws {
    let scratch = try Scratch.withPlan()
    let (folder, on) = try scratch.spool()
    let server = try Scratch(cloneOf: scratch, bare: true)
    #expect(server.readiness("install", "--server", ".", "--telemetry", folder).status == 0)
    scratch["ssot/policies/sinks.json"] =
      #"{ "version": 1, "sinks": { "audit": { "kind": "file", "path": "../events.jsonl" } } }"#
    scratch.git("add", "-A")
    #expect(scratch.git("commit", "-qm", "sinks").status == 0)
    scratch.readiness("trust", "--sinks")
    scratch.start("M-01")
    #expect(scratch.git("commit", "-qam", "a message that stays here", environment: on).status == 0)
    let run = scratch.lastRun
    #expect(scratch.git("push", "-q", server.path, "main").status == 0)
    let delivered = scratch.readiness("deliver", environment: on)
    #expect(delivered.status == 0, "\(delivered.all)")
    let spans = try Spans(folder)
    let told = spans.spans.filter { $0.trace == run.prefix(32) }
    #expect(told.map(\.name) == ["readiness.run", "stamp", "receive", "deliver audit"])
    #expect(told.first?.id == String(run.dropFirst(32).prefix(16)) && told.first?.parent == nil)
    #expect(told.dropFirst().allSatisfy { $0.parent == told.first?.id })
    for span in told {
      let process = try #require(
        spans.spans.first { $0.trace == span.links.first && $0.attributes["process.exit.code"] != nil })
      #expect(process.trace != span.trace)
    }
    #expect(spans.named("hook prepare-commit-msg").count == 1)
    #expect(spans.named("hook pre-receive").count == 1)
    let event = try #require(scratch["../events.jsonl"]?.split(separator: "\n").last)
    let deliver = try #require(spans.named("deliver audit").first { $0.attributes["readiness.delivered"] != nil })
    #expect(event.contains("\"traceparent\":\"00-\(deliver.trace)-\(deliver.id)-01\""))
    for file in ["traces.jsonl", "logs.jsonl"] {
      let text = String(decoding: FileManager.default.contents(atPath: folder + "/" + file) ?? Data(), as: UTF8.self)
      #expect(!text.isEmpty)
      for secret in ["stays here", "@", "Ada", scratch.path, server.path, "events.jsonl", "ssot/"] {
        #expect(!text.contains(secret), "\(file) holds \(secret)")
      }
    }
    let traced = scratch.readiness("trace", String(run.prefix(8)), environment: on)
    #expect(traced.status == 0, "\(traced.all)")
    #expect(
      traced.output.contains("run \(run.prefix(12))…   M-01 \"Not Started\" -> \"In Progress\"   ada@example.com"))
    #expect(traced.output.contains("stamp          hook prepare-commit-msg\n"))
    #expect(traced.output.contains("receive        pre-receive refs/heads/main  accepted\n"))
    #expect(traced.output.contains("deliver audit") && traced.output.hasSuffix("told\n"))
    let json = try JSONDocument(
      parsing: Array(scratch.readiness("trace", run, "--spool", folder, "--json").output.utf8), limits: .general
    ).root
    #expect(json["kind"]?.string == "trace" && json["run"]?.string == run)
    #expect(json["spans"]?.array?.compactMap { $0["name"]?.string } == ["stamp", "receive", "deliver audit"])
    #expect(scratch.readiness("trace", "0123456789", environment: on).status == 2)
    #expect(scratch.readiness("trace", "012345", environment: on).status == 2)
    #expect(scratch.readiness("trace", run).status == 2)
  }

  @Test("off, or on without the word for hooks, a commit leaves nothing; a commit beside the plan never does")
  func off() throws {
    let scratch = try Scratch.withPlan()
    let (folder, on) = try scratch.spool()
    func files() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: folder) }
    scratch.start("M-01")
    #expect(scratch.git("commit", "-qam", "start", environment: ["READINESS_TELEMETRY": folder]).status == 0)
    #expect(try files().isEmpty)
    scratch["code.txt"] = "1"
    scratch.git("add", "-A")
    #expect(scratch.git("commit", "-qm", "code", environment: on).status == 0)
    #expect(try files().isEmpty)
    #expect(scratch.readiness("status").status == 0)
    #expect(try files().isEmpty)
    #expect(scratch.readiness("status", environment: ["READINESS_TELEMETRY": folder]).status == 0)
    #expect(try Spans(folder).spans.map(\.name) == ["readiness status"])
  }

  @Test("a folder that cannot be written changes no exit status; a hook says nothing, a command one line")
  func unwritable() throws {
    let scratch = try Scratch.withPlan()
    let missing = scratch.path + "/../none"
    for folder in [missing, "relative", "/dev/full", "/proc/1"] {
      let on = ["READINESS_TELEMETRY": folder, "READINESS_TELEMETRY_HOOKS": "1"]
      let status = scratch.readiness("status", environment: on)
      #expect(status.status == 0)
      #expect(status.errors.split(separator: "\n").count == 1)
      #expect(status.errors.contains("(telemetry-unwritable)"))
      #expect(scratch.readiness("show", "M-99", environment: on).status == 2)
      scratch.edit("M-01", "\"outcome\": \"", "\"outcome\": \"x")
      let commit = scratch.git("commit", "-qam", "edit", environment: on)
      #expect(commit.status == 0 && commit.all.isEmpty, "\(commit.all)")
    }
    #expect(scratch.readiness("status").errors.isEmpty)
  }

  @Test("a process joins its caller's trace, and hands it on to what it starts")
  func caller() throws {
    let scratch = try Scratch.withPlan()
    let (folder, on) = try scratch.spool()
    let under = on.merging(["TRACEPARENT": callerOfTests, "TRACESTATE": "vendor=1"]) { $1 }
    scratch.start("M-01")
    scratch.git("commit", "-qam", "start", environment: under)
    scratch.readiness("move", "M-01", "not-started", "-m", "later", environment: under)
    scratch.readiness("next", environment: under)
    let spans = try Spans(folder).spans.filter { $0.attributes["process.exit.code"] != nil }
    #expect(spans.map(\.name) == ["hook prepare-commit-msg", "readiness move", "readiness next"])
    #expect(spans.allSatisfy { $0.trace == "4bf92f3577b34da6a3ce929d0e0e4736" && $0.parent == "00f067aa0ba902b7" })
  }

  @Test("a caller that does not record gets no span")
  func unsampled() throws {
    let scratch = try Scratch.withPlan()
    let (folder, on) = try scratch.spool()
    let under = on.merging(["TRACEPARENT": callerOfTests.dropLast(2) + "00"]) { $1 }
    #expect(scratch.readiness("next", environment: under).status == 0)
    #expect(try Spans(folder).spans.isEmpty)
    #expect(FileManager.default.fileExists(atPath: folder + "/logs.jsonl"))
  }

  @Test(
    "what is no legal TRACEPARENT begins a new trace and changes no exit status",
    arguments: [
      "", "x", String(callerOfTests.dropLast()), callerOfTests + "-x", callerOfTests + " ",
      callerOfTests.uppercased(), "ff" + callerOfTests.dropFirst(2),
      "cc" + callerOfTests.dropFirst(2) + "x", callerOfTests.replacing("-", with: "_"),
      callerOfTests.replacing("4bf9", with: "4bfg"),
      callerOfTests.replacing("00f067aa0ba902b7", with: "0000000000000000"),
      callerOfTests.replacing("4bf92f3577b34da6a3ce929d0e0e4736", with: String(repeating: "0", count: 32)),
    ])
  func malformed(parent: String) throws {
    let scratch = try Scratch(bare: false)
    let (folder, on) = try scratch.spool()
    let under = on.merging(["TRACEPARENT": parent, "TRACESTATE": "vendor=1"]) { $1 }
    #expect(scratch.readiness("version", environment: under).status == 0)
    let span = try #require(try Spans(folder).spans.first)
    #expect(span.parent == nil && span.trace != "4bf92f3577b34da6a3ce929d0e0e4736")
  }

  @Test("checks and webhooks are told the span that started them")
  func children() throws {
    let scratch = try Scratch.withPlan()
    let (folder, on) = try scratch.spool()
    let server = try ScriptedServer([])
    defer { server.stop() }
    scratch["ssot/policies/sinks.json"] =
      #"{ "version": 1, "sinks": { "board": { "kind": "webhook", "url": "http://127.0.0.1:\#(server.port)/" } } }"#
    try scratch.give(
      [
        (
          "M-01",
          #"{ "command": ["sh", "-c", "echo $TRACEPARENT"], "profile": "plain", "inputs": ["ssot/**"], "expect": { "stdoutMatches": "^00-4bf92f3577b34da6a3ce929d0e0e4736-[0-9a-f]{16}-01" } }"#
        )
      ], profiles: #"{ "plain": { "timeoutSeconds": 20 } }"#)
    scratch.readiness("trust")
    scratch.readiness("trust", "--sinks")
    let under = on.merging(["TRACEPARENT": callerOfTests, "TRACESTATE": "vendor=1"]) { $1 }
    let checked = scratch.readiness("check", "M-01", "--dry-run", environment: under)
    #expect(checked.all.contains("passed"), "\(checked.all)")
    #expect(scratch.readiness("deliver", environment: under).status == 0)
    let spans = try Spans(folder)
    #expect(spans.named("check M-01/c0").first?.attributes["readiness.answer"] == "passed")
    let deliver = try #require(spans.named("deliver board").first { $0.attributes["readiness.delivered"] != nil })
    let request = try #require(server.requests.first)
    #expect(request.headers["traceparent"] == "00-4bf92f3577b34da6a3ce929d0e0e4736-\(deliver.id)-01")
    #expect(request.headers["tracestate"] == "vendor=1")
    #expect(request.body.contains("\"traceparent\":\"00-4bf92f3577b34da6a3ce929d0e0e4736-\(deliver.id)-01\""))
    #expect(scratch.readiness("check", "M-01", "--dry-run").status == 1)
  }

  @Test("flush sends each line once, tries again what may be taken later, and leaves what is not taken")
  func flush() throws {
    let scratch = try Scratch.withPlan()
    let (folder, on) = try scratch.spool()
    for _ in 0..<3 { scratch.readiness("next", environment: on) }
    let lines =
      (FileManager.default.contents(atPath: folder + "/traces.jsonl").map { String(decoding: $0, as: UTF8.self) } ?? "")
      .split(separator: "\n")
    #expect(lines.count == 3)
    let server = try ScriptedServer([
      .answer(503, headers: ["Retry-After: 0"]), .answer(200), .reset, .answer(200), .answer(403),
    ])
    defer { server.stop() }
    let flush = ["telemetry", "flush", "--set", "retry.firstDelayMilliseconds=1"]
    scratch.environment = on
    scratch.environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://127.0.0.1:\(server.port)/"
    scratch.environment["OTEL_EXPORTER_OTLP_HEADERS"] = "x-key=a%20b,x-other=1"
    let first = scratch.readiness(flush)
    #expect(first.status == 1 && first.output.contains("traces: 2 lines sent, 1 left"), "\(first.all)")
    #expect(first.output.contains("logs: 3 lines sent"))
    scratch.readiness("next")
    let status = scratch.readiness("telemetry", "status")
    #expect(status.output.contains("traces: 2 lines to send"), "\(status.all)")
    let second = scratch.readiness(flush)
    #expect(second.status == 0 && second.output.contains("traces: 2 lines sent"), "\(second.all)")
    #expect(server.requests[0].headers["content-type"] == "application/json")
    #expect(server.requests[0].headers["x-key"] == "a b" && server.requests[0].headers["x-other"] == "1")
    let traces = server.requests.map(\.body).filter { $0.hasPrefix("{\"resourceSpans\"") }
    #expect(traces.count == 7)
    #expect(lines.allSatisfy { traces.contains(String($0)) })
    #expect(try Set(FileManager.default.contentsOfDirectory(atPath: folder)) == ["counters.json", "flush.lock"])
    scratch.environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = nil
    #expect(scratch.readiness(flush).status == 2)
    #expect(scratch.readiness("telemetry", "flush", "--endpoint", "ftp://x").status == 2)
    scratch.environment["READINESS_TELEMETRY"] = nil
    #expect(scratch.readiness("telemetry", "flush", "--endpoint", "http://127.0.0.1:1").status == 2)
    #expect(scratch.readiness("telemetry", "status").status == 0)
  }
}
