import PlanJudge
import PlanModel
import TestSupport
import Testing

private let until = Run.Waive(milestone: MilestoneID("A-3"), code: "unmet-dependency", until: "2026-11-30")

/// A-3 depends on A-2, which is not done; ada may let that go.
private func base(_ more: String = "", holder: String = "ada@example.com") -> MemoryTree {
  PlanFixture.tree().with {
    $0[PlanPaths.authorization] = """
      { "version": 1, "roles": { "maintainer": ["\(holder)"] },
        "bypass": [{ "role": "maintainer", "codes": ["unmet-dependency"]\(more) }] }
      """
    $0[PlanPaths.signers] = "ada@example.com key-a\n"
    $0.edit("A-3", "\"TBD\"", "\"ada\"")
  }
}

private func started(
  _ base: MemoryTree, at day: String, waives: [StandingWaive] = [], claim: [Run.Waive] = []
) throws -> Proposal {
  let now = try #require(Timestamp.milliseconds(of: "\(day)T12:00:00.000Z"))
  return Proposal(
    parents: [base], candidate: base.with { $0.edit("A-3", "Not Started", "In Progress") },
    ancestry: ToldAncestry(waives: waives), author: PlanFixture.ada,
    claim: .draft(reason: "because", mayFollow: false, waives: claim), now: now, verifier: FakeSignatures())
}

/// The waive as an earlier commit made it.
private func standing(by actor: Identity = PlanFixture.ada, reason: String? = "because") -> StandingWaive {
  var run = Run(at: "2026-11-22T19:00:00.123Z", actor: actor, policy: Digest(of: Array("".utf8)))
  (run.waives, run.reason) = ([until], reason)
  return StandingWaive(until, run: run, commit: "c")
}

@Suite("Waive rule")
struct WaiveRuleTests {
  @Test("a waive of an earlier commit counts until its day, while its actor still may")
  func earlier() throws {
    #expect(try Judge.assess(started(base(), at: "2026-11-25")).errors == ["unmet-dependency"])
    let lent = try Judge.assess(started(base(), at: "2026-11-30", waives: [standing()]))
    #expect(lent.errors == [] && lent.warnings == ["unmet-dependency"])
    #expect(try Judge.assess(started(base(), at: "2026-12-01", waives: [standing()])).errors == ["unmet-dependency"])
    let dismissed = base(holder: "grace@example.com")
    #expect(
      try Judge.assess(started(dismissed, at: "2026-11-25", waives: [standing()])).errors == ["unmet-dependency"])
    #expect(
      try Judge.assess(started(base(), at: "2026-11-25", waives: [standing(by: PlanFixture.bob)])).errors
        == ["unmet-dependency"])
    #expect(
      try Judge.assess(started(base(), at: "2026-11-25", waives: [standing(reason: nil)])).errors
        == ["unmet-dependency"])
    let elsewhere = base(#", "milestones": ["A-2"]"#)
    #expect(
      try Judge.assess(started(elsewhere, at: "2026-11-25", waives: [standing()])).errors == ["unmet-dependency"])
  }

  @Test("the stamp says what is let go, and is signed where policy asks for that")
  func signed() throws {
    let proposal = try started(base(#", "signed": true"#), at: "2026-11-25", claim: [until])
    let assessment = try Judge.assess(proposal)
    let draft = try #require(assessment.draft)
    #expect(assessment.errors == [] && draft.asksForSignature && draft.waives == [until])
    var run = draft.run(at: "2026-11-25T12:00:00.000Z", actor: PlanFixture.ada, reason: "because")
    #expect(
      try Judge.assess(proposal.committed(Trailers.render(run, plan: draft.plan))).errors
        == ["signature-missing"])
    run.signature = FakeSignatures.signature(Array(run.id(plan: draft.plan).hex.utf8), by: "ada@example.com")
    #expect(try Judge.assess(proposal.committed(Trailers.render(run, plan: draft.plan))).errors == [])
    // An earlier one without its signature lets nothing go.
    let later = try started(base(#", "signed": true"#), at: "2026-11-25", waives: [standing()])
    #expect(try Judge.assess(later).errors == ["unmet-dependency"])
  }

  @Test("a day further than policy allows, or before the stamp, lets nothing go")
  func days() throws {
    func judge(_ day: String) throws -> [String] {
      let waive = Run.Waive(milestone: until.milestone, code: until.code, until: day)
      return try Judge.assess(started(base(#", "days": 3"#), at: "2026-11-25", claim: [waive])).errors
    }
    #expect(try judge("2026-11-28") == [])
    #expect(try judge("2026-11-29") == ["unmet-dependency", "waive-refused"])
    #expect(try judge("2026-11-24") == ["unmet-dependency", "waive-refused"])
  }

  @Test("a stamp of a commit that changes nothing lets nothing go: nobody would be asked who may")
  func empty() throws {
    var run = Run(at: "2026-11-25T12:00:00.000Z", actor: PlanFixture.ada, policy: base().policy().digest)
    (run.waives, run.reason) = ([until], "because")
    let plan = base().planFile()?.plan?.planID
    let unchanged = Proposal(from: base(), by: PlanFixture.bob) { _ in }.committed(Trailers.render(run, plan: plan))
    #expect(try Judge.assess(unchanged).errors == ["trailer-mismatch"])
  }

  @Test("a policy that would let go what makes a record true cannot be read")
  func vocabulary() throws {
    for code in ["trailer-mismatch", "not-authorized", "replayed-run", "nonsense"] {
      let tree = base().with {
        $0[PlanPaths.authorization] = $0[PlanPaths.authorization]?.replacing("unmet-dependency", with: code)
      }
      #expect(tree.policy().policy == nil)
    }
  }
}
