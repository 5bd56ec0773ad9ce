import Foundation
import TestSupport
import Testing

@Suite("History")
struct HistoryTests {
  /// Creates a history in which M-01 is started on `main`, and `side` continues with two more runs.
  private func branched() throws -> Scratch {
    let s = try Scratch.withPlan()
    s.start("M-01")
    s.git("commit", "-qam", "start")
    s.git("checkout", "-q", "-b", "side")
    s.prove("M-01")
    s.git("commit", "-qam", "prove")
    s.edit("M-01", "In Progress", "In Review")
    s.git("commit", "-qam", "review")
    s.git("checkout", "-q", "main")
    return s
  }

  @Test("squash keeps the blocks, oldest first, and they verify")
  func squash() throws {
    let s = try branched()
    #expect(s.git("merge", "-q", "--squash", "side").status == 0)
    let commit = s.git("commit", "-q", "--no-edit")
    #expect(commit.status == 0, "\(commit.all)")
    let message = s.git("log", "-1", "--format=%B").output
    #expect(message.components(separatedBy: "\nReadiness-Run: ").count == 3, "\(message)")
    let verify = s.readiness("verify")
    #expect(verify.status == 0, "\(verify.all)\(message)")
    #expect(s.readiness("replay").status == 0)
  }

  @Test("squash with a message of one's own keeps the blocks as well; an indented block elsewhere is text")
  func squashWithMessage() throws {
    let s = try branched()
    s.git("merge", "-q", "--squash", "side")
    #expect(s.git("commit", "-q", "-m", "one title").status == 0)
    #expect(s.git("log", "-1", "--format=%B").output.components(separatedBy: "\nReadiness-Run: ").count == 3)
    #expect(s.readiness("verify").status == 0)
    let quoted = "quote\n\n    Readiness-Run: 12\n"
    s["code.txt"] = "1\n"
    s.git("add", "code.txt")
    #expect(s.git("commit", "-q", "-F", "-", input: quoted).status == 0)
    #expect(s.git("log", "-1", "--format=%B").output == quoted + "\n")
  }

  @Test("cherry-pick is stamped anew with the picked author, revert with a reason")
  func picks() throws {
    let s = try branched()
    let pick = s.git(
      "cherry-pick", "side~1", environment: ["GIT_COMMITTER_NAME": "Bob", "GIT_COMMITTER_EMAIL": "bob@example.com"])
    #expect(pick.status == 0, "\(pick.all)")
    #expect(s.run().count == 64 && s.run() != s.run(of: "side~1"))
    #expect(s.git("log", "-1", "--format=%B").output.contains("Readiness-Actor: Ada Lovelace <ada@example.com>"))
    #expect(s.readiness("verify").status == 0)
    // The picked commit only attached evidence, so its revert is legal, and is stamped.
    let revert = s.git("revert", "--no-edit", "HEAD")
    #expect(revert.status == 0, "\(revert.all)")
    #expect(s.run().count == 64)
    // A revert of the start needs a reason, and its subject is one.
    let back = s.git("revert", "--no-edit", "HEAD~2")
    #expect(back.status == 0, "\(back.all)")
    #expect(s.git("log", "-1", "--format=%B").output.contains("Readiness-Reason: Revert \"start\""))
    #expect(s.readiness("verify").status == 0)
  }

  @Test("rebase keeps a stamp that is still true and makes one anew that is not")
  func rebase() throws {
    let s = try branched()
    s.edit("M-02", "\"TBD\"", "\"bob\"")
    s.git("commit", "-qam", "owner")
    let before = s.run(of: "side")
    let rebase = s.git("rebase", "-q", "main", "side")
    #expect(rebase.status == 0, "\(rebase.all)")
    #expect(s.run() == before)
    #expect(s.readiness("verify").status == 0)
    s.git("checkout", "-q", "main")
    s.edit("M-01", "Explicit", "Clear")
    s.git("commit", "-qam", "words")
    #expect(s.git("rebase", "-q", "main", "side").status == 0)
    #expect(s.run() != before && s.run().count == 64)
    let verify = s.readiness("verify")
    #expect(verify.status == 0, "\(verify.all)")
  }

  @Test("octopus, criss-cross and unrelated histories fold into what the tree holds")
  func shapes() throws {
    let s = try branched()
    for (branch, id) in [("b2", "M-02"), ("b3", "M-03")] {
      s.git("checkout", "-q", "-b", branch, "main")
      s.edit(id, "\"TBD\"", "\"\(branch)\"")
      s.git("commit", "-qam", branch)
    }
    s.git("checkout", "-q", "main")
    let octopus = s.git("merge", "-q", "--no-edit", "side", "b2", "b3")
    #expect(octopus.status == 0, "\(octopus.all)")
    #expect(s.readiness("verify").status == 0)
    #expect(s.readiness("replay").status == 0)
    // Criss-cross: two branches that each merged the other's tip.
    for (branch, id) in [("x", "M-04"), ("y", "M-05")] {
      s.git("checkout", "-q", "-b", branch, "main")
      s.edit(id, "\"TBD\"", "\"\(branch)\"")
      s.git("commit", "-qam", branch)
    }
    let (x, y) = (s.git("rev-parse", "x").line, s.git("rev-parse", "y").line)
    s.git("checkout", "-q", "x")
    #expect(s.git("merge", "-q", "--no-edit", y).status == 0)
    s.git("checkout", "-q", "y")
    #expect(s.git("merge", "-q", "--no-edit", x).status == 0)
    s.edit("M-06", "\"TBD\"", "\"y\"")
    s.git("commit", "-qam", "more")
    #expect(s.git("merge", "-q", "--no-ff", "--no-edit", "x").status == 0)
    let verify = s.readiness("verify")
    #expect(verify.status == 0, "\(verify.all)")
    #expect(s.readiness("replay").status == 0)
  }

  @Test("log reads runs newest first, for one milestone as well; the same history gives the same replay everywhere")
  func reading() throws {
    let s = try branched()
    s.git("checkout", "-q", "side")
    let log = s.readiness("log", "M-01").output
    let first = try #require(log.range(of: "In Progress -> In Review"))
    let second = try #require(log.range(of: "Not Started -> In Progress"))
    #expect(first.lowerBound < second.lowerBound)
    #expect(s.readiness("log", "M-99").status == 2)
    let range = s.readiness("replay", "--at", "main..side")
    #expect(range.status == 2 && range.errors.contains("--at"), "\(range.all)")
    let digest = s.readiness("replay", "--json").output
    let copy = try Scratch(cloneOf: s, bare: true)
    #expect(copy.readiness("replay", "--json").output == digest)
    s.git("gc", "-q")
    s.git("pack-refs", "--all")
    #expect(s.readiness("replay", "--json").output == digest)
    #expect(s.readiness("verify", "main..side", "--json").output.contains("\"commits\": 2"))
  }

  @Test("a bare repository, a clone, a linked work tree, a shared one, packs and a commit-graph give the same verdict")
  func everywhere() throws {
    let s = try branched()
    s.edit("M-02", "\"Not Started\"", "\"Done\"")
    s.git("commit", "-qam", "by hand", environment: ["READINESS_SKIP": "1"])
    s.git("merge", "-q", "-s", "ours", "--no-edit", "side", environment: ["READINESS_SKIP": "1"])
    func verdict(_ at: Scratch, _ more: String...) -> String {
      let told = at.readiness("verify", "HEAD", "--no-cache", "--json", "-C", more.first ?? ".")
      #expect(told.status == 1, "\(told.all)")
      return told.output
    }
    let expected = verdict(s)
    #expect(expected.contains("illegal-transition"))
    let bare = try Scratch(cloneOf: s, bare: true)
    let clone = try Scratch(cloneOf: s)
    #expect(verdict(bare) == expected && verdict(clone) == expected)
    s.git("worktree", "add", "-q", "../linked")
    s.git("clone", "-q", "--shared", ".", "../shared")
    #expect(verdict(s, "../linked") == expected && verdict(s, "../shared") == expected)
    s.git("gc", "-q")
    s.git("pack-refs", "--all")
    #expect(verdict(s) == expected && verdict(s, "../shared") == expected)
    s.git("commit-graph", "write", "--reachable", "--changed-paths")
    s.git("multi-pack-index", "write")
    #expect(verdict(s) == expected && verdict(s, "../linked") == expected)
    s.git("clone", "-q", "--depth", "1", "file://" + s.path, "../shallow")
    #expect(s.readiness("verify", "-C", "../shallow").status == 3)
  }

  @Test("the same run on parallel branches counts once; messages in another encoding are read in it")
  func parallelAndEncoded() throws {
    let s = try branched()
    s.git("checkout", "-q", "-b", "twin", "side~2")
    s["code.txt"] = "1\n"
    s.git("add", "-A")
    s.git("commit", "-qm", "code")
    #expect(s.git("rebase", "-q", "--onto", "twin", "main", "side").status == 0)
    let (kept, original) = (s.run(), s.run(of: "ORIG_HEAD"))
    #expect(kept == original)
    s.git("checkout", "-q", "-b", "both", "ORIG_HEAD")
    #expect(s.git("merge", "-q", "--no-edit", "side").status == 0)
    let verify = s.readiness("verify", "--json")
    #expect(verify.status == 0, "\(verify.all)")
    #expect(s.readiness("log").output.components(separatedBy: original.prefix(12)).count == 2)

    s.git("config", "i18n.commitEncoding", "ISO-8859-1")
    s.edit("M-01", "In Review", "In Progress")
    s.git("add", "-A")
    let latin = s.shell("printf 'zur\\374ck\\n' | git commit -q -F -")
    #expect(latin.status == 0, "\(latin.all)")
    let raw = s.shell("git cat-file commit HEAD | grep -a encoding").line
    #expect(raw == "encoding ISO-8859-1")
    #expect(s.readiness("verify").status == 0, "\(s.readiness("verify").all)")
    #expect(s.readiness("log").output.contains("because: zurück"))
  }

  @Test("a policy change is stamped, judged by the policy before it, and needs the authority that it names")
  func policy() throws {
    let s = try Scratch.withPlan()
    s["ssot/policies/authorization.json"] =
      "{\"version\":1,\"roles\":{\"maintainer\":[\"ADA@example.com\"]},\"rules\":[]}\n"
    s.git("add", "-A")
    #expect(s.git("commit", "-qm", "roles").status == 0)
    #expect(s.git("log", "-1", "--format=%B").output.contains("Readiness-Policy-Change: sha256:"))
    s["ssot/policies/authorization.json"] =
      "{\"version\":1,\"roles\":{\"maintainer\":[\"bob@example.com\"]},\"rules\":[]}\n"
    let bob = ["GIT_AUTHOR_NAME": "Bob", "GIT_AUTHOR_EMAIL": "bob@example.com"]
    let refused = s.git("commit", "-qam", "mine now", environment: bob)
    #expect(refused.status == 1 && refused.errors.contains("policy-change-refused"), "\(refused.all)")
    #expect(s.git("commit", "-qam", "handed over").status == 0)
    #expect(s.git("commit", "-q", "--allow-empty", "-m", "nothing", environment: bob).status == 0)
    #expect(s.readiness("verify").status == 0)
  }

  @Test("evidence that changes later makes its milestone suspect, and no commit illegal")
  func suspect() throws {
    let s = try Scratch.withPlan()
    s["doc/slo.md"] = "good\n"
    s.start("M-01")
    s.git("add", "-A")
    s.git("commit", "-qm", "start")
    let sum = s.shell("sha256sum doc/slo.md | cut -d' ' -f1").line
    s.prove("M-01")
    s.edit(
      "M-01", "\"kind\": \"statement\",\n          \"text\": \"Seen.\",\n          \"by\": \"ada@example.com\"",
      "\"kind\": \"file\",\n          \"path\": \"doc/slo.md\",\n          \"sha256\": \"\(sum)\"")
    s.git("commit", "-qam", "prove")
    #expect(
      s.git("log", "-1", "--format=%B").output.contains(
        "Readiness-Evidence: M-01/doc-slo-and-release-gates-md-approved sha256:\(sum)"))
    #expect(s.readiness("move", "M-01", "in-review").status == 0)
    s["doc/slo.md"] = "worse\n"
    #expect(s.git("commit", "-qam", "edit").status == 0)
    #expect(s.readiness("status").output.contains("M-01 is based on doc/slo.md"))
    let verify = s.readiness("verify")
    #expect(verify.status == 0 && verify.output.contains("suspect"), "\(verify.all)")
    #expect(s.readiness("move", "M-01", "done").errors.contains("evidence-mismatch"))
  }
}
