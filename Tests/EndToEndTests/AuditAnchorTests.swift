import TestSupport
import Testing

/// A trusted point is one of the history that is audited (contract 2.2, anchors).
@Suite("The anchor of an audit")
struct AuditAnchorTests {
  /// `main` with roles of Ada at `anchor`, and the branch `forced` that begins before them and names Eve.
  private func forced() throws -> (s: Scratch, anchor: String) {
    let s = try Scratch.withPlan()
    s["ssot/policies/authorization.json"] = AnchorTests.roles
    s.git("add", "-A")
    s.git("commit", "-qm", "roles")
    let anchor = s.git("rev-parse", "HEAD").line
    s.git("checkout", "-q", "-b", "forced", "HEAD^")
    s["ssot/policies/authorization.json"] = AnchorTests.roles.replacing("ada@", with: "eve@")
    s.git("add", "-A")
    #expect(s.git("commit", "-qm", "roles of my own", environment: AnchorTests.eve).status == 0)
    return (s, anchor)
  }

  @Test("--anchor refuses a history that does not contain it, and takes one that does")
  func anchorOutside() throws {
    let (s, anchor) = try forced()
    let refused = s.readiness("verify", "forced", "--anchor", anchor, "--json")
    #expect(refused.status == 1 && refused.output.contains("ref-protected"), "\(refused.all)")
    // The anchor itself, and one that the branch went back behind.
    #expect(s.readiness("verify", anchor, "--anchor", anchor).status == 0)
    #expect(s.readiness("verify", "\(anchor)^", "--anchor", anchor).status == 1)
    s.git("checkout", "-q", "main")
    s.git("commit", "-q", "--allow-empty", "-m", "on")
    let taken = s.readiness("verify", "main", "--anchor", anchor)
    #expect(taken.status == 0 && !taken.all.contains("ref-protected"), "\(taken.all)")
  }

  @Test("a range says that its end does not contain its beginning, and warns if that one's policy judged nothing")
  func rangeBeside() throws {
    let (s, anchor) = try forced()
    let answer = s.readiness("verify", "\(anchor)..forced", "--no-cache")
    #expect(answer.status == 0 && answer.output.contains("legal in a branch to be merged"), "\(answer.all)")
    #expect(answer.all.contains("does not contain") && answer.all.contains("another policy"), "\(answer.all)")
    #expect(s.readiness("verify", "\(anchor)..forced", "--json").output.contains(#""severity": "warning""#))
    // A topic branch whose target has moved on is everyday work: a note.
    s.git("checkout", "-q", "-b", "topic", anchor)
    s.git("commit", "-q", "--allow-empty", "-m", "topic")
    s.git("checkout", "-q", "main")
    s.git("commit", "-q", "--allow-empty", "-m", "on")
    let behind = s.readiness("verify", "main..topic", "--json")
    #expect(behind.status == 0 && behind.output.contains(#""severity": "note""#), "\(behind.all)")
    #expect(!behind.output.contains(#""severity": "warning""#), "\(behind.all)")
    s.git("merge", "-q", "--no-edit", "topic")
    #expect(!s.readiness("verify", "topic..main").all.contains("does not contain"))
  }
}
