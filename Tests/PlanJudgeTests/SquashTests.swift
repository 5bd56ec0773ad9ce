import PlanJudge
import PlanModel
import TestSupport
import Testing

private let ada = PlanFixture.ada
private let bob = PlanFixture.bob
private let plan = "5e7a63c7-3f0c-4d5a-9d38-6f1d1a7c8e21"

/// One block of a squash: its change, and its author.
private struct Block {
  let actor: Identity
  var signs = false
  var reason: String? = "because"
  let change: (MemoryTree) -> Void

  init(by actor: Identity, signs: Bool = false, reason: String? = "because", _ change: @escaping (MemoryTree) -> Void) {
    (self.actor, self.signs, self.reason, self.change) = (actor, signs, reason, change)
  }
}

/// Judges one commit with several blocks.
private func squash(_ base: MemoryTree, by author: Identity, starts: [ReviewStart] = [], _ blocks: [Block]) throws
  -> Assessment
{
  var tree = base
  var texts: [String] = []
  for (index, block) in blocks.enumerated() {
    let next = tree.with(block.change)
    let proposal = Proposal(from: tree, by: block.actor) { $0.files = next.files }
    let draft = try #require(try Judge.assess(proposal).draft)
    var run = draft.run(at: "2026-11-22T19:00:0\(index).000Z", actor: block.actor, reason: block.reason)
    if block.signs {
      run.signature = FakeSignatures.signature(Array(run.id(plan: plan).hex.utf8), by: block.actor.email)
    }
    texts.append(Trailers.render(run, plan: draft.plan))
    tree = next
  }
  let whole = Proposal(from: base, by: author, starts: starts) { $0.files = tree.files }
  return try Judge.assess(whole.committed("squash\n\n" + texts.joined(separator: "\n\n")))
}

private func base(_ rules: String = "", signers: String? = nil) -> MemoryTree {
  PlanFixture.tree().with {
    $0[PlanPaths.signers] = signers
    guard !rules.isEmpty else { return }
    $0[PlanPaths.authorization] = """
      { "version": 1,
        "roles": { "maintainer": ["ada@example.com"], "approver": ["ada@example.com", "bob@example.com"] },
        "rules": [\(rules)] }
      """
  }
}

private func move(_ id: String, _ from: String, _ to: String) -> (MemoryTree) -> Void {
  { $0.edit(id, "\"status\": \"\(from)\"", "\"status\": \"\(to)\"") }
}

@Suite("Several stamps in one commit")
struct SquashTests {
  private let delete: (MemoryTree) -> Void = {
    $0[".readiness/A-3.json"] = nil
    $0["ssot/plan.json"] = PlanFixture.plan(order: ["A-1", "A-2", "A-4", "A-5"], retired: ["A-3"])
  }

  @Test("what is deleted is not born again in the same commit, in no state")
  func deletedAndBorn() throws {
    for status in ["Not Started", "Done"] {
      let blocks = [
        Block(by: ada) { $0[".readiness/A-3.json"] = nil },
        Block(by: ada) { $0[".readiness/A-3.json"] = PlanFixture.milestone("A-3", status: status, dependsOn: ["A-1"]) },
      ]
      let errors = try squash(base(), by: ada, blocks).errors
      #expect(errors.contains("reused-id"), "\(errors)")
      #expect(errors.contains("illegal-birth") == (status == "Done"))
      #expect(errors.contains("illegal-deletion"))
    }
  }

  @Test("a birth begins at the beginning, and a deletion ends in a pending state, also where the commit shows neither")
  func bornAndDeleted() throws {
    let born = Block(by: ada) { $0[".readiness/B-1.json"] = PlanFixture.milestone("B-1", status: "Not Started") }
    let retired = Block(by: ada) {
      $0[".readiness/B-1.json"] = nil
      $0["ssot/plan.json"] = PlanFixture.plan(order: ["A-1", "A-2", "A-3", "A-4", "A-5"], retired: ["B-1"])
    }
    #expect(try squash(base(), by: ada, [born, retired]).errors == [])
    let forgotten = Block(by: ada) { $0[".readiness/B-1.json"] = nil }
    #expect(try squash(base(), by: ada, [born, forgotten]).errors == ["illegal-deletion"])
    let started = Block(by: ada) { $0[".readiness/B-1.json"] = PlanFixture.milestone("B-1", status: "In Progress") }
    #expect(try squash(base(), by: ada, [started, retired]).errors == ["illegal-birth", "illegal-deletion"])
  }

  @Test("every block that changes a milestone is asked for every field that the commit changes in it")
  func fields() throws {
    let rule = base(#"{ "fields": ["outcome"], "role": "maintainer" }"#, signers: "ada@example.com key-a\n")
    let reword: (MemoryTree) -> Void = { $0.edit("A-3", "It works", "It flies") }
    let own: (MemoryTree) -> Void = { $0.edit("A-3", "\"TBD\"", "\"bob\"") }
    // No digest shows which block changed the outcome, so bob's is checked too.
    #expect(
      try squash(rule, by: bob, [Block(by: ada, signs: true, reword), Block(by: bob, own)]).errors == ["not-authorized"]
    )
    #expect(
      try squash(rule, by: bob, [Block(by: bob, own), Block(by: bob, move("A-2", "In Progress", "In Review"))]).errors
        == [])
    #expect(
      try squash(rule, by: bob, [Block(by: ada, signs: true, reword), Block(by: ada, signs: true, own)]).errors == [])
    #expect(try squash(rule, by: bob, [Block(by: ada, reword), Block(by: ada, own)]).errors == ["actor-mismatch"])
  }

  @Test("every step satisfies the rules for its own actor, in a chain that ends where it began too")
  func steps() throws {
    let rule = base(#"{ "from": "In Review", "role": "maintainer" }, { "to": "In Review", "role": "maintainer" }"#)
    func thereAndBack(by author: Identity) throws -> [String] {
      try squash(
        rule, by: author,
        [
          Block(by: author, move("A-4", "In Review", "In Progress")),
          Block(by: author, move("A-4", "In Progress", "In Review")),
        ]
      ).errors
    }
    #expect(try thereAndBack(by: ada) == [])
    #expect(try thereAndBack(by: bob) == ["not-authorized"])
    // The same with a change of another milestone.
    let blocks = [
      Block(by: bob, move("A-4", "In Review", "In Progress")), Block(by: bob, move("A-4", "In Progress", "In Review")),
      Block(by: bob) { $0.edit("A-3", "\"TBD\"", "\"bob\"") },
    ]
    #expect(try squash(rule, by: bob, blocks).errors == ["not-authorized"])
    let jump = [
      Block(by: ada, move("A-4", "In Review", "Blocked")), Block(by: ada, move("A-4", "Blocked", "In Review")),
    ]
    #expect(try squash(base(), by: ada, jump).errors.contains("illegal-transition"))
  }

  @Test("a policy that is changed and changed back in one commit takes the authority all the same")
  func policy() throws {
    let path = "ssot/policies/provenance.json"
    let rule = base(#"{ "to": "Done", "role": "maintainer" }"#)
    func thereAndBack(by author: Identity) throws -> [String] {
      try squash(
        rule, by: author,
        [
          Block(by: author) { $0[path] = #"{ "version": 1, "unstamped": "warn" }"# },
          Block(by: author) { $0[path] = nil },
        ]
      ).errors
    }
    #expect(try thereAndBack(by: ada) == [])
    #expect(try thereAndBack(by: bob) == ["policy-change-refused"])
  }

  @Test("all guards of the last step hold, its own reason among them")
  func lastStep() throws {
    let there = Block(by: ada, reason: nil, move("A-4", "In Review", "Done"))
    func back(_ reason: String?) -> Block { Block(by: ada, reason: reason, move("A-4", "Done", "In Progress")) }
    #expect(try squash(base(), by: ada, [there, back("it broke")]).errors == [])
    #expect(try squash(base(), by: ada, [there, back(nil)]).errors == ["reason-missing"])
  }

  @Test("what depends on a milestone is asked of each step out of done that is not taken back")
  func dependents() throws {
    let reopen = Block(by: ada, move("A-1", "Done", "In Progress"))
    let errors = try squash(base(), by: ada, [reopen, Block(by: ada, move("A-1", "In Progress", "In Review"))]).errors
    #expect(errors.contains("done-dependent"))
    let again = [
      reopen, Block(by: ada, move("A-1", "In Progress", "In Review")), Block(by: ada, move("A-1", "In Review", "Done")),
    ]
    #expect(try squash(base(), by: ada, again).errors == [])
  }

  @Test("an earlier block of the message is the one that sent it to review")
  func sender() throws {
    let rule = base(
      #"{ "to": "Done", "role": "approver", "notWhoSentToReview": true }"#, signers: "bob@example.com key-b\n")
    func both(_ sender: Block, _ finisher: Block, by author: Identity) throws -> [String] {
      // ada started the review that the first block ends.
      try squash(
        rule, by: author, starts: [ReviewStart(author: ada, run: nil)],
        [Block(by: sender.actor, signs: sender.signs, move("A-4", "In Review", "In Progress")), sender, finisher]
      ).errors
    }
    let done = move("A-4", "In Review", "Done")
    let review = move("A-4", "In Progress", "In Review")
    #expect(try both(Block(by: bob, signs: true, review), Block(by: ada, done), by: ada) == [])
    #expect(try both(Block(by: ada, review), Block(by: bob, signs: true, done), by: ada) == [])
    #expect(try both(Block(by: ada, review), Block(by: ada, done), by: ada) == ["self-approval"])
    #expect(
      try both(Block(by: bob, review), Block(by: ada, done), by: ada) == ["actor-mismatch", "self-approval"])
  }

  @Test("digests that hide a birth or a deletion in an edit do not lead on")
  func hidden() throws {
    let rule = base()
    let born = rule.with { $0[".readiness/A-3.json"] = PlanFixture.milestone("A-3", status: "Not Started") }
    let before = try #require(rule.milestone(MilestoneID("A-3"))?.digest)
    let after = try #require(born.milestone(MilestoneID("A-3"))?.digest)
    func block(_ at: String, _ line: String) -> String {
      let head = [
        "Readiness-At: 2026-11-22T19:00:\(at).000Z", "Readiness-Actor: \(ada)",
        "Readiness-Policy: \(rule.policy().digest.tagged)", line,
      ]
      let text = (["Readiness-Run: \(String(repeating: "0", count: 64))"] + head).joined(separator: "\n")
      let run = Trailers.blocks(in: text).first?.run
      return run.map { Trailers.render($0, plan: plan) } ?? text
    }
    let message = [
      block("00", "Readiness-Edit: A-3 \(before.tagged) none"), block("01", "Readiness-Edit: A-3 none \(after.tagged)"),
    ].joined(separator: "\n\n")
    let whole = Proposal(from: rule) { $0.files = born.files }
    #expect(try Judge.assess(whole.committed(message)).errors == ["trailer-mismatch"])
  }

  @Test(
    "an approval or a waiver of a squash is by who signed the last block of its file: an earlier one vouches for other bytes"
  )
  func addedBehindASignature() throws {
    let plain = base(signers: "bob@example.com key-b\n")
    let owner: (MemoryTree) -> Void = { $0.edit("A-4", "\"owner\": \"ada\"", "\"owner\": \"bob\"") }
    let approve: (MemoryTree) -> Void = { tree in
      guard let digest = tree.milestone(MilestoneID("A-4"))?.milestone?.approvedDigest.tagged else { return }
      tree.edit(
        "A-4", "\"exitCriteria\"",
        "\"approvals\": [{ \"by\": \"bob@example.com\", \"digest\": \"\(digest)\" }],\n  \"exitCriteria\"")
    }
    let waive: (MemoryTree) -> Void = {
      $0.edit(
        "A-4", #""text": "It is seen to work""#,
        #""text": "It", "waiver": { "owner": "o", "reason": "r", "approver": "bob@example.com", "until": "2026-12-01" }"#
      )
    }
    for add in [approve, waive] {
      func both(_ first: Block, _ second: Block) throws -> [String] {
        try squash(plain, by: ada, [first, second]).errors
      }
      #expect(try both(Block(by: bob, signs: true, owner), Block(by: bob, add)).contains("not-authorized"))
      #expect(try both(Block(by: bob, owner), Block(by: bob, signs: true, add)).contains("not-authorized") == false)
    }
  }
}
