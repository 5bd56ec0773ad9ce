import Telemetry

/// A drill repository without a fault. Its objective describes the drill's own Prometheus, so that service level
/// dashboards have data.
struct DrillObjectives {
  /// The label of the repository, and the folder of its rules.
  static let name = "objectives"
  private let repository: DrillRepository

  init(root: String, _ environment: [String: String]) throws {
    repository = try DrillRepository(Self.name, root: root, environment)
    try repository.write(
      "ssot/policies/slo/prometheus.json",
      #"""
      { "apiVersion": "openslo/v1", "kind": "SLO",
        "metadata": { "name": "prometheus", "displayName": "Prometheus answers",
          "annotations": { "readiness.dev/runbook": "https://example.com/", "readiness.dev/minimum-events": "2" } },
        "spec": { "service": "drill",
          "indicator": { "spec": { "ratioMetric": { "counter": true,
            "bad": { "metricSource": { "type": "Prometheus", "spec": {
              "query": "prometheus_http_requests_total{job=\"prometheus\",code=~\"5..\"}" } } },
            "total": { "metricSource": { "type": "Prometheus", "spec": {
              "query": "prometheus_http_requests_total{job=\"prometheus\"}" } } } } } },
          "timeWindow": [ { "duration": "30d", "isRolling": true } ], "budgetingMethod": "Occurrences",
          "objectives": [ { "target": 0.99 } ] } }

      """#)
    try repository.commit("an objective")
    try repository.readiness("slo", "rules", "--output", root + "/slo")
  }

  /// Captures the server's current answers.
  func capture(from address: String) throws {
    try repository.readiness("slo", "capture", "prometheus", "--endpoint", address, "--raw")
    try repository.commit("a capture")
    try repository.collect()
  }
}
