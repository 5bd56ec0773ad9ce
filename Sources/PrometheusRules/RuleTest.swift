public import StrictJSON

/// Creates a test file for `promtool test rules` (Prometheus, "Unit testing for rules").
public enum RuleTest {
  /// A synthetic series: its selector, and its values in promtool's notation.
  public typealias Input = (series: String, values: String)

  /// Returns a test file for one rule file.
  /// - Parameter interval: the seconds between two evaluations.
  public static func file(rules: String, interval: Int, cases: [JSONValue]) -> JSONValue {
    [
      "rule_files": .texts([rules]), "evaluation_interval": .text("\(interval)s"),
      "tests": JSONValue(.array(cases)),
    ]
  }

  /// Returns one test case, with one value a minute in each series.
  public static func named(
    _ name: String, _ input: [Input], expressions: [JSONValue] = [], alerts: [JSONValue] = []
  ) -> JSONValue {
    var members = [
      JSONMember("name", .text(name)), JSONMember("interval", "1m"),
      JSONMember(
        "input_series", JSONValue(.array(input.map { ["series": .text($0.series), "values": .text($0.values)] }))),
    ]
    if !expressions.isEmpty { members.append(JSONMember("promql_expr_test", JSONValue(.array(expressions)))) }
    if !alerts.isEmpty { members.append(JSONMember("alert_rule_test", JSONValue(.array(alerts)))) }
    return JSONValue(.object(members))
  }

  /// Returns the expectation for an alert at a time such as `10m`; an empty list means that it does not fire.
  public static func alert(_ name: String, at moment: String, _ expected: [JSONValue]) -> JSONValue {
    ["eval_time": .text(moment), "alertname": .text(name), "exp_alerts": JSONValue(.array(expected))]
  }

  /// Returns the expectation of a firing alert.
  public static func firing(labels: [(name: String, value: String)], summary: String, runbook: String) -> JSONValue {
    [
      "exp_labels": JSONValue(.object(labels.map { JSONMember($0.name, .text($0.value)) })),
      "exp_annotations": ["summary": .text(summary), "runbook_url": .text(runbook)],
    ]
  }
}
