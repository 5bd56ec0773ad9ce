import Foundation
import PlanModel
import TestSupport
import StrictJSON
import Testing

extension Scratch {
  /// Commits sinks and trusts them.
  fileprivate func sinks(_ sinks: String, profiles: String? = nil) {
    self["ssot/policies/sinks.json"] = "{ \"version\": 1, \"sinks\": \(sinks) }"
    if let profiles { self["ssot/runtime.config.json"] = "{ \"version\": 1, \"profiles\": \(profiles) }" }
    git("add", "-A")
    let committed = git("commit", "-qm", "sinks")
    precondition(committed.status == 0, committed.all)
    let trusted = readiness("trust", "--sinks")
    precondition(trusted.status == 0, trusted.all)
  }

  /// Returns the run IDs in the order of history, oldest first.
  fileprivate func runs() throws -> [String] {
    let root = try JSONDocument(parsing: Array(readiness("log", "--json").output.utf8), limits: .general).root
    return (root["runs"]?.array ?? []).compactMap { $0["run"]?.string }.reversed()
  }

  /// Returns the ids of the events in a file of JSON lines.
  fileprivate func told(_ file: String = "events.jsonl") throws -> [String] {
    try (self[file] ?? "").split(separator: "\n").map { line in
      try #require(try JSONDocument(parsing: Array(line.utf8)).root["id"]?.string)
    }
  }
}

/// Retries that are quick enough for a test.
private let quick = """
  { "delivery": { "timeoutSeconds": 1, "retry": { "attempts": 3, "firstDelayMilliseconds": 1, "maxDelayMilliseconds": 5 } } }
  """

@Suite("Deliveries")
struct DeliverTests {
  @Test("each run is a CloudEvents line, once, in history's order, and only what is new comes later")
  func file() throws {
    let scratch = try Scratch.withPlan()
    scratch.sinks(#"{ "audit": { "kind": "file", "path": "../events.jsonl" } }"#)
    scratch.start("M-01")
    scratch.git("commit", "-qam", "start")
    #expect(scratch.readiness("deliver").output == "audit: 3 runs told\n")
    #expect(try scratch.told("../events.jsonl") == scratch.runs())
    let event = try JSONDocument(parsing: Array((scratch["../events.jsonl"] ?? "").split(separator: "\n")[2].utf8)).root
    #expect(event["specversion"]?.string == "1.0" && event["type"]?.string == "readiness.run.accepted")
    #expect(event["source"]?.string?.hasPrefix("urn:uuid:") == true && event["subject"]?.string == "M-01")
    #expect(event["data"]?["transitions"]?.array?.first?["to"]?.string == "In Progress")
    #expect(event["time"]?.string.map(Timestamp.isWellFormed) == true)
    #expect(scratch.readiness("deliver").output == "audit: 0 runs told\n")
    scratch.edit("M-01", "ada", "bob")
    scratch.git("commit", "-qam", "owner")
    #expect(scratch.readiness("deliver", "audit").output == "audit: 1 run told\n")
    #expect(try scratch.told("../events.jsonl") == scratch.runs())
  }

  @Test("a sink that nobody has trusted, or that is not there, is told nothing")
  func untrusted() throws {
    let scratch = try Scratch.withPlan()
    scratch["ssot/policies/sinks.json"] =
      #"{ "version": 1, "sinks": { "audit": { "kind": "file", "path": "events.jsonl" } } }"#
    scratch.git("add", "-A")
    scratch.git("commit", "-qm", "sinks")
    let refused = scratch.readiness("deliver")
    #expect(refused.status == 2 && refused.errors.contains("readiness trust --sinks"))
    #expect(scratch["events.jsonl"] == nil)
    let unknown = scratch.readiness("deliver", "audid")
    #expect(unknown.status == 2 && unknown.errors.contains("Is audit meant?"))
    scratch["ssot/policies/sinks.json"] = #"{ "version": 1, "sinks": { "audit": { "kind": "post" } } }"#
    let bad = scratch.git("commit", "-qam", "bad sinks")
    #expect(bad.status != 0 && bad.errors.contains("ssot/policies/sinks.json:1"), "\(bad.all)")
  }

  @Test("a sink whose profile changes is untrusted again, and trust shows headers, variables and profile")
  func changedProfile() throws {
    let s = try Scratch.withPlan()
    let sinks =
      #"{ "tool": { "kind": "command", "command": ["sh", "-c", "env >>seen"] }, "board": { "kind": "webhook", "url": "http://127.0.0.1:9/", "profile": "quick", "headers": { "X-Key": "$BOARD_KEY", "X-Team": "ops" } } }"#
    s.sinks(sinks, profiles: #"{ "quick": { "extends": "delivery" } }"#)
    #expect(s.readiness("deliver", "tool", environment: ["BOARD_KEY": "k"]).status == 0)
    let shown = s.readiness("trust", "--sinks", "--dry-run").output
    for text in [
      "header  X-Key: the variable BOARD_KEY", "header  X-Team: ops", "under   profile quick",
      "under   profile delivery", "sees    ", "trusted already",
    ] {
      #expect(shown.contains(text), "\(text): \(shown)")
    }
    s["ssot/runtime.config.json"] =
      #"{ "version": 1, "profiles": { "quick": { "extends": "delivery" }, "delivery": { "environment": ["PATH", "HOME", "BOARD_KEY"] } } }"#
    s.start("M-01")
    #expect(s.git("commit", "-qam", "another profile").status == 0)
    for name in ["tool", "board"] {
      let refused = s.readiness("deliver", name, environment: ["BOARD_KEY": "k"])
      #expect(refused.status == 2, "\(name): \(refused.all)")
      #expect(refused.errors.contains("Nobody has trusted the sink"), "\(name): \(refused.all)")
    }
    #expect(s["seen"]?.contains("BOARD_KEY") == false)
    let again = s.readiness("trust", "--sinks").output
    #expect(again.contains("trusted now") && again.contains("BOARD_KEY") && !again.contains("already"), "\(again)")
    #expect(s.readiness("deliver", "tool", environment: ["BOARD_KEY": "k"]).status == 0)
    #expect(s["seen"]?.contains("BOARD_KEY=k") == true)
  }

  @Test("a file in a folder that is not there keeps nothing from being told later")
  func missingFolder() throws {
    let scratch = try Scratch.withPlan()
    scratch.sinks(#"{ "audit": { "kind": "file", "path": "../nowhere/events.jsonl" } }"#, profiles: quick)
    let result = scratch.readiness("deliver")
    #expect(result.status == 1 && result.output.contains("2 to the dead letters"), "\(result.all)")
    #expect(
      scratch.readiness("dlq", "list", environment: ["COLUMNS": "200"]).output.contains("No such file or directory"))
    try FileManager.default.createDirectory(atPath: scratch.path + "/../nowhere", withIntermediateDirectories: true)
    #expect(scratch.readiness("dlq", "retry").status == 0)
    #expect(try Set(scratch.told("../nowhere/events.jsonl")) == Set(scratch.runs()))
  }

  @Test("a command is given the event on standard input; what it does not take is a dead letter, once")
  func command() throws {
    let scratch = try Scratch.withPlan()
    scratch.sinks(
      #"{ "tool": { "kind": "command", "command": ["sh", "-c", "cat >> got; echo sorry >&2; test -e open"] } }"#,
      profiles: quick)
    let first = scratch.readiness("deliver")
    #expect(first.status == 1 && first.output.contains("2 to the dead letters"), "\(first.all)")
    // Three attempts each.
    #expect((scratch["got"] ?? "").split(separator: "\n").count == 6)
    let runs = try scratch.runs()
    let list = scratch.readiness("dlq", "list", environment: ["COLUMNS": "160"])
    #expect(list.output.contains("sh exited with 1. It said: sorry"), "\(list.all)")
    #expect(scratch.readiness("dlq", "show", "tool", String(runs[0].prefix(8))).output.contains(runs[0]))
    #expect(scratch.readiness("dlq", "retry").status == 1)
    let json = try JSONDocument(parsing: Array(scratch.readiness("dlq", "list", "--json").output.utf8)).root
    #expect(json["letters"]?.array?.count == 2)
    #expect(json["letters"]?.array?.compactMap { $0["attempts"]?.integer } == [6, 6])
    #expect(scratch.readiness("dlq", "drop", "tool", String(runs[0].prefix(8))).status == 0)
    scratch["open"] = ""
    #expect(scratch.readiness("dlq", "retry", "tool").output.contains("told"))
    #expect(scratch.readiness("dlq").output == "No dead letter.\n")
    #expect(scratch.readiness("deliver").output == "tool: 0 runs told\n")
  }

  @Test(
    "a webhook that fails, hangs, breaks off or asks for patience is told in the end, with the run ID as its key",
    .enabled(if: Needed.programs("curl"), "curl is not here"), .timeLimit(.minutes(1)))
  func webhook() throws {
    let server = try ScriptedServer([
      .answer(500), .answer(204), .reset, .hang(3), .answer(200), .answer(429, headers: ["Retry-After: 1"]),
      .answer(201),
    ])
    defer { server.stop() }
    let scratch = try Scratch.withPlan()
    scratch.sinks(
      #"{ "board": { "kind": "webhook", "url": "http://127.0.0.1:\#(server.port)/runs", "headers": { "X-Key": "$BOARD_KEY" } } }"#,
      profiles: quick)
    scratch.start("M-01")
    scratch.git("commit", "-qam", "start")
    let result = scratch.readiness("deliver", environment: ["BOARD_KEY": "let me in"])
    #expect(result.output == "board: 3 runs told\n", "\(result.all)")
    let runs = try scratch.runs()
    let requests = server.requests
    #expect(requests.map { $0.headers["idempotency-key"] } == [0, 0, 1, 1, 1, 2, 2].map { runs[$0] })
    #expect(requests.allSatisfy { $0.headers["x-key"] == "let me in" })
    #expect(requests.allSatisfy { $0.headers["content-type"]?.hasPrefix("application/cloudevents+json") == true })
    #expect(try JSONDocument(parsing: Array((requests.last?.body ?? "").utf8)).root["id"]?.string == runs[2])
    // The server requested a delay of one second.
    #expect(requests[6].at.timeIntervalSince(requests[5].at) >= 1)
  }

  @Test(
    "what a webhook will never take is a dead letter at once, and a Retry-After beyond the budget is not waited for",
    .enabled(if: Needed.programs("curl"), "curl is not here"), .timeLimit(.minutes(1)))
  func refusedWebhook() throws {
    let server = try ScriptedServer([.answer(400), .answer(503, headers: ["Retry-After: 3600"])])
    defer { server.stop() }
    let scratch = try Scratch.withPlan()
    scratch.sinks(#"{ "board": { "kind": "webhook", "url": "http://127.0.0.1:\#(server.port)/" } }"#, profiles: quick)
    let result = scratch.readiness("deliver")
    #expect(result.status == 1 && server.requests.count == 2, "\(result.all)")
    let letters = scratch.readiness("dlq", "list", environment: ["COLUMNS": "200"]).output
    #expect(letters.contains("It answered 400.") && letters.contains("It answered 503."), "\(letters)")
    #expect(scratch.readiness("dlq", "retry").status == 0)
  }

  @Test(
    "a Retry-After that is a date is waited for as well", .enabled(if: Needed.programs("curl"), "curl is not here"),
    .timeLimit(.minutes(1)))
  func retryAtDate() throws {
    let format = DateFormatter()
    format.locale = Locale(identifier: "en_US_POSIX")
    format.timeZone = TimeZone(identifier: "GMT")
    format.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
    let scratch = try Scratch.withPlan()
    let date = Date(timeIntervalSinceNow: 4)
    let server = try ScriptedServer([.answer(503, headers: ["Retry-After: \(format.string(from: date))"])])
    defer { server.stop() }
    scratch.sinks(#"{ "board": { "kind": "webhook", "url": "http://127.0.0.1:\#(server.port)/" } }"#, profiles: quick)
    #expect(scratch.readiness("deliver").status == 0)
    let times = server.requests.map(\.at)
    // The date has whole seconds.
    #expect(
      times.count == 3 && times[1].timeIntervalSince1970 >= date.timeIntervalSince1970.rounded(.down) - 0.1, "\(times)")
  }

  @Test("a sink that keeps failing is left alone after its breaker has opened, and loses nothing")
  func breaker() throws {
    let scratch = try Scratch.withPlan()
    scratch.sinks(
      #"{ "tool": { "kind": "command", "command": ["sh", "-c", "test -e open"] } }"#,
      profiles: #"{ "delivery": { "retry": { "attempts": 1 }, "breaker": { "failures": 2 } } }"#)
    for number in 0..<4 {
      scratch.edit("M-01", number == 0 ? "\"TBD\"" : "\"a\(number - 1)\"", "\"a\(number)\"")
      scratch.git("commit", "-qam", "owner \(number)")
    }
    let result = scratch.readiness("deliver")
    #expect(
      result.status == 1 && result.output.contains("2 to the dead letters: readiness dlq list, 4 left"), "\(result.all)"
    )
    scratch["open"] = ""
    #expect(scratch.readiness("deliver").output == "tool: 4 runs told\n")
    #expect(scratch.readiness("dlq", "retry").status == 0)
  }

  @Test(
    "nothing is lost, and no letter is written twice, where deliver is killed again and again", .timeLimit(.minutes(60))
  )
  func killed() throws {
    let kills = Int(ProcessInfo.processInfo.environment["READINESS_KILLS"] ?? "") ?? 25
    let scratch = try Scratch.withPlan()
    scratch.sinks(
      #"""
      { "audit": { "kind": "file", "path": "../events.jsonl" },
        "deaf": { "kind": "command", "command": ["false"] },
        "tool": { "kind": "command", "command": ["sh", "-c", "cat >> tool.jsonl"] } }
      """#,
      profiles: #"{ "delivery": { "retry": { "attempts": 1 }, "breaker": { "failures": 1000000 } } }"#)
    let line = """
      n=0; i=0
      while [ $n -lt \(kills) ]; do
        i=$((i+1)); sed -i "s/\\"owner\\": \\".*\\"/\\"owner\\": \\"o$i\\"/" .readiness/M-01.json; git commit -qam "o$i"
        "$READINESS" deliver >/dev/null 2>&1 & pid=$!
        sleep 0.0$(( (i * 7919) % 60 + 10 )); kill -9 $pid 2>/dev/null
        wait $pid 2>/dev/null; [ $? = 137 ] && n=$((n+1))
      done
      echo $i
      """
    let rounds = Int(scratch.shell(line).output.split(separator: "\n").last ?? "") ?? 0
    // One sink takes nothing; whether the last run finds something left for it depends on when the others were killed.
    scratch.readiness("deliver").ignored()
    let runs = try scratch.runs()
    #expect(runs.count == rounds + 2)
    for file in ["../events.jsonl", "tool.jsonl"] {
      let told = try scratch.told(file)
      #expect(Set(told) == Set(runs), "\(file)")
      // In the order of history, where the first delivery counts.
      var seen = Set<String>()
      #expect(told.filter { seen.insert($0).inserted } == runs, "\(file)")
    }
    let list = try JSONDocument(parsing: Array(scratch.readiness("dlq", "--json").output.utf8), limits: .general).root
    let letters = (list["letters"]?.array ?? []).compactMap { $0["event"]?.string }
    #expect(letters.sorted() == runs.sorted())
    print("deliver: \(kills) kills, \(runs.count) runs, none lost, no letter twice")
  }
}

@Suite("Sync")
struct SyncTests {
  @Test("sync brings in what came, judges what would go, and pushes it, also where somebody is faster")
  func races() throws {
    let first = try Scratch.withPlan()
    let server = try Scratch(cloneOf: first, bare: true)
    let clones = try (0..<3).map { _ in try Scratch(cloneOf: server) }
    for (index, clone) in clones.enumerated() {
      clone.readiness("install")
      clone.edit("M-0\(index + 1)", "\"TBD\"", "\"ada\"")
      clone.git("commit", "-qam", "owner \(index)")
    }
    #expect(clones[0].readiness("sync").output == "synced  0 came, 1 went.\n")
    let done = DispatchGroup()
    let statuses = Statuses()
    for clone in clones[1...] {
      let (path, program) = (clone.path, Scratch.program)
      done.enter()
      Thread.detachNewThread {
        statuses.add(SyncTests.run(program, in: path))
        done.leave()
      }
    }
    done.wait()
    #expect(statuses.all == [0, 0])
    let log = server.git("log", "--format=%s", "main").output
    for index in 0..<3 { #expect(log.contains("owner \(index)")) }
    #expect(server.readiness("verify", "main").status == 0)
    #expect(clones[0].readiness("sync").status == 0)
    #expect(clones[0].readiness("sync").output == "Up to date.\n")
  }

  @Test("what the judge refuses does not go, a conflict changes nothing, and what the server refuses is told")
  func refusals() throws {
    let first = try Scratch.withPlan()
    let server = try Scratch(cloneOf: first, bare: true)
    let (one, two) = (try Scratch(cloneOf: server), try Scratch(cloneOf: server))
    one.edit("M-01", "Not Started", "Done")
    one.git("commit", "--no-verify", "-qam", "by hand")
    let refused = one.readiness("sync")
    #expect(refused.status == 1 && refused.errors.contains("trailer-missing"), "\(refused.all)")
    one.git("reset", "-q", "--hard", "HEAD~1")
    for (clone, text) in [(one, "one\n"), (two, "two\n")] {
      clone["notes.txt"] = text
      clone.git("add", "-A")
      clone.git("commit", "-qm", text)
    }
    #expect(one.readiness("sync").status == 0)
    let before = two.git("rev-parse", "HEAD").line
    let conflict = two.readiness("sync")
    #expect(conflict.status == 1 && conflict.errors.contains("nothing was changed"), "\(conflict.all)")
    #expect(two.git("rev-parse", "HEAD").line == before && two.git("status", "--porcelain").output.isEmpty)
    server.shell("printf '#!/bin/sh\\necho closed today; exit 1\\n' > hooks/pre-receive; chmod +x hooks/pre-receive")
    one["more.txt"] = "more\n"
    one.git("add", "-A")
    one.git("commit", "-qm", "more")
    let rejected = one.readiness("sync")
    #expect(rejected.status == 1 && rejected.errors.contains("closed today"), "\(rejected.all)")
    #expect(one.readiness("sync", "origine").errors.contains("Is origin meant?"))
  }

  private static func run(_ program: String, in path: String) -> Int32 {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = ["-C", path, "sync"]
    process.environment = [
      "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin", "HOME": path, "GIT_CONFIG_NOSYSTEM": "1",
      "GIT_EDITOR": "true",
    ]
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    do { try process.run() } catch { return 127 }
    process.waitUntilExit()
    return process.terminationStatus
  }
}

private final class Statuses: @unchecked Sendable {
  // Safe: `lock` guards the list.
  private let lock = NSLock()
  private var list: [Int32] = []
  func add(_ status: Int32) { lock.withLock { list.append(status) } }
  var all: [Int32] { lock.withLock { list } }
}
