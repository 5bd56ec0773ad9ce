import PlanJudge
import PlanModel
import TestSupport
import Testing

private let kelvin = Identity(name: "Kim", email: "\u{212A}im@example.com")
private let kim = Identity(name: "Kim", email: "KIM@example.com")

/// Returns the fixture's plan, in which Done requires an approver; `roles` and `more` are JSON.
private func base(roles: String, more: String = "", rule: String = "", signers: String? = nil) -> MemoryTree {
  PlanFixture.tree().with {
    $0[PlanPaths.authorization] = """
      { "version": 1, "roles": { "approver": [\(roles)] }\(more),
        "rules": [{ "to": "Done", "role": "approver"\(rule) }] }
      """
    $0[PlanPaths.signers] = signers
  }
}

private func done(_ base: MemoryTree, by author: Identity, starts: [ReviewStart] = []) throws -> [String] {
  try Judge.assess(Proposal(from: base, by: author, starts: starts) { $0.edit("A-4", "In Review", "Done") }).errors
}

@Suite("People and addresses")
struct PeopleTests {
  @Test("addresses are compared byte for byte after ASCII case folding")
  func folding() throws {
    let rule = base(roles: #""kim@example.com""#)
    #expect(try done(rule, by: kim) == [])
    #expect(try done(rule, by: kelvin) == ["not-authorized"])
    let accents = base(roles: "\"ren\u{E9}@example.com\"")
    #expect(try done(accents, by: Identity(name: "", email: "ren\u{E9}@example.com")) == [])
    #expect(try done(accents, by: Identity(name: "", email: "rene\u{301}@example.com")) == ["not-authorized"])
    #expect(try done(accents, by: Identity(name: "", email: "REN\u{C9}@example.com")) == ["not-authorized"])
  }

  @Test("a person's further addresses count as the first, and in a quorum once")
  func aliases() throws {
    let people = #", "people": { "ada@example.com": ["1+ada@users.example.com"] }"#
    let alias = Identity(name: "Ada", email: "1+Ada@users.example.com")
    #expect(try done(base(roles: #""ada@example.com""#, more: people), by: alias) == [])
    #expect(try done(base(roles: #""1+ada@users.example.com""#, more: people), by: PlanFixture.ada) == [])
    #expect(try done(base(roles: #""ada@example.com""#), by: alias) == ["not-authorized"])
    let both = #""ada@example.com", "1+ada@users.example.com""#
    let approved = base(roles: both, more: people, rule: #", "approvals": 2"#).with { tree in
      let digest = tree.milestone(MilestoneID("A-4"))?.milestone?.approvedDigest.tagged ?? ""
      tree.edit(
        "A-4", "\"exitCriteria\"",
        "\"approvals\": [{ \"by\": \"1+ada@users.example.com\", \"digest\": \"\(digest)\" }],\n  \"exitCriteria\"")
    }
    #expect(try done(approved, by: PlanFixture.ada) == ["not-approved"])
    // A person may not approve a milestone that they sent to review from their other address.
    let rule = base(roles: both, more: people, rule: #", "notWhoSentToReview": true"#)
    #expect(try done(rule, by: alias, starts: [ReviewStart(author: PlanFixture.ada, run: nil)]) == ["self-approval"])
    // A stamp with one name in a commit with the other is not a stranger's.
    let proposal = Proposal(from: base(roles: both, more: people), by: alias) { $0.edit("A-4", "In Review", "Done") }
    #expect(try Judge.assess(proposal.stamped(actor: PlanFixture.ada)).verdict.findings.isEmpty)
  }

  @Test(
    "an address that occurs twice among people makes the policy unreadable",
    arguments: [
      #"{ "ada@example.com": ["bob@example.com"], "BOB@example.com": [] }"#,
      #"{ "ada@example.com": ["ADA@example.com"] }"#, #"{ "ada@example.com": ["x@example.com", "x@example.com"] }"#,
      #"{ "ada@example.com": "x@example.com" }"#, #"{ "ada@example.com": [""] }"#, "[]",
    ])
  func twice(_ people: String) {
    let tree = base(roles: #""ada@example.com""#, more: ", \"people\": \(people)")
    #expect(tree.policy().policy == nil)
    #expect(tree.policy().findings.map(\.code).contains(.policyUnreadable))
  }

  @Test("principals of allowed_signers are addresses: patterns bind nobody")
  func principals() throws {
    func judge(_ signers: String, people: String = "") throws -> [String] {
      let rule = base(roles: #""ada@example.com""#, more: people, rule: #", "signed": true"#, signers: signers)
      let proposal = Proposal(from: rule) { $0.edit("A-4", "In Review", "Done") }
      let draft = try #require(try Judge.assess(proposal).draft)
      var run = draft.run(at: "2026-11-22T19:00:00.123Z", actor: PlanFixture.ada, reason: nil)
      // The fake verifier accepts a signature for any principal.
      let principal = signers.contains("1+ada") ? "1+ada@users.example.com" : "ada@example.com"
      run.signature = FakeSignatures.signature(Array(run.id(plan: draft.plan).hex.utf8), by: principal)
      return try Judge.assess(proposal.committed(Trailers.render(run, plan: draft.plan))).errors
    }
    #expect(try judge("ada@example.com key\n") == [])
    #expect(try judge("# note\n\"ADA@example.com\" key\n") == [])
    #expect(try judge("bob@example.com,ada@example.com namespaces=\"readiness-run\" key\n") == [])
    for pattern in [
      "*@example.com", "*", "ada@*", "?da@example.com", "ada@example.com.org", "!bob@example.com,ada@example.com",
      "bob@example.com", "",
    ] {
      #expect(try judge("\(pattern) key\n") == ["signature-invalid"], "\(pattern)")
    }
    #expect(try judge("ada@example.com key\r\n") == [])
    // OpenSSH ends a line only at a newline, so all of this is one comment.
    for end in ["\u{2028}", "\u{2029}", "\u{85}", "\r", "\u{B}", "\u{C}"] {
      #expect(
        try judge("# she left; was:\(end)ada@example.com key\n") == ["signature-invalid"], "\(end.unicodeScalars)")
    }
    let people = #", "people": { "ada@example.com": ["1+ada@users.example.com"] }"#
    #expect(try judge("1+ada@users.example.com key\n", people: people) == [])
  }
}
