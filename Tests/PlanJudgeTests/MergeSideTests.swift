import TestSupport
import Testing

@testable import PlanJudge
@testable import PlanModel

/// A change that a merge brings to a side is subject to that side's rules (contract 3, merges, 3).
@Suite("What merges bring")
struct MergeSideTests {
  private let base = PlanFixture.tree()
  private let bob = PlanFixture.bob
  private let authorization = "ssot/policies/authorization.json"
  private let workflow = "ssot/policies/workflow.json"

  private var standard: String {
    StandardFiles.policies(workflow: .standard).first { $0.path == workflow }?.text ?? ""
  }

  /// The standard workflow with an additional edge, from In Progress to Done, without guards.
  private var loose: String {
    standard.replacing(
      "\"transitions\": [", with: "\"transitions\": [ { \"from\": \"In Progress\", \"to\": \"Done\", \"guards\": [] },")
  }

  private func both(
    _ h: MemoryHistory, _ tree: MemoryTree, _ parents: [Int], by author: Identity = PlanFixture.ada,
    isStamped: Bool = false, reason: String? = "because"
  ) throws -> Assessment {
    func judge(_ order: [Int]) throws -> Assessment {
      try isStamped
        ? h.assess(tree, on: order, by: author, reason: reason) : h.assessUnstamped(tree, on: order, by: author)
    }
    let (one, other) = (try judge(parents), try judge(parents.reversed()))
    #expect(one.errors == other.errors && one.notes == other.notes)
    return one
  }

  @Test("what was reviewed on one side and changed on another is re-entry: stamped, with a reason, by its guards")
  func reentry() throws {
    let h = MemoryHistory()
    let root = h.add(base, on: [])
    let review = try h.change(root) { $0.edit("A-2", "In Progress", "In Review") }
    let stale = try h.change(root, by: bob) { $0.edit("A-2", "It works", "Whatever") }
    let result = h.nodes[review].tree.with { $0.edit("A-2", "It works", "Whatever") }
    #expect(try both(h, result, [review, stale]).errors == ["merge-unresolved"])
    #expect(try both(h, result, [review, stale], isStamped: true).errors == [])
    #expect(try both(h, result, [review, stale], isStamped: true, reason: nil).errors == ["frozen-field"])
    let unproven = try h.change(root, by: bob) {
      $0[".readiness/A-2.json"] = PlanFixture.milestone(
        "A-2", status: "In Progress", dependsOn: ["A-1"], isProven: false)
    }
    let bare = h.nodes[unproven].tree.with { $0.edit("A-2", "In Progress", "In Review") }
    #expect(try both(h, bare, [review, unproven], isStamped: true).errors == ["frozen-field"])
  }

  @Test("what another side reviewed in whole comes without a stamp; evidence criterion by criterion")
  func reviewedElsewhere() throws {
    let h = MemoryHistory()
    let root = h.add(base, on: [])
    let renewed = try h.change(root) { $0.edit("A-4", "It works", "It flies") }
    let side = try h.change(root) { $0.edit("A-3", "\"TBD\"", "\"ada\"") }
    let result = h.nodes[renewed].tree.with { $0.edit("A-3", "\"TBD\"", "\"ada\"") }
    #expect(try both(h, result, [renewed, side]).errors == [])
    // Two reviews of parts of it are not a review of the whole.
    let other = try h.change(root) { $0.edit("A-4", "[\"A-1\"]", "[\"A-1\", \"A-5\"]") }
    let mixed = h.nodes[renewed].tree.with { $0.edit("A-4", "[\"A-1\"]", "[\"A-1\", \"A-5\"]") }
    #expect(try both(h, mixed, [renewed, other]).errors == ["merge-unresolved"])
    #expect(try both(h, mixed, [renewed, other], isStamped: true).errors == [])
  }

  @Test("a branch from before a stricter workflow: statuses come by the stricter one's paths and guards")
  func workflowOfTheSide() throws {
    let h = MemoryHistory()
    let root = h.add(base.with { $0[workflow] = loose }, on: [])
    let strict = try h.change(root) { $0[workflow] = standard }
    let jumped = try h.change(root) {
      $0[".readiness/A-2.json"] = PlanFixture.milestone("A-2", status: "Done", dependsOn: ["A-1"])
        .replacing("proof.txt", with: "none.txt")
    }
    let result = h.nodes[jumped].tree.with { $0[workflow] = h.nodes[strict].tree[workflow] }
    #expect(try both(h, result, [strict, jumped]).errors == ["evidence-mismatch"])
    let sound = try h.change(root) { $0.edit("A-2", "In Progress", "Done") }
    let fine = h.nodes[sound].tree.with { $0[workflow] = h.nodes[strict].tree[workflow] }
    // Its last guards also pass under the stricter workflow.
    #expect(try both(h, fine, [strict, sound]).errors == [])
  }

  @Test("a branch from before a guard: what is Done on both sides and changed there holds the guards of re-entry")
  func contentOfTheSide() throws {
    let h = MemoryHistory()
    let guardless = standard.replacing("\"criteria-met\"", with: "\"owner-assigned\"")
    let root = h.add(base.with { $0[workflow] = guardless }, on: [])
    let strict = try h.change(root) { $0[workflow] = standard }
    let stale = try h.change(root) { $0.edit("A-1", "proof.txt", "none.txt") }
    let result = h.nodes[stale].tree.with { $0[workflow] = h.nodes[strict].tree[workflow] }
    #expect(try both(h, result, [strict, stale]).errors == ["frozen-field"])
    // The person who merges cannot repair it, so the hook warns, and the server rejects.
    for parents in [[strict, stale], [stale, strict]] {
      let draft = try Judge.assess(h.proposal(result, on: parents, by: bob, .draft(reason: nil, mayFollow: false)))
      #expect(draft.errors == [] && draft.warnings == ["frozen-field"])
      let warning = try #require(draft.verdict.findings.first)
      #expect(
        warning.message.contains("The server will refuse this merge") && warning.hint.contains("Rebase the branch"))
    }
  }

  @Test("a branch from before authorization: its commits answer to the rules; the stamp of who may settles them")
  func authorizationOfTheSide() throws {
    let h = MemoryHistory()
    let root = h.add(base, on: [])
    let main = try h.change(root) { $0[authorization] = PlanFixture.authorization }
    let stale = try h.change(root, by: bob) { $0.edit("A-4", "In Review", "Done") }
    let result = h.nodes[stale].tree.with { $0[authorization] = PlanFixture.authorization }
    #expect(try both(h, result, [main, stale], by: bob).errors == ["not-authorized"])
    #expect(try both(h, result, [main, stale], by: bob, isStamped: true).errors == ["not-authorized"])
    #expect(try both(h, result, [main, stale]).errors == ["not-authorized"])
    let stamped = try h.message(result, on: [main, stale])
    #expect(stamped.contains("Readiness-Transition: A-4 \"In Review\" -> \"Done\""))
    #expect(try both(h, result, [main, stale], isStamped: true).errors == [])
  }

  @Test("what no milestone's stamp can settle, a change of the policy does, and the verdict tells it")
  func settledByPolicyChange() throws {
    let path = "ssot/policies/provenance.json"
    let h = MemoryHistory()
    let root = h.add(
      base.with {
        $0[authorization] = PlanFixture.authorization
        $0[path] = "{\"version\":1,\"unstamped\":\"warn\"}"
      }, on: [])
    let strict = try h.change(root) { $0[path] = "{\"version\":1,\"unstamped\":\"refuse\"}" }
    let stale = h.add(
      h.nodes[root].tree.with { $0["ssot/plan.json"] = $0["ssot/plan.json"]?.replacing("\"Test\"", with: "\"Best\"") },
      on: [root], by: bob)
    let result = h.nodes[stale].tree.with { $0[path] = h.nodes[strict].tree[path] }
    #expect(try both(h, result, [strict, stale], by: bob).errors == ["trailer-missing"])
    #expect(try both(h, result, [strict, stale], by: bob, isStamped: true).errors == ["trailer-missing"])
    // The hook does so only on request.
    #expect(try both(h, result, [strict, stale], isStamped: true).errors == ["trailer-missing"])
    for (author, errors) in [
      (PlanFixture.ada, []), (bob, ["policy-change-refused", "trailer-missing"]),
    ] {
      for parents in [[strict, stale], [stale, strict]] {
        let (first, policy) = (h.nodes[parents[0]].tree.policy().digest, result.policy().digest)
        var run = Run(at: "2026-11-22T19:00:00.123Z", actor: author, policy: first)
        run.policyChange = Run.PolicyChange(before: first, after: policy)
        let blocks = Trailers.blocks(in: "x\n\n" + Trailers.render(run, plan: result.planFile()?.plan?.planID))
        let settled = try Judge.assess(h.proposal(result, on: parents, by: author, .committed(blocks)))
        #expect(settled.errors == errors, "\(settled.verdict.findings)")
        #expect(settled.notes == (errors.isEmpty ? ["settled-by-policy-change"] : []))
      }
    }
  }

  @Test("a copy of a run that a side has brings nothing to it")
  func copies() throws {
    let h = MemoryHistory()
    let root = h.add(base, on: [])
    let there = try h.change(root) { $0.edit("A-2", "\"ada\"", "\"bob\"") }
    let back = try h.change(there) { $0.edit("A-2", "\"bob\"", "\"ada\"") }
    let copy = h.add(h.nodes[there].tree, on: [root], by: PlanFixture.ada, h.nodes[there].message)
    let fresh = try h.change(root) { $0.edit("A-2", "\"ada\"", "\"bob\"") }
    #expect(try both(h, h.nodes[copy].tree, [back, copy]).errors == ["merge-unresolved"])
    #expect(try both(h, h.nodes[fresh].tree, [back, fresh]).errors == [])
    #expect(try both(h, h.nodes[back].tree, [back, copy]).errors == ["merge-unresolved"])
    // A reopened status does not return with the old stamps either.
    let done = try h.change(root) { $0.edit("A-4", "In Review", "Done") }
    let reopened = try h.change(done) { $0.edit("A-4", "Done", "In Progress") }
    let old = h.add(h.nodes[done].tree, on: [root], by: PlanFixture.ada, h.nodes[done].message)
    #expect(try both(h, h.nodes[old].tree, [reopened, old]).errors == ["merge-unresolved"])
    // A stamp of a status that no parent brings decides it, by the guards of entry.
    let unproven = h.add(base.with { $0.edit("A-4", "proof.txt", "none.txt") }, on: [])
    let finished = try h.change(unproven) { $0.edit("A-4", "In Review", "Done") }
    let untrue = h.add(
      h.nodes[unproven].tree.with { $0.edit("A-3", "\"TBD\"", "\"bob\"") }, on: [unproven], by: PlanFixture.ada,
      h.nodes[finished].message)
    let result = h.nodes[finished].tree.with { $0.edit("A-3", "\"TBD\"", "\"bob\"") }
    #expect(try both(h, result, [finished, untrue]).errors.contains("merge-unresolved"))
    #expect(try both(h, result, [finished, untrue], isStamped: true).errors == ["evidence-mismatch"])
  }

  @Test("of a squash the blocks count: one that a side has brings nothing, another of the same commit does")
  func copiesInSquashes() throws {
    let h = MemoryHistory()
    let root = h.add(base, on: [])
    let there = try h.change(root) { $0.edit("A-4", "\"ada\"", "\"bob\"") }
    let more = try h.change(there) { $0.edit("A-2", "\"ada\"", "\"bob\"") }
    let squash = h.add(
      h.nodes[more].tree, on: [root], by: PlanFixture.ada, h.nodes[there].message + "\n" + h.nodes[more].message)
    #expect(try h.assess(squash).errors == [])
    // The unknown block's changes are clean, and the known one changes nothing.
    #expect(try both(h, h.nodes[squash].tree, [there, squash]).errors == [])
    // If the side reverted the known block, it does not apply again.
    let back = try h.change(there) { $0.edit("A-4", "\"bob\"", "\"ada\"") }
    #expect(try both(h, h.nodes[squash].tree, [back, squash]).errors == ["merge-unresolved"])
  }

  @Test("a change of the policy whose run a side has is not asked again with the rest of its squash")
  func copiedPolicyChange() throws {
    let gates = "ssot/policies/gates.json"
    let h = MemoryHistory()
    let root = h.add(base, on: [])
    let there = try h.change(root, by: bob) {
      $0[gates] = #"{ "version": 1, "gates": { "release": { "milestones": ["*"], "category": "done" } } }"#
    }
    let more = try h.change(there, by: bob) { $0.edit("A-3", "\"TBD\"", "\"bob\"") }
    let squash = h.add(
      h.nodes[more].tree, on: [root], by: bob, h.nodes[there].message + "\n" + h.nodes[more].message)
    #expect(try h.assess(squash).errors == [])
    let maintained = #"{ "version": 1, "roles": { "maintainer": ["ada@example.com"] } }"#
    let strict = try h.change(there) { $0[authorization] = maintained }
    let result = h.nodes[squash].tree.with { $0[authorization] = maintained }
    #expect(try both(h, result, [strict, squash], by: bob).errors == [])
    // The rule applies to a side that did not have the change before the rule.
    let unknowing = try h.change(root) { $0[authorization] = maintained }
    #expect(try both(h, result, [unknowing, squash], by: bob).errors == ["policy-change-refused"])
  }

  @Test("beside a copied change of the policy, approvals answer for their author also without an authorization.json")
  func approvalBesideCopiedPolicyChange() throws {
    let gates = #"{ "version": 1, "gates": { "release": { "milestones": ["*"], "category": "done" } } }"#
    let approval = #"{ "by": "ada@example.com", "digest": "sha256:\#(String(repeating: "0", count: 64))" }"#
    func approve(_ tree: MemoryTree) {
      tree.edit("A-4", "\"exitCriteria\"", "\"approvals\": [\(approval)],\n  \"exitCriteria\"")
    }
    func edit(_ tree: MemoryTree) { tree.edit("A-3", "\"TBD\"", "\"bob\"") }
    let h = MemoryHistory()
    let root = h.add(base, on: [])
    let there = try h.change(root) { $0["ssot/policies/gates.json"] = gates }
    let main = try h.change(there, edit)
    let copy = h.add(h.nodes[there].tree, on: [root], by: PlanFixture.ada, h.nodes[there].message)
    let approved = try h.change(copy, by: bob, approve)
    let result = h.nodes[main].tree.with(approve)
    #expect(try both(h, result, [main, approved]).errors == ["not-authorized"])
    // Nothing of the policy is repeated: the commit that added it has been refused, and the merge has no part in that.
    let (plain, other) = (try h.change(root, edit), try h.change(root, by: bob, approve))
    #expect(try both(h, h.nodes[plain].tree.with(approve), [plain, other]).errors == [])
  }

  @Test("a waiver that is over by the merge's moment brings nothing into review, from whichever side")
  func lapsed() throws {
    let h = MemoryHistory()
    let waived = base.with {
      $0[".readiness/A-2.json"] = PlanFixture.milestone(
        "A-2", status: "In Progress", dependsOn: ["A-1"], isProven: false
      ).replacing(
        #""text": "It is seen to work""#,
        with:
          #""text": "It", "waiver": { "owner": "o", "reason": "r", "approver": "ada@example.com", "until": "2026-11-18" }"#
      )
    }
    let root = h.add(waived, on: [])
    // The fixture's clock starts on the 18th of November.
    let review = try h.change(root) { $0.edit("A-2", "In Progress", "In Review") }
    #expect(try h.assess(review).errors == [])
    let side = try h.change(root) { $0.edit("A-3", "\"TBD\"", "\"bob\"") }
    let result = h.nodes[review].tree.with { $0.edit("A-3", "\"TBD\"", "\"bob\"") }
    #expect(try both(h, result, [review, side]).errors == [])
    h.clock += 2 * 86_400_000
    let later = try h.change(side) { $0.edit("A-3", "It works", "It flies") }
    let both = h.nodes[review].tree.with {
      $0.edit("A-3", "\"TBD\"", "\"bob\""); $0.edit("A-3", "It works", "It flies")
    }
    #expect(try self.both(h, both, [review, later]).errors == ["evidence-missing"])
    // If every parent has it, nothing is brought.
    let known = try h.change(review) { $0.edit("A-3", "\"TBD\"", "\"bob\"") }
    let other = try h.change(review) { $0.edit("A-4", "\"ada\"", "\"bob\"") }
    let all = h.nodes[known].tree.with { $0.edit("A-4", "\"ada\"", "\"bob\"") }
    #expect(try self.both(h, all, [known, other]).errors == [])
  }

  @Test("what was broken in a parent is inherited with that parent's file, and only with it")
  func inherited() throws {
    let h = MemoryHistory()
    let root = h.add(base, on: [])
    let broken = h.add(base.with { $0.edit("A-2", "\"ada\"", "\"TBD\"") }, on: [root])
    let side = try h.change(root) { $0.edit("A-3", "It works", "It flies") }
    let result = h.nodes[broken].tree.with { $0.edit("A-3", "It works", "It flies") }
    #expect(try both(h, result, [broken, side]).errors == [])
    let edited = try h.change(root) { $0.edit("A-2", "It works", "It flies") }
    let mixed = h.nodes[broken].tree.with { $0.edit("A-2", "It works", "It flies") }
    #expect(try both(h, mixed, [broken, edited]).errors == ["owner-missing"])
  }
}
