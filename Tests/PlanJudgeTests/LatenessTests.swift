import TestSupport
import Testing

@testable import PlanJudge
@testable import PlanModel

@Suite("Lateness")
struct LatenessTests {
  /// Returns a chain A-1 (done) <- A-2 (in progress) <- A-3 (not started), and A-4 in review; targets by id, at noon
  /// of a day.
  private func overview(_ targets: [String: String], on day: String = "2026-11-20") throws -> (
    PlanOverview, MemoryTree
  ) {
    let tree = PlanFixture.tree().with { tree in
      for (id, target) in targets {
        let path = ".readiness/\(id).json"
        tree[path] = tree[path]?.replacing("\"status\":", with: "\"target\": \"\(target)\",\n  \"status\":")
      }
    }
    let noon = try #require(Timestamp.milliseconds(of: "\(day)T12:00:00.000Z"))
    return (try PlanOverview(tree, now: noon), tree)
  }

  private func items(_ targets: [String: String], on day: String = "2026-11-20") throws -> [String] {
    try Lateness(overview(targets, on: day).0).items.map { item in
      "\(item.milestone) \(item.kind.rawValue) \(item.path.map(\.text).joined(separator: ">"))"
    }
  }

  @Test("a milestone is late from the day after its target, until it is done")
  func late() throws {
    #expect(try items(["A-2": "2026-11-20"]).isEmpty)
    #expect(try items(["A-2": "2026-11-20"], on: "2026-11-21") == ["A-2 late A-2"])
    #expect(try items(["A-1": "2026-11-01"]).isEmpty)
    #expect(try items([:]).isEmpty)
  }

  @Test("a milestone is at risk if one that it waits for is late, or due after it, and the chain to it is named")
  func atRisk() throws {
    #expect(
      try items(["A-2": "2026-11-01", "A-3": "2026-12-31"]) == ["A-2 late A-2", "A-3 at-risk A-3>A-2"])
    #expect(try items(["A-2": "2026-12-01", "A-3": "2026-11-30"]) == ["A-3 at-risk A-3>A-2"])
    #expect(try items(["A-2": "2026-11-30", "A-3": "2026-11-30"]).isEmpty)
    // A late milestone is not also at risk; a done one delays nobody.
    #expect(try items(["A-2": "2026-11-02", "A-3": "2026-11-01"]) == ["A-2 late A-2", "A-3 late A-3"])
    #expect(try items(["A-1": "2026-11-02", "A-2": "2026-11-30"]).isEmpty)
    // Through a milestone without a target.
    let (_, tree) = try overview(["A-2": "2026-11-01"])
    let longer = tree.with {
      $0[".readiness/A-6.json"] = PlanFixture.milestone(
        "A-6", status: "Not Started", dependsOn: ["A-3"], isProven: false, more: "\n  \"target\": \"2026-12-24\",")
    }
    let noon = Timestamp.milliseconds(of: "2026-11-20T12:00:00.000Z")
    let item = try #require(Lateness(PlanOverview(longer, now: noon)).items.last)
    #expect(item.path.map(\.text) == ["A-6", "A-3", "A-2"])
    #expect(
      item.message
        == "A-6, due on 2026-12-24, is at risk: it waits for A-3 <- A-2, which was due on 2026-11-01.")
  }

  @Test("a gate with noOverdue stops at what is late in its scope, and at nothing else; version 1 does not know it")
  func gate() throws {
    func text(_ version: Int) -> String {
      #"{ "version": \#(version), "gates": { "g": { "milestones": ["*"], "category": "pending", "noOverdue": true } } }"#
    }
    #expect(try PlanFixture.tree().with { $0[PlanPaths.gates] = text(1) }.policy().policy == nil)
    for (day, target, codes) in [
      ("2026-11-20", "2026-11-20", []), ("2026-11-21", "2026-11-20", ["gate-overdue"]),
    ] {
      let tree = try overview(["A-4": target]).1.with { $0[PlanPaths.gates] = text(2) }
      let noon = try #require(Timestamp.milliseconds(of: "\(day)T12:00:00.000Z"))
      let overview = try PlanOverview(tree, now: noon)
      let gate = try #require(overview.policy.gates.gates["g"])
      let decision = try GateDecision("g", gate, overview, in: tree)
      #expect(decision.reasons.map(\.code.id) == codes)
      let gap = try GateGap(gate, overview, in: tree)
      #expect(gap.missing.map(\.kind) == (codes.isEmpty ? [] : [.target]))
    }
  }
}
