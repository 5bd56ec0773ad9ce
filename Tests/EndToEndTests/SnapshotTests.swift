import Foundation
import TestSupport
import Testing

/// The complete output for a person, in a terminal of 80 columns. `READINESS_SNAPSHOTS=update swift test --filter
/// SnapshotTests` rewrites the files; review them before a commit.
@Suite("Snapshots", .serialized, .enabled(if: Needed.programs("faketime")))
struct SnapshotTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Snapshots")

  /// A plan with every state, three weeks of history, a risk, and wide characters.
  // Safe: created once, and the suite is serialized.
  nonisolated(unsafe) private static let plan: Scratch? = {
    do { return try story() } catch {
      print("no story: \(error)")
      return nil
    }
  }()

  private static func story() throws -> Scratch {
    let s = try Scratch()
    var day = 2
    s.environment = ["COLUMNS": "80"]
    func at(_ work: () -> Void) {
      s.freeze(at: "2026-11-\(day < 10 ? "0" : "")\(day) 12:00:00")
      work()
      day += 2
    }
    at {
      s.readiness("init")
      s.fixPlanID()
      s.readiness("install")
      s.git("commit", "-qm", "plan: adopt readiness")
    }
    at {
      s["doc/slo.md"] = "All answers within 100 ms.\n"
      s.git("add", "doc")
      s.start("M-01")
      s.git("commit", "-qam", "M-01: begin with the objectives")
    }
    at {
      s.readiness("criteria", "M-01", "doc-slo-and-release-gates-md-approved", "--evidence", "doc/slo.md")
      s.git("commit", "-qm", "M-01: the objectives are written down")
    }
    at { s.readiness("move", "M-01", "in-review") }
    at { s.readiness("move", "M-01", "done") }
    at {
      s.edit("M-05", "State Machine Hardening", "状態機械の強化")
      s.edit("M-05", "\"M-04\"", "\"M-03\"")
      s.start("M-02")
      s.git("commit", "-qam", "M-02: start; M-05 needs the baseline")
    }
    at { s.readiness("move", "M-03", "blocked", "-m", "the audit firm answers in December") }
    at {
      s.edit(
        "M-02", "\"exitCriteria\"",
        "\"risks\": [ { \"id\": \"r1\", \"text\": \"The schema may change under our users\", \"severity\": \"high\", \"status\": \"open\" } ],\n  \"exitCriteria\""
      )
      s.git("commit", "-qam", "M-02: a risk")
    }
    return s
  }

  static let commands: [(name: String, arguments: [String])] = [
    ("status", ["status"]), ("show", ["show", "M-01"]), ("next", ["next"]), ("blocked", ["blocked"]),
    ("order", ["order"]), ("matrix", ["matrix"]), ("graph", ["graph"]),
    ("graph-mermaid", ["graph", "--format", "mermaid"]),
    ("graph-dot", ["graph", "--format", "dot"]), ("graph-svg", ["graph", "--format", "svg"]), ("gate", ["gate"]),
    ("gate-unknown", ["gate", "relaese"]), ("why-not", ["why-not"]), ("diff", ["diff", "HEAD~4"]),
    ("log", ["log"]), ("log-since", ["log", "--since", "2026-11-11", "--until", "2026-11-12"]),
    ("weekly", ["weekly", "--week", "2026-W46"]),
    ("weekly-span", ["weekly", "--since", "2026-11-01", "--until", "2026-11-30"]),
    ("verify", ["verify"]), ("verify-markdown", ["verify", "HEAD~4..", "--format", "markdown"]),
    ("verify-junit", ["verify", "HEAD~3..", "--format", "junit"]), ("replay", ["replay"]), ("doctor", ["doctor"]),
    ("export-csv", ["export", "--format", "csv"]), ("move-refused", ["move", "M-02", "done"]),
    ("move-unmet", ["move", "M-04", "in-progress"]), ("explain", ["explain", "unmet-dependency"]), ("help", ["--help"]),
    ("restamp", ["restamp"]), ("heal", ["heal"]), ("criteria", ["criteria", "M-01"]),
  ]

  @Test("is as it was looked at", arguments: commands.map(\.name))
  func snapshot(_ name: String) throws {
    let s = try #require(Self.plan)
    let arguments = try #require(Self.commands.first { $0.name == name }).arguments
    let result = s.shell("\"$READINESS\" \(arguments.map { "'\($0)'" }.joined(separator: " ")) 2>&1")
    let text =
      "$ readiness \(arguments.joined(separator: " "))\n" + Self.stable(result.output, s) + "[exit \(result.status)]\n"
    let file = Self.folder.appendingPathComponent(name + ".txt")
    if ProcessInfo.processInfo.environment["READINESS_SNAPSHOTS"] == "update" {
      try FileManager.default.createDirectory(at: Self.folder, withIntermediateDirectories: true)
      try text.write(to: file, atomically: true, encoding: .utf8)
    }
    let wanted = FileManager.default.contents(atPath: file.path).map { String(decoding: $0, as: UTF8.self) }
    #expect(text == wanted)
    // Documents for other programs have their own line length.
    if ![
      "graph-svg", "graph-dot", "verify-markdown", "verify-junit", "weekly", "weekly-span", "export-csv",
      "graph-mermaid",
    ].contains(name) {
      for line in result.output.split(separator: "\n") { #expect(line.count <= 80, "\(line)") }
    }
  }

  /// Replaces the paths of this machine. Ids and moments are equal in every run, because the clock stands still.
  private static func stable(_ text: String, _ s: Scratch) -> String {
    text.replacingOccurrences(of: s.path, with: "REPO").replacingOccurrences(of: program, with: "PROGRAM")
  }

  private static var program: String { Scratch.program }

  /// A newcomer's first hour, good and bad, command by command.
  static let lines = [
    "readiness status", "readiness init", "readiness status", "git add -A .readiness ssot hooks", "readiness install",
    "readiness install", "git commit -qm 'our plan'", "readiness next", "readiness move M-01 in-progress",
    "readiness set M-01 owner ada", "readiness move M-01 in-progress --no-commit", "git commit -qm 'M-01: begin'",
    "sed -i 's/\"In Progress\"/\"Done\"/' .readiness/M-01.json", "git commit -qam 'M-01: done, trust me'",
    "readiness move M-01 in-review", "git checkout -q .readiness",
    "readiness criteria M-01 doc-slo-and-release-gates-md-approved --evidence doc/slo.md",
    "readiness criteria M-01 doc-slo-and-release-gates-md-approved --statement 'Approved on Monday'",
    "git commit -qm 'M-01: approved'", "readiness move M-01 in-review", "readiness move M-01 in-review",
    "readiness move M-01 done --dry-run", "readiness move M-01 done", "readiness show M-13", "readiness moev M-01",
    "readiness add M-13 --workstream 'Pen test' --outcome 'Found and mended' --criterion 'Report filed'",
    "readiness set M-13 dependsOn M-99", "readiness fmt", "git commit -qm 'M-13'", "readiness log M-13",
    "git -c core.hooksPath=/dev/null commit -q --amend -m 'M-13, again'", "readiness verify",
    "readiness restamp --dry-run",
    "readiness restamp", "git clone -q --bare . ../server.git && readiness install --server ../server.git",
    "git remote add origin ../server.git", "sed -i 's/\"Not Started\"/\"Done\"/' .readiness/M-12.json",
    "git -c core.hooksPath=/dev/null commit -qam 'forced'", "git push -q --no-verify origin main",
    "git reset -q --hard HEAD~1", "rm .git/hooks/pre-push", "readiness doctor", "readiness doctor --fix",
    "readiness install --hooks nonsense", "readiness import nowhere.md", "readiness weekly --week 2026-W99",
    "readiness explain nothing", "readiness log M-99", "readiness diff nowhere", "readiness graph --format png",
    "git checkout -q -b side HEAD~1", "sed -i 's/\"TBD\"/\"bob\"/' .readiness/M-02.json", "git commit -qam 'bob'",
    "git checkout -q main", "sed -i 's/\"TBD\"/\"ada\"/' .readiness/M-02.json", "git commit -qam 'ada'",
    "git merge -q --no-edit side", "sed -n 5,12p .readiness/M-02.json", "readiness status", "git merge --abort",
    "sed -i 's/\"Not Started\"/\"Done\"/' .readiness/M-12.json && READINESS_SKIP=1 git commit -qam 'in a hurry'",
    "readiness heal --dry-run", "readiness heal -m 'a hurry'", "readiness gate canary --json | head -n 4",
    "readiness uninstall", "readiness help gate", "readiness gate --at nowhere", "readiness -C /nowhere status",
  ]

  @Test("a first hour, line by line")
  func transcript() throws {
    let s = try Scratch()
    s.environment = ["COLUMNS": "80"]
    s.shell("mkdir -p ../bin && ln -s \"$READINESS\" ../bin/readiness")
    s.environment["PATH"] = s.shell("realpath ../bin").line + ":" + (ProcessInfo.processInfo.environment["PATH"] ?? "")
    var text = ""
    for (number, line) in Self.lines.enumerated() {
      // One second for each line.
      s.freeze(at: "2026-11-02 09:\(10 + number / 50):\(10 + number % 50)")
      let result = s.shell("{ \(line); } 2>&1")
      if line == "readiness init" { s.fixPlanID() }
      text +=
        "$ \(line)\n" + Self.stable(result.output, s) + (result.status == 0 ? "" : "[exit \(result.status)]\n") + "\n"
      for line in result.output.split(separator: "\n") where !line.contains(s.path) && !line.contains(Self.program) {
        #expect(line.count <= 80 || line.hasPrefix("remote:") || line.hasPrefix("USAGE:"), "\(line)")
      }
    }
    let file = Self.folder.appendingPathComponent("first-hour.txt")
    if ProcessInfo.processInfo.environment["READINESS_SNAPSHOTS"] == "update" {
      try text.write(to: file, atomically: true, encoding: .utf8)
    }
    #expect(text == FileManager.default.contents(atPath: file.path).map { String(decoding: $0, as: UTF8.self) })
  }

  @Test("the weekly update has the same bytes in any time zone and locale")
  func weeklyIsStable() throws {
    let s = try #require(Self.plan)
    let plain = s.readiness("weekly", "--week", "2026-W46").output
    for (zone, locale) in [("Pacific/Kiritimati", "tr_TR.UTF-8"), ("America/Los_Angeles", "ja_JP.UTF-8"), ("UTC", "C")]
    {
      let other = s.readiness("weekly", "--week", "2026-W46", environment: ["TZ": zone, "LC_ALL": locale])
      #expect(other.output == plain && other.status == 0)
    }
    #expect(s.readiness("weekly", "--week", "2026-W54").status == 2)
    #expect(s.readiness("weekly", "--since", "2026-11-09").status == 2)
  }
}
