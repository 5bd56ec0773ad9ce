import Foundation
import TestSupport
import Testing

@Suite("Import")
struct ImportTests {
  @Test("a document is imported into an empty plan, and into a living one, where nothing is lost")
  func importing() throws {
    let s = try Scratch()
    #expect(s.readiness("init", "--commit").status == 0)
    s.readiness("install")
    s.readiness("start", "M-01", "--owner", "ada")
    let other = try Scratch()
    other["plan.csv"] = s.readiness("export", "--format", "csv").output
    other.readiness("init", "--empty", "--commit")
    let first = other.readiness("import", "plan.csv")
    #expect(first.status == 0 && other[".readiness/M-12.json"] != nil, "\(first.all)")
    #expect(other["ssot/plan.json"]?.contains("\"M-12\"") == true)
    s["more.csv"] = "id,workstream,outcome,exitCriteria\nM-01,Other,Other,c\nX-1,New,New,c\n"
    let before = s[".readiness/M-01.json"]
    let living = s.readiness("import", "more.csv", "--json")
    #expect(living.status == 0 && living.output.contains("\"workstream\""), "\(living.all)")
    #expect(s[".readiness/M-01.json"] == before && s[".readiness/X-1.json"] != nil)
    s.git("add", ".readiness", "ssot")
    let commit = s.git("commit", "-qm", "plan: one more milestone")
    #expect(commit.status == 0, "\(commit.all)")
    #expect(s.readiness("verify").status == 0)
  }
}
