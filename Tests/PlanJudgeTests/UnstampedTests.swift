import PlanJudge
import PlanModel
import TestSupport
import Testing

private let ada = PlanFixture.ada
private let bob = PlanFixture.bob

private func base(_ unstamped: String, _ rules: String = "", more: String = "") -> MemoryTree {
  PlanFixture.tree().with {
    $0["ssot/policies/provenance.json"] = #"{ "version": 1, "unstamped": "\#(unstamped)" }"#
    $0[PlanPaths.signers] = "ada@example.com key-a\n"
    $0[PlanPaths.authorization] = """
      { "version": 1,
        "roles": { "maintainer": ["ada@example.com"], "approver": ["ada@example.com", "bob@example.com"] },
        "rules": [\(rules)]\(more) }
      """
    $0.edit("A-2", "\"status\"", "\"x-note\": 1,\n  \"status\"")
  }
}

/// Judges an unstamped commit.
private func assess(
  _ base: MemoryTree, by author: Identity = ada, starts: [ReviewStart] = [], _ from: String = "In Progress",
  _ to: String = "Done"
) throws -> Assessment {
  let proposal = Proposal(from: base, by: author, starts: starts) {
    $0.edit("A-2", "\"status\": \"\(from)\"", "\"status\": \"\(to)\"")
  }
  return try Judge.assess(proposal.committed("from a web editor"))
}

@Suite("Without a stamp")
struct UnstampedTests {
  @Test("with warn every step of the path satisfies the rules for the author")
  func everyStep() throws {
    let review = base("warn", #"{ "to": "In Review", "role": "maintainer" }"#)
    #expect(try assess(review).errors == [])
    #expect(try assess(review, by: bob).errors == ["not-authorized"])
    let leave = base("warn", #"{ "from": "In Review", "to": "Done", "role": "maintainer" }"#)
    #expect(try assess(leave, by: bob).errors == ["not-authorized"])
    #expect(try assess(leave).errors == [])
    // A rule that names both ends of the whole path applies to no step of it.
    let ends = base("warn", #"{ "from": "In Progress", "to": "Done", "role": "maintainer" }"#)
    #expect(try assess(ends, by: bob).errors == [])
    #expect(try assess(base("warn"), by: bob).notes == ["trailer-missing"])
  }

  @Test("what takes a signature, a quorum or another's look is on no unstamped path")
  func noPath() throws {
    #expect(
      try assess(base("warn", #"{ "to": "Done", "role": "approver", "signed": true }"#)).errors == ["signature-missing"]
    )
    #expect(
      try assess(base("warn", #"{ "to": "In Review", "role": "approver", "signed": true }"#)).errors
        == ["signature-missing"])
    #expect(
      try assess(base("warn", #"{ "to": "Done", "role": "approver", "approvals": 2 }"#)).errors == ["not-approved"])
    let other = base("warn", #"{ "to": "Done", "role": "approver", "notWhoSentToReview": true }"#)
    #expect(try assess(other).errors == ["self-approval"])
    // The review that others started earlier counts if the path does not start one.
    let reviewed = other.with { $0.edit("A-2", "\"In Progress\"", "\"In Review\"") }
    #expect(try assess(reviewed, starts: [ReviewStart(author: bob, run: nil)], "In Review").errors == [])
    #expect(try assess(reviewed, starts: [ReviewStart(author: ada, run: nil)], "In Review").errors == ["self-approval"])
  }

  @Test("another path is taken where the rules close the short one")
  func detour() throws {
    let shortcut = base("warn", #"{ "from": "In Progress", "to": "Done", "role": "maintainer" }"#).with {
      $0["ssot/policies/workflow.json"] =
        PlanFixture.tree().policy().policy == nil
        ? nil
        : """
        { "version": 1,
          "states": [{ "name": "Not Started", "category": "pending" }, { "name": "In Progress", "category": "active" },
            { "name": "Blocked", "category": "blocked" }, { "name": "In Review", "category": "review" },
            { "name": "Done", "category": "done" }],
          "transitions": [{ "from": "In Progress", "to": "Done", "guards": [] },
            { "from": "In Progress", "to": "In Review", "guards": [] },
            { "from": "In Review", "to": "Done", "guards": [] }] }
        """
    }
    #expect(try assess(shortcut, by: bob).errors == [])
  }

  @Test("with refuse an unstamped change is one direct step, of which nobody asks a reason")
  func direct() throws {
    let refuse = base("refuse", #"{ "to": "In Review", "role": "maintainer" }"#)
    #expect(try assess(refuse).errors == ["illegal-transition", "trailer-missing"])
    #expect(try assess(refuse, "In Progress", "In Review").errors == ["trailer-missing"])
    #expect(try assess(refuse, by: bob, "In Progress", "In Review").errors == ["not-authorized", "trailer-missing"])
    #expect(try assess(refuse, "In Progress", "Not Started").errors == ["trailer-missing"])
  }

  @Test("rules about fields are asked of the author, whatever the policy says of stamps")
  func fields() throws {
    for unstamped in ["warn", "refuse"] {
      let rule = base(unstamped, #"{ "fields": ["outcome"], "role": "maintainer" }"#)
      let proposal = Proposal(from: rule, by: bob) {
        $0.edit("A-2", "\"In Progress\"", "\"In Review\"")
        $0.edit("A-2", "It works", "It flies")
      }
      #expect(try Judge.assess(proposal.committed("")).errors.contains("not-authorized"))
    }
  }

  @Test("what heals stands alone, in a commit that changes nothing")
  func heals() throws {
    let tree = base("refuse")
    var run = Run(at: "2026-11-22T19:00:00.000Z", actor: ada, policy: tree.policy().digest)
    run.reason = "heal"
    let plan = tree.planFile()?.plan?.planID
    let heal = Trailers.render(run, plan: plan, heals: true)
    let unchanged = Proposal(from: tree) { $0["code.txt"] = "1" }
    #expect(try Judge.assess(unchanged.committed(heal)).errors == [])
    #expect(try Judge.assess(unchanged.committed(heal + "\n\n" + heal)).errors == ["trailer-mismatch"])
    let changed = Proposal(from: tree) { $0.edit("A-2", "It works", "It flies") }
    let stamp = try changed.stamp()
    #expect(try Judge.assess(changed.committed(stamp + "\n\n" + heal)).errors == ["trailer-mismatch"])
    #expect(try Judge.assess(changed.committed(heal)).errors == ["trailer-mismatch", "trailer-missing"])
  }
}
