import PlanModel

/// The queries of an objective's capture. A judge derives them from the definition again, so that a capture cannot
/// contain other queries.
public struct CaptureQueries: Sendable {
  /// A query with its name in the capture.
  public struct Query: Sendable, Equatable {
    /// The name, such as `bad:1h`.
    public let name: String
    /// The query in PromQL.
    public let text: String
  }

  /// The queries, in the order of the capture.
  public let queries: [Query]
  /// The seconds that one covered sample represents.
  public let coverStep: Int

  /// Creates the queries.
  /// - Parameter isRaw: true for a server that has not loaded the rules; then the period is counted from the raw
  ///   series.
  public init(_ objective: Objective, isRaw: Bool) {
    let (counted, total) = (objective.counted, objective.total)
    func bad(_ window: String, _ seconds: Int) -> String {
      let (part, all) = (
        counted.increase(over: window, seconds: seconds), total.increase(over: window, seconds: seconds)
      )
      return objective.part == .bad ? part : "\(all) - (\(part) or 0 * (\(all)))"
    }
    var queries: [Query] = []
    for window in objective.windows {
      let (text, seconds) = (window.rawValue, window.seconds)
      queries.append(Query(name: "bad:\(text)", text: bad(text, seconds)))
      queries.append(Query(name: "total:\(text)", text: total.increase(over: text, seconds: seconds)))
    }
    let (period, seconds) = (objective.period.text, objective.period.seconds)
    let series = RecordedSeries(objective)
    func recorded(_ name: String, _ function: String) -> String { "\(function)(\(series.named(name))[\(period)])" }
    if isRaw {
      coverStep = 3_600
      queries += [
        Query(name: "bad:period", text: bad(period, seconds)),
        Query(name: "total:period", text: total.increase(over: period, seconds: seconds)),
        Query(name: "covered", text: "count_over_time((\(total.presence) > bool -1)[\(period):1h])"),
      ]
    } else {
      coverStep = RuleGroups.step
      queries += [
        Query(name: "bad:period", text: recorded("slo:sli_bad:rate5m", "sum_over_time") + " * \(RuleGroups.step)"),
        Query(name: "total:period", text: recorded("slo:sli_total:rate5m", "sum_over_time") + " * \(RuleGroups.step)"),
        Query(name: "covered", text: recorded("slo:sli_total:rate5m", "count_over_time")),
      ]
    }
    // A plain timestamp() is empty as soon as a target stops, so that its age would be unknown.
    queries.append(Query(name: "newest", text: "max(max_over_time(\(total.moments)[6h:1m]))"))
    self.queries = queries
  }
}
