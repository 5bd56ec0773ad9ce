import Foundation
import PlanModel
import TestSupport
import StrictJSON
import Testing

extension Scratch {
  /// Adds checks to milestones, one criterion for each, and commits them.
  func give(_ checks: [(id: String, check: String)], profiles: String? = nil) throws {
    for id in Set(checks.map(\.id)).sorted() {
      let file = ".readiness/\(id).json"
      let root = try JSONDocument(parsing: Array((self[file] ?? "").utf8)).root
      let criteria = try checks.enumerated().filter { $0.element.id == id }.map { index, item -> JSONValue in
        [
          "id": .text("c\(index)"), "text": "It is so.",
          "check": try JSONDocument(parsing: Array(item.check.utf8)).root,
        ]
      }
      let members = (root.object ?? []).map {
        $0.key == "exitCriteria" ? JSONMember($0.key, JSONValue(.array(criteria))) : $0
      }
      self[file] = String(decoding: JSONValue(.object(members)).layoutBytes, as: UTF8.self)
    }
    if let profiles { self["ssot/runtime.config.json"] = "{ \"version\": 1, \"profiles\": \(profiles) }" }
    git("add", "-A")
    let committed = git("commit", "-qm", "checks")
    precondition(committed.status == 0, committed.all)
  }

  /// Creates a plan with a source file.
  static func withSource() throws -> Scratch {
    let scratch = try Scratch.withPlan()
    scratch["src/a.txt"] = "one\n"
    scratch.git("add", "-A")
    scratch.git("commit", "-qm", "source")
    return scratch
  }
}

private let profiles = """
  { "plain": { "timeoutSeconds": 20, "killGraceSeconds": 0.2 },
    "short": { "extends": "plain", "timeoutSeconds": 0.6 },
    "small": { "extends": "plain", "maxOutputBytes": 20000, "maxFileBytes": 1000000 },
    "here": { "extends": "plain", "workingArea": "worktree" },
    "often": { "extends": "plain", "retry": { "attempts": 4, "firstDelayMilliseconds": 1, "on": ["exit"] } },
    "fast": { "extends": "plain", "failFast": true, "parallelism": 1 } }
  """

private func command(_ words: [String], profile: String = "plain", more: String = "") -> String {
  let list = JSONValue.texts(words).canonicalBytes
  return
    "{ \"command\": \(String(decoding: list, as: UTF8.self)), \"profile\": \"\(profile)\", \"inputs\": [\"src/**\"]\(more) }"
}

private func shell(_ line: String, profile: String = "plain", more: String = "") -> String {
  command(["sh", "-c", line], profile: profile, more: more)
}

@Suite("Checks")
struct CheckCommandTests {
  @Test("a check is run when it is trusted, its evidence rides in a commit, and a changed input makes it suspect")
  func wholeWay() throws {
    let scratch = try Scratch.withSource()
    scratch.start("M-01")
    try scratch.give([("M-01", shell("grep -q one src/a.txt"))], profiles: profiles)
    #expect(scratch.readiness("move", "M-01", "in-review").status == 1)
    let untrusted = scratch.readiness("check", "M-01")
    #expect(untrusted.status == 1 && untrusted.output.contains("readiness trust M-01"))
    #expect(scratch.readiness("trust").output.contains("runs    sh -c 'grep -q one src/a.txt'"))
    let checked = scratch.readiness("check", "M-01")
    #expect(checked.status == 0, "\(checked.all)")
    scratch.git("commit", "-qm", "M-01: shown")
    #expect(scratch.git("log", "-1", "--format=%B").output.contains("Readiness-Evidence: M-01/c0 sha256:"))
    #expect(scratch.readiness("move", "M-01", "in-review").status == 0)
    #expect(scratch.readiness("move", "M-01", "done").status == 0)
    // A second run finds the evidence already recorded.
    let again = scratch.readiness("check", "--all")
    #expect(again.status == 0 && again.output.contains("as recorded") && !again.output.contains("staged"))
    scratch["src/a.txt"] = "one, two\n"
    scratch.git("commit", "-qam", "more")
    #expect(scratch.readiness("status").output.contains("Suspect: M-01 is based on src/a.txt"))
    #expect(scratch.readiness("gate").output.contains("M-01 is suspect"))
    let renewed = scratch.readiness("check", "--suspect")
    #expect(renewed.status == 0, "\(renewed.all)")
    #expect(scratch.git("commit", "-qm", "M-01: shown again").status == 0)
    #expect(!scratch.readiness("status").output.contains("Suspect"))
    #expect(scratch.readiness("check", "--suspect").output == "No evidence of a check is suspect.\n")
    #expect(scratch.readiness("verify").status == 0)
  }

  @Test("a definition or a profile that changes is untrusted again, and so is everything after forgetting")
  func trust() throws {
    let scratch = try Scratch.withSource()
    try scratch.give([("M-01", shell("true"))], profiles: profiles)
    scratch.readiness("trust")
    #expect(scratch.readiness("check", "--all", "--dry-run").status == 0)
    scratch["ssot/runtime.config.json"] = scratch["ssot/runtime.config.json"]?.replacingOccurrences(
      of: "\"timeoutSeconds\": 20", with: "\"timeoutSeconds\": 21")
    scratch.git("commit", "-qam", "profile")
    #expect(scratch.readiness("check", "--all").output.contains("untrusted"))
    scratch.readiness("trust")
    try scratch.give([("M-01", shell("true; true"))])
    #expect(scratch.readiness("check", "--all").output.contains("untrusted"))
    #expect(scratch.readiness("check", "--all", "--profile", "here").output.contains("untrusted"))
    #expect(scratch.readiness("trust", "--profile", "here").output.contains("in      the work tree, profile here"))
    #expect(scratch.readiness("check", "--all", "--profile", "here", "--dry-run").status == 0)
    #expect(scratch.readiness("trust", "--dry-run").output.contains("not trusted"))
    #expect(scratch.readiness("check", "--all").output.contains("untrusted"))
    scratch.readiness("trust")
    #expect(scratch.readiness("check", "--all", "--dry-run").status == 0)
    scratch.readiness("trust", "--forget")
    #expect(scratch.readiness("check", "--all").status == 1)
  }

  @Test(
    "bad checks: each is told what is wrong, nothing is lost, and none keeps the next from running",
    .timeLimit(.minutes(3)))
  func bad() throws {
    let scratch = try Scratch.withSource()
    let outside = scratch.path + "/../outside"
    let cases: [(check: String, says: String)] = [
      (shell("while :; do sleep 1; done", profile: "short"), "It took longer than 600 ms and was ended."),
      (shell("trap '' TERM; sleep 60 & (setsid sleep 60 &); sleep 60", profile: "short"), "It took longer"),
      (shell("sleep 50 & echo fine"), "left 1 process behind"),
      (shell("yes", profile: "small"), "It printed more than 20000 bytes and was ended."),
      (command(["dd", "if=/dev/zero", "of=large", "bs=1M", "count=10240"], profile: "small"), "It "),
      (shell("echo x > \(outside) && exit 0; exit 9"), "It exited with 9, not 0."),
      (command(["no-such-program"]), "There is no program no-such-program"),
      (command(["./src"]), "./src is a folder, not a program."),
      (shell("exit 3"), "It exited with 3, not 0."),
      (shell("kill -9 $$"), "It was ended by signal 9."),
      (shell("echo no", more: #", "expect": { "stdoutMatches": "^yes$" }"#), "What it printed does not match ^yes$."),
      (shell("echo no", more: #", "expect": { "stdoutMatches": "(" }"#), "\"stdoutMatches\" is no regular expression"),
      (
        shell(#"echo '{"a": 1}'"#, more: #", "expect": { "json": { "required": ["b"] } }"#),
        "What it printed does not fit \"json\""
      ),
      (shell("echo {", more: #", "expect": { "json": true }"#), "What it printed is no JSON"),
      (shell("true", more: #", "outputs": ["made.txt"]"#), "Its output made.txt is not there."),
      (
        #"{ "command": ["true"], "profile": "plain", "inputs": ["nowhere/**"] }"#,
        "Its inputs cover no file of the commit"
      ),
    ]
    try scratch.give(cases.map { ("M-01", $0.check) }, profiles: profiles)
    scratch.readiness("trust")
    let result = scratch.readiness("check", "--all", "--json", "--set", "parallelism=4")
    #expect(result.status == 1)
    let results = try #require(
      try JSONDocument(parsing: Array(result.output.utf8), limits: .general).root["results"]?.array)
    #expect(results.count == cases.count)
    let confined = !result.output.contains("no Landlock")
    for (found, expected) in zip(results, cases) {
      let told = [found["message"]?.string ?? ""] + (found["notes"]?.array ?? []).compactMap(\.string)
      if !confined, expected.check.contains(outside) { continue }
      #expect(told.contains { $0.contains(expected.says) }, "\(expected.check): \(told)")
    }
    #expect(!confined || !FileManager.default.fileExists(atPath: outside))
    #expect(scratch.git("status", "--porcelain").output == "M  .readiness/M-01.json\n")
  }

  @Test("an unknown profile and a circle of profiles are told before anything runs")
  func profilesThatAreNot() throws {
    let scratch = try Scratch.withSource()
    try scratch.give([("M-01", command(["true"], profile: "plan"))], profiles: profiles)
    let unknown = scratch.readiness("check", "--all")
    #expect(unknown.status == 2 && unknown.errors.contains("Is plain meant?"), "\(unknown.all)")
    scratch["ssot/runtime.config.json"] =
      #"{ "version": 1, "profiles": { "a": { "extends": "b" }, "b": { "extends": "a" } } }"#
    scratch.git("commit", "-qam", "circle")
    let circle = scratch.readiness("check", "--all")
    #expect(circle.status == 3 && circle.errors.contains("in a circle: a -> b -> a"), "\(circle.all)")
    #expect(circle.errors.contains("(runtime-config)"))
  }

  @Test("escapes never reach the terminal, and secrets are in no file that is kept")
  func secrets() throws {
    let scratch = try Scratch.withSource()
    // In a separate file, because a milestone that contained it would be rejected.
    scratch["src/leak.sh"] = """
      printf '\\033[31mred\\033[0m\\n'; echo ghp_0123456789abcdefghijABCDEFGHIJ012345
      echo "$DEPLOY_TOKEN"; printf -- '-----BEGIN RSA PRIVATE KEY-----\\nMIIE\\n-----END RSA PRIVATE KEY-----\\n'; echo end
      """
    try scratch.give(
      [
        ("M-01", command(["sh", "src/leak.sh"], profile: "open")),
        ("M-02", shell("sh src/leak.sh; exit 1", profile: "open")),
      ],
      profiles: #"{ "open": { "environment": ["PATH", "DEPLOY_TOKEN"] } }"#)
    scratch.environment = ["DEPLOY_TOKEN": "hunter2-hunter2"]
    scratch.readiness("trust")
    let result = scratch.readiness("check", "--all", "--keep-output")
    #expect(result.output.contains("\\u{1b}[31mred") && !result.all.contains("\u{1B}"))
    #expect(!result.all.contains("hunter2") && !result.all.contains("MIIE") && !result.all.contains("ghp_0123"))
    let kept = try #require(scratch[".readiness/evidence/M-01-c0.txt"])
    #expect(kept.hasSuffix("[secret]\n[secret]\n[secret]\nend\n"), "\(kept)")
    #expect(scratch[".readiness/M-01.json"]?.contains("\"log\": \".readiness/evidence/M-01-c0.txt\"") == true)
    #expect(scratch.git("commit", "-qm", "kept").status == 0)
    #expect(scratch.git("show", "--stat", "--format=").output.contains(".readiness/evidence/M-01-c0.txt"))
  }

  @Test("a definition that is only staged is run, so that one commit changes it and renews the evidence")
  func staged() throws {
    let scratch = try Scratch.withSource()
    scratch.start("M-01")
    try scratch.give([("M-01", shell("true"))], profiles: profiles)
    scratch.readiness("trust")
    #expect(scratch.readiness("check", "--all").status == 0)
    scratch.git("commit", "-qm", "shown")
    #expect(scratch.readiness("submit", "M-01").status == 0)
    let done = scratch.readiness("move", "M-01", "done")
    #expect(done.status == 0, "\(done.all)")
    scratch.edit("M-01", "\"true\"", "\"test -d src\"")
    scratch.git("add", "-A")
    #expect(scratch.readiness("check", "M-01").output.contains("untrusted"))
    #expect(scratch.readiness("trust", "--dry-run").output.contains("test -d src"))
    scratch.readiness("trust")
    let check = scratch.readiness("check", "M-01")
    #expect(check.status == 0, "\(check.all)")
    let commit = scratch.git("commit", "-qm", "M-01: look for the folder")
    #expect(commit.status == 0, "\(commit.all)")
    #expect(scratch.git("status", "--porcelain").output.isEmpty && scratch.readiness("verify").status == 0)
    #expect(!scratch.readiness("status").output.contains("suspect"))
  }

  @Test("what is kept is bounded, its end first")
  func keptIsBounded() throws {
    let scratch = try Scratch.withSource()
    try scratch.give([("M-01", shell("seq 1 100000"))], profiles: profiles)
    scratch.readiness("trust")
    scratch.readiness("check", "--all", "--keep-output")
    let kept = try #require(scratch[".readiness/evidence/M-01-c0.txt"])
    #expect(kept.utf8.count < 66_000 && kept.hasPrefix("[the first ") && kept.hasSuffix("\n100000\n"))
  }

  @Test("evidence replayed in another clone of the same commit gives the same digests")
  func replay() throws {
    let scratch = try Scratch.withSource()
    scratch.start("M-01")
    try scratch.give([("M-01", shell("sort src/a.txt; echo done >&2"))], profiles: profiles)
    scratch.readiness("trust")
    #expect(scratch.readiness("check", "--all").status == 0)
    scratch.git("commit", "-qm", "shown")
    let clone = try Scratch(cloneOf: scratch)
    #expect(clone.readiness("check", "--all", "--replay").output.contains("untrusted"))
    clone.readiness("trust")
    let same = clone.readiness("check", "--all", "--replay")
    #expect(same.status == 0 && same.output.contains("as recorded"), "\(same.all)")
    // Recorded again elsewhere, the entry differs only in its times.
    func entry(_ scratch: Scratch) throws -> [String: String] {
      let root = try JSONDocument(parsing: Array((scratch[".readiness/M-01.json"] ?? "").utf8)).root
      let found = try #require(root["exitCriteria"]?.array?.first?["evidence"]?.array?.first?.object)
      let stable = found.filter { !["at", "milliseconds"].contains($0.key) }
      return Dictionary(
        uniqueKeysWithValues: stable.map { ($0.key, String(decoding: $0.value.canonicalBytes, as: UTF8.self)) })
    }
    let recorded = try entry(scratch)
    let parent = clone.git("rev-parse", "HEAD~1").line
    clone.git("checkout", "-q", parent)
    clone.readiness("check", "--all")
    #expect(try entry(clone) == recorded)
    // Anyone can recompute the inputs with git and sha256sum.
    let inputs = clone.shell("git ls-tree -r -z --full-tree \(parent) src/ | sha256sum | cut -c1-64").line
    #expect(recorded["inputs"] == "\"sha256:\(inputs)\"")
    // A false record is detected.
    let forged = try Scratch(cloneOf: scratch)
    let output = try #require(recorded["output"]?.dropFirst(8).dropLast())
    forged.edit("M-01", String(output), String(repeating: "0", count: 64))
    forged.git("commit", "-qam", "forged")
    forged.readiness("trust")
    let refused = forged.readiness("check", "--all", "--replay")
    #expect(refused.status == 1 && refused.output.contains("Different from the record: output."), "\(refused.all)")
  }

  @Test("a milestone's checks run after those it depends on, and not where those failed")
  func order() throws {
    let scratch = try Scratch.withSource()
    try scratch.give(
      [("M-01", shell("exit 1")), ("M-02", shell("true")), ("M-03", shell("true"))], profiles: profiles)
    scratch.readiness("trust")
    let result = scratch.readiness("check", "--all")
    #expect(result.output.contains("It waits for M-01/c0, which did not pass."))
    #expect(result.output.contains("1 failed, 2 skipped"))
    // These really run in parallel: in sequence they would take at least eight seconds.
    try scratch.give((0..<4).map { _ in ("M-01", shell("sleep 2")) })
    scratch.readiness("trust")
    let began = Date()
    #expect(scratch.readiness("check", "M-01", "--set", "parallelism=4").status == 0)
    #expect(Date().timeIntervalSince(began) < 8)
  }

  @Test("refactor asks for green before and after the change, each on a clean export of its commit")
  func beforeAndAfter() throws {
    let scratch = try Scratch.withSource()
    try scratch.give([("M-01", shell("test -e .git && exit 9; grep -q one src/a.txt", profile: "refactor"))])
    scratch.readiness("trust")
    let (before, head) = (scratch.git("rev-parse", "HEAD~1").line, scratch.git("rev-parse", "HEAD").line)
    // Uncommitted changes are in neither export.
    scratch["src/a.txt"] = "two\n"
    #expect(scratch.readiness("check", "--all").status == 0)
    #expect(scratch[".readiness/M-01.json"]?.contains("\"before\": \"\(before)\"") == true)
    scratch.git("reset", "-q", "--hard", head)
    for text in ["two\n", "one\n"] {
      scratch["src/a.txt"] = text
      scratch.git("commit", "-qam", text)
    }
    let red = scratch.readiness("check", "--all")
    #expect(red.status == 1 && red.output.contains("Before the change, at "), "\(red.all)")
    #expect(scratch.readiness("check", "--all", "--before", head, "--dry-run").status == 0)
    #expect(scratch.readiness("check", "--all", "--set", "demands=after", "--dry-run").status == 0)
  }

  @Test("the first failure stops what has not begun, where the profile says so")
  func failFast() throws {
    let scratch = try Scratch.withSource()
    try scratch.give(
      [("M-01", shell("exit 1", profile: "fast")), ("M-01", shell("touch \(scratch.path)/ran", profile: "fast"))],
      profiles: profiles)
    scratch.readiness("trust")
    #expect(scratch.readiness("check", "--all").output.contains("An earlier check failed"))
  }

  @Test("a check that flakes is tried again as often as its profile says, and its attempts are recorded")
  func flaky() throws {
    let scratch = try Scratch.withSource()
    let count = "$TMPDIR/count"
    try scratch.give(
      [
        ("M-01", shell("echo x >> \(count); test $(wc -l < \(count)) -ge 3", profile: "often")),
        ("M-02", shell("echo x >> \(count); test $(wc -l < \(count)) -ge 5", profile: "often")),
      ], profiles: profiles)
    scratch.readiness("trust")
    let result = scratch.readiness("check", "--all")
    #expect(result.output.contains("3 attempts") && result.output.contains("1 passed, 1 failed"), "\(result.all)")
    #expect(scratch[".readiness/M-01.json"]?.contains("\"attempts\": 3") == true)
  }

  @Test("a check in the work tree speaks of the commit only while both hold the same inputs")
  func workTree() throws {
    let scratch = try Scratch.withSource()
    try scratch.give([("M-01", shell("cat src/a.txt", profile: "here"))], profiles: profiles)
    scratch.readiness("trust")
    #expect(scratch.readiness("check", "--all", "--dry-run").status == 0)
    scratch["src/a.txt"] = "two\n"
    #expect(scratch.readiness("check", "--all").output.contains("the work tree holds other than commit"))
    scratch.git("checkout", "-q", "src/a.txt")
    scratch["src/untracked.txt"] = "new\n"
    #expect(scratch.readiness("check", "--all").output.contains("src/untracked.txt"))
    scratch["src/untracked.txt"] = nil
    try scratch.give([("M-01", shell("echo more >> src/a.txt", profile: "here"))])
    scratch.readiness("trust")
    #expect(scratch.readiness("check", "--all").output.contains("it left other than commit"))
  }

  @Test("a caller that is killed takes its check and all its children along", .timeLimit(.minutes(1)))
  func killed() throws {
    let scratch = try Scratch.withSource()
    let marker = "sleep 98765\(Int.random(in: 100...999))"
    try scratch.give([("M-01", shell("(setsid \(marker) &); \(marker)"))], profiles: profiles)
    scratch.readiness("trust")
    let line = """
      "$READINESS" check --all >/dev/null 2>&1 & pid=$!
      for i in $(seq 100); do pgrep -f '^\(marker)' >/dev/null && break; sleep 0.1; done
      pgrep -fc '^\(marker)'
      kill -9 $pid
      for i in $(seq 100); do pgrep -f '^\(marker)' >/dev/null || break; sleep 0.1; done
      pgrep -fc '^\(marker)'
      """
    let lines = scratch.shell(line).output.split(separator: "\n").map(String.init)
    #expect(lines.first != "0" && lines.last == "0", "\(lines)")
  }

  @Test("hooks run no check")
  func hooks() throws {
    let scratch = try Scratch.withSource()
    scratch.start("M-01")
    try scratch.give([("M-01", shell("touch \(scratch.path)/ran"))], profiles: profiles)
    scratch.readiness("trust")
    scratch.edit("M-01", "In Progress", "Not Started")
    scratch.git("commit", "-qam", "back")
    #expect(scratch["ran"] == nil)
  }
}
