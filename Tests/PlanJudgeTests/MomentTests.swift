import PlanJudge
import PlanModel
import TestSupport
import Testing

private let hour: Int64 = 60 * 60_000

private func moment(_ text: String) -> Int64 { Timestamp.milliseconds(of: text) ?? 0 }

/// A key that is valid until noon of a day; nil is now, which is later.
private struct KeyUntilNoon: SignatureVerifier {
  let until = moment("2026-11-22T12:00:00.000Z")

  func isValid(
    _ signature: String, of message: [UInt8], namespace: String, by email: String, signers: [UInt8], revoked: [UInt8]?,
    at moment: Int64?
  ) -> Bool {
    moment.map { $0 <= until } ?? false
      && FakeSignatures().isValid(
        signature, of: message, namespace: namespace, by: email, signers: signers, revoked: revoked, at: moment)
  }

  func isValid(openPGP armour: String, of payload: [UInt8], by email: String, keys: [UInt8], at moment: Int64?) -> Bool
  {
    false
  }
}

@Suite("The moment")
struct MomentTests {
  /// A-2 without evidence, whose criterion has a waiver until the 20th.
  private let waived = PlanFixture.tree().with {
    $0[".readiness/A-2.json"] = PlanFixture.milestone(
      "A-2", status: "In Progress", dependsOn: ["A-1"], isProven: false
    ).replacing(
      #""text": "It is seen to work""#,
      with:
        #""text": "It", "waiver": { "owner": "o", "reason": "r", "approver": "ada@example.com", "until": "2026-11-20" }"#
    )
  }

  private func review(stampedAt: String?, earlier: String? = nil) throws -> Proposal {
    let proposal = Proposal(from: waived, stampedAt: earlier.map(moment)) {
      $0.edit("A-2", "In Progress", "In Review")
    }
    guard let stampedAt else { return proposal.committed("") }
    return try proposal.stamped(at: stampedAt)
  }

  @Test("a backdated stamp revives nothing: the latest stamp of any ancestor counts")
  func waivers() throws {
    #expect(try Judge.assess(review(stampedAt: "2026-11-20T23:59:59.999Z")).errors == [])
    #expect(try Judge.assess(review(stampedAt: "2026-11-21T00:00:00.000Z")).errors == ["evidence-missing"])
    let backdated = try review(stampedAt: "2026-11-19T00:00:00.000Z", earlier: "2026-11-21T00:00:00.000Z")
    #expect(try Judge.assess(backdated).errors == ["evidence-missing"])
  }

  @Test("without a stamp the moment is the committer's date, and no earlier than the ancestors' stamps")
  func unstamped() throws {
    func errors(_ committed: String, earlier: String? = nil) throws -> [String] {
      var proposal = try review(stampedAt: nil, earlier: earlier)
      proposal.dates.committed = moment(committed)
      return try Judge.assess(proposal).errors
    }
    #expect(try errors("2026-11-20T12:00:00.000Z") == ["trailer-missing"])
    #expect(try errors("2026-11-21T12:00:00.000Z") == ["evidence-missing", "trailer-missing"])
    #expect(
      try errors("2026-11-19T12:00:00.000Z", earlier: "2026-11-21T12:00:00.000Z")
        == ["evidence-missing", "trailer-missing"])
  }

  @Test("a key has to be good at the moment of its run, of its ancestors' stamps, and of receipt")
  func keys() throws {
    let base = PlanFixture.tree().with {
      $0[PlanPaths.authorization] = """
        { "version": 1, "roles": { "approver": ["ada@example.com"] },
          "rules": [{ "to": "Done", "role": "approver", "signed": true }] }
        """
      $0[PlanPaths.signers] = "ada@example.com valid-before=\"20261122\" key-a\n"
    }
    func errors(_ at: String, earlier: String? = nil, received: String? = nil) throws -> [String] {
      let draft = Proposal(from: base) { $0.edit("A-4", "In Review", "Done") }
      let told = try #require(try Judge.assess(draft).draft)
      var run = told.run(at: at, actor: PlanFixture.ada, reason: nil)
      run.signature = FakeSignatures.signature(Array(run.id(plan: told.plan).hex.utf8), by: "ada@example.com")
      var proposal = Proposal(
        parents: draft.parents, candidate: draft.candidate, ancestry: ToldAncestry(stampedAt: earlier.map(moment)),
        author: draft.author, claim: .committed(Trailers.blocks(in: Trailers.render(run, plan: told.plan))), now: nil,
        verifier: KeyUntilNoon())
      proposal.dates.received = received.map(moment)
      return try Judge.assess(proposal).errors
    }
    let (good, late) = ("2026-11-22T11:00:00.000Z", "2026-11-22T13:00:00.000Z")
    #expect(try errors(good) == [])
    #expect(try errors(late) == ["signature-invalid"])
    #expect(try errors(good, earlier: late) == ["signature-invalid"])
    #expect(try errors(good, earlier: good, received: good) == [])
    #expect(try errors(good, received: late) == ["signature-invalid"])
  }

  @Test("a run is at most an hour ahead of the clock, and its stamp of its commit")
  func clock() throws {
    let at = "2026-11-22T19:00:00.123Z"
    func assess(clock: Int64?, committed: Int64? = nil) throws -> Assessment {
      var proposal = try Proposal { $0.edit("A-4", "In Review", "Done") }.stamped(at: at)
      proposal.dates = CommitDates(committed: committed, clock: clock)
      return try Judge.assess(proposal)
    }
    let stamp = moment(at)
    #expect(try assess(clock: nil).verdict.findings.isEmpty)
    #expect(try assess(clock: stamp - hour).verdict.findings.isEmpty)
    #expect(try assess(clock: stamp - hour - 1).errors == ["clock-ahead"])
    #expect(try assess(clock: stamp, committed: stamp + hour).verdict.findings.isEmpty)
    #expect(try assess(clock: stamp, committed: stamp + hour + 1).errors == ["clock-ahead"])
    #expect(try assess(clock: stamp, committed: stamp - hour).verdict.findings.isEmpty)
    let ahead = try assess(clock: stamp, committed: stamp - hour - 1)
    #expect(ahead.errors == [] && ahead.warnings == ["clock-ahead"])
    // A clock that goes backwards is legal.
    #expect(try assess(clock: stamp + 1000 * hour, committed: stamp + 900 * hour).verdict.findings.isEmpty)
    let old = try Proposal { $0.edit("A-4", "In Review", "Done") }.stamped(at: "1969-12-31T23:59:59.999Z")
    #expect(try Judge.assess(old).errors == ["clock-ahead"])
  }

  @Test("a date from the future does not count for the commits that follow")
  func counts() {
    let now = moment("2026-11-22T12:00:00.000Z")
    let dates = CommitDates(committed: now, clock: now + 5 * hour)
    #expect(dates.count(now + hour) && !dates.count(now + hour + 1))
    #expect(!CommitDates(committed: now + 9 * hour, clock: now).count(now + 2 * hour))
    #expect(CommitDates().count(.max))
  }
}
