import GitObjects
import PlanJudge
import PlanModel
import TestSupport
import StrictJSON
import Testing

private let eve = Identity(name: "Eve", email: "eve@example.com")
private let grace = Identity(name: "Grace", email: "Grace@Example.com")

/// Returns the fixture's plan, with a rule for approvers on Done.
private func base(_ rule: String, signers: String? = nil, more: String = "") -> MemoryTree {
  PlanFixture.tree().with {
    $0[PlanPaths.authorization] = """
      { "version": 1, "roles": { "approver": ["ada@example.com", "bob@example.com", "grace@example.com"] },
        "rules": [{ "to": "Done", "role": "approver"\(rule) }]\(more) }
      """
    $0[PlanPaths.signers] = signers
  }
}

/// Returns the commit that sent A-4 to review, as an ancestor.
private func sent(by actor: Identity, author: Identity? = nil, signed: Bool = false) -> ReviewStart {
  var run = Run(at: "2026-11-22T18:00:00.000Z", actor: actor, policy: Digest(of: [1]))
  if signed { run.signature = FakeSignatures.signature(Array(run.id(plan: plan).hex.utf8), by: actor.email) }
  return ReviewStart(author: author ?? actor, run: run)
}

private let plan = "5e7a63c7-3f0c-4d5a-9d38-6f1d1a7c8e21"

extension MemoryTree {
  /// Adds approvals of a milestone's content.
  /// - Parameter review: the review of signed approvals; nil for the form before revision 2.
  fileprivate func approved(
    _ id: String, by names: [String], signed: Bool = false, review: ReviewStart? = sent(by: PlanFixture.ada),
    plan: String = plan
  ) -> MemoryTree {
    with { tree in
      guard let milestone = tree.milestone(MilestoneID(id))?.milestone else { return }
      let digest = milestone.approvedDigest
      let run = review?.run?.id(plan: plan)
      let entries = names.map { name in
        let message = run.map { Approval.signed(plan: plan, run: $0, digest: digest) } ?? Array(digest.tagged.utf8)
        let signature = FakeSignatures.signature(message, by: name)
        let named = run.map { ", \"run\": \"\($0.hex)\"" } ?? ""
        return
          #"{ "by": "\#(name)", "digest": "\#(digest.tagged)"\#(signed ? "\(named), \"signature\": \"\(signature)\"" : "") }"#
      }
      tree.edit(id, "\"exitCriteria\"", "\"approvals\": [\(entries.joined(separator: ", "))],\n  \"exitCriteria\"")
    }
  }
}

/// Judges a move of A-4 from review to done.
private func done(_ base: MemoryTree, by author: Identity = PlanFixture.ada, starts: [ReviewStart] = []) throws
  -> [String]
{
  try Judge.assess(Proposal(from: base, by: author, starts: starts) { $0.edit("A-4", "In Review", "Done") }).errors
}

@Suite("Authority")
struct AuthorityTests {
  @Test("a quorum counts the actor and different holders of the role, for what stands there")
  func quorum() throws {
    let two = base(#", "approvals": 2"#)
    #expect(try done(two) == ["not-approved"])
    #expect(try done(two.approved("A-4", by: ["bob@example.com"])) == [])
    #expect(try done(two.approved("A-4", by: ["ADA@example.com"])) == ["not-approved"])
    #expect(try done(two.approved("A-4", by: ["eve@example.com"])) == ["not-approved"])
    #expect(try done(two.approved("A-4", by: ["bob@example.com"]), by: eve) == ["not-authorized"])
    #expect(try done(base(#", "approvals": 3"#).approved("A-4", by: ["bob@example.com", "Grace@example.com"])) == [])
    // An approval lapses when the approved content changes.
    let lapsed = two.approved("A-4", by: ["bob@example.com"]).with { $0.edit("A-4", "It is seen to work", "It works") }
    #expect(try done(lapsed) == ["not-approved"])
    #expect(try done(base(#", "approvals": 1"#)) == [])
  }

  @Test("who sent it to review counts neither as actor nor as approver")
  func sender() throws {
    let rule = base(#", "notWhoSentToReview": true"#)
    #expect(try done(rule, starts: [sent(by: PlanFixture.ada)]) == ["self-approval"])
    #expect(try done(rule, starts: [sent(by: PlanFixture.bob)]) == [])
    #expect(try done(rule, by: PlanFixture.bob, starts: [sent(by: PlanFixture.ada)]) == [])
    let both = base(#", "notWhoSentToReview": true, "approvals": 2"#)
    #expect(
      try done(both.approved("A-4", by: ["bob@example.com"]), starts: [sent(by: PlanFixture.bob)]) == ["not-approved"])
    #expect(
      try done(both.approved("A-4", by: ["grace@example.com"]), starts: [sent(by: PlanFixture.bob)]) == [])
    // Without the rule the sender does not matter.
    #expect(try done(base(""), starts: [sent(by: PlanFixture.ada)]) == [])
  }

  @Test("the author of the commit that sent it is excluded as well as the name in its stamp, unless that one signed")
  func senderByAnotherName() throws {
    let rule = base(#", "notWhoSentToReview": true"#, signers: "bob@example.com key-b\n")
    let claimed = sent(by: PlanFixture.bob, author: PlanFixture.ada)
    #expect(try done(rule, by: PlanFixture.ada, starts: [claimed]) == ["self-approval"])
    #expect(try done(rule, by: PlanFixture.bob, starts: [claimed]) == ["self-approval"])
    #expect(try done(rule, by: grace, starts: [claimed]) == [])
    let signed = sent(by: PlanFixture.bob, author: PlanFixture.ada, signed: true)
    #expect(try done(rule, by: PlanFixture.ada, starts: [signed]) == [])
    #expect(try done(rule, by: PlanFixture.bob, starts: [signed]) == ["self-approval"])
    // Several lines may have led there, and a commit without a stamp still has an author.
    let starts = [sent(by: PlanFixture.bob), ReviewStart(author: PlanFixture.ada, run: nil)]
    #expect(try done(rule, by: PlanFixture.ada, starts: starts) == ["self-approval"])
  }

  @Test("a stamp that sends to review in another's name is refused where a rule excludes the sender")
  func sendsInAnothersName() throws {
    let rule = base(#", "notWhoSentToReview": true"#, signers: "bob@example.com key-b\n")
    let proposal = Proposal(from: rule, by: eve) { $0.edit("A-2", "In Progress", "In Review") }
    #expect(try Judge.assess(proposal.stamped()).errors == [])
    #expect(try Judge.assess(proposal.stamped(actor: PlanFixture.bob)).errors == ["actor-mismatch"])
    let elsewhere = base(#", "notWhoSentToReview": true, "milestones": ["A-4"]"#)
    let free = Proposal(from: elsewhere, by: eve) { $0.edit("A-2", "In Progress", "In Review") }
    #expect(try Judge.assess(free.stamped(actor: PlanFixture.bob)).warnings == ["actor-mismatch"])
  }

  @Test("in a squash the step into review counts, and not who committed it")
  func squashedSender() throws {
    let rule = base(#", "notWhoSentToReview": true"#)
    func squash(sender: Identity, finisher: Identity) throws -> [String] {
      let first = Proposal(from: rule, by: sender) { $0.edit("A-2", "In Progress", "In Review") }
      let middle = rule.with { $0.edit("A-2", "In Progress", "In Review") }
      let second = Proposal(from: middle, by: finisher) { $0.edit("A-2", "In Review", "Done") }
      let whole = Proposal(from: rule, by: finisher) { $0.edit("A-2", "In Progress", "Done") }
      return try Judge.assess(whole.committed("Both\n\n\(first.stamp())\n\n\(second.stamp())")).errors
    }
    #expect(try squash(sender: PlanFixture.ada, finisher: PlanFixture.ada) == ["self-approval"])
    // Two people's steps in one commit: the other's is unsigned, so it may be the author's.
    #expect(
      try squash(sender: PlanFixture.bob, finisher: PlanFixture.ada) == ["actor-mismatch", "self-approval"])
  }

  private func signedDone(
    _ base: MemoryTree, by author: Identity, starts: [ReviewStart] = [], _ change: (inout Run) -> Void = { _ in }
  ) throws -> Proposal {
    let proposal = Proposal(from: base, by: author, starts: starts) { $0.edit("A-4", "In Review", "Done") }
    let draft = try #require(try Judge.assess(proposal).draft)
    #expect(draft.asksForSignature)
    var run = draft.run(at: "2026-11-22T19:00:00.123Z", actor: author, reason: nil)
    run.signature = FakeSignatures.signature(Array(run.id(plan: draft.plan).hex.utf8), by: author.email)
    change(&run)
    return proposal.committed("Done\n\n" + Trailers.render(run, plan: draft.plan))
  }

  @Test("where a rule asks for it, the stamp carries the actor's signature, by the signers of the first parent")
  func signatures() throws {
    let rule = base(#", "signed": true"#, signers: "ada@example.com key-a\nBOB@example.com key-b\n")
    #expect(try Judge.assess(signedDone(rule, by: PlanFixture.ada)).errors == [])
    #expect(try Judge.assess(signedDone(rule, by: PlanFixture.bob)).errors == [])
    #expect(
      try Judge.assess(signedDone(rule, by: PlanFixture.ada) { $0.signature = nil }).errors == ["signature-missing"])
    #expect(
      try Judge.assess(signedDone(rule, by: PlanFixture.ada) { $0.signature = "abc" }).errors == ["signature-invalid"])
    #expect(try Judge.assess(signedDone(rule, by: grace)).errors == ["signature-invalid"])
    // The signature is over other content.
    let moved = try signedDone(rule, by: PlanFixture.ada) { $0.at = "2026-11-22T19:00:00.124Z" }
    #expect(try Judge.assess(moved).errors == ["signature-invalid"])
    // A signers file from the same commit binds nobody.
    let none = base(#", "signed": true"#)
    #expect(try Judge.assess(signedDone(none, by: PlanFixture.ada)).errors == ["signature-invalid"])
    // A draft is signed later.
    #expect(try done(rule) == [])
  }

  @Test("a change of the policy is signed where the policy says so")
  func signedPolicy() throws {
    let rule = base(
      "", signers: "ada@example.com key-a\n", more: #", "policyChange": { "role": "approver", "signed": true }"#)
    let proposal = Proposal(from: rule) {
      $0["ssot/policies/provenance.json"] = #"{ "version": 1, "unstamped": "warn" }"#
    }
    #expect(try Judge.assess(proposal).errors == [])
    #expect(try Judge.assess(proposal.stamped()).errors == ["signature-missing"])
    let draft = try #require(try Judge.assess(proposal).draft)
    var run = draft.run(at: "2026-11-22T19:00:00.123Z", actor: PlanFixture.ada, reason: nil)
    run.signature = FakeSignatures.signature(Array(run.id(plan: draft.plan).hex.utf8), by: "ada@example.com")
    #expect(try Judge.assess(proposal.committed(Trailers.render(run, plan: draft.plan))).errors == [])
  }

  @Test("a signature by the actor settles that somebody else committed it")
  func settles() throws {
    let rule = base(#", "signed": true"#, signers: "ada@example.com key-a\n")
    let signed = try signedDone(rule, by: PlanFixture.ada)
    guard case .committed(let blocks) = signed.claim, let run = blocks.first?.run else { return }
    let other = Proposal(from: rule, by: eve) { $0.edit("A-4", "In Review", "Done") }
    let plan = PlanFile(kind: .regular, bytes: Array((rule[PlanPaths.plan] ?? "").utf8)).plan?.planID
    let picked = try Judge.assess(other.committed(Trailers.render(run, plan: plan)))
    #expect(picked.errors == [] && picked.warnings == ["actor-mismatch"])
    var unsigned = run
    unsigned.signature = nil
    #expect(
      try Judge.assess(other.committed(Trailers.render(unsigned, plan: plan))).errors
        == ["actor-mismatch", "signature-missing"])
  }

  @Test("what was reviewed changes under the rules of the way in: role, quorum, signature")
  func reentry() throws {
    func reword(_ base: MemoryTree, by author: Identity = PlanFixture.ada) throws -> Assessment {
      try Judge.assess(Proposal(from: base, by: author) { $0.edit("A-5", "It works", "It works, mostly") })
    }
    #expect(try reword(base("")).errors == [])
    #expect(try reword(base(""), by: eve).errors == ["frozen-field"])
    // One approver alone cannot rewrite what two approved.
    #expect(try reword(base(#", "approvals": 2"#)).errors == ["frozen-field"])
    let rewritten = base(#", "approvals": 2"#).with { $0.edit("A-5", "It works", "It works, mostly") }
    let approved = rewritten.approved("A-5", by: ["bob@example.com"])
      .with { $0.edit("A-5", "It works, mostly", "It works") }
    #expect(try reword(approved).errors == [])
    let signed = base(#", "signed": true"#, signers: "ada@example.com key-a\n")
    #expect(try reword(signed).draft?.asksForSignature == true)
    let proposal = Proposal(from: signed) { $0.edit("A-5", "It works", "It works, mostly") }
    #expect(try Judge.assess(proposal.stamped()).errors == ["signature-missing"])
  }

  @Test("an approval is brought by its approver, or by anyone with the approver's signature for this review")
  func approvals() throws {
    let base = base("", signers: "bob@example.com key-b\n")
    let review = sent(by: PlanFixture.ada)
    func bring(_ tree: MemoryTree, by author: Identity) throws -> [String] {
      try Judge.assess(
        Proposal(
          parents: [base], candidate: tree, ancestry: ToldAncestry(starts: [review]), author: author,
          claim: .draft(reason: "r", mayFollow: false))
      ).errors
    }
    #expect(try bring(base.approved("A-4", by: ["bob@example.com"]), by: PlanFixture.bob) == [])
    #expect(try bring(base.approved("A-4", by: ["bob@example.com"]), by: PlanFixture.ada) == ["not-authorized"])
    #expect(try bring(base.approved("A-4", by: ["bob@example.com"], signed: true), by: PlanFixture.ada) == [])
    for (name, tree) in [
      ("no key", base.approved("A-4", by: ["grace@example.com"], signed: true)),
      ("another review", base.approved("A-4", by: ["bob@example.com"], signed: true, review: sent(by: grace))),
      ("no review", base.approved("A-4", by: ["bob@example.com"], signed: true, review: nil)),
      ("another plan", base.approved("A-4", by: ["bob@example.com"], signed: true, plan: "another")),
      ("not in review", base.approved("A-2", by: ["bob@example.com"], signed: true)),
    ] {
      #expect(try bring(tree, by: PlanFixture.ada) == ["signature-invalid"], "\(name)")
    }
  }

  @Test("a signed quorum counts signed approvals alone, of this review")
  func signedQuorum() throws {
    let rule = base(
      #", "approvals": 2, "signed": true"#, signers: "ada@example.com key-a\nbob@example.com key-b\n")
    let review = sent(by: grace)
    func judge(_ tree: MemoryTree) throws -> [String] {
      try Judge.assess(signedDone(tree, by: PlanFixture.bob, starts: [review])).errors
    }
    #expect(try judge(rule) == ["not-approved"])
    #expect(try judge(rule.approved("A-4", by: ["ada@example.com"])) == ["not-approved"])
    #expect(try judge(rule.approved("A-4", by: ["ada@example.com"], signed: true, review: review)) == [])
    #expect(
      try judge(rule.approved("A-4", by: ["ada@example.com"], signed: true, review: sent(by: eve))) == ["not-approved"])
    #expect(try judge(rule.approved("A-4", by: ["ada@example.com"], signed: true, review: nil)) == ["not-approved"])
    // The actor counts once, regardless of the entries.
    #expect(
      try judge(rule.approved("A-4", by: ["bob@example.com"], signed: true, review: review)) == ["not-approved"])
  }

  @Test("what leaves the review takes no approval along")
  func endOfReview() throws {
    let base = base("").approved("A-4", by: ["bob@example.com"])
    func move(_ id: String, _ from: String, _ to: String, of tree: MemoryTree, clears: Bool = false) throws -> [String]
    {
      let proposal = Proposal(from: tree) { tree in
        tree.edit(id, from, to)
        guard clears, let text = tree[".readiness/\(id).json"] else { return }
        let kept = text.split(separator: "\n").filter { !$0.contains("\"approvals\"") }
        tree[".readiness/\(id).json"] = kept.joined(separator: "\n")
      }
      return try Judge.assess(proposal).errors
    }
    #expect(try move("A-4", "In Review", "In Progress", of: base) == ["frozen-field"])
    #expect(try move("A-4", "In Review", "In Progress", of: base, clears: true) == [])
    #expect(try move("A-4", "In Review", "Done", of: base) == [])
    let done = base.approved("A-5", by: ["bob@example.com"])
    #expect(try move("A-5", "Done", "In Progress", of: done) == ["frozen-field"])
    #expect(try move("A-5", "Done", "In Progress", of: done, clears: true) == [])
    // On the way to a review there is no review to end.
    let early = base.approved("A-2", by: ["bob@example.com"])
    #expect(try move("A-2", "In Progress", "In Review", of: early) == [])
  }
}
