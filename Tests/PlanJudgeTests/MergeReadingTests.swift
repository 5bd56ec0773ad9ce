import TestSupport
import Testing

@testable import PlanJudge
@testable import PlanModel

/// Merges of unusual shapes (contract 2.2 to 3), found by comparing random histories with an independent model.
@Suite("Merges of unusual shapes")
struct MergeReadingTests {
  private let base = PlanFixture.tree()
  private let bob = PlanFixture.bob

  /// Returns the errors of a merge, which must be equal for every order of the parents.
  private func errors(
    _ history: MemoryHistory, _ tree: MemoryTree, _ parents: [Int], by author: Identity = PlanFixture.ada,
    isStamped: Bool = false
  ) throws -> [String] {
    func judge(_ order: [Int]) throws -> [String] {
      try isStamped
        ? history.assess(tree, on: order, by: author).errors
        : history.assessUnstamped(tree, on: order, by: author).errors
    }
    let first = try judge(parents)
    for turn in parents.indices.dropFirst() {
      let order = Array(parents[turn...] + parents[..<turn])
      #expect(try judge(order) == first, "with \(order) in place of \(parents)")
    }
    return first
  }

  @Test("two strangers do not meet through a third parent that is of one plan with both")
  func strangersThroughAThird() throws {
    let h = MemoryHistory()
    let one = h.add(base, on: [])
    let other = h.add(base.with { $0.edit("A-3", "It works", "It flies") }, on: [])
    // Trusted without a check, as if `judgedFrom` named a later commit.
    let joined = h.add(base.with { $0.edit("A-3", "\"TBD\"", "\"ada\"") }, on: [one, other])
    let (left, right) = (try h.change(one) { $0.edit("A-2", "It works", "It flies") }, other)
    let result = h.nodes[joined].tree.with { $0.edit("A-2", "It works", "It flies") }
    #expect(try errors(h, result, [joined, left, right], isStamped: true) == ["unrelated-plans"])
    #expect(try errors(h, result, [joined, left]) == [])
    #expect(try errors(h, h.nodes[joined].tree, [joined, one, right]) == [])
  }

  @Test("the plan file does not go with a merge either, and a side that lost it takes it from nobody")
  func planFileLost() throws {
    let h = MemoryHistory()
    let root = h.add(base, on: [])
    let lost = h.add(base.with { $0["ssot/plan.json"] = nil }, on: [root])
    let side = try h.change(root) { $0.edit("A-3", "It works", "It flies") }
    let result = h.nodes[lost].tree.with { $0.edit("A-3", "It works", "It flies") }
    #expect(try errors(h, result, [lost, side]) == ["plan-id-changed"])
    #expect(try errors(h, h.nodes[lost].tree, [lost, root]) == ["plan-id-changed"])
  }

  @Test("an order from which one line took an id after a base is not appended to: nothing brings the id back")
  func orderAfterACrissCross() throws {
    let h = MemoryHistory()
    let root = h.add(base, on: [])
    let born = try h.change(root) { tree in
      tree["ssot/plan.json"] = PlanFixture.plan(order: ["A-1", "A-2", "A-3", "A-4", "A-5", "B-1"])
      tree[".readiness/B-1.json"] = PlanFixture.milestone("B-1", status: "Not Started")
    }
    let edited = try h.change(root) { $0.edit("A-3", "It works", "It flies") }
    let all = h.nodes[born].tree.with { $0.edit("A-3", "It works", "It flies") }
    let kept = h.add(all, on: [born, edited])
    let taken = try h.stamp(all.with { $0["ssot/plan.json"] = base["ssot/plan.json"] }, on: [edited, born])
    #expect(try errors(h, all, [kept, taken]) == ["merge-unresolved"])
    #expect(try errors(h, all, [kept, taken], isStamped: true) == [])
    #expect(try errors(h, all, [kept, born]) == [])
  }

  @Test("a rule about leaving a state is asked of a merge that decides for the state, if another parent has it")
  func fromInAnyParent() throws {
    let h = MemoryHistory()
    let rules = """
      { "version": 1, "roles": { "maintainer": ["ada@example.com"] },
        "rules": [{ "from": "In Review", "role": "maintainer" }] }
      """
    let root = h.add(base.with { $0[PlanPaths.authorization] = rules }, on: [])
    let reopened = try h.change(root) { $0.edit("A-4", "In Review", "In Progress") }
    let side = try h.change(root) { $0.edit("A-3", "It works", "It flies") }
    let result = h.nodes[side].tree
    #expect(try errors(h, result, [reopened, side], by: bob, isStamped: true) == ["not-authorized"])
    #expect(try errors(h, result, [reopened, side], isStamped: true) == [])
  }

  @Test("approvals that a merge takes along out of a review are told once, by the rule that they break")
  func approvalsTakenAlong() throws {
    let h = MemoryHistory()
    let digest = "sha256:" + String(repeating: "0", count: 64)
    let entry = "\"approvals\": [{ \"by\": \"ada@example.com\", \"digest\": \"\(digest)\" }], \"exitCriteria\""
    let approved = base.with { $0.edit("A-4", "\"exitCriteria\"", entry) }
    let root = h.add(approved, on: [])
    let done = try h.change(root) { $0.edit("A-4", "In Review", "Done") }
    let side = try h.change(root) { $0.edit("A-3", "It works", "It flies") }
    #expect(
      try errors(h, h.nodes[side].tree, [done, side], by: bob, isStamped: true) == [
        "frozen-field", "illegal-transition",
      ])
  }

  @Test(
    "an exception that a branch brings answers for the milestone that it names, also where its commit leaves that alone"
  )
  func broughtException() throws {
    func bypass(_ holder: String) -> String {
      """
      { "version": 1, "roles": { "maintainer": ["ada@example.com"], "lender": ["\(holder)"] },
        "rules": [], "bypass": [{ "role": "lender", "codes": ["unmet-dependency"] }] }
      """
    }
    let h = MemoryHistory()
    let root = h.add(base.with { $0[PlanPaths.authorization] = bypass("bob@example.com") }, on: [])
    let strict = try h.change(root) { $0[PlanPaths.authorization] = bypass("ada@example.com") }
    let waive = Run.Waive(milestone: MilestoneID("A-2"), code: "unmet-dependency", until: "2026-11-20")
    let tree = h.nodes[root].tree.with { $0.edit("A-3", "It works", "It flies") }
    let draft = try #require(
      try Judge.assess(
        h.proposal(tree, on: [root], by: bob, .draft(reason: "because", mayFollow: false, waives: [waive]))
      ).draft)
    let run = draft.run(at: Timestamp.text(millisecondsSince1970: h.clock), actor: bob, reason: "because")
    let lent = h.add(tree, on: [root], by: bob, "x\n\n" + Trailers.render(run, plan: draft.plan) + "\n")
    #expect(try h.assess(lent).errors == [])
    let other = try h.change(lent, by: bob) { $0.edit("A-2", "It works", "It flies") }
    func merged(_ tip: Int) -> MemoryTree {
      h.nodes[tip].tree.with { $0[PlanPaths.authorization] = bypass("ada@example.com") }
    }
    #expect(try errors(h, merged(other), [strict, other], by: bob) == ["waive-refused"])
    // No rule applies to a milestone that the merge leaves unchanged.
    #expect(try errors(h, merged(lent), [strict, lent], by: bob) == [])
  }

  @Test(
    "guarded files that a branch brings are settled by a change of the policy, as everything brought is; others not")
  func guardedFilesSettled() throws {
    let rules = """
      { "version": 1, "roles": { "maintainer": ["ada@example.com"], "builder": ["carol@example.com"] }, "rules": [] }
      """
    let guarded = #"{ "version": 1, "guarded": [{ "paths": ["infra"], "role": "builder" }] }"#
    let h = MemoryHistory()
    let root = h.add(base.with { $0[PlanPaths.authorization] = rules }, on: [])
    let strict = try h.change(root) { $0[PlanPaths.paths] = guarded }
    let stale = h.add(h.nodes[root].tree.with { $0["infra/main.tf"] = "1" }, on: [root], by: bob)
    let result = h.nodes[strict].tree.with { $0["infra/main.tf"] = "1" }
    #expect(try errors(h, result, [strict, stale]) == ["path-guarded"])
    func settled(_ tree: MemoryTree, by author: Identity, _ parents: [Int]) throws -> Assessment {
      let first = h.nodes[parents[0]].tree.policy().digest
      var run = Run(at: "2026-11-22T19:00:00.123Z", actor: author, policy: first)
      run.policyChange = Run.PolicyChange(before: first, after: tree.policy().digest)
      let blocks = Trailers.blocks(in: "x\n\n" + Trailers.render(run, plan: tree.planFile()?.plan?.planID))
      return try Judge.assess(h.proposal(tree, on: parents, by: author, .committed(blocks)))
    }
    for parents in [[strict, stale], [stale, strict]] {
      let by = try settled(result, by: PlanFixture.ada, parents)
      #expect(by.errors == [] && by.notes == ["settled-by-policy-change"], "\(by.verdict.findings)")
      #expect(try settled(result, by: bob, parents).errors == ["path-guarded", "policy-change-refused"])
      // The merge's own additions require the role.
      let more = result.with { $0["infra/more.tf"] = "1" }
      #expect(try settled(more, by: PlanFixture.ada, parents).errors.contains("path-guarded"))
    }
  }

  @Test("a merge that keeps Done against a reopening is by nobody who sent the milestone to review on the line of Done")
  func doneAgainstAReopening() throws {
    let rules = """
      { "version": 1, "roles": { "approver": ["ada@example.com", "bob@example.com", "carol@example.com"] },
        "rules": [{ "to": "Done", "role": "approver", "notWhoSentToReview": true }] }
      """
    let h = MemoryHistory()
    // Ada's baseline starts the review.
    let root = h.add(base.with { $0[PlanPaths.authorization] = rules }, on: [])
    let done = try h.change(root, by: bob) { $0.edit("A-4", "In Review", "Done") }
    let reopened = try h.change(root, by: bob) { $0.edit("A-4", "In Review", "In Progress") }
    let result = h.nodes[done].tree
    #expect(try errors(h, result, [done, reopened], isStamped: true) == ["self-approval"])
    let carol = Identity(name: "Carol", email: "carol@example.com")
    #expect(try errors(h, result, [done, reopened], by: carol, isStamped: true) == [])
  }

  @Test("where lines crossed and each has left the other's state, no state is live, not even the first one")
  func noLiveState() throws {
    let h = MemoryHistory()
    let blocked: (MemoryTree) -> Void = { tree in
      tree[".readiness/A-2.json"] = PlanFixture.milestone(
        "A-2", status: "Blocked", dependsOn: ["A-1"], more: #" "blocked": { "reason": "r" },"#)
    }
    let root = h.add(base.with(blocked), on: [])
    let moved = try h.change(root) { tree in
      tree[".readiness/A-2.json"] = PlanFixture.milestone("A-2", status: "In Progress", dependsOn: ["A-1"])
    }
    let again = try h.change(moved, blocked)
    let onward = try h.change(moved) { $0.edit("A-3", "It works", "It flies") }
    let side = try h.change(root) { $0.edit("A-4", "It works", "It flies") }
    for status in ["In Progress", "Not Started"] {
      let result = h.nodes[onward].tree.with { tree in
        tree.edit("A-4", "It works", "It flies")
        tree.edit("A-2", "In Progress", status)
      }
      #expect(try errors(h, result, [onward, again, side], isStamped: true) == ["illegal-transition"], "\(status)")
    }
  }

  @Test("a merge that repairs a broken file is asked for what differs from its last readable version alone")
  func repairs() throws {
    let h = MemoryHistory()
    let root = h.add(
      base.with {
        $0["ssot/policies/authorization.json"] = """
          { "version": 1, "roles": { "maintainer": ["ada@example.com"] },
            "rules": [{ "fields": ["outcome"], "role": "maintainer" }] }
          """
      }, on: [])
    let broken = h.add(h.nodes[root].tree.with { $0[".readiness/A-2.json"] = "{" }, on: [root])
    let side = try h.change(root, by: bob) { $0.edit("A-2", "\"ada\"", "\"bob\"") }
    #expect(try errors(h, h.nodes[side].tree, [broken, side], by: bob, isStamped: true) == [])
    let rewritten = h.nodes[side].tree.with { $0.edit("A-2", "It works", "It flies") }
    #expect(try errors(h, rewritten, [broken, side], by: bob, isStamped: true) == ["not-authorized"])
  }

  @Test("what an earlier merge decided is taken over without a stamp, beside a copied run as well")
  func decidedEarlier() throws {
    let h = MemoryHistory()
    let root = h.add(base, on: [])
    let noted = try h.change(root) { $0.edit("A-3", "It works", "It flies") }
    let ahead = try h.change(noted) { $0.edit("A-2", "It works", "It flies") }
    let copied = h.add(h.nodes[noted].tree, on: [root], h.nodes[noted].message)
    // Reverts A-2 without a stamp: that merge is rejected.
    let back = h.add(h.nodes[noted].tree, on: [ahead, noted])
    #expect(try h.assess(back).errors == ["merge-unresolved"])
    #expect(try errors(h, h.nodes[noted].tree, [ahead, back, copied]) == [])
  }

  @Test(
    "a stamp settles what a branch brings to one milestone only if the waivers that come along are legal in that step")
  func settledWaiver() throws {
    let h = MemoryHistory()
    let roles =
      #""roles": { "maintainer": ["ada@example.com"], "approver": ["bob@example.com"], "lead": ["ada@example.com"] }"#
    let file = "ssot/policies/authorization.json"
    let root = h.add(
      base.with { $0[file] = #"{ "version": 1, "waivers": { "role": "approver" }, \#(roles) }"# }, on: [])
    let strict = try h.change(root) { $0[file] = #"{ "version": 1, "waivers": { "role": "lead" }, \#(roles) }"# }
    let waived = try h.change(root, by: bob) {
      $0.edit(
        "A-2", #""text": "It"#,
        #""waiver": { "owner": "o", "reason": "r", "approver": "bob@example.com", "until": "2027-12-31" }, "text": "It"#
      )
    }
    #expect(try h.assess(waived).errors == [])
    let result = h.nodes[waived].tree.with { $0[file] = h.nodes[strict].tree[file] }
    #expect(try errors(h, result, [strict, waived], by: bob, isStamped: true) == ["not-authorized"])
  }

  @Test(
    "a stamp by another person is an error where a rule is asked of it, and a warning in a merge that changes nothing")
  func actorOfNothing() throws {
    let h = MemoryHistory()
    let root = h.add(
      base.with {
        $0["ssot/policies/authorization.json"] = """
          { "version": 1, "roles": { "maintainer": ["ada@example.com"] },
            "rules": [{ "fields": ["outcome"], "role": "maintainer" }] }
          """
      }, on: [])
    let side = h.add(h.nodes[root].tree.with { $0["other"] = "1" }, on: [root])
    let digest = try #require(base.milestone(MilestoneID("A-2"))?.digest)
    var run = Run(at: "2026-11-25T12:00:00.000Z", actor: bob, policy: h.nodes[root].tree.policy().digest)
    run.edits = [Run.Edit(milestone: MilestoneID("A-2"), before: digest, after: digest)]
    let message = "x\n\n" + Trailers.render(run, plan: base.planFile()?.plan?.planID) + "\n"
    let merge = h.add(h.nodes[side].tree, on: [side, root], message)
    let said = try h.assess(merge)
    #expect(said.errors == [] && said.warnings == ["actor-mismatch"])
  }
}
