import Foundation
import TestSupport
import Testing

/// The experience of a person who has read only the README.
@Suite("A newcomer")
struct NewcomerTests {
  private static let done = """
    set -e; mkdir doc; echo yes >doc/slo.md; git add doc
    "$READINESS" start M-01 --owner me; "$READINESS" submit M-01 --evidence doc/slo.md; "$READINESS" move M-01 done
    """

  /// Returns the text without its line breaks.
  private func flat(_ text: String) -> String { text.replacing(/\n +/, with: " ") }

  /// Creates a plan whose first milestone is done with a file that changed since.
  private func suspect() throws -> Scratch {
    let s = try Scratch.withPlan()
    let made = s.shell(Self.done + "\necho no >doc/slo.md; git commit -qam change")
    #expect(made.status == 0, "\(made.all)")
    return s
  }

  @Test("what is suspect says so in show, status, weekly and JSON, and the command that status names renews it")
  func renewal() throws {
    let s = try suspect()
    for line in ["status", "show M-01", "weekly", "weekly --json", "show M-01 --json", "why-not"] {
      let shown = s.shell("\"$READINESS\" \(line)").output
      #expect(shown.contains("suspect") || line == "why-not", "\(line): \(shown)")
      #expect(!shown.contains("Done\n"), "\(line): \(shown)")
    }
    let status = s.readiness("status").output
    let command = try #require(status.firstMatch(of: /To renew it: readiness (.*)/)).output.1
    #expect(flat(s.readiness("why-not").output).contains("readiness \(command)"))
    #expect(s.readiness("verify").errors.isEmpty && flat(s.readiness("verify").output).contains("readiness \(command)"))
    let before = s.git("rev-parse", "HEAD").line
    let renewed = s.shell("\"$READINESS\" \(command)")
    #expect(renewed.status == 0 && s.git("rev-parse", "HEAD~1").line == before, "\(renewed.all)")
    #expect(s.readiness("verify").status == 0 && !s.readiness("status").output.contains("uspect"))
  }

  @Test("without a reason the refusal repeats the command with one")
  func reason() throws {
    let s = try suspect()
    let refused = s.readiness("criteria", "M-01", "1", "--evidence", "doc/slo.md", "--commit", "--json")
    #expect(refused.status == 1 && refused.output.contains("frozen-field"))
    #expect(refused.output.contains(#"readiness criteria M-01 1 --evidence doc/slo.md --commit --json -m \"why\""#))
  }

  @Test("a refused retire is one finding with all dependents, and its command retires and detaches in one commit")
  func retire() throws {
    let s = try Scratch.withPlan()
    let refused = s.readiness("retire", "M-02")
    #expect(refused.status == 1 && refused.errors.split(separator: "\n").filter { $0.hasPrefix("error ") }.count == 1)
    #expect(refused.errors.contains("M-03, M-04, M-05, M-10 depend on it") && !refused.errors.contains("M-01"))
    #expect(refused.errors.contains("readiness retire M-02 --detach --commit"))
    #expect(s.readiness("retire", "M-02", "--detach", "--commit").status == 0)
    #expect(s[".readiness/M-04.json"]?.contains("M-02") == false && s.readiness("verify").status == 0)
    #expect(s.git("status", "--porcelain").output.isEmpty)
    let log = s.readiness("log", "-C", ".").output
    #expect(log.contains("M-02  retired, was Not Started") && !log.contains("none"), "\(log)")
  }

  @Test("weekly names what came and went, and a risk that was accepted in the same week")
  func weekly() throws {
    let s = try Scratch.withPlan()
    let made = s.shell(
      """
      set -e; "$READINESS" add OPS-1 --workstream w --outcome o --criterion c --commit
      "$READINESS" add OPS-2 --workstream w --outcome o --criterion c -m 'ops: add it'
      "$READINESS" risk add OPS-1 'the disk fills up' --commit; "$READINESS" risk close OPS-1 r1 --as accepted -m 'small'
      "$READINESS" risk add OPS-2 'nobody restores it' --severity high --commit
      "$READINESS" risk add M-01 'it is slow' --commit
      "$READINESS" retire OPS-2 --commit
      "$READINESS" set M-01 risks '[]' --commit
      """)
    #expect(made.status == 0, "\(made.all)")
    let weekly = s.readiness("weekly").output
    for line in [
      "OPS-1 R1 (medium, accepted): the disk", "OPS-2 R1 (high, open, removed since): nobody",
      "M-01 R1 (medium, open, removed since): it is slow", "OPS-1 was added", "OPS-2 was added", "OPS-2 was retired",
    ] {
      #expect(weekly.contains(line), "\(line): \(weekly)")
    }
    #expect(s.readiness("weekly", "--json").output.contains("\"milestonesRetired\": [\n    \"OPS-2\"\n  ]"))
  }

  private static let table = """
    id,workstream,outcome,dependsOn,owner,status,exitCriteria,Priority,Estimate
    OPS-1,Load,It holds,,ada,Done,A test is green,high,3
    OPS-2,Backup,It restores,OPS-1,bob,Blocked,A drill is held,low,5

    """

  @Test("import names what it ignores, and writes nothing that verify would refuse", arguments: [true, false])
  func tables(_ isNew: Bool) throws {
    let s = isNew ? try Scratch() : try Scratch.withPlan()
    for (wrong, right, says) in [
      ("Done", "Dnoe", "Write \"Done\"."), ("OPS-1,bob", "OPS-9,bob", "OPS-9, which does not exist"),
    ] {
      s["../plan.csv"] = Self.table.replacingOccurrences(of: wrong, with: right)
      let refused = s.readiness("import", "../plan.csv")
      #expect(refused.status == 1 && refused.errors.contains(says), "\(refused.all)")
      #expect(refused.errors.contains("plan.csv, line"))
      #expect(s.git("status", "--porcelain").output.isEmpty, "\(right)")
    }
    s["../plan.csv"] = Self.table
    let taken = s.readiness("import", "../plan.csv")
    #expect(taken.status == 0 && taken.errors.contains("The columns Priority, Estimate are ignored."), "\(taken.all)")
    s.readiness("install")
    #expect(s.git("commit", "-qm", "plan: adopt it").status == 0 && s.readiness("verify").status == 0)
    s["../plan.csv"] = "ID;Epic;Title\nA-1;x;y\n"
    let strange = flat(s.readiness("import", "../plan.csv").errors)
    #expect(strange.contains("no column workstream, outcome, exitCriteria; unknown: Epic, Title"), "\(strange)")
    #expect(s.readiness("import", "--help").output.contains("exitCriteria"))
    #expect(s.readiness("set", "--help").output.contains("target is a day"))
  }

  @Test("a commit without hooks is named by status and doctor, with the command that stamps it")
  func unstamped() throws {
    let s = try Scratch.withPlan()
    func past(_ old: String, _ new: String) {
      s.edit("M-05", old, new)
      s.git("-c", "core.hooksPath=/dev/null", "commit", "-qam", "past the hooks")
    }
    #expect(!s.readiness("status").errors.contains("stamp"))
    past("TBD", "bob")
    #expect(
      s.readiness("status").errors.contains("without a stamp") && s.readiness("status").errors.contains("restamp"))
    #expect(s.readiness("doctor").output.contains("readiness restamp"))
    #expect(s.readiness("restamp").status == 0 && !s.readiness("status").errors.contains("stamp"))
    past("bob", "eve")
    s.shell(
      "git init -q --bare ../server.git; git remote add origin ../server.git; git push -q --no-verify origin main")
    #expect(s.readiness("status").errors.contains("readiness heal"))
    #expect(s.readiness("heal").status == 0 && !s.readiness("status").errors.contains("stamp"))
    #expect(!s.readiness("doctor").output.contains("stamps"))
  }

  @Test("of a commit without hooks that is not legal either, no stamp is promised")
  func illegal() throws {
    let s = try Scratch.withPlan()
    s.edit("M-05", "Not Started", "Done")
    s.git("-c", "core.hooksPath=/dev/null", "commit", "-qam", "past the hooks")
    let told = s.readiness("status").errors
    #expect(told.contains("readiness verify") && !told.contains("restamp"), "\(told)")
  }

  @Test("a milestone that is staged is committed before the next one is added with a commit of its own")
  func leftBehind() throws {
    let s = try Scratch.withPlan()
    let words = ["--workstream", "w", "--outcome", "o", "--criterion", "c"]
    #expect(s.readiness(["add", "OPS-1"] + words).status == 0)
    let refused = s.readiness(["add", "OPS-2"] + words + ["--commit"])
    #expect(refused.status == 1 && refused.errors.contains("OPS-1 is staged and not committed yet"), "\(refused.all)")
    #expect(s.shell("git commit -qm 'OPS-1: add it'").status == 0)
    #expect(s.readiness(["add", "OPS-2"] + words + ["--commit"]).status == 0 && s.readiness("verify").status == 0)
  }

  @Test("the gate in a clone with a work tree says what it checks")
  func gateInClone() throws {
    let s = try Scratch.withPlan()
    let clone = s.readiness("install", "--server", ".")
    #expect(clone.status == 0 && clone.errors.contains("not a bare repository"))
    let bare = try Scratch(bare: true)
    #expect(bare.readiness("install", "--server", ".").errors.isEmpty)
  }

  @Test("on a terminal of 80 columns no sentence is longer; in a log it stays whole")
  func width() throws {
    let s = try suspect()
    s.edit("M-02", "TBD", "bob")
    s.git("-c", "core.hooksPath=/dev/null", "commit", "-qam", "past the hooks")
    s.shell("printf 'exit 0' >.git/hooks/pre-commit; chmod +x .git/hooks/pre-commit")
    s["../plan.csv"] = Self.table
    for line in [
      "status", "show M-01", "why-not", "gate", "doctor", "verify", "move M-03 done", "start M-9", "install --server .",
      "import ../plan.csv --dry-run", "risk add M-02 'late' --commit", "retire M-04", "explain trailer-missing",
    ] {
      let shown = s.shell("\"$READINESS\" \(line)", environment: ["COLUMNS": "80"]).all
      // A command stays whole, on a separate line.
      let long = shown.split(separator: "\n").filter { line in
        let words = line.drop { $0 == " " }
        return line.count > 80 && !words.hasPrefix("readiness criteria ") && !words.hasPrefix("git restore ")
      }
      #expect(long.isEmpty, "\(line): \(long)")
    }
    #expect(s.readiness("status").errors.contains("which verify and a server refuse. To stamp: readiness restamp"))
  }

  @Test("what a change must not do at all comes before what it lacks")
  func order() throws {
    let s = try Scratch.withPlan()
    s.edit("M-01", "Not Started", "Done")
    let refused = s.shell("git add -A && git commit -qm 'done, trust me'").errors
    let first = try #require(refused.firstRange(of: "illegal-transition"))
    let second = try #require(refused.firstRange(of: "evidence-missing"))
    #expect(first.lowerBound < second.lowerBound)
  }

  @Test("the page that explain names is there, with the chapter")
  func pages() throws {
    let s = try Scratch()
    for code in [
      "malformed-json", "unmet-dependency", "gate-risk", "not-authorized", "trailer-missing", "empty-message",
    ] {
      let told = s.readiness("explain", code).output
      let rule = try #require(told.firstMatch(of: /The rule: (doc\/\S*), chapter "(.*)"\./), "\(told)").output
      let page = RepositoryFile.text(String(rule.1))
      #expect(page.contains("# \(rule.2)"), "\(rule.0)")
    }
  }
}
