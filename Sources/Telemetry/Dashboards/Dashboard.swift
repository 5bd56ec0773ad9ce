public import StrictJSON

/// A Grafana dashboard for the plan's metrics, in Grafana's JSON (schema version 39), without plugins.
public struct Dashboard: Sendable {
  /// A panel.
  struct Panel: Sendable {
    enum Kind: String, Sendable { case stat, timeseries, table }

    let title: String
    let kind: Kind
    let query: String
    /// A Grafana unit: `none`, `s`, `percentunit`, `short`.
    let unit: String
    /// The template for the name of a series.
    let legend: String
    /// The width, of 24 columns.
    let width: Int
  }

  /// The name on the command line.
  public let name: String
  /// Its title.
  public let title: String
  private let variable: String
  let panels: [Panel]

  /// The height of a panel, in grid rows.
  private static let height = 8
  private static let columns = 24

  /// The dashboard of the plans of all repositories.
  public static let fleet = Dashboard(
    name: "fleet", title: "Readiness: plans", variable: "label_values(readiness_info, repository)",
    panels: [
      stat("Gates that say go", #"sum(readiness_gate{repository=~"$repository",answer="go"})"#),
      stat(
        "Suspect milestones",
        #"count(readiness_suspect_since_timestamp_seconds{repository=~"$repository"}) or vector(0)"#),
      stat("Errors in history", #"sum(readiness_verify_findings{repository=~"$repository",severity="error"})"#),
      stat("Dead letters", #"sum(readiness_dead_letters{repository=~"$repository"})"#),
      stat("Repositories not read", #"count(readiness_collect_success{repository=~"$repository"} == 0) or vector(0)"#),
      stat("Series left out", #"sum(readiness_series_dropped{repository=~"$repository"}) or vector(0)"#),
      table("Gates", #"readiness_gate{repository=~"$repository"} == 1"#, "none"),
      table("Suspect for", #"time() - readiness_suspect_since_timestamp_seconds{repository=~"$repository"}"#, "s"),
      table(
        "Evidence lapses in", #"readiness_evidence_expiry_timestamp_seconds{repository=~"$repository"} - time()"#, "s"),
      table("Waivers end in", #"readiness_waiver_expiry_timestamp_seconds{repository=~"$repository"} - time()"#, "s"),
      table("In phase for", #"time() - readiness_promotion_phase_timestamp_seconds{repository=~"$repository"}"#, "s"),
      table("Deadline in", #"readiness_promotion_deadline_timestamp_seconds{repository=~"$repository"} - time()"#, "s"),
      series(
        "Milestones by category", #"sum by (category) (readiness_milestones{repository=~"$repository"})"#, "short",
        "{{category}}"),
      series(
        "Runs not delivered", #"readiness_deliver_behind{repository=~"$repository"}"#, "short",
        "{{repository}} {{sink}}"),
      series(
        "Findings in history", #"readiness_verify_findings{repository=~"$repository"}"#, "short",
        "{{repository}} {{severity}}"),
      series(
        "Age of the metrics", #"time() - readiness_collected_timestamp_seconds{repository=~"$repository"}"#, "s",
        "{{repository}}"),
      series(
        "Age of HEAD", #"time() - readiness_head_commit_timestamp_seconds{repository=~"$repository"}"#, "s",
        "{{repository}}"),
      series(
        "Commands a second", "sum by (command, exit) (rate(readiness_commands_total[$__rate_interval]))", "short",
        "{{command}} exit {{exit}}"),
      series(
        "Time of commands, 95 of 100 below",
        "histogram_quantile(0.95, sum by (command, le) "
          + "(rate(readiness_command_duration_seconds_bucket[$__rate_interval])))", "s", "{{command}}"),
      table("Plans and versions", #"readiness_info{repository=~"$repository"}"#, "none"),
    ])

  /// The dashboard of service-level objectives.
  public static let objectives = Dashboard(
    name: "slo", title: "Readiness: service levels",
    variable: "label_values(readiness_slo_capture_timestamp_seconds, repository)",
    panels: [
      series(
        "Error budget left, by the newest capture", #"readiness_slo_budget_remaining_ratio{repository=~"$repository"}"#,
        "percentunit", "{{repository}} {{slo}}"),
      series("Error ratio over an hour", "slo:sli_error:ratio_rate1h", "percentunit", "{{slo}}"),
      series("Events a second", "slo:sli_total:rate5m", "short", "{{slo}}"),
      table("Age of captures", #"time() - readiness_slo_capture_timestamp_seconds{repository=~"$repository"}"#, "s"),
    ])

  /// All dashboards.
  public static let all = [fleet, objectives]

  private static func stat(_ title: String, _ query: String) -> Panel {
    Panel(title: title, kind: .stat, query: query, unit: "short", legend: "", width: 4)
  }

  private static func table(_ title: String, _ query: String, _ unit: String) -> Panel {
    Panel(title: title, kind: .table, query: query, unit: unit, legend: "", width: 12)
  }

  private static func series(_ title: String, _ query: String, _ unit: String, _ legend: String) -> Panel {
    Panel(title: title, kind: .timeseries, query: query, unit: unit, legend: legend, width: 12)
  }

  /// The dashboard for Grafana's import.
  public var json: JSONValue {
    var (x, y) = (0, 0)
    let placed = panels.enumerated().map { number, panel -> JSONValue in
      if x + panel.width > Self.columns { (x, y) = (0, y + Self.height) }
      defer { x += panel.width }
      return Self.json(panel, id: number + 1, x: x, y: y)
    }
    return [
      "uid": .text("readiness-\(name)"), "title": .text(title), "tags": ["readiness"], "schemaVersion": 39,
      "version": 1, "editable": true, "refresh": "1m", "timezone": "utc", "time": ["from": "now-24h", "to": "now"],
      "templating": ["list": [Self.source, Self.variable(variable)]], "annotations": ["list": []],
      "panels": JSONValue(.array(placed)),
    ]
  }

  private static let source: JSONValue = [
    "name": "datasource", "label": "Data source", "type": "datasource", "query": "prometheus", "hide": 0,
  ]

  private static let datasource: JSONValue = ["type": "prometheus", "uid": "${datasource}"]

  private static func variable(_ query: String) -> JSONValue {
    [
      "name": "repository", "label": "Repository", "type": "query", "datasource": datasource,
      "query": ["query": .text(query), "refId": "repository"], "definition": .text(query), "refresh": 2, "sort": 1,
      "multi": true, "includeAll": true, "allValue": ".*", "hide": 0,
      "current": ["text": ["All"], "value": ["$__all"]],
    ]
  }

  private static func json(_ panel: Panel, id: Int, x: Int, y: Int) -> JSONValue {
    let isTable = panel.kind == .table
    var target = [
      JSONMember("refId", "A"), JSONMember("datasource", datasource), JSONMember("expr", .text(panel.query)),
      JSONMember("instant", JSONValue(.bool(panel.kind != .timeseries))),
      JSONMember("range", JSONValue(.bool(panel.kind == .timeseries))),
      JSONMember("format", .text(isTable ? "table" : "time_series")),
    ]
    if !panel.legend.isEmpty { target.append(JSONMember("legendFormat", .text(panel.legend))) }
    return [
      "id": .int(id), "type": .text(panel.kind.rawValue), "title": .text(panel.title), "datasource": datasource,
      "gridPos": ["h": .int(height), "w": .int(panel.width), "x": .int(x), "y": .int(y)],
      "fieldConfig": ["defaults": ["unit": .text(panel.unit)], "overrides": []], "options": [:],
      "targets": [JSONValue(.object(target))],
    ]
  }
}
