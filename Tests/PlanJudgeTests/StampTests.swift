import PlanJudge
import PlanModel
import TestSupport
import Testing

@Suite("Stamps")
struct StampTests {
  private let start: (MemoryTree) -> Void = { $0.edit("A-4", "In Review", "Done") }

  @Test("a true stamp is accepted; without one the change is trailer-missing")
  func trueStamp() throws {
    let proposal = Proposal(start)
    #expect(try Judge.assess(proposal.stamped()).verdict.findings.isEmpty)
    #expect(try Judge.assess(proposal.committed("")).errors == ["trailer-missing"])
  }

  @Test("a stamp that tells something else is trailer-mismatch, one with another ID run-mismatch")
  func falseStamps() throws {
    let proposal = Proposal(start)
    let other = Proposal { $0.edit("A-4", "In Review", "In Progress") }
    #expect(try Judge.assess(proposal.committed(other.stamp())).errors.contains("trailer-mismatch"))
    let forged = try proposal.stamp().replacing("19:00", with: "20:00")
    #expect(try Judge.assess(proposal.committed(forged)).errors == ["run-mismatch"])
    let cut = try proposal.stamp().split(separator: "\n").dropLast().joined(separator: "\n")
    #expect(try Judge.assess(proposal.committed(cut)).errors.contains("run-mismatch"))
  }

  @Test(
    "a stamp that is not written as stamps are is trailer-mismatch",
    arguments: [
      ("Readiness-At:", "readiness-at:"), ("Readiness-At:", "Readiness-When:"), ("sha256:", "SHA256:"),
      ("Readiness-Actor: Ada", "Readiness-Actor:  Ada"), ("2026-11-22T", "2026-13-22T"), ("\" -> \"", "\" => \""),
      ("Readiness-Policy:", "Readiness-Run: x\nReadiness-Policy:"), ("Readiness-Policy:", "readiness-policy:"),
    ])
  func writing(_ old: String, _ new: String) throws {
    let proposal = Proposal(start)
    let stamp = try proposal.stamp().replacing(old, with: new)
    #expect(try Judge.assess(proposal.committed(stamp)).errors.contains("trailer-mismatch"), "\(stamp)")
  }

  @Test("indented and quoted blocks are text")
  func noBlocks() throws {
    let stamp = try Proposal(start).stamp()
    for prefix in ["  ", "> ", "\t"] {
      let quoted = stamp.split(separator: "\n").map { prefix + $0 }.joined(separator: "\n")
      #expect(Trailers.blocks(in: "subject\n\n" + quoted).isEmpty)
    }
    #expect(Trailers.blocks(in: "Readiness-wise: fine").isEmpty)
    #expect(Trailers.blocks(in: "subject\n\n" + stamp + "\n\nprose\n\n" + stamp).count == 2)
  }

  @Test("several stamps are accepted where they lead to the tree, and only there")
  func squash() throws {
    let base = PlanFixture.tree()
    let one = base.with { $0.edit("A-4", "In Review", "In Progress") }
    let two = one.with { $0.edit("A-4", "In Progress", "In Review") }
    let three = two.with { $0.edit("A-4", "In Review", "Done") }
    func step(_ from: MemoryTree, _ to: MemoryTree) throws -> String {
      try Proposal(from: from) { $0.files = to.files }.stamp()
    }
    let blocks = try [step(base, one), step(one, two), step(two, three)]
    let squash = Proposal(from: base) { $0.files = three.files }
    func errors(_ blocks: [String]) throws -> [String] {
      try Judge.assess(squash.committed("squash\n\n" + blocks.joined(separator: "\n\n"))).errors
    }
    #expect(try errors(blocks) == [])
    #expect(try errors([blocks[2]]) == [])
    #expect(try errors([blocks[1], blocks[0], blocks[2]]) == ["trailer-mismatch"])
    #expect(try errors(Array(blocks.dropLast())) == ["trailer-mismatch"])
    let nothing = Proposal(from: base) { $0["code.txt"] = "1" }
    #expect(try Judge.assess(nothing.committed(blocks[0] + "\n\n" + blocks[1])).errors == [])
    #expect(try Judge.assess(nothing.committed(blocks[0])).errors == ["trailer-mismatch"])
  }

  @Test("with unstamped: warn a path of edges will do, and the last one's guards of state hold")
  func warn() throws {
    let base = PlanFixture.tree().with {
      $0["ssot/policies/provenance.json"] = "{\"version\":1,\"unstamped\":\"warn\"}"
    }
    func assess(_ change: (MemoryTree) -> Void) throws -> Assessment {
      try Judge.assess(Proposal(from: base, change).committed("forge"))
    }
    let skipped = try assess { $0.edit("A-2", "In Progress", "Done") }
    #expect(skipped.errors == [] && skipped.notes == ["trailer-missing"])
    #expect(try assess { $0.edit("A-3", "Not Started", "Done") }.errors.contains("owner-missing"))
    let unproven = try assess {
      $0[".readiness/A-2.json"] = PlanFixture.milestone("A-2", status: "In Review", isProven: false)
    }
    #expect(unproven.errors == ["evidence-missing"])
  }

  @Test("another actor is a warning, and an error where authorization speaks of the change")
  func actor() throws {
    let proposal = Proposal(by: PlanFixture.bob, start)
    let foreign = try Judge.assess(proposal.stamped(actor: PlanFixture.ada))
    #expect(foreign.errors == [] && foreign.warnings == ["actor-mismatch"])
    let ruled = PlanFixture.tree().with { $0["ssot/policies/authorization.json"] = PlanFixture.authorization }
    let claimed = try Judge.assess(Proposal(from: ruled, by: PlanFixture.bob, start).stamped(actor: PlanFixture.ada))
    #expect(claimed.errors == ["actor-mismatch"])
    #expect(try Judge.assess(Proposal(from: ruled, start).stamped()).errors == [])
  }

  @Test("what was reviewed changes only under the authority of the way in, and a plan does not vanish")
  func reentryAuthority() throws {
    let ruled = PlanFixture.tree().with {
      $0["ssot/policies/authorization.json"] =
        "{\"version\":1,\"roles\":{\"approver\":[\"ada@example.com\"]},\"rules\":[{\"to\":\"Done\",\"role\":\"approver\"}]}"
    }
    let change: (MemoryTree) -> Void = { $0.edit("A-5", "It works", "It works well") }
    #expect(try Judge.assess(Proposal(from: ruled, by: PlanFixture.bob, change)).errors == ["frozen-field"])
    #expect(try Judge.assess(Proposal(from: ruled, change)).errors == [])
    let gone = try Judge.assess(Proposal(from: PlanFixture.tree()) { $0.files = [:] })
    #expect(gone.errors == ["illegal-deletion", "plan-id-changed"])
    let file = try Judge.assess(Proposal(from: PlanFixture.tree()) { $0["ssot/plan.json"] = nil })
    #expect(file.errors == ["plan-id-changed", "schema-violation"])
  }

  @Test("in a squash each stamp answers for its own actor: the policy's, and every foreign one")
  func squashActors() throws {
    let base = PlanFixture.tree().with { $0["ssot/policies/authorization.json"] = PlanFixture.authorization }
    let one = base.with { $0["ssot/policies/provenance.json"] = "{\"version\":1,\"unstamped\":\"warn\"}" }
    let two = one.with { $0.edit("A-2", "Work A-2", "Work") }
    func step(_ from: MemoryTree, _ to: MemoryTree, by actor: Identity) throws -> String {
      try Proposal(from: from) { $0.files = to.files }.stamp(actor: actor)
    }
    let squash = Proposal(from: base) { $0.files = two.files }
    func errors(_ first: Identity, _ second: Identity) throws -> [String] {
      let blocks = try [step(base, one, by: first), step(one, two, by: second)]
      let assessment = try Judge.assess(squash.committed(blocks.joined(separator: "\n\n")))
      return assessment.errors
    }
    #expect(try errors(PlanFixture.ada, PlanFixture.ada) == [])
    #expect(try errors(PlanFixture.bob, PlanFixture.ada) == ["actor-mismatch", "policy-change-refused"])
    #expect(try errors(PlanFixture.ada, PlanFixture.bob) == ["actor-mismatch", "not-authorized"])
  }

  @Test("in a squash a birth goes on by edges, and so does what is deleted at its end")
  func squashLives() throws {
    let base = PlanFixture.tree()
    let born = base.with { $0[".readiness/B-1.json"] = PlanFixture.milestone("B-1", status: "Not Started") }
    func moved(_ status: String) -> MemoryTree {
      born.with { $0[".readiness/B-1.json"] = PlanFixture.milestone("B-1", status: status) }
    }
    func errors(_ end: MemoryTree) throws -> [String] {
      let blocks = try [
        Proposal(from: base) { $0.files = born.files }.stamp(), Proposal(from: born) { $0.files = end.files }.stamp(),
      ]
      let squash = Proposal(from: base) { $0.files = end.files }
      return try Judge.assess(squash.committed(blocks.joined(separator: "\n\n"))).errors
    }
    #expect(try errors(moved("In Progress")) == [])
    #expect(try errors(moved("In Review")) == ["illegal-transition"])
  }

  @Test("a stamp made under another policy is a warning")
  func otherPolicy() throws {
    let proposal = Proposal(start)
    let draft = try #require(try Judge.assess(proposal).draft)
    var run = draft.run(at: "2026-11-22T19:00:00.123Z", actor: PlanFixture.ada, reason: nil)
    run.policy = Digest(of: [1])
    let assessment = try Judge.assess(proposal.committed(Trailers.render(run, plan: draft.plan)))
    #expect(assessment.errors == [] && assessment.warnings == ["policy-mismatch"])
  }

  @Test("rendering and reading are inverse")
  func inverse() throws {
    let stamp = try Proposal {
      $0.edit("A-4", "In Review", "Done")
      $0.edit("A-2", "\"ada\"", "\"bob\"")
      $0["ssot/plan.json"] = PlanFixture.plan(order: ["A-1"])
      $0["ssot/policies/provenance.json"] = "{\"version\":1,\"unstamped\":\"warn\"}"
    }.stamp()
    let block = try #require(Trailers.blocks(in: "subject\n\n" + stamp).first)
    #expect(block.fault == nil)
    let run = try #require(block.run)
    #expect(Trailers.render(run, plan: "5e7a63c7-3f0c-4d5a-9d38-6f1d1a7c8e21") == stamp)
    #expect(run.edits.map { $0.milestone?.text ?? "plan" } == ["A-2", "plan"])
    #expect(run.policyChange?.before == PolicySnapshot.absentDigest)
  }

  @Test("damage forced in can be mended: its state is that of the nearest version that can be read")
  func mending() throws {
    let sound = PlanFixture.tree()
    let broken = sound.with { $0[".readiness/A-4.json"] = "{ oops" }
    func mend(_ status: String) throws -> Assessment {
      try Judge.assess(
        Proposal(from: broken, earlier: [broken, sound]) {
          $0[".readiness/A-4.json"] = PlanFixture.milestone("A-4", status: status, dependsOn: ["A-1"])
        })
    }
    #expect(try mend("In Review").errors == [])
    #expect(try mend("Done").errors == [])
    #expect(try mend("Not Started").errors == ["illegal-transition"])
    #expect(
      try Judge.assess(Proposal(from: broken, earlier: [broken, sound]) { $0.edit("A-2", "\"ada\"", "\"bob\"") }).errors
        == [])
  }
}

@Suite("Merges")
struct MergeTests {
  private let base = PlanFixture.tree()

  private func merge(
    _ ours: (MemoryTree) -> Void, _ theirs: (MemoryTree) -> Void, _ result: (MemoryTree) -> Void,
    from start: MemoryTree? = nil
  ) -> Proposal {
    let root = start ?? base
    return Proposal(
      parents: [root.with(ours), root.with(theirs)], candidate: root.with(result),
      ancestry: ToldAncestry([root], bases: [root]), author: PlanFixture.ada, claim: .committed([]))
  }

  @Test("what one side changed, or both changed in different fields, needs no stamp")
  func free() throws {
    let one = merge({ $0.edit("A-2", "\"ada\"", "\"bob\"") }, { _ in }, { $0.edit("A-2", "\"ada\"", "\"bob\"") })
    #expect(try Judge.assess(one).errors == [])
    let fields = merge(
      { $0.edit("A-2", "\"ada\"", "\"bob\"") }, { $0.edit("A-2", "It works", "It flies") },
      {
        $0.edit("A-2", "\"ada\"", "\"bob\"")
        $0.edit("A-2", "It works", "It flies")
      })
    #expect(try Judge.assess(fields).errors == [])
    #expect(try Judge.assess(fields).draft == nil)
    let sets = merge(
      { $0.edit("A-3", "[\"A-2\"]", "[\"A-2\", \"A-4\"]") }, { $0.edit("A-3", "[\"A-2\"]", "[\"A-5\", \"A-2\"]") },
      { $0.edit("A-3", "[\"A-2\"]", "[\"A-4\", \"A-2\", \"A-5\"]") })
    #expect(try Judge.assess(sets).errors == [])
  }

  @Test("what both changed differently needs a stamp, also where ours wins")
  func contested() throws {
    let ours: (MemoryTree) -> Void = { $0.edit("A-2", "\"ada\"", "\"bob\"") }
    let theirs: (MemoryTree) -> Void = { $0.edit("A-2", "\"ada\"", "\"carol\"") }
    let unstamped = merge(ours, theirs, ours)
    #expect(try Judge.assess(unstamped).errors == ["merge-unresolved"])
    let draft = try #require(try Judge.assess(unstamped).draft)
    #expect(draft.edits.count == 1 && draft.edits[0].before == draft.edits[0].after)
    let stamp = Trailers.render(
      draft.run(at: "2026-11-22T19:00:00.123Z", actor: PlanFixture.ada, reason: nil), plan: draft.plan)
    #expect(try Judge.assess(unstamped.committed(stamp)).errors == [])
  }

  @Test("what one side deleted and the other edited is decided by the merge, also where it stays deleted")
  func deletedAndEdited() throws {
    let gone: (MemoryTree) -> Void = {
      $0[".readiness/A-3.json"] = nil
      $0["ssot/plan.json"] = PlanFixture.plan(order: ["A-1"], retired: ["A-3"])
    }
    let proposal = merge(gone, { $0.edit("A-3", "It works", "It flies") }, gone)
    #expect(try Judge.assess(proposal).errors == ["merge-unresolved"])
    let draft = try #require(try Judge.assess(proposal).draft)
    let stamp = Trailers.render(
      draft.run(at: "2026-11-22T19:00:00.123Z", actor: PlanFixture.ada, reason: nil), plan: draft.plan)
    #expect(stamp.hasSuffix("Readiness-Edit: A-3 none none"))
    #expect(try Judge.assess(proposal.committed(stamp)).errors == [])
  }

  @Test("an evil merge is found, and a merge of two legal sides that is illegal")
  func illegal() throws {
    let evil = merge({ _ in }, { $0.edit("A-2", "\"ada\"", "\"bob\"") }, { $0.edit("A-2", "In Progress", "Done") })
    #expect(try Judge.assess(evil).errors.contains("merge-unresolved"))
    #expect(try Judge.assess(evil).errors.contains("illegal-transition"))
    let cycle = merge(
      {
        $0.edit("A-2", "[\"A-1\"]", "[\"A-1\", \"B-1\"]");
        $0[".readiness/B-1.json"] = PlanFixture.milestone("B-1", status: "Not Started")
      },
      { $0.edit("A-3", "\"TBD\"", "\"ada\"") },
      {
        $0.edit("A-2", "[\"A-1\"]", "[\"A-1\", \"B-1\"]")
        $0[".readiness/B-1.json"] = PlanFixture.milestone("B-1", status: "Not Started", dependsOn: ["A-2"])
        $0.edit("A-3", "\"TBD\"", "\"ada\"")
      })
    #expect(try Judge.assess(cycle).errors.contains("dependency-cycle"))
  }

  @Test("two different new statuses: either is legal with a stamp, a third only by an edge and its guards")
  func statuses() throws {
    let ours: (MemoryTree) -> Void = { $0.edit("A-4", "In Review", "Done") }
    let theirs: (MemoryTree) -> Void = { $0.edit("A-4", "In Review", "In Progress") }
    for (result, legal) in [
      ("Done", true), ("In Progress", true), ("In Review", true), ("Not Started", true), ("Blocked", false),
    ] {
      let proposal = merge(ours, theirs) { $0.edit("A-4", "In Review", result) }
      let draft = try #require(try Judge.assess(proposal).draft)
      let stamp = Trailers.render(
        draft.run(at: "2026-11-22T19:00:00.123Z", actor: PlanFixture.ada, reason: "both"), plan: draft.plan)
      #expect((try Judge.assess(proposal.committed(stamp)).errors == []) == legal, "\(result)")
    }
  }

  @Test("histories that never met do not meet: of the same plan, with one side's own bytes or without")
  func unrelated() throws {
    let proposal = Proposal(
      parents: [base, base.with { $0[".readiness/B-1.json"] = PlanFixture.milestone("B-1", status: "In Progress") }],
      candidate: base.with { $0[".readiness/B-1.json"] = PlanFixture.milestone("B-1", status: "In Progress") },
      ancestry: ToldAncestry([base]), author: PlanFixture.ada, claim: .committed([]))
    #expect(try Judge.assess(proposal).errors == ["unrelated-plans"])
    #expect(try Judge.assess(proposal).draft == nil)
  }
}
