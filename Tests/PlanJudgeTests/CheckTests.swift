import GitObjects
import PlanJudge
import PlanModel
import TestSupport
import StrictJSON
import Testing

private let day: Int64 = 86_400_000
private let noon = Timestamp.milliseconds(of: "2026-11-22T12:00:00.000Z") ?? 0
private let check = #"{ "command": ["make", "test"], "profile": "tdd", "inputs": ["src/**"], "validFor": 7 }"#

private func digest(_ json: String) throws -> String {
  Digest(of: try JSONDocument(parsing: Array(json.utf8)).root.canonicalBytes).tagged
}

/// Returns the fixture's plan with sources, in which A-2 has evidence of a check that ran at noon.
private func checkedTree(definition: String = check, recorded: String = check, at: String = "2026-11-22T12:00:00.000Z")
  throws -> MemoryTree
{
  let tree = PlanFixture.tree().with {
    $0["src/a.c"] = "int a;"
    $0["src/deep/b.c"] = "int b;"
    $0["readme.md"] = "Read me."
  }
  let inputs = tree.inputs(PathSelection([PathPattern("src/**")])).digest.tagged
  let evidence = """
    { "kind": "check", "command": "\(try digest(recorded))", "inputs": "\(inputs)",
      "commit": "7f3c1f0a52b9d4b37c7a3df8e4f8b0f7b9a6c5d4", "at": "\(at)", "exitCode": 0, "attempts": 1,
      "milliseconds": 3, "output": "\(inputs)" }
    """
  tree[".readiness/A-2.json"] = PlanFixture.milestone("A-2", status: "In Progress", dependsOn: ["A-1"], isProven: false)
    .replacing(
      #""text": "It is seen to work""#,
      with: #""text": "It works", "check": \#(definition), "evidence": [\#(evidence)]"#)
  return tree
}

private func review(
  _ base: MemoryTree, now: Int64? = noon, stampedAt: Int64? = nil, _ change: (MemoryTree) -> Void = { _ in }
)
  throws -> [String]
{
  let proposal = Proposal(from: base, now: now, stampedAt: stampedAt) {
    $0.edit("A-2", "In Progress", "In Review")
    change($0)
  }
  return try Judge.assess(proposal).verdict.findings.map { "\($0.code): \($0.message)" }
}

@Suite("Checks as evidence")
struct CheckTests {
  @Test("a check's evidence holds while its inputs are the same")
  func inputs() throws {
    #expect(try review(checkedTree()) == [])
    #expect(try review(checkedTree()) { $0["readme.md"] = "Other." } == [])
    #expect(
      try review(checkedTree()) { $0["src/a.c"] = "int c;" } == [
        "evidence-mismatch: src/** changed since A-2/works was checked."
      ])
    #expect(try review(checkedTree()) { $0["src/new.c"] = "" }.count == 1)
    #expect(try review(checkedTree()) { $0["src/deep/b.c"] = nil }.count == 1)
  }

  @Test("a statement meets a criterion with a check, unless the team's schema insists on the check")
  func statementBesideCheck() throws {
    let word = #"[{ "kind": "statement", "text": "It is green", "by": "somebody else" }]"#
    func stated(_ tree: MemoryTree) throws -> MemoryTree {
      tree.with {
        $0[".readiness/A-2.json"] = PlanFixture.milestone(
          "A-2", status: "In Progress", dependsOn: ["A-1"], isProven: false
        ).replacing(
          #""text": "It is seen to work""#, with: #""text": "It works", "check": \#(check), "evidence": \#(word)"#)
      }
    }
    #expect(try review(stated(checkedTree())) == [])
    // As the guide writes it.
    let schema = #"""
      { "properties": { "exitCriteria": { "items": {
        "if": { "required": ["check"] },
        "then": { "properties": { "evidence": { "items": { "properties": { "kind": { "enum": ["check", "approval"] } } } } } }
      } } } }
      """#
    let strict = try checkedTree().with { $0[PlanPaths.schema] = schema }
    #expect(try review(strict) == [])
    let file = try stated(strict)[".readiness/A-2.json"]
    let refused = try Judge.assess(Proposal(from: strict, now: noon) { $0[".readiness/A-2.json"] = file })
    #expect(refused.errors == ["schema-violation"])
  }

  @Test("a run bit and a link in a file's place are changes of inputs")
  func kinds() throws {
    for kind in [FileKind.executable, .symlink] {
      let found = try review(checkedTree()) { tree in
        tree.files["src/a.c"] = (kind, Array("int a;".utf8))
      }
      #expect(found.count == 1, "\(kind)")
    }
  }

  @Test("evidence of another definition, or of none, does not count")
  func definitions() throws {
    let other = check.replacing("test", with: "all")
    #expect(
      try review(checkedTree(definition: other))
        == ["evidence-mismatch: The evidence of A-2/works was left by a check that has changed since."])
    let base = try checkedTree()
    base[".readiness/A-2.json"] = base[".readiness/A-2.json"]?.replacing("\"check\": \(check), ", with: "")
    #expect(try review(base) == ["evidence-mismatch: The evidence of A-2/works was left by a check that is gone."])
    // The order of members does not make another definition.
    let reordered = #"{ "validFor": 7, "inputs": ["src/**"], "profile": "tdd", "command": ["make", "test"] }"#
    #expect(try review(checkedTree(definition: reordered)) == [])
  }

  @Test("a guard lets evidence lapse by the stamp's moment, and never before an ancestor's stamp")
  func lapse() throws {
    #expect(try review(checkedTree(), now: noon + 7 * day - 1) == [])
    let lapsed = ["evidence-mismatch: The evidence of A-2/works is older than the 7 days for which it counts."]
    #expect(try review(checkedTree(), now: noon + 7 * day) == lapsed)
    // A hook has its own clock, and walks no history.
    #expect(try review(checkedTree(), now: noon, stampedAt: noon + 7 * day) == [])
    let backdated = try Proposal(from: checkedTree(), stampedAt: noon + 7 * day) {
      $0.edit("A-2", "In Progress", "In Review")
    }
    #expect(try Judge.assess(backdated.stamped(at: "2026-11-23T12:00:00.000Z")).errors == ["evidence-mismatch"])
    #expect(try review(checkedTree(), now: nil) == [])
    let committed = try Proposal(from: checkedTree(), now: noon) { $0.edit("A-2", "In Progress", "In Review") }
    #expect(try Judge.assess(committed.stamped(at: "2026-11-29T11:59:59.999Z")).errors == [])
    #expect(try Judge.assess(committed.stamped(at: "2026-11-29T12:00:00.000Z")).errors == ["evidence-mismatch"])
  }

  @Test("evidence from the future does not count, beyond what clocks may differ")
  func future() throws {
    #expect(try review(checkedTree(), now: noon - 59 * 60_000) == [])
    #expect(try review(checkedTree(), now: noon - 61 * 60_000).count == 1)
  }

  @Test("a lapse makes what is done suspect, and no invariant is broken by it")
  func suspect() throws {
    let tree = try checkedTree()
    tree.edit("A-2", "In Progress", "Done")
    #expect(try PlanOverview(tree, now: noon)[MilestoneID("A-2")]?.suspect == [])
    #expect(try PlanOverview(tree, now: noon + 8 * day)[MilestoneID("A-2")]?.suspect == ["works (older than 7 days)"])
    tree["src/a.c"] = "changed"
    #expect(try PlanOverview(tree, now: noon)[MilestoneID("A-2")]?.suspect == ["src/**"])
    // Another person's later commit stays legal.
    let later = Proposal(from: tree, now: noon + 30 * day) { $0.edit("A-3", "\"TBD\"", "\"bob\"") }
    #expect(try Judge.assess(later).errors == [])
  }

  @Test("approvals are evidence while so many holders of the role approve what stands there")
  func approvals() throws {
    let base = PlanFixture.tree()
    base[PlanPaths.authorization] = """
      { "version": 1, "roles": { "approver": ["ada@example.com", "bob@example.com"] }, "rules": [] }
      """
    base[".readiness/A-2.json"] = PlanFixture.milestone(
      "A-2", status: "In Progress", dependsOn: ["A-1"], isProven: false
    )
    .replacing(
      #""text": "It is seen to work""#,
      with: #""text": "It works", "evidence": [{ "kind": "approval", "role": "approver", "count": 2 }]"#)
    func approved(_ names: [String]) throws -> MemoryTree {
      let milestone = try #require(base.milestone(MilestoneID("A-2"))?.milestone)
      let list = names.map { #"{ "by": "\#($0)", "digest": "\#(milestone.approvedDigest.tagged)" }"# }
      return base.with {
        $0.edit("A-2", "\"exitCriteria\"", "\"approvals\": [\(list.joined(separator: ","))], \"exitCriteria\"")
      }
    }
    #expect(try review(approved(["ada@example.com", "Bob@example.com"])) == [])
    #expect(try review(approved(["ada@example.com", "ADA@example.com"])).first?.contains("has 1 of") == true)
    #expect(try review(approved(["ada@example.com", "eve@example.com"])).count == 1)
    // The approved content changed.
    #expect(
      try review(approved(["ada@example.com", "bob@example.com"])) { $0.edit("A-2", "It works", "It flies") }.count == 1
    )
  }
}

@Suite("Waivers")
struct WaiverTests {
  private func waiver(_ approver: String = "ada@example.com", until: String = "2026-12-01") -> String {
    #"{ "owner": "bob", "reason": "Later.", "approver": "\#(approver)", "until": "\#(until)" }"#
  }

  private func base(_ waiver: String?) -> MemoryTree {
    PlanFixture.tree().with {
      $0[".readiness/A-2.json"] = PlanFixture.milestone(
        "A-2", status: "In Progress", dependsOn: ["A-1"], isProven: false
      )
      .replacing(
        #""text": "It is seen to work""#, with: #""text": "It works""# + (waiver.map { ", \"waiver\": \($0)" } ?? ""))
    }
  }

  @Test("a waiver stands for evidence up to its last day, and not a moment longer")
  func holds() throws {
    #expect(try review(base(waiver())) == [])
    let last = try #require(Timestamp.milliseconds(of: "2026-12-01T23:59:59.999Z"))
    #expect(try review(base(waiver()), now: last) == [])
    #expect(
      try review(base(waiver()), now: last + 1) == [
        "evidence-missing: The criterion \"works\" of A-2 has no evidence, and its waiver ended with 2026-12-01: It works"
      ])
    #expect(try review(base(nil)).count == 1)
  }

  @Test("a lapsed waiver makes what is done suspect, never an earlier commit illegal")
  func lapses() throws {
    let tree = base(waiver())
    tree.edit("A-2", "In Progress", "Done")
    let overview = try PlanOverview(tree, now: noon)
    #expect(overview[MilestoneID("A-2")]?.waived.map(\.id) == ["works"])
    #expect(overview[MilestoneID("A-2")]?.suspect == [])
    let after = try PlanOverview(tree, now: noon + 30 * day)
    #expect(after[MilestoneID("A-2")]?.suspect == ["works (waived until 2026-12-01)"])
    let later = Proposal(from: tree, now: noon + 30 * day) { $0.edit("A-3", "\"TBD\"", "\"bob\"") }
    #expect(try Judge.assess(later).errors == [])
  }

  @Test("only its approver brings a waiver, and only with the role")
  func authority() throws {
    func errors(_ waiver: String, by author: Identity, _ authorization: String? = nil) throws -> [String] {
      let base = base(nil)
      base[PlanPaths.authorization] = authorization
      let proposal = Proposal(from: base, by: author, now: noon) {
        $0.edit("A-2", #""text": "It works""#, #""text": "It works", "waiver": \#(waiver)"#)
      }
      return try Judge.assess(proposal).errors
    }
    let roles = #"{ "version": 1, "roles": { "approver": ["ada@example.com"] }, "rules": [] }"#
    #expect(try errors(waiver(), by: PlanFixture.ada) == [])
    #expect(try errors(waiver(), by: PlanFixture.bob) == ["not-authorized"])
    #expect(try errors(waiver(), by: PlanFixture.ada, roles) == [])
    #expect(try errors(waiver("bob@example.com"), by: PlanFixture.bob, roles) == ["not-authorized"])
    let named =
      #"{ "version": 1, "roles": { "approver": ["ada@example.com"], "board": ["bob@example.com"] }, "rules": [], "waivers": { "role": "board" } }"#
    #expect(try errors(waiver("bob@example.com"), by: PlanFixture.bob, named) == [])
    #expect(try errors(waiver(), by: PlanFixture.ada, named) == ["not-authorized"])
  }

  @Test("a waiver that stays as it was asks nobody; one that is prolonged does")
  func prolonging() throws {
    let base = base(waiver())
    let other = Proposal(from: base, by: PlanFixture.bob, now: noon) { $0.edit("A-2", "Work A-2", "Work") }
    #expect(try Judge.assess(other).errors == [])
    let longer = Proposal(from: base, by: PlanFixture.bob, now: noon) { $0.edit("A-2", "2026-12-01", "2027-12-01") }
    #expect(try Judge.assess(longer).errors == ["not-authorized"])
  }
}

@Suite("Patterns of paths")
struct PathPatternTests {
  private func covers(_ patterns: [String], _ path: String) -> Bool {
    PathSelection(patterns.map { PathPattern($0) }).covers(Array(path.utf8).split(separator: 0x2F))
  }

  @Test(
    "what a pattern covers and what it does not",
    arguments: [
      (["Sources"], "Sources/a/b.swift", true), (["Sources/"], "Sources/a.swift", true),
      (["Sources"], "Sources2", false),
      (["Sources/**"], "Sources/a/b.swift", true), (["Sources/**"], "Sources", false), (["*.md"], "a.md", true),
      (["*.md"], "doc/a.md", false), (["**/*.md"], "a.md", true), (["**/*.md"], "doc/x/a.md", true),
      (["doc/*"], "doc/a", true), (["doc/*"], "doc/x/a", false), (["a/**/z"], "a/z", true),
      (["a/**/z"], "a/b/c/z", true),
      (["a?c"], "abc", true), (["a?c"], "aéc", true), (["a?c"], "ac", false), (["**"], "x", true),
      (["*"], "x/y", false),
      (["**", "!doc"], "doc/a", false), (["!doc", "**"], "doc/a", false), (["**", "!doc/*.md"], "doc/a.txt", true),
      (["**"], ".readiness/M-01.json", false), (["ssot/**"], "ssot/plan.json", false),
      (["ssot/**"], "ssot/policies/workflow.json", true), (["a*b*c"], "aXbXbYc", true), (["a*b*c"], "aXcXb", false),
    ] as [([String], String, Bool)])
  func covering(_ patterns: [String], _ path: String, _ expected: Bool) {
    #expect(covers(patterns, path) == expected)
  }

  @Test("a folder is looked into wherever something in it may be covered, over 20,000 random patterns and paths")
  func pruning() {
    var random = SplitMix(20_261_123)
    let parts = ["a", "b", "ab", "*", "**", "a*", "?"]
    var covered = 0
    for _ in 0..<20_000 {
      let pattern = (0...random.below(4)).map { _ in parts[random.below(parts.count)] }.joined(separator: "/")
      let path = (0...random.below(4)).map { _ in ["a", "b", "ab", "ba"][random.below(4)] }
      let bytes = path.map { Array($0.utf8)[...] }
      let selection = PathSelection([PathPattern(pattern)])
      guard selection.covers(bytes) else { continue }
      covered += 1
      for depth in 1..<max(2, path.count) where depth < path.count {
        #expect(selection.mayCover(below: Array(bytes[..<depth])), "\(pattern) \(path)")
      }
    }
    #expect(covered > 2_000)
  }
}
