import PlanJudge
import PlanModel
import TestSupport
import Testing

private let bob = PlanFixture.bob

/// Returns the fixture's plan with one rule: only ada may change these properties.
private func base(_ fields: String, signed: Bool = false) -> MemoryTree {
  PlanFixture.tree().with {
    $0[PlanPaths.authorization] = """
      { "version": 1, "roles": { "maintainer": ["ada@example.com"] },
        "rules": [{ "fields": [\(fields)], "role": "maintainer"\(signed ? ", \"signed\": true" : "") }] }
      """
  }
}

private func errors(_ fields: String, by author: Identity = bob, _ change: (MemoryTree) -> Void) throws -> [String] {
  try Judge.assess(Proposal(from: base(fields), by: author, change).stamped()).errors
}

@Suite("Rules about fields")
struct FieldRuleTests {
  private let rewrite: (MemoryTree) -> Void = { $0.edit("A-3", "It is seen to work", "It works") }
  private let block: (MemoryTree) -> Void = {
    $0.edit(
      "A-3", "\"status\": \"Not Started\",", "\"status\": \"Blocked\", \"blocked\": { \"reason\": \"parts\" },")
  }

  @Test("a change of the property is asked whether or not the status changes with it")
  func withStatus() throws {
    #expect(try errors(#""exitCriteria""#, rewrite) == ["not-authorized"])
    #expect(try errors(#""exitCriteria""#, by: PlanFixture.ada, rewrite) == [])
    #expect(try errors(#""exitCriteria""#, block) == [])
    let both: (MemoryTree) -> Void = {
      block($0)
      rewrite($0)
    }
    #expect(try errors(#""exitCriteria""#, both) == ["not-authorized"])
    #expect(try errors(#""exitCriteria""#, by: PlanFixture.ada, both) == [])
    #expect(try errors(#""*""#, both) == ["not-authorized"])
  }

  @Test("a star is every property but status, blocked and approvals")
  func star() throws {
    #expect(try errors(#""*""#, block) == [])
    #expect(try errors(#""*""#) { $0.edit("A-3", "\"TBD\"", "\"bob\"") } == ["not-authorized"])
    #expect(
      try errors(#""*""#) { $0.edit("A-3", "\"outcome\"", "\"x-note\": 1,\n  \"outcome\"") } == ["not-authorized"])
    // White space and the order of properties are not values.
    #expect(try errors(#""*""#) { $0.edit("A-3", "  \"owner\": \"TBD\",\n", " \"owner\":  \"TBD\",\n") } == [])
    let approve: (MemoryTree) -> Void = { tree in
      let digest = tree.milestone(MilestoneID("A-3"))?.milestone?.approvedDigest.tagged ?? ""
      tree.edit(
        "A-3", "\"exitCriteria\"",
        "\"approvals\": [{ \"by\": \"bob@example.com\", \"digest\": \"\(digest)\" }],\n  \"exitCriteria\"")
    }
    #expect(try errors(#""*""#, approve) == [])
    #expect(try errors(#""approvals""#, approve) == ["not-authorized"])
    #expect(try errors(#""status""#, block) == ["not-authorized"])
  }

  @Test("exitCriteria is which criteria there are and what they say; evidence is what is attached")
  func evidence() throws {
    let attach: (MemoryTree) -> Void = {
      $0.edit(
        "A-3", #""text": "It is seen to work""#,
        #""text": "It is seen to work", "evidence": [{ "kind": "statement", "text": "so", "by": "bob" }]"#)
    }
    #expect(try errors(#""exitCriteria""#, attach) == [])
    #expect(try errors(#""evidence""#, attach) == ["not-authorized"])
    #expect(try errors(#""*""#, attach) == ["not-authorized"])
    #expect(try errors(#""evidence""#, rewrite) == [])
    let waive: (MemoryTree) -> Void = {
      $0.edit(
        "A-3", #""text": "It is seen to work""#,
        #""text": "It is seen to work", "waiver": { "owner": "bob", "reason": "r", "approver": "bob@example.com", "until": "2026-12-31" }"#
      )
    }
    #expect(try errors(#""evidence""#, waive) == ["not-authorized"], "bob may not waive")
    #expect(
      try errors(#""exitCriteria""#, by: PlanFixture.ada) { tree in
        waive(tree)
        tree.edit("A-3", "\"approver\": \"bob@", "\"approver\": \"ada@")
      } == [])
    let add: (MemoryTree) -> Void = {
      $0.edit("A-3", #"{ "id": "works""#, #"{ "id": "more", "text": "More" }, { "id": "works""#)
    }
    #expect(try errors(#""exitCriteria""#, add) == ["not-authorized"])
  }

  @Test("births and deletions change every property that the milestone has")
  func lives() throws {
    let born: (MemoryTree) -> Void = { $0[".readiness/B-1.json"] = PlanFixture.milestone("B-1", status: "Not Started") }
    for field in ["*", "dependsOn", "exitCriteria", "evidence", "outcome"] {
      #expect(try errors("\"\(field)\"", born) == ["not-authorized"], "\(field)")
      #expect(try errors("\"\(field)\"", by: PlanFixture.ada, born) == [], "\(field)")
    }
    #expect(try errors(#""risks", "deliverables""#, born) == [])
    let gone: (MemoryTree) -> Void = {
      $0[".readiness/A-3.json"] = nil
      $0["ssot/plan.json"] = PlanFixture.plan(order: ["A-1", "A-2", "A-4", "A-5"], retired: ["A-3"])
    }
    for field in ["*", "dependsOn", "exitCriteria"] {
      #expect(try errors("\"\(field)\"", gone) == ["not-authorized"], "\(field)")
      #expect(try errors("\"\(field)\"", by: PlanFixture.ada, gone) == [], "\(field)")
    }
    #expect(try errors(#""evidence", "risks""#, gone) == [])
  }

  @Test("a rule about a transition is asked of births and deletions too: by the state of birth, by the state that goes")
  func transitionsOfLife() throws {
    func errors(_ rule: String, by author: Identity = bob, isStamped: Bool = true, _ change: (MemoryTree) -> Void)
      throws
      -> [String]
    {
      let base = PlanFixture.tree().with {
        $0[PlanPaths.authorization] = """
          { "version": 1, "roles": { "maintainer": ["ada@example.com"] },
            "rules": [{ \(rule), "role": "maintainer" }] }
          """
        if !isStamped { $0[PlanPaths.provenance] = #"{ "version": 1, "unstamped": "warn" }"# }
      }
      let proposal = Proposal(from: base, by: author, change)
      return try Judge.assess(isStamped ? proposal.stamped() : proposal.committed("")).errors
    }
    let born: (MemoryTree) -> Void = { $0[".readiness/B-1.json"] = PlanFixture.milestone("B-1", status: "Not Started") }
    let gone: (MemoryTree) -> Void = {
      $0[".readiness/A-3.json"] = nil
      $0["ssot/plan.json"] = PlanFixture.plan(order: ["A-1", "A-2", "A-4", "A-5"], retired: ["A-3"])
    }
    let (to, from) = (#""to": "Not Started""#, #""from": "Not Started""#)
    for isStamped in [true, false] {
      #expect(try errors(to, isStamped: isStamped, born) == ["not-authorized"])
      #expect(try errors(to, by: PlanFixture.ada, isStamped: isStamped, born) == [])
      #expect(try errors(from, isStamped: isStamped, born) == [])
      #expect(try errors(from, isStamped: isStamped, gone) == ["not-authorized"])
      #expect(try errors(from, by: PlanFixture.ada, isStamped: isStamped, gone) == [])
      #expect(try errors(to, isStamped: isStamped, gone) == [])
    }
  }

  @Test("a rule about leaving a state is asked of that transition")
  func from() throws {
    let rule = PlanFixture.tree().with {
      $0[PlanPaths.authorization] = """
        { "version": 1, "roles": { "maintainer": ["ada@example.com"] },
          "rules": [{ "from": "Done", "role": "maintainer" }] }
        """
    }
    func reopen(by author: Identity) throws -> [String] {
      try Judge.assess(Proposal(from: rule, by: author) { $0.edit("A-5", "\"Done\"", "\"In Progress\"") }).errors
    }
    #expect(try reopen(by: bob) == ["not-authorized"])
    #expect(try reopen(by: PlanFixture.ada) == [])
  }
}
