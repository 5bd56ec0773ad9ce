import StrictJSON
import TestSupport
import Testing

@Suite("Alerts and dashboards")
struct AlertsTests {
  @Test("rules and unit tests are written once, compared, and follow the policy")
  func rules() throws {
    let s = try Scratch.withPlan()
    #expect(s.readiness("alerts", "rules", "--output", "ops", "--check").status == 1)
    #expect(s.readiness("alerts", "rules", "--output", "ops").status == 0)
    #expect(s.readiness("alerts", "rules", "--output", "ops", "--check").status == 0)
    #expect(s["ops/readiness-tracker.rules.yml"] == s.readiness("alerts", "rules").output)
    s["ssot/policies/alerts.json"] = #"{ "version": 1, "thresholds": { "waiverDays": 2 } }"#
    #expect(s.readiness("alerts", "rules", "--output", "ops", "--check").status == 1)
    #expect(s.readiness("alerts", "rules").output.contains("- time() < 2 * 86400"))
    #expect(!s.readiness("alerts", "rules", "--at", "HEAD").output.contains("- time() < 2 * 86400"))
    s["ssot/policies/alerts.json"] = #"{ "version": 1, "thresholds": { "waiverDays": 0 } }"#
    let refused = s.readiness("alerts", "rules")
    #expect(refused.status == 1 && refused.errors.contains("policy-unreadable"), "\(refused.all)")
    #expect(s.readiness("alerts", "rules", "--check").status == 2)
  }

  @Test("a runbook page of the tree that lacks headings is refused")
  func runbooks() throws {
    let s = try Scratch.withPlan()
    s["doc/observability.md"] = "## ReadinessWaiverEnds\n"
    let refused = s.readiness("alerts", "rules", "--json")
    let root = try JSONDocument(parsing: Array(refused.output.utf8), limits: .general).root
    let codes = (root["findings"]?.array ?? []).compactMap { $0["code"]?.string }
    #expect(refused.status == 1 && codes == Array(repeating: "alert-runbook-missing", count: 8), "\(refused.all)")
    s["ssot/policies/alerts.json"] = #"{ "version": 1, "runbooks": "https://git.example.com/team/runbooks.md" }"#
    #expect(
      s.readiness("alerts", "rules").output.contains("https://git.example.com/team/runbooks.md#readinesswaiverends"))
  }

  @Test("the unit tests pass under promtool", .enabled(if: Needed.programs("promtool")))
  func promtool() throws {
    let s = try Scratch.withPlan()
    let passed = s.readiness("alerts", "test")
    #expect(passed.status == 0 && passed.output.hasPrefix("9 alerts:"), "\(passed.all)")
    s["ssot/policies/alerts.json"] =
      #"{ "version": 1, "thresholds": { "suspectDays": 365, "evidenceDays": 1, "behindMinutes": 1, "collectorMinutes": 1, "deadLetterMinutes": 10080 } }"#
    let other = s.readiness("alerts", "test")
    #expect(other.status == 0, "\(other.all)")
  }

  @Test("a drill without its programs is exit status 3 with the line that installs them, and a wrong name is 2")
  func programs() throws {
    let s = try Scratch.withPlan()
    let missing = s.readiness("alerts", "drill", environment: ["PATH": "/nowhere"])
    #expect(missing.status == 3 && missing.errors.contains("program-missing"), "\(missing.all)")
    #expect(missing.errors.contains("apt-get install") && missing.errors.contains("prometheus-alertmanager"))
    let wrong = s.readiness("alerts", "drill", "ReadinessWaiverEnd")
    #expect(wrong.status == 2 && wrong.errors.contains("Is ReadinessWaiverEnds meant?"), "\(wrong.all)")
  }

  @Test("a dashboard is printed, or written")
  func dashboards() throws {
    let s = try Scratch()
    let printed = s.readiness("dashboard", "export", "slo")
    #expect(printed.status == 0 && printed.output.contains("\"uid\": \"readiness-slo\""), "\(printed.errors)")
    #expect(s.readiness("dashboard", "export", "--output", "fleet.json").status == 0)
    let root = try JSONDocument(parsing: Array((s["fleet.json"] ?? "").utf8), limits: .general).root
    #expect(root["uid"]?.string == "readiness-fleet")
  }
}
