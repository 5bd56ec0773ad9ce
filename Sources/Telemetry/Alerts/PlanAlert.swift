import PlanModel
public import PrometheusRules

/// One alert about the plan: its rule, and synthetic series for which it is quiet or fires.
public struct PlanAlert: Sendable {
  /// The urgency of an alert.
  public enum Severity: String, Sendable { case page, ticket }

  /// A case of a unit test.
  struct Case: Sendable {
    /// The series, with one value a minute, in promtool's notation.
    let series: [RuleTest.Input]
    /// A minute at which the alert is quiet; nil if it never is.
    let quiet: Int?
    /// A minute at which it fires.
    let fires: Int
    /// The labels of the firing alert, in addition to its severity.
    let labels: [(name: String, value: String)]
    /// The summary of the firing alert.
    let summary: String
  }

  /// The rule.
  public let rule: AlertingRule
  /// The urgency.
  public let severity: Severity
  let cases: [Case]

  /// The alert's name.
  public var name: String { rule.name }

  /// The anchor of its runbook heading.
  public var anchor: String { name.lowercased() }

  init(
    _ name: String, _ severity: Severity, _ policy: AlertPolicy, _ expression: String, forMinutes minutes: Int? = nil,
    _ summary: String, _ cases: [Case]
  ) {
    self.severity = severity
    self.cases = cases
    let wait = minutes.map { $0 % 60 == 0 ? "\($0 / 60)h" : "\($0)m" }
    rule = AlertingRule(
      name, expression, for: wait, labels: [("severity", severity.rawValue)], summary: summary,
      runbook: "\(policy.runbooks.templateText)#\(name.lowercased())")
  }
}
