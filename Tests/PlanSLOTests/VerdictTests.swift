import PlanJudge
import PlanModel
import TestSupport
import StrictJSON
import Testing

@testable import PlanSLO

@Suite("Verdicts on captures")
struct VerdictTests {
  typealias Fixture = ObjectiveFixture

  private func judge(
    _ bytes: [UInt8]?, _ text: String = Fixture.definition, now: Int64 = Fixture.moment + 40_000,
    isSigned: Bool = false, _ change: (inout [String: JSONValue]) -> Void = { _ in }
  ) throws -> ObjectiveVerdict {
    var asked: [String: JSONValue] = [:]
    change(&asked)
    let gates: JSONValue = [
      "version": 2,
      "gates": [
        "g": [
          "milestones": ["*"], "category": "done",
          "slos": JSONValue(.object(asked.sorted { $0.key < $1.key }.map { JSONMember($0.key, $0.value) })),
        ]
      ],
    ]
    let tree = MemoryTree([PlanPaths.gates: String(decoding: gates.layoutBytes, as: UTF8.self)])
    let policy = try #require(tree.policy().policy)
    let conditions = try #require(policy.gates.gates["g"]?.objectives)
    return try ObjectiveJudge(file: Fixture.file(text), conditions: conditions, now: now) { _ in isSigned }.verdict(
      bytes)
  }

  private func codes(_ verdict: ObjectiveVerdict) -> [String] { verdict.reasons.map(\.code.id) }

  @Test("a healthy month is go, with its numbers")
  func healthy() throws {
    for isRaw in [false, true] {
      let covered = isRaw ? ["covered": Fixture.body("720")] : [:]
      let verdict = try judge(Fixture.capture(covered, isRaw: isRaw))
      #expect(verdict.answer == .go && codes(verdict) == [])
      #expect(abs((verdict.budgetLeft ?? 0) - 0.9) < 1e-9)
      #expect(abs((verdict.burn.first { $0.window == .oneHour }?.rate ?? 0) - 0.1) < 1e-9)
      #expect(verdict.covered == 1 && verdict.events == 2.592e8 && verdict.newest == 1_795_904_085_500)
    }
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let bodies: [String: String]
    let codes: [String]
    let answer: GateDecision.Answer
    var testDescription: String { "\(codes) \(bodies.keys.sorted())" }
  }

  private static let b = Fixture.body

  @Test(
    "each fact has its answer",
    arguments: [
      Case(bodies: ["total:period": Fixture.empty], codes: ["slo-series-missing"], answer: .inconclusive),
      Case(bodies: ["newest": Fixture.empty], codes: ["slo-series-missing"], answer: .inconclusive),
      Case(bodies: ["bad:period": Fixture.empty, "bad:1h": Fixture.empty], codes: [], answer: .go),
      Case(bodies: ["bad:1h": b("NaN")], codes: ["slo-not-a-number"], answer: .inconclusive),
      Case(bodies: ["total:period": b("+Inf")], codes: ["slo-not-a-number"], answer: .inconclusive),
      Case(bodies: ["covered": b("-Inf")], codes: ["slo-not-a-number"], answer: .inconclusive),
      Case(bodies: ["bad:period": b("2.6e+08")], codes: ["slo-implausible"], answer: .inconclusive),
      Case(bodies: ["bad:5m": b("-30")], codes: ["slo-implausible"], answer: .inconclusive),
      Case(bodies: ["total:5m": b("0"), "bad:5m": b("7")], codes: ["slo-implausible"], answer: .inconclusive),
      Case(bodies: ["covered": b("80000")], codes: ["slo-too-short"], answer: .inconclusive),
      Case(bodies: ["covered": b("82080")], codes: [], answer: .go),
      Case(bodies: ["covered": Fixture.empty], codes: ["slo-too-short"], answer: .inconclusive),
      Case(
        bodies: ["total:period": b("999"), "bad:period": b("0")], codes: ["slo-too-few-events"], answer: .inconclusive),
      Case(bodies: ["total:period": b("1000"), "bad:period": b("0")], codes: [], answer: .go),
      Case(bodies: ["bad:period": b("259200")], codes: ["slo-budget-spent"], answer: .noGo),
      Case(bodies: ["bad:period": b("259199")], codes: [], answer: .go),
      // 1.44 % of 360,000 is the limit itself, which is not above it.
      Case(bodies: ["bad:1h": b("5184"), "bad:5m": b("5185")], codes: [], answer: .go),
      Case(bodies: ["bad:1h": b("5185"), "bad:5m": b("5185")], codes: ["slo-burning"], answer: .noGo),
      Case(
        bodies: ["bad:1h": b("5185"), "bad:5m": b("5185"), "total:5m": b("0")], codes: ["slo-implausible"],
        answer: .inconclusive),
      Case(bodies: ["bad:1h": b("5185"), "bad:5m": Fixture.empty, "total:5m": Fixture.empty], codes: [], answer: .go),
      Case(
        bodies: ["bad:1h": b("99"), "total:1h": b("99"), "bad:5m": b("9"), "total:5m": b("9")], codes: [], answer: .go),
      Case(
        bodies: ["bad:1h": b("100"), "total:1h": b("100"), "bad:5m": b("9"), "total:5m": b("9")],
        codes: ["slo-burning"], answer: .noGo),
      // 10 % for half an hour: the row of 6 hours, and not the first.
      Case(bodies: ["bad:6h": b("2161"), "bad:30m": b("36000")], codes: ["slo-burning"], answer: .noGo),
      // Tickets do not stop this gate.
      Case(bodies: ["bad:1d": b("1081"), "bad:2h": b("1081")], codes: [], answer: .go),
      Case(
        bodies: ["bad:period": b("259200"), "bad:1h": b("5185"), "bad:5m": b("5185")],
        codes: ["slo-budget-spent", "slo-burning"], answer: .noGo),
      // Implausible input takes precedence over its verdict.
      Case(bodies: ["bad:period": b("259200"), "covered": b("1")], codes: ["slo-too-short"], answer: .inconclusive),
    ])
  func facts(_ example: Case) throws {
    let verdict = try judge(Fixture.capture(example.bodies))
    #expect(codes(verdict) == example.codes)
    #expect(verdict.answer == example.answer)
  }

  @Test(
    "a body that is no answer makes the capture invalid",
    arguments: [
      #"{"status":"error","errorType":"bad_data","error":"parse error"}"#, "", "{", #"{"status":"success"}"#,
      Fixture.body("1").replacing("}]}}", with: #"},{"metric":{"a":"b"},"value":[1,"2"]}]}}"#),
      Fixture.body("1").replacing("vector", with: "matrix"), Fixture.body("one"), Fixture.body("0x10"),
      Fixture.body("inf"), Fixture.body(""), Fixture.body("1").replacing("\"1\"", with: "1"),
      #"{"status":"success","warnings":["partial"],"data":{"resultType":"vector","result":[]}}"#,
    ])
  func bodies(_ body: String) throws {
    #expect(codes(try judge(Fixture.capture(["bad:1h": body]))) == ["slo-capture-invalid"])
  }

  @Test("one changed byte of a body, a query, a name or the definition, or one more property, is named")
  func tampered() throws {
    func code(_ old: String, _ new: String) throws -> [String] {
      codes(
        try judge(Fixture.capture { $0.contains(old) ? $0.replacing(old, with: new, maxReplacements: 1) : "not there" })
      )
    }
    #expect(try code("\\\"36\\\"", "\\\"35\\\"") == ["slo-capture-invalid"])
    #expect(try code("code=~", "code!~") == ["slo-capture-invalid"])
    #expect(try code("\"bad:5m\"", "\"bad:4m\"") == ["slo-capture-invalid"])
    #expect(try code("\"bad:5m\"", "\"total:5m\"") == ["slo-capture-invalid"])
    #expect(try code("\"compiler\": 1", "\"compiler\": 2") == ["slo-capture-invalid"])
    #expect(try code("\"version\": 1", "\"version\": 2") == ["slo-capture-invalid"])
    #expect(try code("\"tool\"", "\"x-tool\"") == ["slo-capture-invalid"])
    #expect(try code("http://127", "http://ada:x@127") == ["slo-capture-invalid"])
    #expect(try code("\"slo\": \"checkout-availability\"", "\"slo\": \"other\"") == ["slo-capture-invalid"])
    #expect(try code("49.000Z", "49.500Z") == ["slo-capture-invalid"])
    let lowered = Fixture.edited("0.999", "0.9")
    let verdict = try judge(Fixture.capture(), lowered)
    #expect(codes(verdict) == ["slo-capture-invalid"] && verdict.reasons[0].message.contains("another definition"))
    #expect(codes(try judge(nil)) == ["slo-capture-missing"])
    #expect(codes(try judge([])) == ["slo-capture-invalid"])
    #expect(codes(try judge(Fixture.capture(), Fixture.edited("\"SLO\"", "\"SLI\""))) == ["slo-invalid"])
  }

  @Test("age counts from the newest sample and from the capture, and a capture of the future is none")
  func age() throws {
    let hour: Int64 = 3_600_000
    func judged(_ after: Int64, _ bodies: [String: String] = [:]) throws -> ObjectiveVerdict {
      try judge(Fixture.capture(bodies), now: Fixture.moment + after)
    }
    #expect(try judged(hour - 4_000).answer == .go)
    #expect(try judged(-60_000).answer == .go)
    for (after, words) in [
      (hour, "the newest sample is 1 h"), (11 * hour + 43 * 60_000, "11 h 43 min old, 60 min are allowed (slo-stale)."),
      (-61_000, "in the future"),
    ] {
      let verdict = try judged(after)
      #expect(codes(verdict) == ["slo-stale"] && verdict.answer == .inconclusive)
      #expect(verdict.reasons[0].message.contains(words), "\(verdict.reasons)")
    }
    // A sample that is newer than the capture does not make the capture fresh.
    #expect(codes(try judged(hour + 1, ["newest": Fixture.body("1795907689")])) == ["slo-stale"])
  }

  @Test("the gate's own conditions decide")
  func conditions() throws {
    let half = try Fixture.capture(["bad:period": Fixture.body("129600")])
    #expect(try judge(half).answer == .go)
    let asked = try judge(half) { $0["minBudgetRemaining"] = JSONValue(.number(JSONNumber(0.5))) }
    #expect(codes(asked) == ["slo-budget-spent"])
    let overdrawn = try judge(Fixture.capture(["bad:period": Fixture.body("388800")])) {
      $0["minBudgetRemaining"] = -1
    }
    #expect(overdrawn.answer == .go)
    let ticket = try Fixture.capture(["bad:1d": Fixture.body("1081"), "bad:2h": Fixture.body("1081")])
    #expect(codes(try judge(ticket) { $0["refuseWhileBurning"] = ["page", "ticket"] }) == ["slo-burning"])
    let paging = try Fixture.capture(["bad:1h": Fixture.body("5185"), "bad:5m": Fixture.body("NaN")])
    #expect(try judge(paging) { $0["refuseWhileBurning"] = [] }.answer == .go)
    #expect(codes(try judge(Fixture.capture()) { $0["minEvents"] = 300_000_000 }) == ["slo-too-few-events"])
  }

  @Test("a signature that is asked for has to be there and good; one that is there has to be good")
  func signatures() throws {
    let signed = try Fixture.capture { $0.replacing("\n  ]\n}", with: "\n  ],\n  \"signature\": \"AAAA\"\n}") }
    #expect(codes(try judge(signed)) == ["slo-capture-unsigned"])
    #expect(try judge(signed, isSigned: true).answer == .go)
    #expect(codes(try judge(Fixture.capture()) { $0["signed"] = true }) == ["slo-capture-unsigned"])
    #expect(try judge(signed, isSigned: true) { $0["signed"] = true }.answer == .go)
    #expect(try judge(Fixture.capture()).forGate.isOnWordAlone)
    #expect(try !judge(signed, isSigned: true).forGate.isOnWordAlone)
  }

  @Test("an address loses its user, query and fragment, and nothing but http and https is one")
  func addresses() {
    #expect(Endpoint.stored("https://ada:pw@prom.example:9090/x/?a=b#c") == "https://prom.example:9090/x")
    #expect(Endpoint.stored("HTTP://h/") == "http://h")
    for text in ["ftp://h", "http://", "http:h", "h:9090", "http://a b", "file:///etc/passwd"] {
      #expect(Endpoint.stored(text) == nil, "\(text)")
    }
  }
}
