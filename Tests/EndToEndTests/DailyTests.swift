import Foundation
import TestSupport
import Testing

/// A team's first days: an empty plan, a shallow clone, evidence that no longer matches, a reopening.
@Suite("The first days")
struct DailyTests {
  private static let criterion = "doc-slo-and-release-gates-md-approved"

  /// Creates a plan whose first milestone is in progress.
  private func started() throws -> Scratch {
    let s = try Scratch()
    s.readiness("init", "--commit")
    s.readiness("install")
    s.readiness("set", "M-01", "owner", "ada")
    #expect(s.readiness("move", "M-01", "in-progress").status == 0)
    return s
  }

  private func attach(_ text: String, to s: Scratch) {
    s["f"] = text
    s.git("add", "f")
    #expect(s.readiness("criteria", "M-01", Self.criterion, "--evidence", "f").status == 0)
    s.git("commit", "-qm", "evidence")
  }

  @Test("an empty plan says that it is empty, and takes a milestone before its first commit")
  func emptyPlan() throws {
    let s = try Scratch()
    s.readiness("init", "--empty")
    let add = s.readiness("add", "OPS-1", "--workstream", "a", "--outcome", "b", "--criterion", "c")
    #expect(add.status == 0, "\(add.all)")
    let other = try Scratch()
    other.readiness("init", "--empty", "--commit")
    let status = other.readiness("status")
    #expect(status.status == 0 && status.errors.contains("no milestone yet") && !status.errors.contains("staged"))
  }

  @Test("a clone of depth 1 can be read; a gate, which needs the exceptions in history, says that it cannot judge")
  func shallow() throws {
    let s = try started()
    s["ssot/policies/authorization.json"] = """
      { "version": 1, "roles": { "maintainer": ["ada@example.com"] }, "rules": [],
        "bypass": [ { "role": "maintainer", "codes": ["unmet-dependency"] } ] }
      """
    s.git("add", "-A")
    s.git("commit", "-qm", "policy: who may grant exceptions")
    s.git("commit", "-q", "--allow-empty", "-m", "more")
    s.shell("git clone -q --depth 1 file://$PWD ../cut")
    for command in ["status", "show M-01", "next", "order", "graph", "export", "matrix"] {
      let read = s.shell("cd ../cut && \"$READINESS\" \(command)")
      #expect(read.status == 0, "\(command): \(read.all)")
    }
    #expect(s.shell("cd ../cut && \"$READINESS\" status").errors.contains("git fetch --unshallow"))
    #expect(s.shell("cd ../cut && \"$READINESS\" gate").status == 3)
  }

  @Test("evidence that no longer matches is not met, in any state, and marks what is done in every output")
  func outdated() throws {
    let s = try started()
    attach("a", to: s)
    #expect(s.readiness("criteria", "M-01").output.contains("[x]"))
    #expect(s.readiness("move", "M-01", "in-review").status == 0 && s.readiness("move", "M-01", "done").status == 0)
    s["f"] = "b"
    s.git("commit", "-qam", "change")
    for command in [
      "status", "graph", "graph --format mermaid", "graph --format dot", "graph --format svg", "graph --json",
      "export", "status --json",
    ] {
      #expect(s.shell("\"$READINESS\" \(command)").output.lowercased().contains("suspect"), "\(command)")
    }
    #expect(s.readiness("status").output.contains("1 outdated"))
    #expect(s.readiness("move", "M-01", "in-progress", "-m", "again").status == 0)
    for command in ["criteria", "show"] {
      let shown = s.readiness(command, "M-01").output
      #expect(!shown.contains("[x]") && shown.contains("[!]"), "\(shown)")
    }
    #expect(s.readiness("move", "M-01", "in-review").status == 1)
  }

  @Test("the exported document with a suspect milestone can be imported again")
  func importAgain() throws {
    let s = try started()
    attach("a", to: s)
    #expect(s.readiness("move", "M-01", "in-review").status == 0)
    s["f"] = "b"
    s.git("commit", "-qam", "change")
    s.shell("\"$READINESS\" export > ../plan.md")
    #expect(s.shell("cat ../plan.md").output.contains("M-01 is suspect: f"))
    #expect(s.shell("cd .. && git init -q again && cd again && \"$READINESS\" import ../plan.md").status == 0)
  }

  @Test("a waiver that is over is refused and replaces no valid one")
  func pastWaiver() throws {
    let s = try started()
    #expect(s.readiness("criteria", "M-01", Self.criterion, "--waive", "2099-12-15", "--reason", "later").status == 0)
    let past = s.readiness("criteria", "M-01", Self.criterion, "--waive", "2020-01-01", "--reason", "old")
    #expect(past.status == 2 && past.errors.contains("over already"))
    #expect(s[".readiness/M-01.json"]?.contains("2099-12-15") == true)
  }

  @Test("reopening names every finished dependent at once, and the command that it proposes works")
  func reopening() throws {
    let s = try started()
    for id in ["M-01", "M-02", "M-03", "M-04"] {
      s.readiness("set", id, "owner", "ada")
      if id != "M-01" { #expect(s.readiness("move", id, "in-progress").status == 0) }
      let file = try #require(s[".readiness/\(id).json"])
      let criterion = try #require(file.firstMatch(of: /"exitCriteria": \[\s*\{\s*"id": "([^"]*)"/)).output.1
      s.readiness("criteria", id, String(criterion), "--statement", "ok")
      #expect(s.readiness("move", id, "in-review").status == 0 && s.readiness("move", id, "done").status == 0)
    }
    let refused = s.readiness("move", "M-02", "in-progress", "-m", "wrong", "--json")
    #expect(refused.status == 1 && refused.output.contains("M-03") && refused.output.contains("M-04"))
    #expect(!refused.output.contains("Finish M-02 first"))
    let hint = try #require(refused.output.firstMatch(of: /readiness (move M-02 [^"\\]*) -m/)).output.1
    let again = s.shell("\"$READINESS\" \(hint) -m wrong")
    #expect(again.status == 0, "\(again.all)")
  }

  @Test("weekly counts nothing that was done at adoption, and lists no adopted dependency as a change")
  func adoption() throws {
    let s = try Scratch()
    s.readiness("init")
    s.readiness("install")
    s.edit("M-01", "\"TBD\"", "\"ada\"")
    s.edit("M-01", "Not Started", "Done")
    s.git("add", "-A")
    s.readiness("criteria", "M-01", Self.criterion, "--statement", "ok")
    s.git("commit", "-qm", "plan: adopt it")
    let weekly = s.readiness("weekly", "--json").output
    #expect(weekly.contains("\"completed\": []") && weekly.contains("\"added\": []"), "\(weekly)")
  }

  @Test("paths are those of the current folder; a URL and a file outside are named as such")
  func paths() throws {
    let s = try started()
    s["sub/z"] = "z"
    s.git("add", "sub")
    let attached = s.shell("cd sub && \"$READINESS\" criteria M-01 \(Self.criterion) --evidence z")
    #expect(attached.status == 0, "\(attached.all)")
    #expect(s[".readiness/M-01.json"]?.contains("\"sub/z\"") == true)
    let url = s.readiness("criteria", "M-01", Self.criterion, "--evidence", "https://example.com/report")
    #expect(url.status == 2 && url.errors.contains("--statement"))
    let outside = s.readiness("criteria", "M-01", Self.criterion, "--evidence", "../elsewhere")
    #expect(outside.status == 2 && outside.errors.contains("not in this work tree"))
  }
}
