import TestSupport
import StrictJSON
import Testing

@testable import PlanJudge
@testable import PlanModel

@Suite("Gates")
struct GateTests {
  /// The decision of a gate, and the changes that would flip it.
  @dynamicMemberLookup
  private struct Outcome {
    let decision: GateDecision
    let gap: GateGap

    init(_ gate: Gates.Gate, _ overview: PlanOverview, in tree: any PlanTree) throws {
      decision = try GateDecision("release", gate, overview, in: tree)
      gap = try GateGap(gate, overview, in: tree)
    }

    subscript<Value>(dynamicMember path: KeyPath<GateDecision, Value>) -> Value { decision[keyPath: path] }
    subscript<Value>(dynamicMember path: KeyPath<GateGap, Value>) -> Value { gap[keyPath: path] }
  }

  private func decide(_ gate: Gates.Gate? = nil, _ change: (MemoryTree) -> Void = { _ in }) throws -> Outcome {
    let tree = PlanFixture.tree().with(change)
    let gate = gate ?? Gates.Gate(milestones: ["*"], category: .done, noSuspect: true, maxOpenRisk: "medium")
    return try Outcome(gate, PlanOverview(tree), in: tree)
  }

  private func codes(_ decision: Outcome) -> [String] { Set(decision.reasons.map(\.code.id)).sorted() }

  private func risky(_ severity: String, _ status: String) -> String {
    PlanFixture.milestone(
      "A-1", status: "Done",
      more:
        "\n  \"risks\": [{ \"id\": \"r\", \"text\": \"It may rain\", \"severity\": \"\(severity)\", \"status\": \"\(status)\" }],"
    )
  }

  @Test("no-go names each milestone that is not there, and no other")
  func category() throws {
    let decision = try decide()
    #expect(decision.answer == .noGo)
    #expect(decision.reasons.map(\.milestone?.text) == ["A-2", "A-3", "A-4"])
    #expect(codes(decision) == ["gate-category"])
    let done = Gates.Gate(milestones: ["A-1", "A-5"], category: .done, noSuspect: true, maxOpenRisk: "low")
    #expect(try decide(done).answer == .go)
    // A state beyond the required one is sufficient.
    let review = Gates.Gate(milestones: ["A-1", "A-4"], category: .review, noSuspect: true, maxOpenRisk: nil)
    #expect(try decide(review).answer == .go)
  }

  @Test(
    "an open risk above what the gate bears, and nothing else, stops it",
    arguments: [
      ("critical", "open", true), ("high", "open", true), ("medium", "open", false), ("critical", "mitigated", false),
    ])
  func risk(_ severity: String, _ status: String, _ stops: Bool) throws {
    let gate = Gates.Gate(milestones: ["A-1"], category: .done, noSuspect: true, maxOpenRisk: "medium")
    let decision = try decide(gate) { $0[".readiness/A-1.json"] = self.risky(severity, status) }
    #expect(codes(decision) == (stops ? ["gate-risk"] : []))
    #expect(decision.missing.map(\.kind) == (stops ? [.risk] : []))
  }

  @Test("suspect evidence stops a gate that asks for none; the missing fact is its renewal")
  func suspect() throws {
    for (asks, answer) in [(true, GateDecision.Answer.noGo), (false, .go)] {
      let gate = Gates.Gate(milestones: ["A-1"], category: .done, noSuspect: asks, maxOpenRisk: nil)
      let decision = try decide(gate) { $0["proof.txt"] = "Changed.\n" }
      #expect(decision.answer == answer)
      #expect(decision.missing.map(\.subject) == (asks ? ["proof.txt"] : []))
    }
  }

  @Test("a gate that covers nothing, or a plan that cannot be read, is inconclusive; a broken plan is no-go")
  func inconclusive() throws {
    let nothing = Gates.Gate(milestones: ["SEC-*"], category: .done, noSuspect: false, maxOpenRisk: nil)
    #expect(try decide(nothing).answer == .inconclusive)
    let gone = Gates.Gate(milestones: ["A-1", "A-9"], category: .done, noSuspect: false, maxOpenRisk: nil)
    let decision = try decide(gone)
    #expect(decision.answer == .inconclusive && codes(decision) == ["gate-scope"])
    #expect(try decide { $0[".readiness/A-1.json"] = "{" }.answer == .inconclusive)
    // Forced in: done on a milestone that is not done.
    let one = Gates.Gate(milestones: ["A-5"], category: .done, noSuspect: false, maxOpenRisk: nil)
    let forced = try decide(one) {
      $0[".readiness/A-1.json"] = PlanFixture.milestone("A-1", status: "In Progress")
    }
    #expect(forced.answer == .noGo && codes(forced) == ["unmet-dependency"])
  }

  @Test("what is missing is the closure over dependencies, in an order in which it can be brought about")
  func missing() throws {
    let gate = Gates.Gate(milestones: ["A-3"], category: .done, noSuspect: true, maxOpenRisk: nil)
    let decision = try decide(gate)
    #expect(
      decision.missing.map { "\($0.milestone) \($0.kind.rawValue) \($0.subject)" } == [
        "A-2 status Done", "A-3 owner owner", "A-3 criterion works", "A-3 status Done",
      ])
    #expect(decision.criticalPath.map(\.text) == ["A-2", "A-3"])
    // These changes flip it.
    let flipped = try decide(gate) {
      $0[".readiness/A-2.json"] = PlanFixture.milestone("A-2", status: "Done", dependsOn: ["A-1"])
      $0[".readiness/A-3.json"] = PlanFixture.milestone("A-3", status: "Done", dependsOn: ["A-2"])
    }
    #expect(flipped.answer == .go && flipped.missing.isEmpty)
  }

  @Test("criteria that rest on a word alone are listed")
  func word() throws {
    let gate = Gates.Gate(milestones: ["A-1"], category: .done, noSuspect: true, maxOpenRisk: nil)
    let said = PlanFixture.milestone("A-1", status: "Done", isProven: false).replacing(
      "to work\"", with: "to work\", \"evidence\": [{ \"kind\": \"statement\", \"text\": \"yes\", \"by\": \"a@b.c\" }]")
    #expect(try decide(gate) { $0[".readiness/A-1.json"] = said }.onWordAlone == ["A-1/works"])
    #expect(try decide(gate).onWordAlone.isEmpty)
  }

  @Test(
    "weeks are those of ISO 8601, at the turn of years as well",
    arguments: [
      ("2026-W47", "2026-11-16", "2026-11-22"), ("2020-W53", "2020-12-28", "2021-01-03"),
      ("2021-W01", "2021-01-04", "2021-01-10"), ("2015-W53", "2015-12-28", "2016-01-03"),
      ("2024-W01", "2024-01-01", "2024-01-07"), ("2026-W01", "2025-12-29", "2026-01-04"),
    ])
  func weeks(_ week: String, _ from: String, _ to: String) throws {
    let span = try #require(DaySpan(week: week))
    #expect(span.from == from && span.to == to && span.week == week)
    #expect(DaySpan(from: from, to: to)?.week == week)
    #expect(DaySpan(weekOf: span.start * 1000).week == week && DaySpan(weekOf: span.stop * 1000 - 1).week == week)
    for wrong in ["2021-W53", "2026-W00", "2026-W54", "2026-47", "26-W01", "2026-W1"] {
      #expect(DaySpan(week: wrong) == nil)
    }
    #expect(DaySpan(from: to, to: from) == nil && DaySpan(from: "2026-02-29", to: "2026-03-01") == nil)
  }

  @Test("stale or lapsed checks are missing facts along the way; what is waived is none, and is named")
  func checksAndWaivers() throws {
    let noon = try #require(Timestamp.milliseconds(of: "2026-11-22T12:00:00.000Z"))
    func decide(_ criterion: String, now: Int64) throws -> Outcome {
      let tree = PlanFixture.tree().with {
        $0["src/a.c"] = "int a;"
        $0[".readiness/A-2.json"] = PlanFixture.milestone(
          "A-2", status: "In Progress", dependsOn: ["A-1"], isProven: false
        ).replacing(#""text": "It is seen to work""#, with: #""text": "It works", \#(criterion)"#)
      }
      let gate = Gates.Gate(milestones: ["A-3"], category: .done, noSuspect: true, maxOpenRisk: nil)
      return try Outcome(gate, PlanOverview(tree, now: now), in: tree)
    }
    let inputs = MemoryTree(["src/a.c": "int a;"]).inputs(PathSelection([PathPattern("src")])).digest.tagged
    let check = #"{ "command": ["true"], "inputs": ["src"], "profile": "tdd", "validFor": 1 }"#
    let digest = Digest(of: try JSONDocument(parsing: Array(check.utf8)).root.canonicalBytes).tagged
    func checked(_ inputs: String) -> String {
      """
      "check": \(check), "evidence": [{ "kind": "check", "command": "\(digest)", "inputs": "\(inputs)",
        "commit": "7f3c1f0a52b9d4b37c7a3df8e4f8b0f7b9a6c5d4", "at": "2026-11-22T12:00:00.000Z", "attempts": 1,
        "milliseconds": 1, "output": "\(inputs)" }]
      """
    }
    let waived = #""waiver": { "owner": "bob", "reason": "r", "approver": "ada@example.com", "until": "2026-11-22" }"#
    func facts(_ decision: Outcome) -> [String] {
      decision.missing.filter { $0.milestone.text == "A-2" }.map { "\($0.kind.rawValue) \($0.subject)" }
    }
    #expect(try facts(decide(checked(inputs), now: noon)) == ["status Done"])
    #expect(try facts(decide(checked(inputs), now: noon + 86_400_000)) == ["criterion works", "status Done"])
    #expect(try facts(decide(checked(digest), now: noon)) == ["criterion works", "status Done"])
    #expect(try facts(decide(waived, now: noon)) == ["status Done"])
    #expect(try facts(decide(waived, now: noon + 86_400_000)) == ["criterion works", "status Done"])
    #expect(try decide(waived, now: noon).criticalPath.map(\.text) == ["A-2", "A-3"])
    // For a done milestone, a check is one fact, regardless of the number of changed inputs.
    let done = PlanFixture.tree().with {
      $0["src/a.c"] = "int b;"
      $0["src/b.c"] = "int c;"
      $0[".readiness/A-1.json"] = PlanFixture.milestone("A-1", status: "Done", isProven: false)
        .replacing(#""text": "It is seen to work""#, with: #""text": "It works", \#(checked(inputs))"#)
    }
    let suspect = try Outcome(
      Gates.Gate(milestones: ["A-1"], category: .done, noSuspect: true, maxOpenRisk: nil),
      PlanOverview(done, now: noon), in: done)
    #expect(suspect.answer == .noGo && suspect.missing.map(\.subject) == ["works"])
    // The same applies to a file that is evidence for two criteria.
    let proof = #"[{ "kind": "file", "path": "src/a.c", "sha256": "\#(String(repeating: "0", count: 64))" }]"#
    let shared = PlanFixture.tree().with {
      $0["src/a.c"] = "int a;"
      $0[".readiness/A-1.json"] = PlanFixture.milestone("A-1", status: "Done", isProven: false).replacing(
        #""text": "It is seen to work""#,
        with: #""text": "It works", "evidence": \#(proof) }, { "id": "again", "text": "Twice", "evidence": \#(proof)"#)
    }
    let once = try Outcome(
      Gates.Gate(milestones: ["A-1"], category: .done, noSuspect: true, maxOpenRisk: nil),
      PlanOverview(shared, now: noon), in: shared)
    #expect(once.missing.map(\.subject) == ["src/a.c"])
    // A gate names the waivers in its own scope.
    let tree = PlanFixture.tree().with {
      $0[".readiness/A-1.json"] = PlanFixture.milestone("A-1", status: "Done", isProven: false)
        .replacing(#""text": "It is seen to work""#, with: #""text": "It works", \#(waived)"#)
    }
    let gate = Gates.Gate(milestones: ["A-1"], category: .done, noSuspect: true, maxOpenRisk: nil)
    let today = try Outcome(gate, PlanOverview(tree, now: noon), in: tree)
    #expect(today.answer == .go && today.waived.map(\.criterion) == ["works"])
    let tomorrow = try Outcome(gate, PlanOverview(tree, now: noon + 86_400_000), in: tree)
    #expect(tomorrow.answer == .noGo && tomorrow.missing.map(\.subject) == ["works (waived until 2026-11-22)"])
  }
}
