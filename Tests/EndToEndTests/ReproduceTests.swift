import Foundation
import StrictJSON
import TestSupport
import Testing

private let profiles = """
  { "plain": { "timeoutSeconds": 20, "killGraceSeconds": 0.2 },
    "here": { "extends": "plain", "workingArea": "worktree" } }
  """

extension Scratch {
  /// Creates a milestone in review with evidence of one check, a shell line.
  fileprivate static func withEvidence(
    _ line: String, profile: String = "plain", more: String = "", keeps: Bool = false, schema: Bool = false
  ) throws -> Scratch {
    let s = try Scratch.withSource()
    if schema { try s.acceptReproduce() }
    s.start("M-01")
    let words = String(decoding: JSONValue.texts(["sh", "-c", line]).canonicalBytes, as: UTF8.self)
    try s.give(
      [("M-01", "{ \"command\": \(words), \"profile\": \"\(profile)\", \"inputs\": [\"src/**\"]\(more) }")],
      profiles: profiles)
    s.readiness("trust")
    let shown = keeps ? s.readiness("check", "M-01", "--keep-output") : s.readiness("check", "M-01")
    precondition(shown.status == 0, shown.all)
    let committed = s.git("commit", "-qm", "evidence")
    precondition(committed.status == 0, committed.all)
    return s
  }

  /// Adds the properties `reproduce` and `tools` to the plan's schema, which is policy.
  private func acceptReproduce() throws {
    let path = "ssot/schemas/milestone.schema.json"
    let text = try #require(self[path])
    guard !text.contains("\"reproduce\"") else { return }
    let open = #"{ "type": "object" }"#
    self[path] =
      text
      .replacingOccurrences(
        of: #""expect": {"#, with: #""reproduce": \#(open), "tools": { "type": "array" }, "expect": {"#
      )
      .replacingOccurrences(
        of: #""log": {"#, with: #""normalized": true, "outputs": \#(open), "tools": \#(open), "log": {"#)
    git("add", "-A")
    let committed = git("commit", "-qm", "schema")
    precondition(committed.status == 0, committed.all)
  }

  fileprivate func verdict(_ words: String...) -> (status: Int32, entry: JSONValue?, all: JSONValue?) {
    let result = readiness(["reproduce"] + words + ["--json"])
    let root = try? JSONDocument(parsing: Array(result.output.utf8)).root
    return (result.status, root?["entries"]?.array?.first, root)
  }
}

/// Evidence that is recomputed (`doc/reproducibility.md`).
@Suite("Reproduction")
struct ReproduceTests {
  @Test("a check that is deterministic comes out identical, in a clean copy, by milestone, criterion and run")
  func identical() throws {
    let s = try Scratch.withEvidence("sort src/a.txt; echo done >&2", profile: "here")
    s["src/untracked.txt"] = "not of the commit\n"
    let run = s.run()
    for what in ["M-01", "m-01/c0", run, String(run.prefix(7))] {
      let said = s.readiness("reproduce", what)
      #expect(said.status == 0 && said.output.contains("identical     M-01/c0  check"), "\(what): \(said.all)")
    }
    #expect(s.verdict(run).all?["run"]?.string == run)
    let clone = try Scratch(cloneOf: s)
    let untrusted = clone.verdict("M-01")
    #expect(untrusted.status == 3 && untrusted.entry?["reason"]?.string?.contains("readiness trust") == true)
    clone.readiness("trust")
    #expect(clone.verdict("M-01").status == 0)
    #expect(s.readiness("reproduce", "M-01/none").status == 2 && s.readiness("reproduce", "M-99").status == 2)
    // A milestone without evidence has no result that could differ.
    #expect(s.readiness("reproduce", "M-02").output.contains("no evidence to recompute"))
  }

  @Test("a check that prints the time is different, with the difference where it was kept, and a report is written")
  func different() throws {
    let s = try Scratch.withEvidence("echo same; date +%N", keeps: true)
    let said = s.readiness("reproduce", "M-01", "--report", "../report.json", "--keep", "../kept")
    #expect(said.status == 1 && said.output.contains("Different from the record: output."), "\(said.all)")
    #expect(said.output.contains("\n    -") && said.output.contains("\n    +") && said.output.contains("     same"))
    #expect(
      s["../report.json"]?.contains("\"different\"") == true && s["../kept/M-01-c0.txt"]?.hasPrefix("same\n") == true)
    let unkept = try Scratch.withEvidence("date +%N").verdict("M-01")
    #expect(unkept.status == 1 && unkept.entry?["reason"]?.string?.contains("check --keep-output") == true)
    #expect(unkept.entry?["differs"]?.array?.compactMap(\.string) == ["output"] && unkept.entry?["diff"] == nil)
  }

  @Test("normalize makes it equivalent, ignored does as well, and what is neither stays different")
  func equivalent() throws {
    func more(_ text: String) -> String { ", \"reproduce\": { \(text) }" }
    let pattern = #""normalize": [{ "pattern": "[0-9]+ ns$", "replace": "N ns" }, { "pattern": "x*", "replace": "-" }]"#
    let line = "echo \"took $(date +%s%N) ns\"; echo ünï"
    let normalized = try Scratch.withEvidence(line, more: more(#""output": "normalized", "# + pattern), schema: true)
    let verdict = normalized.verdict("M-01")
    #expect(verdict.status == 0 && verdict.entry?["verdict"]?.string == "equivalent", "\(verdict)")
    // Anyone can compute the recorded digest: an empty match precedes every character and the end.
    let expected = normalized.shell("printf '%s\\n%s\\n%s' '-t-o-o-k- -N- -n-s-' '-ü-n-ï-' '-' | sha256sum").line
      .prefix(64)
    #expect(normalized[".readiness/M-01.json"]?.contains("\"normalized\": \"sha256:\(expected)\"") == true)
    let ignored = try Scratch.withEvidence("date +%N", more: more(#""output": "ignored""#), schema: true)
    #expect(ignored.verdict("M-01").entry?["verdict"]?.string == "equivalent")
    let exact = try Scratch.withEvidence(line, more: more(pattern), schema: true)
    #expect(exact.verdict("M-01").entry?["verdict"]?.string == "different")
    // An undeclared difference still counts.
    let other = try Scratch.withEvidence(
      "date +%N", more: more(#""output": "normalized", "normalize": [{ "pattern": "z", "replace": "" }]"#), schema: true
    )
    #expect(other.verdict("M-01").status == 1)
  }

  @Test("a file that a check leaves is compared, and a program that changed is named as a likely cause")
  func outputsAndTools() throws {
    let s = try Scratch.withSource()
    s["../bin/tool"] = "#!/bin/sh\necho one\n"
    s.shell("chmod +x ../bin/tool")
    let path = s.path + "/../bin:" + (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin")
    let t = try Scratch.withEvidence(
      "date +%N >out.txt", more: #", "outputs": ["out.txt"], "reproduce": {}, "tools": ["sort"]"#, schema: true)
    #expect(t[".readiness/M-01.json"]?.contains("\"out.txt\": \"sha256:") == true)
    #expect(t.verdict("M-01").entry?["differs"]?.array?.compactMap(\.string) == ["outputs/out.txt"])
    let sum = String(t.shell("sha256sum \"$(readlink -f \"$(command -v sort)\")\"").line.prefix(64))
    #expect(t[".readiness/M-01.json"]?.contains("\"sort\": \"sha256:\(sum)\"") == true)
    let u = try Scratch.withEvidence("tool-of-ours || true", more: #", "tools": ["sh"]"#, schema: true)
    u.environment["PATH"] = path
    u.shell(
      "cp /bin/sh ../sh && mkdir -p ../first && printf '#!/bin/dash\\nexec /bin/dash \"$@\"\\n' > ../first/sh && chmod +x ../first/sh"
    )
    u.environment["PATH"] = u.path + "/../first:" + path
    let changed = u.verdict("M-01")
    #expect(changed.entry?["tools"]?.array?.compactMap(\.string) == ["sh"], "\(changed)")
  }

  @Test("changed inputs, a missing commit, a word, and a check that takes too long are unrepeatable, and say why")
  func unrepeatable() throws {
    let s = try Scratch.withEvidence("sort src/a.txt")
    let run = s.run()
    s["src/a.txt"] = "weakened\n"
    s.git("commit", "-qam", "weakened")
    let changed = s.verdict("M-01")
    #expect(changed.status == 3 && changed.entry?["reason"]?.string?.contains("src/a.txt") == true, "\(changed)")
    // The run itself is reproduced at its own commit.
    #expect(s.verdict(run).status == 0)
    // A squash drops the checked commit.
    let t = try Scratch.withEvidence("sort src/a.txt")
    let gone = t.shell(
      """
      set -e; old=$(git rev-parse HEAD~1); old=$(grep -o '"commit": "[0-9a-f]*' .readiness/M-01.json | tail -c 41)
      new=$(printf '%040d' 7); sed -i "s/$old/$new/" .readiness/M-01.json; git commit -qam forged --no-verify
      """)
    #expect(gone.status == 0, "\(gone.all)")
    let lost = t.verdict("M-01")
    #expect(lost.entry?["reason"]?.string?.contains("Its inputs still have the recorded digest") == true, "\(lost)")
    let w = try Scratch.withPlan()
    w.start("M-01")
    w.prove("M-01")
    w.git("commit", "-qam", "word")
    #expect(w.verdict("M-01").status == 3)
    let slow = try Scratch.withEvidence("[ -e /tmp/never ] || sleep $(cat src/a.txt | tr -dc 0-9; echo 1.5)")
    let late = slow.verdict("M-01", "--timeout", "1")
    #expect(late.status == 3 && late.entry?["reason"]?.string?.contains("longer than 1 s") == true, "\(late)")
  }

  @Test("a file with other bytes, and a record of inputs that were never those, are found out")
  func forged() throws {
    let s = try Scratch.withPlan()
    s["doc/x.md"] = "x\n"
    s.start("M-01")
    s.git("add", "-A")
    s.readiness("criteria", "M-01", "doc-slo-and-release-gates-md-approved", "--evidence", "doc/x.md")
    #expect(s.git("commit", "-qm", "file").status == 0)
    #expect(s.verdict("M-01").status == 0, "\(s.readiness("reproduce", "M-01").all)")
    let run = s.run()
    s["doc/x.md"] = "y\n"
    s.git("commit", "-qam", "y")
    let other = s.verdict("M-01")
    #expect(other.status == 1 && other.entry?["verdict"]?.string == "different", "\(other)")
    #expect(s.verdict(run).status == 0, "the run is asked at its own commit")
    // A record whose inputs never were those of its commit.
    let t = try Scratch.withEvidence("sort src/a.txt")
    let inputs = t.shell("grep -o '\"inputs\": \"sha256:[0-9a-f]*' .readiness/M-01.json | tail -c 65").line
    t.edit("M-01", String(inputs.suffix(64)), String(repeating: "0", count: 64))
    t.git("commit", "-qam", "forged", "--no-verify")
    let forged = t.verdict("M-01")
    #expect(forged.status == 1 && forged.entry?["verdict"]?.string == "unrepeatable", "\(forged)")
    #expect(forged.all?["faults"]?.array?.isEmpty == false)
  }

  @Test("reproduce that is killed leaves no process, no work tree, and nothing staged", .timeLimit(.minutes(1)))
  func killed() throws {
    let marker = "sleep 97654\(Int.random(in: 100...999))"
    let s = try Scratch.withEvidence("[ -e /nonexistent ] || echo fast")
    try s.give(
      [
        (
          "M-01",
          "{ \"command\": [\"sh\", \"-c\", \"test ! -e src/slow || (setsid \(marker) &) ; test ! -e src/slow || \(marker)\"], \"profile\": \"plain\", \"inputs\": [\"src/a.txt\"] }"
        )
      ],
      profiles: profiles)
    s.readiness("trust")
    s.readiness("check", "M-01")
    s.git("commit", "-qm", "evidence")
    // Evidence names its commit; there the check is slow, which is irrelevant.
    let line = """
      mkdir ../tmp; export TMPDIR=$PWD/../tmp
      "$READINESS" reproduce M-01 >/dev/null 2>&1; echo $?
      """
    #expect(s.shell(line).line == "0", "\(s.readiness("reproduce", "M-01").all)")
    s["src/slow"] = "x\n"
    s.git("add", "-A")
    s.git("commit", "-qm", "slow")
    let commit = s.git("rev-parse", "HEAD").line
    let old = s.shell("grep -o '\"commit\": \"[0-9a-f]*' .readiness/M-01.json | tail -c 41").line
    s.edit("M-01", String(old.suffix(40)), commit)
    let committed = s.git("commit", "-qam", "moved")
    #expect(committed.status == 0, "\(committed.all)")
    let before = s.shell("git status --porcelain; git rev-parse HEAD; sha256sum .git/index; git worktree list | wc -l")
      .line
    let killed = s.shell(
      """
      export TMPDIR=$PWD/../tmp
      "$READINESS" reproduce M-01 >/dev/null 2>&1 & pid=$!
      for i in $(seq 100); do pgrep -f '^\(marker)' >/dev/null && break; sleep 0.1; done
      pgrep -fc '^\(marker)'
      kill -9 $pid
      for i in $(seq 100); do pgrep -f '^\(marker)' >/dev/null || break; sleep 0.1; done
      pgrep -fc '^\(marker)'
      """)
    let lines = killed.output.split(separator: "\n").map(String.init)
    #expect(lines.first != "0" && lines.last == "0", "\(killed.all)")
    let after = s.shell("git status --porcelain; git rev-parse HEAD; sha256sum .git/index; git worktree list | wc -l")
      .line
    #expect(after == before)
    // The next run removes the remaining copy.
    #expect(
      s.shell(
        "TMPDIR=$PWD/../tmp \"$READINESS\" check --all --dry-run --set timeoutSeconds=1 >/dev/null 2>&1; ls ../tmp"
      ).line == "")
  }
}
