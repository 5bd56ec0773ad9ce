import TestSupport
import Testing

/// A tag that a stranger named like a branch diverts nothing.
@Suite("Ambiguous names")
struct AmbiguousNameTests {
  @Test("sync pushes the branch and merges what came, whatever tag has its name")
  func sync() throws {
    let s = try Scratch.withPlan()
    let server = try Scratch(cloneOf: s, bare: true)
    server.git("tag", "main", "main")
    let (ada, bob) = (try Scratch(cloneOf: server), try Scratch(cloneOf: server))
    for clone in [ada, bob] { clone.readiness("install") }
    bob.readiness("set", "M-06", "owner", "bob", "--commit", "-m", "b")
    bob.git("push", "-q", "--no-verify", "origin", "HEAD:refs/heads/main")
    ada.readiness("set", "M-05", "owner", "ada", "--commit", "-m", "a")
    let synced = ada.readiness("sync")
    #expect(synced.status == 0 && synced.output.contains("1 came"), "\(synced.all)")
    #expect(server.git("rev-parse", "refs/heads/main").line == ada.git("rev-parse", "HEAD").line)
    #expect(server.git("for-each-ref", "--format=%(refname)").line == "refs/heads/main\nrefs/tags/main")
  }

  @Test("a branch counts before a tag of its name, in every command that takes a revision, and a note says so")
  func revisions() throws {
    let s = try Scratch.withPlan()
    let old = s.git("rev-parse", "HEAD").line
    s.readiness("set", "M-05", "owner", "ada", "--commit", "-m", "a")
    let new = s.git("rev-parse", "HEAD").line
    s.git("update-ref", "refs/remotes/origin/main", new)
    #expect(!s.readiness("status", "--at", "main").errors.contains("ambiguous"))
    s.git("tag", "same", "main")
    s.git("branch", "same")
    #expect(!s.readiness("status", "--at", "same").errors.contains("ambiguous"), "both lead to one commit")
    s.git("tag", "main", old)
    s.shell("git tag origin/main $(git rev-parse \(old)^{tree})")
    for name in ["main", "origin/main"] {
      let status = s.readiness("status", "--at", name, "--json")
      #expect(status.output.contains("\"commit\": \"\(new)\""), "\(status.all)")
      #expect(status.errors.contains("ambiguous") && status.errors.contains("refs/tags/\(name)"), "\(status.all)")
    }
    #expect(s.readiness("verify", "main", "--json").output.contains("\"runs\": 2"))
    #expect(s.readiness("diff", "refs/tags/main", "main").output.contains("M-05"))
    #expect(s.readiness("verify", "main", "--anchor", "refs/tags/main").status == 0)
    #expect(s.readiness("verify", "main~1..main", "--json").output.contains("\"commits\": 1"))
    // A full name is what it says.
    let tag = s.readiness("status", "--at", "refs/tags/main", "--json")
    #expect(tag.output.contains("\"commit\": \"\(old)\"") && !tag.errors.contains("ambiguous"), "\(tag.all)")
  }
}
