import TestSupport
import Testing

/// Refs that hold records are born as chains of commits, and nothing takes their place (contract 2.2, anchors).
@Suite("Refs of records")
struct RecordRefTests {
  private static let ref = "refs/readiness/attestations"

  /// An empty commit without a parent, as the first attestation's would be.
  private func first(_ s: Scratch) -> String {
    s.shell("git commit-tree $(git mktree </dev/null) -m first").line
  }

  @Test("a tree, a file, a tag of a tree or of a commit is no ref of records, and a commit is one afterwards")
  func forms() throws {
    let (s, server) = try AnchorTests.pair()
    s.shell("git tag -a -m t tagged-tree HEAD^{tree}; git tag -a -m t tagged-commit \(first(s))")
    for ref in [Self.ref, "refs/readiness/later"] {
      for object in ["HEAD^{tree}", "HEAD:ssot/plan.json", "refs/tags/tagged-tree", "refs/tags/tagged-commit"] {
        let pushed = AnchorTests.push(s, "$(git rev-parse \(object)):\(ref)")
        // A tree with a plan is refused below any name.
        let isRefused = pushed.errors.contains("ref-protected") || pushed.errors.contains("would name a tree")
        #expect(pushed.status != 0 && isRefused, "\(ref) \(object): \(pushed.all)")
        #expect(server.git("rev-parse", "-q", "--verify", ref).status != 0)
      }
    }
    #expect(AnchorTests.push(s, "\(first(s)):\(Self.ref)").status == 0)
  }

  @Test("a stage of promotion.json is born as a commit too")
  func stages() throws {
    let (s, server) = try AnchorTests.pair([
      "ssot/policies/promotion.json":
        #"{ "version": 1, "stages": [{ "name": "production" }, { "name": "b", "ref": "refs/stages/b" }] }"#
    ])
    let pushed = AnchorTests.push(s, "$(git mktree </dev/null):refs/stages/b")
    #expect(pushed.status != 0 && pushed.errors.contains("ref-protected"), "\(pushed.all)")
    #expect(AnchorTests.push(s, "\(first(s)):refs/stages/b").status == 0)
    // A branch env would keep git from ever creating the stage.
    #expect(AnchorTests.push(s, "main:refs/heads/env").errors.contains("would take the place"))
    #expect(AnchorTests.push(s, "\(first(s)):refs/heads/env/production").status == 0)
    #expect(server.git("for-each-ref", "refs/heads/env").output.contains("production"))
  }

  @Test("no new ref takes the place of a kept one, above it or below it; another name beside it may be created")
  func places() throws {
    let (s, _) = try AnchorTests.pair([
      "ssot/policies/refs.json": #"{ "version": 1, "protected": ["refs/heads/release/*", "refs/heads/stable"] }"#
    ])
    for name in [
      "\(Self.ref)/x", "refs/heads/release", "refs/heads/stable/x",
    ] {
      let pushed = AnchorTests.push(s, "main:\(name)")
      #expect(pushed.status != 0 && pushed.errors.contains("would take the place"), "\(name): \(pushed.all)")
    }
    for name in ["refs/heads/releases", "refs/heads/release/1", "refs/heads/stable2/x"] {
      #expect(AnchorTests.push(s, "main:\(name)").status == 0, "\(name)")
    }
  }

  @Test("a chain of commits may replace a tree that an earlier program let in, and then it is kept")
  func poisoned() throws {
    let (s, server) = try AnchorTests.pair()
    s.git("push", "-q", "--no-verify", "origin", "main:refs/heads/objects")
    server.shell("git update-ref \(Self.ref) $(git rev-parse main^{tree})")
    let replaced = AnchorTests.push(s, "+\(first(s)):\(Self.ref)")
    #expect(replaced.status == 0, "\(replaced.all)")
    #expect(AnchorTests.push(s, ":\(Self.ref)").errors.contains("ref-protected"))
  }
}
