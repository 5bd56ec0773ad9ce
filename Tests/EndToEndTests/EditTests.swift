import Foundation
import TestSupport
import Testing

@Suite("Editing")
struct EditTests {
  @Test("a milestone from nothing to done without opening a file, each change in the user's own commit")
  func wholeWay() throws {
    let s = try Scratch.withPlan()
    let add = s.readiness(
      "add", "sec-1", "--workstream", "Pen test", "--outcome", "Found and mended", "--criterion", "Report filed",
      "--criterion", "Findings closed", "--depends-on", "M-01")
    #expect(add.status == 0, "\(add.all)")
    #expect(s.git("diff", "--cached", "--name-only").line == ".readiness/SEC-1.json\nssot/plan.json")
    #expect(s.git("commit", "-qm", "pen test").status == 0)
    #expect(s.readiness("set", "SEC-1", "dependsOn", "-").status == 0)
    // A dependency that the same commit removes still counts.
    s.readiness("set", "SEC-1", "owner", "ada")
    #expect(s.readiness("move", "SEC-1", "in-progress", "--no-commit").errors.contains("unmet-dependency"))
    #expect(s.git("commit", "-qm", "SEC-1 waits for nothing").status == 0)
    #expect(s.readiness("set", "SEC-1", "x-ticket", "{\"n\": 7}").status == 0)
    let move = s.readiness("move", "SEC-1", "in-progress", "--no-commit")
    #expect(move.status == 0 && move.output.contains("Staged"), "\(move.all)")
    #expect(s.git("commit", "-qm", "SEC-1: begin").status == 0)
    let trailers = s.git("log", "-1", "--format=%(trailers)").output
    #expect(trailers.contains("SEC-1 \"Not Started\" -> \"In Progress\""), "\(trailers)")
    s["report.txt"] = "All closed.\n"
    #expect(
      s.readiness("criteria", "SEC-1", "report-filed", "--evidence", "report.txt").errors.contains("git add report.txt")
    )
    s.git("add", "report.txt")
    #expect(s.readiness("criteria", "SEC-1", "report-filed", "--evidence", "report.txt").status == 0)
    #expect(s.readiness("criteria", "SEC-1", "findings-closed", "--statement", "I looked at each").status == 0)
    #expect(s.git("commit", "-qm", "SEC-1: proof").status == 0)
    #expect(s.readiness("move", "SEC-1", "in-review").status == 0)
    #expect(s.readiness("move", "SEC-1", "done").status == 0)
    #expect(s.readiness("criteria", "SEC-1").output.contains("2 of 2"))
    #expect(s.readiness("gate", "--json").output.contains("SEC-1/findings-closed"))
    #expect(s.readiness("verify").status == 0 && s.git("status", "--porcelain").output.isEmpty)
    // Evidence is renewed in place.
    s["report.txt"] = "All closed, again.\n"
    s.git("add", "report.txt")
    #expect(s.readiness("criteria", "SEC-1", "report-filed", "--evidence", "report.txt").status == 0)
    #expect(s.git("commit", "-qm", "SEC-1: the report was corrected").status == 0)
    #expect(s[".readiness/SEC-1.json"]?.components(separatedBy: "report.txt").count == 2)
    #expect(s.readiness("verify").status == 0)
  }

  @Test("what the judge would refuse is not written")
  func refused() throws {
    let s = try Scratch.withPlan()
    let circle = s.readiness("set", "M-01", "dependsOn", "M-12")
    #expect(circle.status == 1 && circle.errors.contains("dependency-cycle"), "\(circle.all)")
    let dangling = s.readiness("set", "M-02", "dependsOn", "M-01,M-99")
    #expect(dangling.status == 1 && dangling.errors.contains("dangling-dependency"))
    let move = s.readiness("move", "M-02", "in-progress", "--no-commit")
    #expect(move.status == 1 && move.errors.contains("unmet-dependency"))
    #expect(s.git("status", "--porcelain").output.isEmpty)
    #expect(s.readiness("set", "M-01", "status", "Done").errors.contains("readiness move M-01 Done"))
    #expect(s.readiness("set", "M-01", "ownr", "x").errors.contains("Is owner meant?"))
    #expect(s.readiness("set", "M-0l", "owner", "x").errors.contains("Is M-01 meant?"))
    #expect(s.readiness("add", "M-01", "--workstream", "x", "--outcome", "x", "--criterion", "x").status == 2)
    #expect(s.readiness("criteria", "M-01", "nothing", "--statement", "x").status == 2)
  }

  @Test("unstaged work on the file stops the edit, staged work goes along; other files stay as they are")
  func others() throws {
    let s = try Scratch.withPlan()
    s.edit("M-01", "Explicit", "Clear")
    let stopped = s.readiness("set", "M-01", "owner", "ada")
    #expect(stopped.status == 1 && stopped.errors.contains("git add .readiness/M-01.json"), "\(stopped.all)")
    s.git("add", "-A")
    s.edit("M-02", "Stable", "Steady")
    s["loose.txt"] = "1\n"
    #expect(s.readiness("set", "M-01", "owner", "ada").status == 0)
    #expect(s.readiness("set", "M-01", "owner", "ada").output.contains("Nothing to do"))
    #expect(s.readiness("set", "M-01", "owner", "ada", "--json").output.contains("\"changed\": false"))
    #expect(s[".readiness/M-01.json"]?.contains("Clear") == true)
    #expect(s.git("status", "--porcelain").output == "M  .readiness/M-01.json\n M .readiness/M-02.json\n?? loose.txt\n")
  }

  @Test("a change of the same size, in the second in which the index was written, is not hidden from git")
  func racy() throws {
    let s = try Scratch.withPlan()
    // Times of changes cannot be set, and git would use them as well.
    s.git("config", "core.trustctime", "false")
    let lost = s.shell(
      """
      second=$(($(date +%s) + 1))
      touch -d @$second.1 .readiness/M-02.json && git update-index --refresh
      sed s/Stable/Steady/ .readiness/M-02.json > ../new && cat ../new > .readiness/M-02.json
      touch -d @$second.5 .readiness/M-02.json
      while [ $(date +%s) -le $second ]; do sleep 0.1; done
      $READINESS set M-01 owner ada
      $READINESS move M-03 blocked -m waits
      git status --porcelain
      """)
    #expect(lost.output.contains(" M .readiness/M-02.json\n"), "\(lost.all)")
  }

  @Test("fmt writes the canonical layout and names what it cannot read; with --check it writes nothing")
  func layout() throws {
    let s = try Scratch.withPlan()
    let canonical = s[".readiness/M-01.json"]
    s[".readiness/M-01.json"] = canonical?.replacingOccurrences(of: "\n", with: "\r\n").replacingOccurrences(
      of: "  ", with: "\t")
    s[".readiness/M-02.json"] = "{"
    let check = s.readiness("fmt", "--check")
    #expect(check.status == 1 && check.output.contains(".readiness/M-01.json  would be"), "\(check.all)")
    let format = s.readiness("fmt")
    #expect(format.status == 1 && format.errors.contains("malformed-json"))
    #expect(s[".readiness/M-01.json"] == canonical)
    s.git("checkout", "-q", "--", ".")
    #expect(s.readiness("fmt").status == 0 && s.git("status", "--porcelain").output.isEmpty)
  }

  @Test("a table for spreadsheets and a JSON document come back as they were")
  func documents() throws {
    let s = try Scratch.withPlan()
    s.edit("M-01", "Explicit SLO/SLI", "\\\"Quoted\\\", with a comma,\\nand a line")
    s.readiness("set", "M-02", "risks", "[{\"id\":\"r\",\"text\":\"x\",\"severity\":\"low\",\"status\":\"open\"}]")
    s.git("commit", "-qam", "words")
    for format in ["json", "csv"] {
      let document = s.readiness("export", "--format", format).output
      let other = try Scratch()
      other["plan.\(format)"] = document
      let imported = other.readiness("import", "plan.\(format)", "--format", format)
      #expect(imported.status == 0, "\(imported.all)")
      #expect(other.readiness("export", "--format", format, "--worktree").output == document)
      if format == "json" { #expect(other[".readiness/M-02.json"] == s[".readiness/M-02.json"]) }
    }
    let other = try Scratch()
    other["bad.csv"] = "id,workstream,outcome,exitCriteria\nM-1,a,b,c\nM-x,a,b,c\nM-1,a,b,c\nM-2,a\n\"M-3\n"
    let bad = other.readiness("import", "bad.csv", "--format", "csv")
    #expect(bad.status == 1, "\(bad.all)")
    for line in ["bad.csv:3", "bad.csv:4", "bad.csv:5", "bad.csv:6"] {
      #expect(bad.errors.contains(line), "\(line) \(bad.errors)")
    }
  }

  @Test("verdicts in the forms of other programs name code, file and line, and escape what they quote")
  func formats() throws {
    let s = try Scratch.withPlan()
    s.edit("M-01", "\"Not Started\"", "\"Done\"")
    s.git("-c", "core.hooksPath=/dev/null", "commit", "-qam", "x")
    let github = s.readiness("verify", "--format", "github")
    #expect(github.status == 1)
    #expect(
      github.output.contains("::error title=readiness%3A illegal-transition,file=.readiness/M-01.json,line=8::"),
      "\(github.output)")
    let sarif = s.readiness("verify", "--format", "sarif").output
    let parsed = try #require(JSONSerialization.jsonObject(with: Data(sarif.utf8)) as? [String: Any])
    let run = try #require((parsed["runs"] as? [[String: Any]])?.first)
    #expect((run["results"] as? [[String: Any]])?.contains { $0["ruleId"] as? String == "illegal-transition" } == true)
    let junit = s.readiness("verify", "--format", "junit").output
    #expect(junit.contains("<failure type=\"") && junit.contains("-&gt;"))
    let well = s.shell(
      "\"$READINESS\" verify --format junit | python3 -c 'import sys,xml.dom.minidom; xml.dom.minidom.parse(sys.stdin)' && \"$READINESS\" graph --format svg | python3 -c 'import sys,xml.dom.minidom; xml.dom.minidom.parse(sys.stdin)'"
    )
    #expect(well.status == 0, "\(well.all)")
    let markdown = s.readiness("verify", "HEAD~1..", "--format", "markdown").output
    #expect(markdown.contains("**Refused**") && markdown.contains("`illegal-transition`"))
  }

  @Test("long work shows a bar on a terminal's standard error and nowhere else")
  func progress() throws {
    let s = try Scratch.withPlan()
    s.shell(
      "{ for n in $(seq 1 20000); do printf 'commit refs/heads/long\\ncommitter A <a@example.com> %s +0000\\ndata 1\\nx\\n' $((1700000000+n)); [ $n = 1 ] && echo 'from refs/heads/main^0'; printf '\\n'; done; } | git fast-import --quiet"
    )
    let quiet = s.readiness("verify", "long")
    #expect(quiet.status == 0 && !quiet.errors.contains("verifying"), "\(quiet.all)")
    let watched = s.shell(
      "script -qec '\"$READINESS\" verify --no-cache long' /dev/null",
      environment: ["TERM": "xterm", "GIT_PROGRESS_DELAY": "0"])
    #expect(watched.output.contains("verifying: ") && watched.output.contains("verified"), "\(watched.all)")
  }
}
