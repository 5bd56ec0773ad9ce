import PrometheusRules
import PlanModel
import StrictJSON
@testable import Telemetry
import TestSupport
import Testing

@Suite("Alerts about the plan")
struct PlanAlertTests {
  /// Returns the policy of a text, and the codes of its findings.
  private func read(_ text: String) throws -> (policy: AlertPolicy?, codes: [String]) {
    let tree = MemoryTree()
    tree["ssot/policies/alerts.json"] = text
    let snapshot = try tree.policy()
    return (snapshot.policy?.alerts, snapshot.findings.map(\.code.id))
  }

  @Test("there are nine, each with a runbook link, a severity and a unit test that has a quiet moment or a reason")
  func table() {
    let alerts = PlanAlerts.all(.standard)
    #expect(alerts.count == 9 && Set(alerts.map(\.name)).count == 9)
    for alert in alerts {
      #expect(alert.rule.runbook == "doc/observability.md#" + alert.name.lowercased())
      #expect(alert.cases.contains { $0.quiet != nil }, "\(alert.name)")
      #expect(alert.cases.allSatisfy { ($0.quiet ?? -1) < $0.fires })
    }
  }

  @Test("thresholds move rules and unit tests, and only those that they are about")
  func thresholds() throws {
    let standard = AlertFiles.rules(PlanAlerts.all(.standard))
    #expect(standard.contains("time() - readiness_suspect_since_timestamp_seconds > 7 * 86400"))
    #expect(standard.contains("for: \"1h\"") && standard.contains("for: \"10m\""))
    let read = try read(#"{ "version": 1, "thresholds": { "suspectDays": 2, "behindMinutes": 90 } }"#)
    let moved = AlertFiles.rules(PlanAlerts.all(try #require(read.policy)))
    #expect(moved.contains("> 2 * 86400") && moved.contains("for: \"90m\"") && !moved.contains("\"1h\""))
    #expect(moved.contains("- time() < 7 * 86400") && moved.contains("> 900 or absent("))
  }

  @Test(
    "a policy that says something else is refused",
    arguments: [
      (#"{ "version": 1, "thresholds": { "suspectDays": 0 } }"#, "policy-unreadable"),
      (#"{ "version": 1, "thresholds": { "suspectDays": 366 } }"#, "policy-unreadable"),
      (#"{ "version": 1, "thresholds": { "evidenceDays": 1.5 } }"#, "policy-unreadable"),
      (#"{ "version": 1, "thresholds": { "waiverdays": 3 } }"#, "policy-unreadable"),
      (#"{ "version": 1, "thresholds": [] }"#, "policy-unreadable"),
      (#"{ "version": 1, "runbooks": "http://x.example/y.md" }"#, "policy-unreadable"),
      (#"{ "version": 1, "runbooks": "a page.md" }"#, "policy-unreadable"),
      (#"{ "version": 2 }"#, "policy-too-new"),
      (#"{ }"#, "policy-unreadable"),
    ])
  func refused(_ text: String, _ code: String) throws {
    let read = try read(text)
    #expect(read.policy == nil && read.codes == [code], "\(read.codes)")
  }

  @Test("a policy may leave everything out")
  func defaults() throws {
    #expect(try read(#"{ "version": 1, "x-own": true }"#).policy == .standard)
  }

  @Test("a page of the tree needs the heading of each alert; another page is not asked")
  func runbooks() throws {
    var policy = AlertPolicy.standard
    policy.runbooks = "https://git.example.com/r/raw/main/doc/observability.md"
    let alerts = PlanAlerts.all(policy)
    let tree = MemoryTree()
    #expect(try AlertRunbook.findings(alerts, policy, in: tree).isEmpty, "the page is elsewhere")
    tree["doc/observability.md"] =
      "# Playbook\n" + alerts.map { "## \($0.name)\n" }.joined()
    #expect(try AlertRunbook.findings(alerts, policy, in: tree).isEmpty)
    tree["doc/observability.md"] = tree["doc/observability.md"]?.replacing(
      "## ReadinessWaiver", with: "ReadinessWaiver")
    let findings = try AlertRunbook.findings(alerts, policy, in: tree)
    #expect(findings.map(\.code) == [.alertRunbookMissing] && findings[0].message.contains("ReadinessWaiverEnds"))
    policy.runbooks = "doc/observability.md"
    #expect(try AlertRunbook.findings(alerts, policy, in: tree).count == 1)
    policy.runbooks = "doc/none.md"
    #expect(try AlertRunbook.findings(alerts, policy, in: tree).isEmpty)
  }

  @Test("anchors are those that forges make")
  func anchors() {
    #expect(
      AlertRunbook.anchors(of: "# A `b`, c\ntext\n##  ReadinessGateFlipped\n") == ["a-b-c", "readinessgateflipped"])
  }

  @Test("for a drill every wait is shortened, and nothing else changes")
  func drillRules() {
    let rules = AlertFiles.rules(PlanAlerts.all(.standard))
    let drilled = AlertFiles.withoutWaits(rules, wait: "2s")
    let (old, new) = (rules.split(separator: "\n"), drilled.split(separator: "\n"))
    let changed = zip(old, new).filter { $0 != $1 }
    #expect(old.count == new.count && changed.count == 3)
    #expect(changed.allSatisfy { $1.hasSuffix("for: \"2s\"") && $0.contains("for: ") })
  }
}
