import Foundation
import TestSupport
import Testing

@Suite("Completing a clone")
struct BackfillTests {
  /// Creates a server with a plan, an asset that no audit reads, and evidence that has changed since.
  private func server() throws -> Scratch {
    let s = try Scratch.withPlan()
    s.git("config", "uploadpack.allowFilter", "true")
    s.git("config", "uploadpack.allowAnySHA1InWant", "true")
    s.start("M-01")
    s.git("commit", "-qam", "start")
    for version in 1...3 {
      s["doc/proof.txt"] = "proof \(version)\n"
      s["asset"] = String(repeating: "asset \(version)\n", count: 10_000)
      s.git("add", "-A")
      s.readiness(
        "criteria", "M-01", "doc-slo-and-release-gates-md-approved", "--clear")
      s.readiness("criteria", "M-01", "doc-slo-and-release-gates-md-approved", "--evidence", "doc/proof.txt")
      #expect(s.git("commit", "-qam", "proof \(version)").status == 0)
    }
    #expect(s.readiness("move", "M-01", "in-review").status == 0)
    // A side branch whose plan a merge drops is also part of history.
    s.git("checkout", "-q", "-b", "side", "HEAD~2")
    s.edit("M-02", "\"TBD\"", "\"grace\"")
    s.git("commit", "-qam", "owner on the side")
    s.git("checkout", "-q", "main")
    s.git("-c", "core.hooksPath=/dev/null", "merge", "-q", "-s", "ours", "side", "-m", "keep ours")
    return s
  }

  private func clone(_ server: Scratch, _ how: String) throws -> Scratch {
    let clone = try Scratch()
    clone.shell("cd .. && rm -rf repo && git clone -q --no-checkout \(how) file://\(server.path) repo")
    return clone
  }

  private func verdict(_ s: Scratch) -> String { s.readiness("verify", "--json", "--no-cache").output }

  @Test("a blobless clone gets plan, policy and evidence of all history, and nothing else")
  func blobless() throws {
    let server = try server()
    let clone = try clone(server, "--filter=blob:none")
    let before = clone.readiness("verify")
    #expect(before.status == 3 && before.errors.contains("readiness backfill"), "\(before.all)")
    let dry = clone.readiness("backfill", "--dry-run", "--json").output
    #expect(dry.contains("\"fetched\": 0") && dry.contains("\"complete\": false"), "\(dry)")
    let first = clone.readiness("backfill")
    #expect(first.status == 0 && first.output.contains("objects, 2 rounds, from origin"), "\(first.all)")
    #expect(verdict(clone) == verdict(server))
    #expect(clone.readiness("status").status == 0)
    let missing = clone.git("rev-list", "--objects", "--missing=print", "HEAD").output
      .split(separator: "\n").filter { $0.hasPrefix("?") }.map { String($0.dropFirst()) }
    let unread = server.git("rev-list", "--objects", "HEAD").output.split(separator: "\n").map(String.init)
      .filter { $0.hasSuffix(" asset") || $0.contains(" hooks/") }.map { String($0.prefix(40)) }
    #expect(unread.count > 3 && Set(missing) == Set(unread), "\(missing), \(unread)")
    #expect(clone.readiness("backfill").output.hasPrefix("complete: nothing"))
    let refs = clone.git("for-each-ref", "--format=%(refname)").output.split(separator: "\n")
    #expect(
      refs == ["refs/heads/main", "refs/remotes/origin/HEAD", "refs/remotes/origin/main", "refs/remotes/origin/side"])
  }

  @Test("a shallow clone is deepened without its files, also at a commit that no branch has")
  func shallow() throws {
    let server = try server()
    let detached = server.git("commit-tree", "HEAD^{tree}", "-p", "HEAD", "-m", "tried").line
    server.git("update-ref", "refs/pull/1/merge", detached)
    let clone = try Scratch()
    clone.git("remote", "add", "origin", "file://" + server.path)
    clone.git("fetch", "-q", "--depth", "1", "origin", "refs/pull/1/merge")
    clone.git("update-ref", "--no-deref", "HEAD", detached)
    let before = clone.readiness("verify")
    #expect(before.status == 3 && before.errors.contains("git fetch --unshallow"), "\(before.all)")
    let answer = clone.readiness("verify", "--backfill")
    let expected = server.readiness("verify", detached)
    #expect(answer.status == expected.status && answer.output == expected.output, "\(answer.all)")
  }

  @Test("a server that gives no single object: exit 3, its sentence, the clone as it was; without trees: exit 3")
  func refused() throws {
    let server = try server()
    server.git("config", "--unset", "uploadpack.allowAnySHA1InWant")
    let clone = try clone(server, "--filter=blob:none")
    clone.git("config", "protocol.version", "0")
    let objects = clone.git("count-objects", "-v").output
    let answer = clone.readiness("backfill")
    #expect(answer.status == 3 && answer.errors.contains("does not allow request"), "\(answer.all)")
    #expect(clone.git("count-objects", "-v").output == objects)
    clone.git("remote", "remove", "origin")
    let alone = clone.readiness("backfill", "--json")
    #expect(alone.status == 3 && alone.output.contains("no remote is known"), "\(alone.all)")
    let treeless = try self.clone(server, "--filter=tree:0")
    let trees = treeless.readiness("backfill")
    #expect(trees.status == 3 && trees.errors.contains("--filter=tree:0"), "\(trees.all)")
  }

  @Test("a complete clone asks nobody, also without a remote")
  func complete() throws {
    let s = try Scratch.withPlan()
    let answer = s.readiness("backfill")
    #expect(answer.status == 0 && answer.output.hasPrefix("complete"), "\(answer.all)")
    #expect(s.readiness("backfill", "--rev", "nowhere").status != 0)
  }
}
