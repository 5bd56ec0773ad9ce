import Foundation
import TestSupport
import Testing

/// Three sequences of plain git commands that once circumvented the rules, with hooks and gate installed.
@Suite("Merges against the rules")
struct MergeAttackTests {
  private let rules = """
    { "version": 1, "roles": { "maintainer": ["ada@example.com"] },
      "rules": [{ "to": "Done", "role": "maintainer" }], "policyChange": { "role": "maintainer" } }
    """
  private let eve = ["GIT_AUTHOR_EMAIL": "eve@example.com"]

  /// Creates a work tree and a server with the gate. The last commit of `main` sets the rules.
  private func lab() throws -> (work: Scratch, server: Scratch) {
    let s = try Scratch.withPlan()
    let server = try Scratch(cloneOf: s, bare: true)
    s.readiness("install", "--server", server.path)
    s.git("remote", "add", "origin", server.path)
    s["ssot/policies/authorization.json"] = rules
    s.git("add", "-A")
    let commit = s.git("commit", "-qm", "who may")
    #expect(commit.status == 0, "\(commit.all)")
    #expect(s.git("push", "-q", "origin", "main").status == 0)
    return (s, server)
  }

  @Test("checkout OLD; merge -s ours main; push: refused by the hook, and past the hook by the gate")
  func oursMerge() throws {
    let (s, server) = try lab()
    let main = s.git("rev-parse", "main").line
    s.git("checkout", "-q", "-b", "old", "main~1")
    let merge = s.git("merge", "-q", "-s", "ours", "-m", "merge", "main", environment: eve)
    #expect(merge.status != 0 && merge.all.contains("policy-change-refused"), "\(merge.all)")
    s.git("merge", "--abort")
    let tree = s.git("rev-parse", "old^{tree}").line
    for order in [["old", "main"], ["main", "old"]] {
      let parents = order.flatMap { ["-p", $0] }.joined(separator: " ")
      let forced = s.shell("git commit-tree \(parents) -m merge \(tree)", environment: eve).line
      let push = s.git("push", "--no-verify", "-q", "origin", "+\(forced):refs/heads/main")
      #expect(push.status != 0 && push.errors.contains("merge-unresolved"), "\(order): \(push.all)")
    }
    #expect(server.git("rev-parse", "main").line == main)
  }

  @Test("a branch from before the rules finishes a milestone: the hook warns whoever has no role, and the gate refuses")
  func staleBranch() throws {
    let (s, server) = try lab()
    s.git("checkout", "-q", "-b", "stale", "main~1")
    s.start("M-01")
    s.prove("M-01")
    #expect(s.git("commit", "-qam", "start", environment: eve).status == 0)
    for state in ["In Review", "Done"] {
      s.edit("M-01", state == "Done" ? "In Review" : "In Progress", state)
      let commit = s.git("commit", "-qam", state, environment: eve)
      #expect(commit.status == 0, "\(commit.all)")
    }
    s.git("checkout", "-q", "main")
    let merge = s.git("merge", "-q", "--no-edit", "stale", environment: eve)
    #expect(merge.status == 0 && merge.all.contains("not-authorized"), "\(merge.all)")
    #expect(merge.all.contains("Rebase the branch"), "\(merge.all)")
    for refused in [
      s.git("push", "-q", "origin", "main"), s.git("push", "-q", "--no-verify", "origin", "main"),
    ] {
      #expect(refused.status != 0 && refused.all.contains("not-authorized"), "\(refused.all)")
    }
    s.git("reset", "-q", "--hard", "HEAD^")
    // A person who may finish it takes it over with the stamp of the merge.
    let taken = s.git("merge", "-q", "--no-edit", "stale")
    #expect(taken.status == 0, "\(taken.all)")
    #expect(s.git("log", "-1", "--format=%B").output.contains("Readiness-Transition: M-01 \"Not Started\" -> \"Done\""))
    let push = s.git("push", "-q", "origin", "main")
    #expect(push.status == 0, "\(push.all)")
    #expect(server.readiness("verify").status == 0)
  }

  @Test("a branch from before the rules that does nothing they speak of merges as ever, without a stamp")
  func harmless() throws {
    let (s, server) = try lab()
    s.git("checkout", "-q", "-b", "stale", "main~1")
    s.edit("M-02", "\"TBD\"", "\"bob\"")
    #expect(s.git("commit", "-qam", "owner", environment: eve).status == 0)
    s.git("checkout", "-q", "main")
    s["README.md"] = "x\n"
    s.git("add", "-A")
    s.git("commit", "-qm", "read me")
    let merge = s.git("merge", "-q", "--no-edit", "stale", environment: eve)
    #expect(merge.status == 0, "\(merge.all)")
    #expect(s.run().isEmpty)
    #expect(s.git("push", "-q", "origin", "main").status == 0)
    #expect(server.readiness("verify").status == 0)
  }
}
