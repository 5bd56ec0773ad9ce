import Foundation
import StrictJSON
import TestSupport
import Testing

extension Scratch {
  /// Creates a plan of one milestone that is done, with a file as evidence.
  fileprivate static func withDone() throws -> Scratch {
    let s = try Scratch()
    s["proof.txt"] = "proof\n"
    s.readiness("init", "--empty")
    s.git("add", "-A")
    s.readiness(
      "add", "M-1", "--workstream", "Proof", "--outcome", "It is proven", "--criterion", "the proof is there",
      "--owner", "ada")
    s.git("commit", "-qm", "plan", environment: ["READINESS_SKIP": "1"])
    s.readiness("restamp")
    for words in [
      ["move", "M-1", "in-progress"], ["move", "M-1", "in-review", "--evidence", "proof.txt"], ["move", "M-1", "done"],
    ] {
      let moved = s.readiness(words)
      #expect(moved.status == 0, "\(words) \(moved.all)")
    }
    return s
  }

  /// Returns the value of a series. Returns nil if there is none.
  fileprivate func metric(_ series: String, _ more: String...) -> String? {
    let printed = readiness(["metrics", "--name", "a"] + more)
    #expect(printed.status == 0, "\(printed.all)")
    return printed.output.split(separator: "\n").first { $0.hasPrefix(series + " ") }.map {
      String($0.dropFirst(series.count + 1))
    }
  }
}

@Suite("Metrics")
struct MetricsTests {
  @Test("the plan, its gate and its states are told, and promtool has nothing to say")
  func plain() throws {
    let s = try Scratch.withDone()
    #expect(s.metric(#"readiness_gate{repository="a",gate="release",answer="go"}"#) == "1")
    #expect(s.metric(#"readiness_milestones{repository="a",category="done"}"#) == "1")
    #expect(s.metric(#"readiness_suspect_since_timestamp_seconds{repository="a",milestone="M-1"}"#) == nil)
    #expect(
      s.metric(#"readiness_collected_timestamp_seconds{repository="a"}"#, "--now", "2026-11-29T10:00:00Z")
        == "1795946400")
    let json = try JSONDocument(parsing: Array(s.readiness("metrics", "--json").output.utf8), limits: .general).root
    #expect(json["kind"]?.string == "metrics" && json["samples"]?.array?.isEmpty == false)
    if Needed.programs("promtool") {
      let checked = s.shell("$READINESS metrics | promtool check metrics")
      #expect(checked.status == 0 && checked.all.isEmpty, "\(checked.all)")
    }
  }

  @Test("suspect is since the commit that changed the evidence, not since one before or behind it")
  func suspect() throws {
    let s = try Scratch.withDone()
    let series = #"readiness_suspect_since_timestamp_seconds{repository="a",milestone="M-1"}"#
    for (text, date) in [("other\n", "2026-11-20T10:00:00Z"), ("third\n", "2026-11-21T10:00:00Z")] {
      s["proof.txt"] = text
      s.git("commit", "-qam", "change", environment: ["GIT_COMMITTER_DATE": date])
    }
    #expect(s.metric(series) == "1795168800")
    #expect(s.metric(#"readiness_gate{repository="a",gate="release",answer="go"}"#) == "0")
    let renewed = s.readiness("criteria", "M-1", "1", "--evidence", "proof.txt", "--commit", "-m", "looked at")
    #expect(renewed.status == 0, "\(renewed.all)")
    #expect(s.metric(series) == nil)
  }

  @Test("evidence and waivers end when they do")
  func ends() throws {
    let s = try Scratch.withDone()
    s.readiness("move", "M-1", "in-progress", "-m", "again")
    s.readiness("criteria", "M-1", "1", "--clear", "--commit")
    let before = s.git("rev-parse", "HEAD").line
    s.readiness("criteria", "M-1", "1", "--waive", "2099-12-30", "--reason", "later", "--commit")
    // The end of the day.
    #expect(s.metric(#"readiness_waiver_expiry_timestamp_seconds{repository="a",milestone="M-1"}"#) == "4102358400")
    s.git("reset", "-q", "--hard", before)
    let check = #"{ "command": ["true"], "profile": "tdd", "inputs": ["proof.txt"], "validFor": 2 }"#
    s.readiness("criteria", "M-1", "1", "--check", check, "--commit")
    s.readiness("trust", "M-1")
    let checked = s.readiness("check", "M-1")
    #expect(checked.status == 0, "\(checked.all)")
    s.git("commit", "-qam", "shown")
    let evidence = #"readiness_evidence_expiry_timestamp_seconds{repository="a",milestone="M-1"}"#
    #expect(s.metric(evidence) == nil, "nothing is claimed yet")
    let moved = s.readiness("move", "M-1", "in-review")
    #expect(moved.status == 0, "\(moved.all)")
    let end = try #require(s.metric(evidence).flatMap(Double.init))
    #expect(abs(end - Date().timeIntervalSince1970 - 2 * 86_400) < 600)
    #expect(s.metric(#"readiness_waiver_expiry_timestamp_seconds{repository="a",milestone="M-1"}"#) == nil)
  }

  @Test("sinks: what they were not told, and what they did not take")
  func sinks() throws {
    let s = try Scratch.withDone()
    s["ssot/policies/sinks.json"] =
      #"{ "version": 1, "sinks": { "audit": { "kind": "file", "path": "../audit" }, "no": { "kind": "command", "command": ["false"] } } }"#
    s["ssot/runtime.config.json"] =
      #"{ "version": 1, "profiles": { "delivery": { "retry": { "attempts": 1 } } } }"#
    s.git("add", "-A")
    s.git("commit", "-qm", "sinks", environment: ["READINESS_SKIP": "1"])
    s.readiness("restamp")
    let behind = #"readiness_deliver_behind{repository="a",sink="audit"}"#
    let all = try #require(s.metric(behind).flatMap(Int.init))
    #expect(all == 5)
    s.readiness("trust", "--sinks")
    #expect(s.readiness("deliver", "audit").status == 0)
    #expect(s.metric(behind) == "0")
    s.readiness("move", "M-1", "in-progress", "-m", "again")
    #expect(s.metric(behind) == "1")
    #expect(s.readiness("deliver").status == 1)
    // The breaker opens after five failures, and the sixth run remains.
    #expect(s.metric(#"readiness_dead_letters{repository="a",sink="no"}"#) == "5")
    #expect(s.metric(#"readiness_deliver_behind{repository="a",sink="no"}"#) == "1")
    #expect(s.metric(#"readiness_dead_letters{repository="a",sink="audit"}"#) == "0")
  }

  @Test("an audit's findings are told until the next audit")
  func audit() throws {
    let s = try Scratch.withDone()
    let series = #"readiness_verify_findings{repository="a",severity="error"}"#
    #expect(s.metric(series) == nil, "nobody audited yet")
    #expect(s.metric(series, "--verify") == "0")
    s.edit("M-1", "It is proven", "It is so")
    let tree = s.shell("git add -A && git write-tree").line
    let commit = s.git("commit-tree", tree, "-p", "HEAD", "-m", "by plumbing").line
    s.git("update-ref", "HEAD", commit)
    #expect(s.metric(series) == "0")
    #expect(s.metric(series, "--verify") != "0")
    #expect(s.metric(series) != "0")
  }

  @Test("a promotion that has begun has a deadline, and one that ended has none")
  func promotion() throws {
    let s = try Scratch.withDone()
    func record(_ phase: String) {
      let text = """
        { "version": 1, "kind": "promotion", "stage": "production", "phase": "\(phase)", "at": "2026-11-20T10:00:00.000Z",
          "deadline": "2026-11-20T11:00:00.000Z" }
        """
      let blob = s.git("hash-object", "-w", "--stdin", input: text).line
      let tree = s.git("mktree", input: "100644 blob \(blob)\tpromotion.json\n").line
      s.git("update-ref", "refs/heads/env/production", s.git("commit-tree", tree, "-m", "record").line)
    }
    func deadline(_ phase: String) -> String? {
      s.metric(
        #"readiness_promotion_deadline_timestamp_seconds{repository="a",stage="production",phase="\#(phase)"}"#)
    }
    record("held")
    #expect(deadline("held") == "1795172400")
    record("aborted")
    #expect(deadline("aborted") == nil && deadline("held") == nil)
    #expect(
      s.metric(#"readiness_promotion_phase_timestamp_seconds{repository="a",stage="production",phase="aborted"}"#)
        == "1795168800")
    s.git("branch", "env/theirs", "HEAD")
    #expect(s.metric(#"readiness_collect_success{repository="a"}"#) == "1")
  }

  @Test("a fleet: a file each, twins by longer names, and one that cannot be read keeps what it said")
  func fleet() throws {
    let s = try Scratch.withDone()
    for folder in ["one", "two"] {
      s.shell("mkdir -p ../fleet/\(folder) && git clone -q --bare . ../fleet/\(folder)/x.git")
    }
    s.shell("git clone -q --bare . ../fleet/two/y.git && mkdir ../out")
    func collect() -> Scratch.Result {
      s.readiness("metrics", "--repositories", "../fleet/*/*.git", "--textfile-dir", "../out")
    }
    #expect(collect().status == 0)
    #expect(s.shell("ls -A ../out").output == "readiness_one_x.prom\nreadiness_two_x.prom\nreadiness_y.prom\n")
    #expect(s["../out/readiness_two_x.prom"]?.contains(#"readiness_collect_success{repository="two/x"} 1"#) == true)
    s.shell("mv ../fleet/two/x.git/HEAD ../fleet/two/x.git/HEAD.gone")
    let second = collect()
    #expect(second.status == 3 && second.errors.contains("two/x.git"), "\(second.all)")
    #expect(s["../out/readiness_two_x.prom"]?.contains(#"readiness_collect_success{repository="two/x"} 0"#) == true)
    #expect(
      s["../out/readiness_two_x.prom"]?.contains(#"readiness_milestones{repository="two/x",category="done"} 1"#) == true
    )
    #expect(s["../out/readiness_y.prom"]?.contains(#"readiness_collect_success{repository="y"} 1"#) == true)
  }

  @Test("a repository whose name holds a control character is left out, and the others are told")
  func oddName() throws {
    let s = try Scratch.withDone()
    s.shell("mkdir ../fleet ../out && git clone -q --bare . ../fleet/x.git")
    s.shell("cp -r ../fleet/x.git \"../fleet/$(printf 'e\\033[2J').git\"")
    let result = s.readiness("metrics", "--repositories", "../fleet/*.git", "--textfile-dir", "../out")
    #expect(result.status == 3 && result.errors.contains("control characters"), "\(result.all)")
    #expect(result.output.contains("2 repositories, 1 not read") && !result.all.contains("\u{1B}"), "\(result.all)")
    #expect(s.shell("ls -A ../out").output == "readiness_x.prom\n")
    s.shell("rm -r ../fleet/x.git ../out/*")
    #expect(s.readiness("metrics", "--repositories", "../fleet/*.git", "--textfile-dir", "../out").status == 3)
  }

  @Test("commands are counted from the spool: once for a fleet, and buckets add up")
  func commands() throws {
    let s = try Scratch.withDone()
    s.shell("mkdir ../spool ../fleet ../out && git clone -q --bare . ../fleet/x.git")
    let spool = ["READINESS_TELEMETRY": s.path + "/../spool"]
    for _ in 0..<3 { s.readiness("status", environment: spool) }
    #expect(s.readiness("show", "M-9", environment: spool).status == 2)
    let text = s.readiness("metrics", "--name", "a", environment: spool).output
    #expect(
      text.contains(#"readiness_commands_total{repository="a",command="readiness status",exit="0"} 3"#), "\(text)")
    #expect(text.contains(#"readiness_commands_total{repository="a",command="readiness show",exit="2"} 1"#))
    let series = #"readiness_command_duration_seconds_bucket{repository="a",command="readiness status",exit="0",le=""#
    let buckets = text.split(separator: "\n").filter { $0.hasPrefix(series) }.compactMap {
      $0.split(separator: " ").last.flatMap { Int($0) }
    }
    #expect(buckets.count == 11 && buckets == buckets.sorted() && buckets.last == 3, "\(buckets)")
    if Needed.programs("promtool") {
      let checked = s.shell("$READINESS metrics | promtool check metrics", environment: spool)
      #expect(checked.status == 0 && checked.all.isEmpty, "\(checked.all)")
    }
    s.readiness(
      "metrics", "--repositories", "../fleet/*.git", "--textfile-dir", "../out", environment: spool)
    #expect(s["../out/readiness-commands.prom"]?.contains(#"{command="readiness status",exit="0"} 3"#) == true)
    #expect(s["../out/readiness_x.prom"]?.contains("readiness_commands_total") == false)
  }

  @Test("two hundred repositories are collected within a timer's minute, with room")
  func many() throws {
    let s = try Scratch.withDone()
    s.shell(
      "mkdir ../fleet ../out; git clone -q --bare . ../fleet/0.git; for i in $(seq 199); do cp -r ../fleet/0.git ../fleet/$i.git; done"
    )
    let began = Date()
    let collected = s.readiness("metrics", "--repositories", "../fleet/*.git", "--textfile-dir", "../out")
    #expect(collected.status == 0 && collected.output.hasPrefix("200 repositories, 0 not read"), "\(collected.all)")
    // A release build takes less than three seconds; this is a debug build on a busy machine.
    #expect(Date().timeIntervalSince(began) < 20)
  }

  @Test("wrong words are exit status 2, and a repository that is none is 3")
  func usage() throws {
    let s = try Scratch()
    #expect(s.readiness("metrics", "--name", "a\nb").status == 2)
    #expect(s.readiness("metrics", "--repositories", "*.git").status == 2)
    #expect(s.readiness("metrics", "--repositories", "*.none", "--textfile-dir", ".").status == 2)
    #expect(s.readiness("metrics", "--repositories", "*", "--textfile-dir", ".", "--textfile", "x").status == 2)
    #expect(s.readiness("metrics").status == 3)
    #expect(s.readiness("metrics", "--textfile", "x.prom", "--name", "a").status == 3)
    #expect(s["x.prom"]?.contains(#"readiness_collect_success{repository="a"} 0"#) == true)
  }
}
