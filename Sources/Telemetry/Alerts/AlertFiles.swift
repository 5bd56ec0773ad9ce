import PlanModel
import PrometheusRules
import StrictJSON

/// Writes the alerts about the plan as a Prometheus rule file, with unit tests for `promtool test rules`.
public enum AlertFiles {
  /// The name of the rule file.
  public static let rulesName = "readiness-tracker.rules.yml"
  /// The name of the file of unit tests.
  public static let testsName = "readiness-tracker.test.yml"

  /// Returns the rules. The group has no interval, so the server's applies.
  public static func rules(_ alerts: [PlanAlert]) -> String {
    YAML.text([
      "groups": [["name": "readiness-tracker", "rules": JSONValue(.array(alerts.map(\.rule.json)))]]
    ])
  }

  /// Returns the unit tests: each alert is quiet at one time, and fires at a later one.
  public static func tests(_ alerts: [PlanAlert]) -> String {
    YAML.text(RuleTest.file(rules: rulesName, interval: 60, cases: alerts.flatMap(cases)))
  }

  private static func cases(_ alert: PlanAlert) -> [JSONValue] {
    alert.cases.enumerated().map { number, one in
      let quiet = one.quiet.map { [RuleTest.alert(alert.name, at: "\($0)m", [])] } ?? []
      let firing = RuleTest.firing(
        labels: one.labels + [("severity", alert.severity.rawValue)], summary: one.summary,
        runbook: alert.rule.runbook)
      return RuleTest.named(
        "\(alert.name) \(number + 1)", one.series,
        alerts: quiet + [RuleTest.alert(alert.name, at: "\(one.fires)m", [firing])])
    }
  }

  /// Returns the rules with every wait replaced, for drills.
  public static func withoutWaits(_ rules: String, wait: String) -> String {
    rules.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      let text = line.drop { $0 == " " }
      return text.hasPrefix("for: ") ? line.prefix(line.count - text.count) + "for: \"\(wait)\"" : line
    }.joined(separator: "\n")
  }
}
