import Foundation
import TestSupport
import Testing

@Suite("heal and restamp")
struct HealTests {
  /// Creates a plan with one unstamped edit on top, as a forge's web editor leaves it.
  private func edited(_ change: (Scratch) -> Void) throws -> Scratch {
    let s = try Scratch.withPlan()
    change(s)
    s.git("-c", "core.hooksPath=/dev/null", "commit", "-qam", "web")
    return s
  }

  @Test("healing pardons a missing stamp and no broken rule")
  func pardonsStampsOnly() throws {
    let s = try edited { $0.edit("M-01", "\"Not Started\"", "\"Done\"") }
    let heal = s.readiness("heal", "--json")
    #expect(heal.status == 0 && heal.output.contains("\"remaining\""), "\(heal.all)")
    let verify = s.readiness("verify", "--json")
    #expect(verify.status == 1)
    #expect(verify.output.contains("owner-missing") && verify.output.contains("evidence-missing"), "\(verify.output)")
  }

  @Test("a step that is no edge is healed only where a path leads there and its last guards hold")
  func path() throws {
    let s = try edited {
      $0.start("M-01", as: "In Review")
      $0.prove("M-01")
    }
    #expect(s.readiness("verify").output.contains("illegal-transition"))
    let heal = s.readiness("heal")
    #expect(!heal.output.contains("which no stamp repairs"), "\(heal.all)")
    #expect(s.readiness("verify").status == 0)
    let unproven = try edited { $0.start("M-01", as: "In Review") }
    unproven.readiness("heal")
    let verify = unproven.readiness("verify", "--json")
    #expect(verify.status == 1 && verify.output.contains("illegal-transition"), "\(verify.output)")
  }

  @Test("what names other digests, stands on another branch, or has no reason heals nothing")
  func scope() throws {
    let s = try edited { $0.edit("M-01", "Explicit", "Clear") }
    s.git("branch", "lonely")
    s.readiness("heal")
    #expect(s.readiness("verify").status == 0)
    #expect(s.readiness("verify", "lonely").status == 1)
    let message = s.git("log", "-1", "--format=%B").output
    for (line, instead, code) in [
      ("Readiness-Reason: heal\n", "", "trailer-mismatch"), ("Readiness-Heals: yes\n", "", "trailer"),
      ("Readiness-At: 2", "Readiness-At: 3", "run-mismatch"),
    ] {
      s.git("reset", "-q", "--hard", "lonely")
      let without = message.replacingOccurrences(of: line, with: instead)
      s.git(
        "-c", "core.hooksPath=/dev/null", "commit", "-q", "--allow-empty", "--cleanup=verbatim", "-F", "-",
        input: without)
      let verify = s.readiness("verify")
      #expect(verify.status == 1 && verify.output.contains(code), "\(verify.all)")
    }
  }

  @Test("where roles exist, healing takes the authority to change the policy")
  func authority() throws {
    let s = try Scratch.withPlan()
    s["ssot/policies/authorization.json"] =
      "{\"version\":1,\"roles\":{\"maintainer\":[\"ada@example.com\"]},\"rules\":[]}\n"
    s.git("add", "-A")
    s.git("commit", "-qm", "roles")
    s.edit("M-01", "Explicit", "Clear")
    s.git("-c", "core.hooksPath=/dev/null", "commit", "-qam", "web")
    let bob = ["GIT_AUTHOR_NAME": "Bob", "GIT_AUTHOR_EMAIL": "bob@example.com"]
    let refused = s.readiness("heal", environment: bob)
    #expect(refused.status == 1 && refused.errors.contains("policy-change-refused"), "\(refused.all)")
    #expect(s.readiness("heal").status == 0)
    #expect(s.readiness("verify").status == 0)
    // The same block in a commit by another author.
    let message = s.git("log", "-1", "--format=%B").output
    s.git("reset", "-q", "--hard", "HEAD~1")
    s.git(
      "-c", "core.hooksPath=/dev/null", "commit", "-q", "--allow-empty", "-F", "-", environment: bob, input: message)
    #expect(s.readiness("verify").output.contains("actor-mismatch"))
  }

  @Test("restamp leaves what is published alone and names heal; what cannot be stamped is not rewritten")
  func published() throws {
    let s = try edited { $0.edit("M-01", "Explicit", "Clear") }
    let copy = try Scratch(cloneOf: s)
    #expect(copy.readiness("restamp").output.contains("Nothing to do"))
    let refused = copy.readiness("restamp", "HEAD~1..HEAD")
    #expect(refused.status == 3 && refused.errors.contains("readiness heal"), "\(refused.all)")
    let illegal = try edited { $0.edit("M-01", "\"Not Started\"", "\"Done\"") }
    let head = illegal.git("rev-parse", "HEAD").line
    let restamp = illegal.readiness("restamp")
    #expect(restamp.status == 1 && restamp.errors.contains("illegal-transition"), "\(restamp.all)")
    #expect(illegal.git("rev-parse", "HEAD").line == head)
    #expect(illegal.readiness("restamp", "HEAD").status == 2)
  }

  @Test("restamp keeps author, dates, encoding and what follows; a signature over the old bytes is left out")
  func keeps() throws {
    let s = try edited { $0.edit("M-01", "Explicit", "Clear") }
    let tree = s.git("rev-parse", "HEAD^{tree}").line
    let parent = s.git("rev-parse", "HEAD~1").line
    let raw =
      "tree \(tree)\nparent \(parent)\nauthor Bob <bob@example.com> 1000000000 +0100\ncommitter C <c@example.com> 1100000000 -0200\n"
      + "gpgsig -----BEGIN PGP SIGNATURE-----\n \n x\n -----END PGP SIGNATURE-----\n\nweb\n"
    let id = s.git("hash-object", "-t", "commit", "-w", "--stdin", input: raw).line
    s.git("reset", "-q", "--hard", id)
    s["code.txt"] = "1\n"
    s.git("add", "-A")
    s.git("commit", "-qm", "code")
    let restamp = s.readiness("restamp")
    #expect(restamp.output.contains("1 rewritten because they follow") && restamp.output.contains("sign again"))
    let facts = s.git("log", "-1", "--format=%an %at %cn %ct %s", "HEAD~1").line
    #expect(facts == "Bob 1000000000 C 1100000000 web")
    #expect(!s.git("cat-file", "commit", "HEAD~1").output.contains("gpgsig"))
    #expect(s.git("log", "-1", "--format=%B", "HEAD~1").output.contains("Readiness-Actor: Bob <bob@example.com>"))
    #expect(s.readiness("verify").status == 0 && s.git("status", "--porcelain").output.isEmpty)
  }
}
