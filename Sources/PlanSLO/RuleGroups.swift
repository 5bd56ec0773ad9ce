import PrometheusRules
public import StrictJSON

/// Compiles an objective to recording rules and burn alerts of Prometheus. Compilation is deterministic.
public struct RuleGroups: Sendable {
  /// The version of the rules and of the captured queries. A capture of another version must be repeated.
  public static let compilerVersion = 1
  /// The seconds between two evaluations of the rules.
  static let step = 30

  /// The `groups` of a rule file.
  public let json: JSONValue
  /// The number of rules.
  public let count: Int

  private let objective: Objective
  private let series: RecordedSeries

  /// Compiles an objective.
  public init(_ objective: Objective) {
    self.objective = objective
    series = RecordedSeries(objective)
    let series = series
    let labels: JSONValue = ["service": .text(objective.service), "slo": .text(objective.name)]
    func record(_ name: String, _ expression: String) -> JSONValue {
      ["record": .text(name), "expr": .text(expression), "labels": labels]
    }
    var rules = [
      record("slo:sli_bad:rate5m", series.bad(over: "5m")),
      record("slo:sli_total:rate5m", objective.total.rate(over: "5m")),
    ]
    for window in Window.allCases where !window.isRecordedFromRates {
      rules.append(record("slo:sli_error:ratio_rate\(window.rawValue)", series.ratio(over: window.rawValue)))
    }
    let long = Window.allCases.filter(\.isRecordedFromRates).map(\.rawValue) + [objective.period.text]
    for window in long {
      rules.append(record("slo:sli_error:ratio_rate\(window)", series.recordedRatio(over: window)))
    }
    if objective.minimumEvents != nil {
      for window in [Window.oneHour, .sixHours, .oneDay, .threeDays] {
        rules.append(record("slo:sli_total:increase\(window.rawValue)", series.events(within: window)))
      }
    }
    rules.append(record("slo:objective:ratio", "vector(\(objective.target.text))"))
    let left = "1 - \(series.named("slo:sli_error:ratio_rate" + objective.period.text)) / \(objective.budget.text)"
    rules.append(record("slo:error_budget:remaining_ratio", left))
    let alerts = Self.alerts(objective, series)
    count = rules.count + alerts.count
    func group(_ suffix: String, _ rules: [JSONValue]) -> JSONValue {
      [
        "name": .text("readiness-slo-\(objective.name)\(suffix)"), "interval": .text("\(Self.step)s"),
        "rules": JSONValue(.array(rules)),
      ]
    }
    json = ["groups": JSONValue(.array([group("", rules), group("-alerts", alerts)]))]
  }

  // MARK: - Alerts

  private static func alerts(_ objective: Objective, _ series: RecordedSeries) -> [JSONValue] {
    func alert(_ name: String, _ severity: BurnRow.Severity, _ expression: String, _ summary: String, wait: String?)
      -> JSONValue
    {
      AlertingRule(
        name, expression, for: wait,
        labels: objective.labels.map { ($0.name, $0.value.templateText) } + [
          ("service", objective.service), ("slo", objective.name), ("severity", severity.rawValue),
        ],
        summary: "\(objective.displayName.templateText): \(summary)", runbook: objective.runbook.templateText
      ).json
    }
    var alerts: [JSONValue] = []
    for severity in BurnRow.Severity.allCases {
      let rows = objective.rows.filter { $0.severity == severity }
      guard !rows.isEmpty else { continue }
      let expression = rows.map { "(\(series.burns($0)))" }.joined(separator: " or ")
      alerts.append(
        alert(
          "SLOBudgetBurn", severity, expression,
          "error ratio {{ $value | humanizePercentage }}, budget is burning", wait: nil))
    }
    let ratio = series.named("slo:sli_error:ratio_rate1h")
    alerts.append(
      alert(
        "SLODataMissing", .ticket, "absent(\(series.named("slo:sli_total:rate5m")))", "no data, so there is no answer",
        wait: "10m"))
    alerts.append(
      alert(
        "SLOIndicatorImplausible", .ticket, "\(ratio) < 0 or \(ratio) > 1",
        "error ratio {{ printf \"%.4g\" $value }}, which is no ratio", wait: "10m"))
    return alerts
  }
}

/// The expressions of rules, alerts and captures.
struct RecordedSeries {
  let objective: Objective

  init(_ objective: Objective) { self.objective = objective }

  /// Returns a recorded series of this objective.
  func named(_ name: String) -> String {
    "\(name){service=\"\(objective.service)\",slo=\"\(objective.name)\"}"
  }

  /// Returns the rate of bad events. A counter that never counted does not exist, so it is 0 while the total exists.
  func bad(over window: String) -> String {
    let (counted, total) = (objective.counted.rate(over: window), objective.total.rate(over: window))
    return objective.part == .bad ? "(\(counted) or 0 * \(total))" : "(\(total) - (\(counted) or 0 * \(total)))"
  }

  /// Returns the error ratio; empty without events.
  func ratio(over window: String) -> String {
    "\(bad(over: window)) / (\(objective.total.rate(over: window)) > 0)"
  }

  /// Returns the error ratio of a long window: all bad events over all events, so that a busy hour weighs more than a
  /// quiet one.
  func recordedRatio(over window: String) -> String {
    "sum_over_time(\(named("slo:sli_bad:rate5m"))[\(window)])"
      + " / (sum_over_time(\(named("slo:sli_total:rate5m"))[\(window)]) > 0)"
  }

  /// Returns the count of events within a window.
  func events(within window: Window) -> String {
    window.isRecordedFromRates
      ? "sum_over_time(\(named("slo:sli_total:rate5m"))[\(window.rawValue)]) * \(RuleGroups.step)"
      : "\(objective.total.rate(over: window.rawValue)) * \(window.seconds)"
  }

  /// Returns the condition that both windows of a row exceed its threshold, with enough events.
  func burns(_ row: BurnRow) -> String {
    func above(_ window: Window) -> String {
      "\(named("slo:sli_error:ratio_rate" + window.rawValue)) > \(row.threshold.text)"
    }
    let enough = objective.minimumEvents.map {
      " and \(named("slo:sli_total:increase" + row.long.rawValue)) >= \($0)"
    }
    return "\(above(row.long)) and \(above(row.short))\(enough ?? "")"
  }
}
