import TestSupport
import Testing

@testable import PlanJudge
@testable import PlanModel

/// Merges over a history in memory (contract 3, merges): the cases that each clause accepts, and those that it
/// rejects with their codes, for every order of the parents.
@Suite("Merges from every side")
struct MergeRuleTests {
  private let base = PlanFixture.tree()
  private let bob = PlanFixture.bob
  private let authorization = "ssot/policies/authorization.json"

  /// Returns the errors of a merge, which must be equal for every order of the parents.
  private func errors(
    _ history: MemoryHistory, _ tree: MemoryTree, _ parents: [Int], by author: Identity = PlanFixture.ada,
    isStamped: Bool = false, reason: String? = "because", sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> [String] {
    func judge(_ order: [Int]) throws -> [String] {
      try isStamped
        ? history.assess(tree, on: order, by: author, reason: reason).errors
        : history.assessUnstamped(tree, on: order, by: author).errors
    }
    let first = try judge(parents)
    for turn in parents.indices.dropFirst() {
      let order = Array(parents[turn...] + parents[..<turn])
      let found = try judge(order)
      #expect(found == first, "with \(order) in place of \(parents)", sourceLocation: sourceLocation)
    }
    return first
  }

  // MARK: - Clean

  @Test("a status that went there and back on the other side is contested, an owner is not")
  func thereAndBack() throws {
    let h = MemoryHistory()
    let root = h.add(base, on: [])
    let done = try h.change(root) { $0.edit("A-4", "In Review", "Done") }
    let reopened = try h.change(root) { $0.edit("A-4", "In Review", "In Progress") }
    let again = try h.change(reopened) { $0.edit("A-4", "In Progress", "In Review") }
    #expect(try errors(h, h.nodes[done].tree, [again, done]) == ["merge-unresolved"])
    let carol = try h.change(root) { $0.edit("A-2", "\"ada\"", "\"carol\"") }
    let there = try h.change(root) { $0.edit("A-2", "\"ada\"", "\"bob\"") }
    let back = try h.change(there) { $0.edit("A-2", "\"bob\"", "\"ada\"") }
    #expect(try errors(h, h.nodes[carol].tree, [back, carol]) == [])
    // A rule that names the property guards it.
    let ruled = h.add(
      base.with { $0[authorization] = PlanFixture.authorization }, on: [])
    let theirs = try h.change(ruled) { $0.edit("A-2", "\"ada\"", "\"carol\"") }
    let thereRuled = try h.change(ruled) { $0.edit("A-2", "\"ada\"", "\"bob\"") }
    let backRuled = try h.change(thereRuled) { $0.edit("A-2", "\"bob\"", "\"ada\"") }
    #expect(try errors(h, h.nodes[theirs].tree, [backRuled, theirs]) == ["merge-unresolved"])
  }

  @Test("a stamp lists nothing that is not decided, where the result has the first parent's plan too")
  func exactly() throws {
    let h = MemoryHistory()
    let root = h.add(base, on: [])
    let main = try h.change(root) { $0.edit("A-2", "\"ada\"", "\"bob\"") }
    let tree = h.nodes[main].tree
    let digest = tree.milestone(MilestoneID("A-2"))?.digest
    var run = Run(at: "2026-11-22T19:00:00.123Z", actor: PlanFixture.ada, policy: tree.policy().digest)
    run.edits = [Run.Edit(milestone: MilestoneID("A-2"), before: digest, after: digest)]
    let blocks = Trailers.blocks(in: "x\n\n" + Trailers.render(run, plan: tree.planFile()?.plan?.planID))
    #expect(
      try Judge.assess(h.proposal(tree, on: [main, root], by: PlanFixture.ada, .committed(blocks))).errors == [
        "trailer-mismatch"
      ])
    #expect(try h.assessUnstamped(tree, on: [main, root]).errors == [])
    // If no parent differs, a block that ends at its start makes no false claim.
    #expect(try Judge.assess(h.proposal(tree, on: [main, main], by: PlanFixture.ada, .committed(blocks))).errors == [])
  }

  @Test("ancestors of another parent decide nothing: their state does not come back with them")
  func octopusOfAncestors() throws {
    let h = MemoryHistory()
    let root = h.add(base, on: [])
    let done = try h.change(root) { $0.edit("A-4", "In Review", "Done") }
    let main = try h.change(done) { $0.edit("A-4", "Done", "In Progress") }
    #expect(try errors(h, h.nodes[done].tree, [main, done, root]).contains("merge-unresolved"))
    #expect(try errors(h, h.nodes[done].tree, [main, done, root], isStamped: true) == ["illegal-transition"])
    #expect(try errors(h, h.nodes[done].tree, [main, done], isStamped: true) == ["illegal-transition"])
    #expect(try errors(h, h.nodes[main].tree, [main, done, root]) == [])
  }

  @Test("both appended to the order: the tails follow one another whole, in either order")
  func tails() throws {
    let h = MemoryHistory()
    let root = h.add(base, on: [])
    let all = ["A-1", "A-2", "A-3", "A-4", "A-5"]
    func born(_ ids: [String]) -> (MemoryTree) -> Void {
      { tree in
        tree["ssot/plan.json"] = PlanFixture.plan(order: all + ids)
        for id in ids { tree[".readiness/\(id).json"] = PlanFixture.milestone(id, status: "Not Started") }
      }
    }
    let ours = try h.change(root, born(["B-1", "B-2"]))
    let theirs = try h.change(root, born(["C-1", "B-2"]))
    for (order, isClean) in [
      (["B-1", "B-2", "C-1"], true), (["C-1", "B-2", "B-1"], true), (["B-1", "C-1", "B-2"], false),
      (["B-1", "B-2"], false),
    ] {
      let result = base.with(born(["B-1", "B-2", "C-1"])).with {
        $0["ssot/plan.json"] = PlanFixture.plan(order: all + order)
      }
      #expect(try errors(h, result, [ours, theirs]) == (isClean ? [] : ["merge-unresolved"]), "\(order)")
    }
  }

  @Test("where one side alone changed a file, the result has its bytes; the layout of a file that both changed is free")
  func bytes() throws {
    let h = MemoryHistory()
    let root = h.add(base, on: [])
    let ours = try h.change(root) { $0.edit("A-2", "\"ada\"", "\"bob\"") }
    let theirs = try h.change(root) { $0.edit("A-2", "It works", "It flies") }
    let other = try h.change(root) { $0.edit("A-3", "It works", "It flies") }
    let spaced = h.nodes[ours].tree.with { $0.edit("A-2", "\"owner\": ", "\"owner\":   ") }
    #expect(
      try errors(h, spaced.with { $0.edit("A-3", "It works", "It flies") }, [ours, other]) == ["merge-unresolved"])
    #expect(try errors(h, spaced.with { $0.edit("A-2", "It works", "It flies") }, [ours, theirs]) == [])
  }

  @Test("bases are those of each two sides: in an octopus every side answers to every other")
  func pairwise() throws {
    let h = MemoryHistory()
    let root = h.add(base, on: [])
    let early = try h.change(root) { $0.edit("A-3", "\"TBD\"", "\"bob\"") }
    let late = try h.change(early) { $0.edit("A-3", "\"bob\"", "\"carol\"") }
    let side = try h.change(early) { $0.edit("A-2", "It works", "It flies") }
    let old = try h.change(root) { $0.edit("A-4", "It works", "It swims") }
    let result = h.nodes[late].tree.with {
      $0.edit("A-2", "It works", "It flies")
      $0.edit("A-4", "It works", "It swims")
    }
    #expect(try errors(h, result, [late, side, old]) == [])
    // A value of an older base of all three does not prevail.
    #expect(
      try errors(h, result.with { $0.edit("A-3", "\"carol\"", "\"TBD\"") }, [late, side, old]).contains(
        "merge-unresolved"))
  }

  // MARK: - Decided

  @Test("a live status is entered anew: guards of state, and a reason where it falls back behind a review")
  func enteredAnew() throws {
    let h = MemoryHistory()
    let root = h.add(base, on: [])
    let done = try h.change(root) { $0.edit("A-4", "In Review", "Done") }
    let reopened = try h.change(root) { $0.edit("A-4", "In Review", "In Progress") }
    #expect(try errors(h, h.nodes[done].tree, [done, reopened], isStamped: true) == [])
    #expect(try errors(h, h.nodes[reopened].tree, [done, reopened], isStamped: true) == [])
    #expect(
      try errors(h, h.nodes[reopened].tree, [done, reopened], isStamped: true, reason: nil) == ["reason-missing"])
    let blank = h.nodes[done].tree.with { $0["proof.txt"] = "Nothing is well.\n" }
    #expect(try errors(h, blank, [done, reopened], isStamped: true) == ["evidence-mismatch"])
    let two = base.with { $0.edit("A-4", "\"In Review\",", "\"Blocked\", \"blocked\": { \"reason\": \"x\" },") }
    #expect(try errors(h, two, [done, reopened], isStamped: true) == [])
    let none = base.with { $0.edit("A-4", "In Review", "Not Started") }
    #expect(try errors(h, none, [done, reopened], isStamped: true) == [])
  }

  @Test("what a merge decides answers to the policy of every parent")
  func authorityOfEverySide() throws {
    let h = MemoryHistory()
    let root = h.add(base, on: [])
    let rules = try h.change(root) { $0[authorization] = PlanFixture.authorization }
    let main = try h.change(rules) { $0.edit("A-2", "\"ada\"", "\"carol\"") }
    let side = try h.change(root) { $0.edit("A-2", "\"ada\"", "\"bob\"") }
    // A property that one side's rule names, decided by a person without the role, and by one with it.
    for owner in ["bob", "dora"] {
      let result = h.nodes[main].tree.with { $0.edit("A-2", "\"carol\"", "\"\(owner)\"") }
      #expect(try errors(h, result, [main, side], by: bob, isStamped: true) == ["not-authorized"], "\(owner)")
      #expect(try errors(h, result, [main, side], isStamped: true) == [], "\(owner)")
    }
    #expect(try errors(h, h.nodes[main].tree, [main, side], by: bob, isStamped: true) == [])
  }

  @Test("a merge does not take a criterion or a dependency away to finish")
  func takenAway() throws {
    let h = MemoryHistory()
    let root = h.add(
      base.with {
        $0.edit("A-4", "{ \"id\": \"works\"", "{ \"id\": \"open\", \"text\": \"Open\" }, { \"id\": \"works\"")
      },
      on: [])
    let ours = try h.change(root) { $0.edit("A-3", "\"TBD\"", "\"ada\"") }
    let theirs = try h.change(root) { $0.edit("A-2", "\"ada\"", "\"bob\"") }
    let result = base.with {
      $0.edit("A-3", "\"TBD\"", "\"ada\"")
      $0.edit("A-2", "\"ada\"", "\"bob\"")
      $0.edit("A-4", "In Review", "Done")
    }
    #expect(try errors(h, result, [ours, theirs], isStamped: true) == ["criterion-unmet"])
  }

  @Test("a milestone is born in a merge in the first state alone, and never again after its deletion")
  func births() throws {
    let h = MemoryHistory()
    let root = h.add(base, on: [])
    let ours = try h.change(root) { $0.edit("A-3", "\"TBD\"", "\"ada\"") }
    let theirs = try h.change(root) { $0.edit("A-2", "\"ada\"", "\"bob\"") }
    let both = h.nodes[ours].tree.with { $0.edit("A-2", "\"ada\"", "\"bob\"") }
    let born = both.with { $0[".readiness/B-1.json"] = PlanFixture.milestone("B-1", status: "Not Started") }
    #expect(try errors(h, born, [ours, theirs], isStamped: true) == [])
    let late = both.with { $0[".readiness/B-1.json"] = PlanFixture.milestone("B-1", status: "In Review") }
    #expect(try errors(h, late, [ours, theirs], isStamped: true) == ["illegal-birth"])
    let gone = try h.change(root) {
      $0[".readiness/A-3.json"] = nil
      $0["ssot/plan.json"] = PlanFixture.plan(order: ["A-1"], retired: ["A-3"])
    }
    let kept = h.nodes[gone].tree.with { $0[".readiness/A-3.json"] = h.nodes[ours].tree[".readiness/A-3.json"] }
    #expect(try errors(h, kept, [gone, ours], isStamped: true).contains("reused-id"))
    #expect(try errors(h, h.nodes[gone].tree, [gone, ours], isStamped: true) == [])
    let started = try h.change(ours) {
      $0.edit("A-3", "Not Started", "Blocked\", \"blocked\": { \"reason\": \"x\" }, \"x-a\": \"")
    }
    #expect(try errors(h, h.nodes[gone].tree, [gone, started], isStamped: true) == ["illegal-deletion"])
  }

  @Test("of several policies the strictest says how severe a merge without a stamp is")
  func severity() throws {
    let warns = "{\"version\":1,\"unstamped\":\"warn\"}"
    let path = "ssot/policies/provenance.json"
    let h = MemoryHistory()
    let root = h.add(base.with { $0[path] = warns }, on: [])
    let ours = try h.change(root) { $0.edit("A-2", "\"ada\"", "\"bob\"") }
    let theirs = try h.change(root) { $0.edit("A-2", "\"ada\"", "\"carol\"") }
    let merge = try h.assessUnstamped(h.nodes[ours].tree, on: [ours, theirs])
    #expect(merge.errors == [] && merge.notes == ["merge-unresolved"])
    let strict = try h.change(theirs) { $0[path] = "{\"version\":1,\"unstamped\":\"refuse\"}" }
    let result = h.nodes[strict].tree.with { $0.edit("A-2", "\"carol\"", "\"bob\"") }
    #expect(try errors(h, result, [ours, strict]) == ["merge-unresolved"])
  }

  @Test("a policy that one side changed does not go back with a merge, whoever comes first")
  func policyTakenBack() throws {
    let h = MemoryHistory()
    let root = h.add(base, on: [])
    let main = try h.change(root) { $0[authorization] = PlanFixture.authorization }
    #expect(try errors(h, base, [root, main], by: bob).contains("merge-unresolved"))
    #expect(try errors(h, base, [root, main], by: bob, isStamped: true) == ["policy-change-refused"])
    #expect(try errors(h, base, [root, main], isStamped: true) == [])
    let side = try h.change(root, by: bob) { $0.edit("A-3", "\"TBD\"", "\"bob\"") }
    #expect(
      try errors(h, h.nodes[side].tree, [side, main], by: bob, isStamped: true).contains("policy-change-refused"))
    let clean = h.nodes[side].tree.with { $0[authorization] = PlanFixture.authorization }
    let settled = h.nodes[main].tree
    #expect(try errors(h, settled, [side, main], by: bob).contains("merge-unresolved"))
    // A person without the right under the new rules changed the owner of A-3.
    #expect(try errors(h, clean, [side, main], by: bob) == ["not-authorized"])
    #expect(try errors(h, clean, [side, main], isStamped: true) == [])
  }
}
