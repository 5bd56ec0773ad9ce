/// The metrics of the program's own processes, from the spool: their count, exit statuses and durations. A spool
/// belongs to a machine, not to a repository.
public enum CommandMetrics {
  /// Returns the metrics of counters.
  /// - Parameter repository: the label of the repository whose file contains them; nil for a separate file.
  public static func families(_ counters: CommandCounters, repository: String?) -> [MetricFamily] {
    let shown = counters.counts.sorted { $0.key < $1.key }.prefix(PlanMetrics.seriesBound)
    func labels(_ key: CommandCounters.Key) -> [(name: String, value: String)] {
      (repository.map { [("repository", $0)] } ?? []) + [("command", key.command), ("exit", "\(key.exit)")]
    }
    let durations = shown.flatMap { key, count -> [MetricSample] in
      var sum = 0
      let bounds = CommandCounters.bounds.map { "\($0)" } + ["+Inf"]
      let buckets = zip(bounds, count.buckets).map { bound, processes -> MetricSample in
        sum += processes
        return MetricSample(labels(key) + [("le", bound)], Double(sum), suffix: "_bucket")
      }
      return buckets + [
        MetricSample(labels(key), Double(count.nanoseconds) / 1e9, suffix: "_sum"),
        MetricSample(labels(key), Double(count.processes), suffix: "_count"),
      ]
    }
    return [
      MetricFamily(
        "readiness_commands_total", "Processes of the program, by command and exit status.",
        shown.map { MetricSample(labels($0.key), Double($0.value.processes)) }, kind: .counter),
      MetricFamily(
        "readiness_command_duration_seconds", "How long processes of the program took.", durations, kind: .histogram),
    ]
  }
}
