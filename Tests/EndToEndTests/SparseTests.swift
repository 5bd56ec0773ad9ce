import TestSupport
import Testing

/// Sparse checkouts that exclude the plan's files from the work tree.
@Suite("Sparse checkouts")
struct SparseTests {
  @Test(
    "reading and changing a plan outside the checkout takes its files for unchanged and leaves them out",
    arguments: [["--cone"], ["--no-cone"], ["--cone", "--sparse-index"]])
  func outside(_ kind: [String]) throws {
    let s = try Scratch()
    s.readiness("init")
    s.shell("sed -i 's/\"TBD\"/\"ada\"/' .readiness/*.json")
    s.readiness("install")
    s["src/a"] = "a\n"
    s["doc/slo.md"] = "99.9 %\n"
    s.git("add", "-A")
    #expect(s.git("commit", "-qm", "plan: adopt it").status == 0)
    let sparse = s.shell("git sparse-checkout init \(kind.joined(separator: " ")) && git sparse-checkout set src")
    #expect(sparse.status == 0 && s[".readiness/M-01.json"] == nil, "\(sparse.all)")
    func isClean(_ about: Comment) {
      #expect(s.git("status", "--porcelain").output.isEmpty, about)
      #expect(s[".readiness/M-01.json"] == nil, about)
    }
    let status = s.readiness("status")
    #expect(status.status == 0 && !status.errors.contains("not shown"), "\(status.all)")
    #expect(s.readiness("status", "--worktree").output.contains("M-12"))
    let move = s.readiness("start", "M-01")
    #expect(move.status == 0, "\(move.all)")
    isClean("start")
    #expect(s.readiness("status").output.contains("In Progress"))
    let submit = s.readiness("submit", "M-01", "--evidence", "doc/slo.md")
    #expect(submit.status == 0, "\(submit.all)")
    isClean("submit")
    let owner = s.readiness("set", "M-02", "owner", "bob")
    #expect(owner.status == 0, "\(owner.all)")
    #expect(s.git("status", "--porcelain").line == "M  .readiness/M-02.json")
    let commit = s.git("commit", "-qm", "M-02: bob takes it")
    #expect(commit.status == 0, "\(commit.all)")
    isClean("commit")
    #expect(s.readiness("block", "M-02", "waits", "--commit").status == 0)
    isClean("block")
    #expect(s.readiness("fmt", "--check").status == 0)
    #expect(s.readiness("verify").status == 0)
  }
}
