import PrometheusRules
import StrictJSON

/// Unit tests of compiled rules for `promtool test rules`: synthetic events, and the expected results.
struct RuleFixtures {
  private let objective: Objective
  private let series: FixtureSeries?
  /// An error ratio above every threshold: `digit / 10^zeros`.
  private let ratio: (digit: Int, zeros: Int)
  /// The events a minute: enough for every bound, with a whole number of bad events.
  private let events: Int

  init(_ objective: Objective) {
    self.objective = objective
    series = FixtureSeries(objective)
    let highest = objective.rows.map(\.threshold.double).max() ?? 0
    var ratio = (digit: 1, zeros: 0)
    // 1, 0.5, 0.2, 0.1, …: the smallest that is well above, or 1.
    for zeros in 1...9 {
      for digit in [5, 2, 1] {
        let value = ExactDecimal(units: Int64(digit), places: zeros).double
        if value >= 1.25 * highest { ratio = (digit, zeros) }
      }
    }
    var events = 6_000
    let power = (0..<ratio.zeros).reduce(1) { power, _ in power * 10 }
    while events * ratio.digit % power != 0 || 60 * events < 2 * (objective.minimumEvents ?? 0) { events *= 10 }
    self.ratio = ratio
    self.events = events
  }

  func text(ruleFile: String, as format: RuleFile.Format) -> String {
    let file = RuleTest.file(rules: ruleFile, interval: RuleGroups.step, cases: tests())
    guard format == .yaml else { return String(decoding: YAML.sorted(file).layoutBytes, as: UTF8.self) }
    let note =
      series == nil
      ? "# The queries of \(objective.name) do not show series that could be made up here: write tests of its traffic\n"
        + "# by hand, beside this file. Only what needs no series is tested.\n" : ""
    return note + YAML.text(file)
  }

  private func tests() -> [JSONValue] {
    guard let series else { return [missing()] }
    var tests = [fires(series), noCountedEvents(series), missing(), quiet(series)]
    if let few = fewEvents(series) { tests.append(few) }
    tests += [restart(series), uneven(series)]
    if series.canExceed { tests.append(implausible(series)) }
    return tests
  }

  // MARK: - Cases

  private var badEvents: Int { events * ratio.digit / (0..<ratio.zeros).reduce(1) { power, _ in power * 10 } }

  private func fires(_ series: FixtureSeries) -> JSONValue {
    let text = ExactDecimal(units: Int64(ratio.digit), places: ratio.zeros).text
    let alerts = BurnRow.Severity.allCases.filter { severity in objective.rows.contains { $0.severity == severity } }
    return RuleTest.named(
      "fires: \(percentText) of all events are bad",
      series.input([.init(good: events - badEvents, bad: badEvents, minutes: 90)]),
      expressions: [isTrue("abs(slo:sli_error:ratio_rate1h - \(text)) < bool 1e-9", at: "80m")],
      alerts: [
        RuleTest.alert(
          "SLOBudgetBurn", at: "80m",
          alerts.map { expected($0, "error ratio \(percentText), budget is burning") })
      ])
  }

  private func noCountedEvents(_ series: FixtureSeries) -> JSONValue {
    let isBad = objective.part == .bad
    return RuleTest.named(
      isBad ? "no bad event was ever counted: the ratio is 0" : "no good event was ever counted: the ratio is 1",
      series.input(
        [.init(good: isBad ? events : 0, bad: isBad ? 0 : events, minutes: 90)], withoutCounted: true),
      expressions: [sample("slo:sli_error:ratio_rate1h", at: "80m", isBad ? 0 : 1)],
      alerts: isBad ? [RuleTest.alert("SLOBudgetBurn", at: "80m", [])] : [])
  }

  private func missing() -> JSONValue {
    RuleTest.named(
      "nothing is scraped", [],
      alerts: [
        RuleTest.alert("SLODataMissing", at: "5m", []),
        RuleTest.alert("SLODataMissing", at: "15m", [expected(.ticket, "no data, so there is no answer")]),
      ])
  }

  private func quiet(_ series: FixtureSeries) -> JSONValue {
    RuleTest.named(
      "no traffic: no ratio is recorded, and nothing fires",
      series.input([.init(good: 0, bad: 0, minutes: 90)]),
      expressions: [empty("slo:sli_error:ratio_rate1h", at: "80m"), empty("slo:sli_error:ratio_rate1d", at: "80m")],
      alerts: [RuleTest.alert("SLOBudgetBurn", at: "80m", []), RuleTest.alert("SLODataMissing", at: "80m", [])])
  }

  private func fewEvents(_ series: FixtureSeries) -> JSONValue? {
    guard let least = objective.minimumEvents, least >= 2 else { return nil }
    let count = min(5, least / 2)
    let highest = objective.rows.map(\.threshold.double).max() ?? 0
    let bad = 1 / Double(count) > highest ? 1 : count
    return RuleTest.named(
      "\(bad) of \(count) events is bad: too few to fire",
      series.input([
        .init(good: 0, bad: 0, minutes: 64 - count), .init(good: 1, bad: 0, minutes: count - bad),
        .init(good: 0, bad: 1, minutes: bad), .init(good: 0, bad: 0, minutes: 26),
      ]), alerts: [RuleTest.alert("SLOBudgetBurn", at: "66m", [])])
  }

  private func restart(_ series: FixtureSeries) -> JSONValue {
    RuleTest.named(
      "the counters restart: nothing is below 0",
      series.input([
        .init(good: events - badEvents, bad: badEvents, minutes: 40),
        .init(good: events - badEvents, bad: badEvents, minutes: 50, restarts: true),
      ]),
      expressions: ["42m", "80m"].flatMap { moment in
        [
          empty("slo:sli_error:ratio_rate5m < 0", at: moment), empty("slo:sli_error:ratio_rate1h < 0", at: moment),
          empty("slo:sli_bad:rate5m < 0", at: moment),
          sample("count(slo:sli_error:ratio_rate5m)", at: moment, 1, labels: "{}"),
        ]
      })
  }

  private func uneven(_ series: FixtureSeries) -> JSONValue {
    RuleTest.named(
      "a busy hour counts more than a quiet one: about 0.1, where a mean of ratios gives 0.01",
      series.input([.init(good: 5_400, bad: 600, minutes: 10), .init(good: 60, bad: 0, minutes: 110)]),
      expressions: [isTrue("slo:sli_error:ratio_rate1d > bool 0.05", at: "110m")])
  }

  private func implausible(_ series: FixtureSeries) -> JSONValue {
    let value = objective.part == .good ? "-0.03" : "1.03"
    return RuleTest.named(
      "more events are counted than there are", series.exceeding(103, of: 100, minutes: 90),
      alerts: [
        RuleTest.alert(
          "SLOIndicatorImplausible", at: "80m", [expected(.ticket, "error ratio \(value), which is no ratio")])
      ])
  }

  // MARK: - Pieces

  private var own: String { "{service=\"\(objective.service)\",slo=\"\(objective.name)\"}" }

  /// The ratio as `humanizePercentage` formats it: `%.4g%%`.
  private var percentText: String {
    let places = ratio.zeros - 2
    if places <= 0 { return "\(ratio.digit)" + String(repeating: "0", count: -places) + "%" }
    if places <= 4 { return ExactDecimal(units: Int64(ratio.digit), places: places).text + "%" }
    return "\(ratio.digit)e-0\(places)%"
  }

  private func sample(_ expression: String, at moment: String, _ value: Int, labels: String? = nil) -> JSONValue {
    let isName = expression.utf8.allSatisfy { $0 == 0x3A || $0 == 0x5F || (0x30...0x7A).contains($0) }
    return [
      "expr": .text(expression), "eval_time": .text(moment),
      "exp_samples": [["labels": .text(labels ?? (isName ? expression + own : own)), "value": .int(value)]],
    ]
  }

  private func isTrue(_ expression: String, at moment: String) -> JSONValue { sample(expression, at: moment, 1) }

  private func empty(_ expression: String, at moment: String) -> JSONValue {
    ["expr": .text(expression), "eval_time": .text(moment), "exp_samples": []]
  }

  private func expected(_ severity: BurnRow.Severity, _ summary: String) -> JSONValue {
    RuleTest.firing(
      labels: objective.labels + [
        ("service", objective.service), ("slo", objective.name), ("severity", severity.rawValue),
      ],
      summary: "\(objective.displayName): \(summary)", runbook: objective.runbook)
  }
}
