import Foundation
import TestSupport
import Testing

@Suite("Import")
struct ImportTests {
  private func expectLegal(_ s: Scratch, _ subject: String) {
    let commit = s.git("commit", "-qm", subject)
    #expect(commit.status == 0, "\(commit.all)")
    let verify = s.readiness("verify")
    #expect(verify.status == 0, "\(verify.all)")
    #expect(s.git("status", "--porcelain", "-uno").output.isEmpty)
  }

  @Test("a document is imported into an empty plan that is committed: states begin at the beginning, and that is said")
  func afterEmpty() throws {
    let s = try Scratch()
    #expect(s.readiness("init", "--commit").status == 0)
    s.readiness("start", "M-01", "--owner", "ada")
    let other = try Scratch()
    other["plan.csv"] = s.readiness("export", "--format", "csv").output
    other.readiness("init", "--empty", "--commit")
    other.readiness("install")
    let first = other.readiness("import", "plan.csv")
    #expect(first.status == 0 && other[".readiness/M-12.json"] != nil, "\(first.all)")
    #expect(first.errors.contains("M-01 begins as Not Started") && first.errors.contains("readiness start M-01"))
    #expect(other["ssot/plan.json"]?.contains("\"M-12\"") == true)
    expectLegal(other, "plan: import")
    let again = other.readiness("import", "plan.csv")
    #expect(again.status == 0 && again.output.contains("12 unchanged"), "\(again.all)")
  }

  @Test("a milestone that exists is updated by property, with a diff; nothing is lost, and no status changes")
  func living() throws {
    let s = try Scratch()
    s.readiness("init", "--commit")
    s.readiness("install")
    s.readiness("start", "M-01", "--owner", "ada")
    s["proof.md"] = "99.9 %\n"
    s.git("add", "proof.md")
    s.readiness("criteria", "M-01", "1", "--evidence", "proof.md")
    s.readiness("risk", "add", "M-01", "it may rain")
    s.git("commit", "-qm", "evidence and a risk")
    s["more.csv"] =
      "ID;Outcome;Workstream;Depends On;Owner;Status;Exit Criteria;Target;;\n"
      + "m-01;Another outcome;SLOs & Gates;;;done;A second criterion;2026-12-31;;\n;;;;;;;;;\n"
      + "X-1;New;New;M-01;bob;;c;;;\n"
    let before = s[".readiness/M-01.json"]
    let dry = s.readiness("import", "more.csv", "--dry-run")
    #expect(dry.status == 0 && dry.output.contains("1 new, 1 updated; nothing was written."), "\(dry.all)")
    #expect(s[".readiness/M-01.json"] == before && s[".readiness/X-1.json"] == nil)
    let living = s.readiness("import", "more.csv")
    #expect(living.status == 0, "\(living.all)")
    #expect(living.output.contains("~ outcome: Explicit SLO/SLI and go/no-go policy -> Another outcome"))
    #expect(living.output.contains("+ exitCriteria/a-second-criterion: A second criterion"))
    #expect(living.errors.contains("M-01 stays In Progress, and the document says Done"))
    let after = try #require(s[".readiness/M-01.json"])
    for kept in ["\"ada\"", "proof.md", "it may rain", "\"In Progress\"", "2026-12-31", "doc/slo_and_release_gates.md"]
    {
      #expect(after.contains(kept), "\(kept)")
    }
    expectLegal(s, "plan: import the tracker")
    #expect(s.readiness("show", "X-1").output.contains("M-01"))
    // An import does not overwrite another person's unstaged changes.
    s.edit("M-01", "Another outcome", "Mine")
    s["more.csv"] = s["more.csv"]?.replacingOccurrences(of: "Another outcome", with: "A third outcome")
    let refused = s.readiness("import", "more.csv")
    #expect(refused.status == 1 && refused.errors.contains("uncommitted-changes"), "\(refused.all)")
  }

  @Test(
    "before the first commit states are taken as they are, and what is done rests on the statement that names the file",
    arguments: ["import", "init"])
  func baseline(_ way: String) throws {
    let s = try Scratch()
    s["old/tracker.csv"] =
      "\u{FEFF}sep=;\r\nid;workstream;outcome;owner;status;exitCriteria\r\n"
      + "A-1;One;It works;ada;DONE;\"shown; somehow\r\nand again\"\r\nA-2;Two;It works too;;Not Started;c\r\n"
    if way == "import" {
      s.readiness("init", "--empty")
      let import1 = s.readiness("import", "old/tracker.csv")
      #expect(import1.status == 0, "\(import1.all)")
    } else {
      s["old/tracker.csv"] = s["old/tracker.csv"]?.replacingOccurrences(of: "DONE", with: "Done")
      let first = s.readiness("init", "--from", "old/tracker.csv")
      #expect(first.status == 0, "\(first.all)")
    }
    s.readiness("install")
    expectLegal(s, "plan: adopt the tracker")
    #expect(s.readiness("status").output.contains("1 of 2 done"))
    #expect(s[".readiness/A-1.json"]?.contains("imported from tracker.csv") == true)
    #expect(s.readiness("gate", "--json").output.contains("A-1/shown-somehow"))
  }

  @Test("a new milestone that the plan's rules refuse is named by its line in the document, and nothing is written")
  func refused() throws {
    let s = try Scratch()
    s.readiness("init", "--empty")
    s["plan.csv"] = "id,workstream,outcome,status,exitCriteria\nA-1,One,x,Not Started,c\nA-2,Two,x,In Progress,c\n"
    let refused = s.readiness("import", "plan.csv")
    #expect(refused.status == 1 && refused.errors.contains("owner-missing  plan.csv:3"), "\(refused.all)")
    #expect(s[".readiness/A-1.json"] == nil)
  }

  @Test(
    "the form is that of the content, whatever the file is called",
    arguments: ["csv", "json", "markdown"])
  func guessing(_ form: String) throws {
    let s = try Scratch.withPlan()
    for name in ["plan.txt", "plan"] {
      s[name] = s.readiness("export", "--format", form).output
      let again = s.readiness("import", name)
      #expect(again.status == 0 && again.output.contains("12 unchanged"), "\(form): \(again.all)")
    }
  }

  @Test("init and import do not take a plan outside a sparse checkout for none")
  func sparse() throws {
    let s = try Scratch.withPlan()
    s["src/a"] = "a\n"
    s["src/plan.csv"] = "id,workstream,outcome,exitCriteria\nX-1,New,New,c\n"
    s.git("add", "-A")
    s.git("commit", "-qm", "src")
    s.git("sparse-checkout", "set", "src")
    let again = s.readiness("init")
    #expect(again.status == 2 && again.errors.contains("git sparse-checkout add"), "\(again.all)")
    let import1 = s.readiness("import", "src/plan.csv")
    #expect(import1.status == 0, "\(import1.all)")
    expectLegal(s, "plan: one more")
    #expect(s.readiness("status").output.contains("of 13 done"))
  }
}
