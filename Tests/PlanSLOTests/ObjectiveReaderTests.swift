import JSONSchema
import PlanModel
import TestSupport
import StrictJSON
import Testing

@testable import PlanSLO

@Suite("Definitions of objectives")
struct ObjectiveReaderTests {
  typealias Fixture = ObjectiveFixture

  @Test("the example is read to the digit")
  func example() throws {
    let file = Fixture.file()
    #expect(file.findings == [])
    let objective = try #require(file.objective)
    #expect(objective.target.text == "0.999" && objective.budget.text == "0.001")
    #expect(objective.service == "checkout" && objective.period.days == 30 && objective.minimumEvents == 100)
    #expect(objective.part == .bad && objective.counted.selector?.matchers.count == 2)
    let latency = try #require(Fixture.file(Fixture.latency, name: "checkout-latency").objective)
    #expect(latency.target.text == "0.95" && latency.part == .good && latency.labels.map(\.name) == ["team"])
    #expect(latency.total.selector?.metric == "http_request_duration_seconds_count")
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let old: String, new: String
    let code: ReasonCode?
    var pointer = "/"
    var testDescription: String { "\(old) -> \(new)" }
  }

  @Test(
    "what cannot be compiled is refused with its code, pointer and line; its neighbour is not",
    arguments: [
      Case(old: "openslo/v1", new: "openslo/v2alpha", code: .policyTooNew, pointer: "/apiVersion"),
      Case(old: "\"SLO\"", new: "\"Service\"", code: .sloInvalid, pointer: "/kind"),
      Case(
        old: "\"name\": \"checkout-availability\"", new: "\"name\": \"other\"", code: .idMismatch,
        pointer: "/metadata/name"),
      Case(
        old: "\"displayName\": \"Checkout", new: "\"labels\": { \"slo\": \"x\" }, \"displayName\": \"Checkout",
        code: .sloInvalid, pointer: "/metadata/labels/slo"),
      Case(
        old: "\"displayName\": \"Checkout", new: "\"labels\": { \"a-b\": \"x\" }, \"displayName\": \"Checkout",
        code: .sloInvalid),
      Case(
        old: "\"displayName\": \"Checkout", new: "\"labels\": { \"team\": \"x\" }, \"displayName\": \"Checkout",
        code: nil),
      Case(
        old: "readiness.dev/runbook", new: "example.com/runbook", code: .sloInvalid, pointer: "/metadata/annotations"),
      Case(old: "doc/runbooks/checkout-availability.md", new: "../x.md", code: .sloInvalid),
      Case(old: "doc/runbooks/checkout-availability.md", new: "http://x.example/", code: .sloInvalid),
      Case(old: "doc/runbooks/checkout-availability.md", new: "https://x.example/", code: nil),
      Case(old: "\"100\"", new: "\"1000001\"", code: .sloInvalid),
      Case(old: "\"100\"", new: "\"-1\"", code: .sloInvalid),
      Case(old: "\"100\"", new: "\"1000000\"", code: nil),
      Case(
        old: "\"counter\": true", new: "\"counter\": false", code: .sloInvalid,
        pointer: "/spec/indicator/spec/ratioMetric/counter"),
      Case(old: "\"bad\": {", new: "\"good\": {", code: nil),
      Case(old: "\"bad\": {", new: "\"raw\": {}, \"bad\": {", code: .sloInvalid),
      Case(old: "\"ratioMetric\": {", new: "\"thresholdMetric\": {}, \"ratioMetric\": {", code: .sloInvalid),
      Case(
        old: "\"indicator\": {", new: "\"indicatorRef\": \"x\", \"indicator\": {", code: .sloInvalid,
        pointer: "/spec/indicatorRef"),
      Case(old: "\"Prometheus\"", new: "\"Datadog\"", code: .sloInvalid),
      Case(
        old: "\"query\": \"http_requests_total{job=\\\"checkout\\\"}\"", new: "\"promql\": \"http_requests_total\"",
        code: nil),
      Case(
        old: "\"http_requests_total{job=\\\"checkout\\\"}\"", new: "\"http_requests_total[5m]\"",
        code: .sloQueryUnsupported),
      Case(
        old: "\"http_requests_total{job=\\\"checkout\\\"}\"", new: "\"http_requests_total offset 5m\"",
        code: .sloQueryUnsupported),
      Case(
        old: "\"http_requests_total{job=\\\"checkout\\\"}\"", new: "\"sum(http_requests_total)\"",
        code: .sloQueryUnsupported),
      Case(old: "\"http_requests_total{job=\\\"checkout\\\"}\"", new: "\"rate(x[{{.window}}])\"", code: nil),
      Case(
        old: "\"http_requests_total{job=\\\"checkout\\\"}\"", new: "\"rate(x[{{.step}}])\"", code: .sloQueryUnsupported),
      Case(old: "\"http_requests_total{job=\\\"checkout\\\"}\"", new: "\"x\\ty\"", code: .sloQueryUnsupported),
      Case(old: "\"30d\"", new: "\"6d\"", code: .sloInvalid, pointer: "/spec/timeWindow/0/duration"),
      Case(old: "\"30d\"", new: "\"91d\"", code: .sloInvalid),
      Case(old: "\"30d\"", new: "\"1M\"", code: .sloInvalid),
      Case(old: "\"30d\"", new: "\"030d\"", code: .sloInvalid),
      Case(old: "\"30d\"", new: "\"12w\"", code: nil),
      Case(old: "\"isRolling\": true", new: "\"isRolling\": false", code: .sloInvalid),
      Case(old: "\"Occurrences\"", new: "\"Timeslices\"", code: .sloInvalid, pointer: "/spec/budgetingMethod"),
      Case(old: "\"budgetingMethod\"", new: "\"alertPolicies\": [\"x\"], \"budgetingMethod\"", code: .sloInvalid),
      Case(old: "\"budgetingMethod\"", new: "\"alertPolicies\": [], \"budgetingMethod\"", code: nil),
      Case(
        old: "\"budgetingMethod\"", new: "\"waivers\": [], \"budgetingMethod\"", code: .sloInvalid,
        pointer: "/spec/waivers"),
      Case(old: "0.999", new: "1.0", code: .sloInvalid, pointer: "/spec/objectives/0/target"),
      Case(old: "0.999", new: "0", code: .sloInvalid), Case(old: "0.999", new: "0.9999999", code: .sloInvalid),
      Case(old: "0.999", new: "9.99e-1", code: .sloInvalid), Case(old: "0.999", new: "0.999999", code: nil),
      Case(old: "\"target\": 0.999", new: "\"targetPercent\": 99.9", code: nil),
      Case(old: "\"target\": 0.999", new: "\"targetPercent\": 100", code: .sloInvalid),
      Case(old: "0.999", new: "0.8", code: .sloAlertUnreachable, pointer: "/spec/objectives"),
      Case(old: "\"apiVersion\"", new: "\"apiVersion\": \"openslo/v1\", \"apiVersion\"", code: .duplicateKey),
      Case(old: "\"kind\"", new: ",", code: .malformedJSON),
    ])
  func refused(_ example: Case) throws {
    let file = Fixture.file(Fixture.edited(example.old, example.new))
    let errors = file.findings.filter { $0.severity == .error }
    guard let code = example.code else {
      #expect(errors == [] && file.objective != nil)
      return
    }
    #expect(file.objective == nil)
    #expect(errors.contains { $0.code == code }, "\(errors)")
    #expect(errors.allSatisfy { $0.line != nil && $0.path == "ssot/policies/slo/checkout-availability.json" })
    if code != .duplicateKey, code != .malformedJSON {
      #expect(errors.contains { $0.message.hasPrefix(example.pointer) }, "\(errors.map(\.message))")
    }
  }

  @Test("an array, and a second object, are more than one object a file")
  func severalObjects() {
    #expect(Fixture.file("[\(Fixture.definition)]").findings.map(\.code) == [.sloInvalid])
    #expect(Fixture.file(Fixture.definition + Fixture.definition).findings.map(\.code) == [.sloInvalid])
  }

  @Test("a low target loses the rows that cannot fire, with a warning, while a page is left")
  func lowTarget() throws {
    let file = Fixture.file(Fixture.edited("0.999", "0.93"))
    #expect(file.findings.map(\.code) == [.sloAlertUnreachable] && file.findings.map(\.severity) == [.warning])
    #expect(try #require(file.objective).rows.map(\.factor.text) == ["6", "3", "1"])
  }

  @Test("an integer bucket and a query that counts are worth a warning")
  func warnings() {
    let bucket = Fixture.edited("le=\\\"0.25\\\"", "le=\\\"1\\\"", of: Fixture.latency)
    #expect(Fixture.file(bucket, name: "checkout-latency").findings.map(\.severity) == [.warning])
    let counting = Fixture.edited("rate(", "increase(", of: Fixture.latency)
    #expect(Fixture.file(counting, name: "checkout-latency").findings.map(\.code) == [.sloQueryUnsupported])
  }

  @Test("files of a tree are found by name; others are not, and two that differ by case are both refused")
  func tree() throws {
    let tree = MemoryTree([
      "ssot/policies/slo/checkout-availability.json": Fixture.definition, "ssot/policies/slo/readme.md": "x",
      "ssot/policies/slo/old/a.json": "x", "ssot/policies/slo/B.json": "{}", "ssot/policies/slo/b.json": "{}",
    ])
    let files = try ObjectiveFile.all(in: tree)
    #expect(files.map(\.name) == ["B", "b", "checkout-availability"])
    #expect(files.flatMap(\.findings).map(\.code) == [.caseCollision, .caseCollision])
    #expect(files.map(\.isSound) == [false, false, true])
  }

  @Test("what the schema refuses, the code refuses as well")
  func schema() throws {
    let text = try #require(StandardFiles.all().first { $0.path == "ssot/schemas/slo.schema.json" }).text
    let validator = try SchemaRegistry(refusesUnknownKeywords: true)
      .add(JSONDocument(parsing: Array(text.utf8), limits: .general), uri: "test:///slo")
    let seed: UInt64 = 20_261_129
    var random = SplitMix(seed)
    let keys = [
      "name", "labels", "description", "metadata", "displayName", "annotations", "service", "target", "targetPercent",
      "duration", "isRolling", "query", "promql",
      "good", "bad", "counter", "x",
    ]
    let values: [JSONValue] = [
      nil, true, 7, "", "x", "7d", "0d", [:], [], ["a": "b"], "A b", JSONValue(.number(JSONNumber(0.5))),
    ]
    var refused = 0
    for round in 0..<4000 {
      let example = round % 2 == 0 ? Fixture.definition : Fixture.latency
      let name = round % 2 == 0 ? "checkout-availability" : "checkout-latency"
      let root = try JSONDocument(parsing: Array(example.utf8)).root
      let changed = random.mutated(root, keys: keys, values: values)
      let parsed = try JSONDocument(parsing: changed.layoutBytes).root
      guard try !validator.violations(of: parsed).isEmpty else { continue }
      refused += 1
      let file = ObjectiveFile(name: name, bytes: changed.layoutBytes)
      #expect(!file.isSound, "seed \(seed), round \(round): \(String(decoding: changed.layoutBytes, as: UTF8.self))")
    }
    #expect(refused > 500)
  }
}
