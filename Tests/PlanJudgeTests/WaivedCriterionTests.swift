import PlanJudge
import PlanModel
import TestSupport
import Testing

/// A waiver is valid for the current text of one criterion. A person who keeps it and changes the criterion's demand
/// needs the same right as to add it (`doc/design/decisions/0100-waiver-is-for-one-text.md`).
@Suite("What a waiver is given for")
struct WaivedCriterionTests {
  private let bob = PlanFixture.bob
  private let waiver =
    #", "waiver": { "owner": "bob", "reason": "r", "approver": "ada@example.com", "until": "2027-12-01" }"#

  /// Returns a plan with A-2 in progress and two criteria; ada has waived the first.
  private func base(_ waiver: String? = nil) -> MemoryTree {
    PlanFixture.tree().with {
      $0[".readiness/A-2.json"] = PlanFixture.milestone(
        "A-2", status: "In Progress", dependsOn: ["A-1"], isProven: false
      ).replacing(
        #"{ "id": "works", "text": "It is seen to work" }"#,
        with:
          #"{ "id": "works", "text": "The logo is blue"\#(waiver ?? self.waiver) }, { "id": "safe", "text": "It was attacked" }"#
      )
    }
  }

  private func errors(
    by author: Identity, from base: MemoryTree? = nil, _ change: (MemoryTree) -> Void
  ) throws -> [String] {
    let proposal = Proposal(from: base ?? self.base(), by: author, change)
    let drafted = try Judge.assess(proposal).errors
    #expect(try Judge.assess(proposal.stamped()).errors == drafted)
    return drafted
  }

  @Test("the words or the check below a waiver are changed by its approver alone")
  func words() throws {
    func rewrite(_ tree: MemoryTree) { tree.edit("A-2", "The logo is blue", "It was attacked by strangers") }
    #expect(try errors(by: bob, rewrite) == ["not-authorized"])
    #expect(try errors(by: PlanFixture.ada, rewrite) == [])
    let check = #""check": { "command": ["true"], "profile": "tdd", "inputs": ["src"] }"#
    func prove(_ tree: MemoryTree) { tree.edit("A-2", "\"The logo is blue\"", "\"The logo is blue\", \(check)") }
    #expect(try errors(by: bob, prove) == ["not-authorized"])
    #expect(try errors(by: PlanFixture.ada, prove) == [])
    // The approver needs the role as well.
    let roles = base().with {
      $0[PlanPaths.authorization] =
        #"{ "version": 1, "roles": { "approver": ["bob@example.com"] }, "rules": [], "policyChange": { "role": "approver" } }"#
    }
    #expect(try errors(by: PlanFixture.ada, from: roles, rewrite) == ["not-authorized"])
  }

  @Test("two criteria that swap their words, or their names, take no waiver along")
  func swaps() throws {
    #expect(
      try errors(by: bob) {
        $0.edit("A-2", "The logo is blue", "?")
        $0.edit("A-2", "It was attacked", "The logo is blue")
        $0.edit("A-2", "\"?\"", "\"It was attacked\"")
      } == ["not-authorized"])
    #expect(
      try errors(by: bob) {
        $0.edit("A-2", "\"id\": \"works\"", "\"id\": \"?\"")
        $0.edit("A-2", "\"id\": \"safe\"", "\"id\": \"works\"")
        $0.edit("A-2", "\"id\": \"?\"", "\"id\": \"safe\"")
      } == ["not-authorized"])
  }

  @Test("the waiver's other neighbours are anybody's: removal, another criterion, evidence, layout")
  func neighbours() throws {
    #expect(
      try errors(by: bob) {
        $0.edit("A-2", waiver, "")
        $0.edit("A-2", "The logo is blue", "The logo is red")
      } == [])
    #expect(try errors(by: bob) { $0.edit("A-2", "It was attacked", "It was attacked twice") } == [])
    #expect(
      try errors(by: bob) {
        $0.edit("A-2", waiver, waiver + #", "evidence": [{ "kind": "statement", "text": "t", "by": "bob" }]"#)
      } == [])
    #expect(try errors(by: bob) { $0.edit("A-2", #""id": "works", "text""#, #""id":  "works",  "text""#) } == [])
  }

  @Test("a squash is asked for what it holds in the end")
  func squashes() throws {
    let h = MemoryHistory()
    let root = h.add(base(), on: [])
    let first = try h.change(root, by: bob) { $0.edit("A-2", "The logo is blue", "The logo is red") }
    let second = try h.change(first, by: PlanFixture.ada) { $0.edit("A-2", "It was attacked", "It was attacked twice") }
    #expect(try h.assess(first).errors == ["not-authorized"])
    let message = h.nodes[first].message + "\n" + h.nodes[second].message
    func squash(_ author: Identity) throws -> [String] {
      let blocks = Trailers.blocks(in: message)
      return try Judge.assess(h.proposal(h.nodes[second].tree, on: [root], by: author, .committed(blocks))).errors
    }
    #expect(try squash(bob) == ["not-authorized"])
    #expect(try squash(PlanFixture.ada) == [])
  }

  @Test("a merge that puts a waiver above the words of another side decides it")
  func merges() throws {
    let h = MemoryHistory()
    let root = h.add(base(""), on: [])
    let waived = try h.change(root) { $0.edit("A-2", "\"The logo is blue\"", "\"The logo is blue\"\(waiver)") }
    let reworded = try h.change(root, by: bob) { $0.edit("A-2", "The logo is blue", "It was attacked by strangers") }
    let mixed = h.nodes[waived].tree.with { $0.edit("A-2", "The logo is blue", "It was attacked by strangers") }
    let dropped = h.nodes[reworded].tree
    for parents in [[waived, reworded], [reworded, waived]] {
      #expect(try h.assessUnstamped(mixed, on: parents, by: bob).errors == ["merge-unresolved", "not-authorized"])
      #expect(try h.assess(mixed, on: parents, by: bob).errors == ["not-authorized"])
      #expect(try h.assess(mixed, on: parents, by: PlanFixture.ada).errors == [])
      // Without the waiver it decides to drop the waiver, which anyone may do.
      #expect(try h.assess(dropped, on: parents, by: bob).errors == [])
    }
    // One side's change elsewhere, next to the other's waiver, decides nothing.
    let elsewhere = try h.change(root, by: bob) { $0.edit("A-2", "It was attacked", "It was attacked twice") }
    let clean = h.nodes[waived].tree.with { $0.edit("A-2", "It was attacked", "It was attacked twice") }
    #expect(try h.assessUnstamped(clean, on: [waived, elsewhere], by: bob).errors == [])
  }

  @Test("a merge that goes back to the words of an older side gives the waiver for them again")
  func goingBack() throws {
    let h = MemoryHistory()
    let root = h.add(base(), on: [])
    let narrowed = try h.change(root) { $0.edit("A-2", "The logo is blue", "The logo of the manual is blue") }
    let side = try h.change(root, by: bob) { $0.edit("A-3", "\"TBD\"", "\"bob\"") }
    let back = h.nodes[side].tree
    for parents in [[narrowed, side], [side, narrowed]] {
      #expect(try h.assess(back, on: parents, by: bob).errors == ["not-authorized"])
      #expect(try h.assess(back, on: parents, by: PlanFixture.ada).errors == [])
    }
  }
}
