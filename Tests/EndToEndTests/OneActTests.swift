import Foundation
import TestSupport
import Testing

/// One command for each action of a working day, with a legal commit for each.
@Suite("One command for one act")
struct OneActTests {
  private func plan() throws -> Scratch {
    let s = try Scratch()
    #expect(s.readiness("init", "--commit").status == 0)
    s.readiness("install")
    return s
  }

  private func expectClean(_ s: Scratch) {
    #expect(s.git("status", "--porcelain").output.isEmpty)
    let verify = s.readiness("verify")
    #expect(verify.status == 0, "\(verify.all)")
  }

  @Test("start takes a milestone with its owner, submit proves and submits it, in a commit each")
  func startAndSubmit() throws {
    let s = try plan()
    #expect(s.readiness("start", "M-01").errors.contains("owner-missing"))
    let start = s.readiness("start", "m-01", "--owner", "me")
    #expect(start.status == 0 && start.output.contains("Not Started -> In Progress"), "\(start.all)")
    #expect(s[".readiness/M-01.json"]?.contains("\"owner\": \"Ada Lovelace\"") == true)
    let missing = s.readiness("submit", "M-01", "--evidence", "proof.md")
    #expect(missing.status == 2 && missing.errors.contains("There is no file proof.md"))
    s["proof.md"] = "99.9 %\n"
    #expect(s.readiness("submit", "M-01", "--evidence", "proof.md").errors.contains("git add proof.md"))
    let folder = s.readiness("submit", "M-01", "--evidence", ".readiness")
    #expect(folder.status == 2 && folder.errors.contains("is a folder") && !folder.errors.contains("git add"))
    s["other.md"] = "mine\n"
    s.git("add", "-A")
    let submit = s.readiness("submit", "M-01", "--evidence", "1=proof.md")
    #expect(submit.status == 0 && submit.output.contains("In Progress -> In Review"), "\(submit.all)")
    #expect(s.git("show", "--format=", "--name-only", "HEAD").line == ".readiness/M-01.json\nproof.md")
    #expect(s.git("log", "-1", "--format=%B").output.contains("Readiness-Evidence: M-01/"))
    #expect(s.git("status", "--porcelain").output == "A  other.md\n")
    s.git("commit", "-qm", "other")
    #expect(s.readiness("start", "M-01").errors.contains("reason-missing"))
    expectClean(s)
  }

  @Test("move takes an owner and evidence with one milestone, and says how with more")
  func moveWithMore() throws {
    let s = try plan()
    s["a=b.md"] = "x"
    s.git("add", "-A")
    s.git("commit", "-qm", "file")
    #expect(s.readiness("move", "M-01", "in-progress", "--owner", "ada").status == 0)
    let staged = s.readiness("move", "M-01", "in-review", "--evidence", "a=b.md", "--no-commit")
    #expect(staged.status == 0, "\(staged.all)")
    #expect(s.git("commit", "-qm", "review").status == 0)
    #expect(s.readiness("move", "M-01", "in-review", "--owner", "ada").output.contains("Nothing to do"))
    #expect(s.readiness("move", "M-01", "done", "M-02", "in-progress", "--owner", "ada").status == 2)
    let taken = s.readiness("move", "M-02", "in-progress", "--owner", "bob", "--json")
    #expect(taken.status == 1 && taken.output.contains("unmet-dependency"))
    expectClean(s)
  }

  @Test(
    "an owner and evidence alone are committed too, with and without the team's hooks, and staged",
    arguments: [[], ["--run-hooks"], ["--no-commit"]])
  func unmoved(_ options: [String]) throws {
    let s = try plan()
    s.readiness("start", "M-01", "--owner", "ada")
    s["proof.md"] = "99.9 %\n"
    s.git("add", "-A")
    let head = s.git("rev-parse", "HEAD").line
    let act = s.readiness(["move", "M-01", "in-progress", "--owner", "bob", "--evidence", "proof.md"] + options)
    #expect(act.status == 0 && act.output.contains("the state is unchanged"), "\(act.all)")
    if options == ["--no-commit"] { #expect(s.git("commit", "-qm", "M-01: bob takes over").status == 0) }
    #expect(s.git("rev-parse", "HEAD~1").line == head)
    #expect(s.git("show", "--format=", "--name-only", "HEAD").line == ".readiness/M-01.json\nproof.md")
    #expect(s.readiness(["move", "M-01", "in-progress", "--owner", "bob"] + options).output.contains("Nothing to do"))
    expectClean(s)
  }

  @Test("block gives a reason, unblock returns to the state before, staged or committed")
  func block() throws {
    let s = try plan()
    s.readiness("start", "M-01", "--owner", "ada")
    let block = s.readiness("block", "M-01", "no cluster", "--commit")
    #expect(block.status == 0 && block.output.contains("commit "), "\(block.all)")
    #expect(s[".readiness/M-01.json"]?.contains("\"reason\": \"no cluster\"") == true)
    let unblock = s.readiness("unblock", "M-01", "--commit")
    #expect(unblock.output.contains("Blocked -> In Progress"), "\(unblock.all)")
    #expect(s.readiness("block", "M-02", "later").status == 0)
    #expect(s.git("diff", "--cached", "--name-only").line == ".readiness/M-02.json")
    #expect(s.readiness("unblock", "M-02").output.contains("Blocked -> Not Started"))
    #expect(s.readiness("unblock", "M-02").output.contains("Nothing to do"))
    expectClean(s)
  }

  @Test("risks are added and closed; ids are numbered, in any case")
  func risks() throws {
    let s = try plan()
    let add = s.readiness(
      "risk", "add", "m-01", "vendor is late", "--severity", "high", "--commit", "-m", "M-01: a risk")
    #expect(add.status == 0 && add.output.contains("R1"), "\(add.all)")
    #expect(s.git("log", "-1", "--format=%s").line == "M-01: a risk")
    #expect(s.readiness("risk", "add", "M-01", "x", "--severity", "grave").status == 2)
    #expect(s.readiness("risk", "add", "M-01", "second", "--json").output.contains("\"changed\": true"))
    #expect(s.readiness("risk", "close", "M-01", "R9").errors.contains("It has R1, R2."))
    let close = s.readiness("risk", "close", "M-01", "r1", "--as", "mitigated", "--commit")
    #expect(close.status == 0 && s[".readiness/M-01.json"]?.contains("\"mitigated\"") == true, "\(close.all)")
    expectClean(s)
  }

  @Test("a milestone is added and retired in one command each; its id does not come back")
  func addAndRetire() throws {
    let s = try plan()
    let add = s.readiness(
      "add", "OPS-1", "--workstream", "Backups", "--outcome", "A restore is rehearsed", "--criterion", "Recorded",
      "--owner", "me", "--commit")
    #expect(add.status == 0, "\(add.all)")
    s.readiness("risk", "add", "OPS-1", "staged, and goes with the file")
    #expect(s.readiness("retire", "M-01", "--commit").errors.contains("illegal-deletion"))
    let retire = s.readiness("retire", "ops-1", "--commit", "--json")
    #expect(retire.status == 0 && retire.output.contains("\"run\""), "\(retire.all)")
    #expect(s[".readiness/OPS-1.json"] == nil && s["ssot/plan.json"]?.contains("\"OPS-1\"") == true)
    #expect(s.readiness("add", "OPS-1", "--workstream", "x", "--outcome", "y", "--criterion", "z").status == 1)
    expectClean(s)
    #expect(s.readiness("retire", "M-12").status == 0)
    #expect(s.git("diff", "--cached", "--name-status").line == "D\t.readiness/M-12.json\nM\tssot/plan.json")
    let own = s.git("commit", "-qm", "M-12 is not needed")
    #expect(own.status == 0, "\(own.all)")
    expectClean(s)
  }

  @Test("a criterion is named by its number or the beginning of its id; a list is filtered by owner and state")
  func names() throws {
    let s = try plan()
    let set = s.readiness("set", "M-01", "owner", "me", "--commit")
    #expect(set.status == 0, "\(set.all)")
    s["p.md"] = "x"
    s.git("add", "-A")
    #expect(s.readiness("criteria", "M-01", "1", "--evidence", "p.md", "--commit").status == 0)
    #expect(s.git("show", "--format=", "--name-only", "HEAD").line == ".readiness/M-01.json\np.md")
    #expect(s.readiness("criteria", "m-01", "doc-slo", "--statement", "read it").output.contains("doc-slo-and"))
    #expect(s.readiness("criteria", "M-01", "7", "--statement", "x").status == 2)
    s.git("commit", "-qm", "statement")
    let mine = s.readiness("status", "--owner", "me", "--state", "not-started")
    #expect(mine.status == 0 && mine.output.contains("M-01") && !mine.output.contains("M-02  "), "\(mine.all)")
    #expect(mine.output.contains("0 of 12 done"))
    #expect(s.readiness("status", "--state", "in-progres").errors.contains("In Progress"))
    expectClean(s)
  }
}
