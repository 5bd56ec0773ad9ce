import PlanJudge
import PlanModel
import TestSupport
import Testing

private let until = Run.Waive(milestone: MilestoneID("A-3"), code: "unmet-dependency", until: "2026-11-30")

/// Returns a plan in which A-3 depends on A-2, which is not done; ada may grant an exception.
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

/// Returns the exception as an earlier commit granted it.
private func standing(by actor: Identity = PlanFixture.ada, reason: String? = "because") -> StandingWaive {
  var run = Run(at: "2026-11-22T19:00:00.123Z", actor: actor, policy: Digest(of: Array("".utf8)))
  (run.waives, run.reason) = ([until], reason)
  return StandingWaive(until, run: run, commit: "c")
}

@Suite("Waive rule")
struct WaiveRuleTests {
  @Test(
    "an exception of an earlier commit lets go the invariant until its day, while its actor still may, and no guard")
  func earlier() throws {
    #expect(try Judge.assess(started(base(), at: "2026-11-25", waives: [standing()])).errors == ["unmet-dependency"])
    /// Judges the reopening of A-1 by an exception of the same commit, while A-5 is done on A-1.
    func reopened(_ base: MemoryTree, at day: String, _ waives: [StandingWaive]) throws -> [String] {
      let now = try #require(Timestamp.milliseconds(of: "\(day)T12:00:00.000Z"))
      let own = Run.Waive(milestone: MilestoneID("A-1"), code: "done-dependent", until: day)
      let proposal = Proposal(
        parents: [base], candidate: base.with { $0.edit("A-1", "Done", "In Progress") },
        ancestry: ToldAncestry(waives: waives), author: PlanFixture.ada,
        claim: .draft(reason: "because", mayFollow: false, waives: [own]), now: now, verifier: FakeSignatures())
      return try Judge.assess(proposal).errors
    }
    func reopening(_ holder: String = "ada@example.com", milestones: String = "") -> MemoryTree {
      PlanFixture.tree().with {
        $0[PlanPaths.authorization] = """
          { "version": 1, "roles": { "maintainer": ["\(holder)"], "other": ["ada@example.com"] },
            "bypass": [
              { "role": "maintainer", "codes": ["unmet-dependency"]\(milestones) },
              { "role": "other", "codes": ["done-dependent"] }
            ] }
          """
        // The other milestones on A-1 are not done.
        $0.edit("A-4", "In Review", "In Progress")
      }
    }
    func waive(by actor: Identity = PlanFixture.ada, reason: String? = "because") -> StandingWaive {
      let waive = Run.Waive(milestone: MilestoneID("A-5"), code: "unmet-dependency", until: "2026-11-30")
      var run = Run(at: "2026-11-22T19:00:00.123Z", actor: actor, policy: Digest(of: Array("".utf8)))
      (run.waives, run.reason) = ([waive], reason)
      return StandingWaive(waive, run: run, commit: "c")
    }
    #expect(try reopened(reopening(), at: "2026-11-25", []) == ["unmet-dependency"])
    #expect(try reopened(reopening(), at: "2026-11-30", [waive()]) == [])
    #expect(try reopened(reopening(), at: "2026-12-01", [waive()]) == ["unmet-dependency"])
    #expect(try reopened(reopening("grace@example.com"), at: "2026-11-25", [waive()]) == ["unmet-dependency"])
    #expect(try reopened(reopening(), at: "2026-11-25", [waive(by: PlanFixture.bob)]) == ["unmet-dependency"])
    #expect(try reopened(reopening(), at: "2026-11-25", [waive(reason: nil)]) == ["unmet-dependency"])
    let elsewhere = reopening(milestones: #", "milestones": ["A-2"]"#)
    #expect(try reopened(elsewhere, at: "2026-11-25", [waive()]) == ["unmet-dependency"])
  }

  @Test("an exception of the same commit counts for a re-entry as on the way in, and a reason is asked all the same")
  func reentry() throws {
    let base = PlanFixture.tree().with {
      $0[PlanPaths.authorization] = """
        { "version": 1, "roles": { "maintainer": ["ada@example.com"] },
          "bypass": [{ "role": "maintainer", "codes": ["evidence-missing"] }] }
        """
    }
    func errors(_ waives: [Run.Waive], reason: String? = "because") throws -> [String] {
      let proposal = Proposal(
        parents: [base],
        candidate: base.with { tree in
          tree[".readiness/A-5.json"] = PlanFixture.milestone(
            "A-5", status: "Done", dependsOn: ["A-1"], isProven: false)
        },
        ancestry: ToldAncestry(), author: PlanFixture.ada,
        claim: .draft(reason: reason, mayFollow: false, waives: waives),
        now: Timestamp.milliseconds(of: "2026-11-25T12:00:00.000Z"), verifier: FakeSignatures())
      return try Judge.assess(proposal).errors
    }
    let granted = Run.Waive(milestone: MilestoneID("A-5"), code: "evidence-missing", until: "2026-11-30")
    #expect(try errors([]) == ["evidence-missing", "frozen-field"])
    #expect(try errors([granted]) == [])
    #expect(try errors([granted], reason: nil).contains("frozen-field"))
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
    // An earlier exception without its signature grants nothing.
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
