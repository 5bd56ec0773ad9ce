/// The metrics of one repository (`doc/observability.md`). Each has an alert, a dashboard panel, or a reader that its
/// help text names.
public enum PlanMetrics {
  /// The largest number of series of one metric for one repository; further series are only counted.
  public static let seriesBound = 50

  /// Returns the metrics of facts.
  /// - Parameters:
  ///   - repository: the value of the label `repository`.
  ///   - version: the version of the program.
  ///   - collectedAt: the time of the collection, in seconds since 1970.
  public static func families(
    _ facts: RepositoryFacts, repository: String, version: String, collectedAt: Int64
  ) -> [MetricFamily] {
    let own = Own(repository)
    var all = [
      MetricFamily(
        "readiness_info", "The plan and the program that read it; always 1.",
        [own.sample([("plan", facts.plan), ("version", version)], 1)]),
      MetricFamily(
        "readiness_milestones", "Milestones by the category of their state.",
        facts.milestones.map { own.sample([("category", $0.category)], $0.count) }),
      MetricFamily(
        "readiness_gate", "1 for the answer that the gate gives, 0 for the two others.",
        facts.gates.flatMap { gate in
          ["go", "no-go", "inconclusive"].map { answer in
            own.sample([("gate", gate.name), ("answer", answer)], answer == gate.answer ? 1 : 0)
          }
        }),
      own.dated(
        "readiness_suspect_since_timestamp_seconds", "When a milestone became suspect: its evidence changed or lapsed.",
        facts.suspectSince),
      own.dated(
        "readiness_evidence_expiry_timestamp_seconds", "When the first evidence of a milestone lapses.",
        facts.evidenceEnds),
      own.dated(
        "readiness_waiver_expiry_timestamp_seconds", "When the first waiver or exception of a milestone ends.",
        facts.waiverEnds),
      MetricFamily(
        "readiness_slo_budget_remaining_ratio", "The share of the error budget that the newest capture says is left.",
        facts.objectives.compactMap { slo in slo.budgetLeft.map { own.sample([("slo", slo.name)], $0) } }),
      MetricFamily(
        "readiness_slo_capture_timestamp_seconds", "When an objective was captured.",
        facts.objectives.compactMap { slo in slo.capturedAt.map { own.sample([("slo", slo.name)], Double($0)) } }),
      MetricFamily(
        "readiness_dead_letters", "Runs that a sink did not take: readiness dlq list.",
        facts.sinks.map { own.sample([("sink", $0.name)], $0.deadLetters) }),
      MetricFamily(
        "readiness_deliver_behind", "Runs that a sink has not been told: readiness deliver.",
        facts.sinks.compactMap { sink in sink.behind.map { own.sample([("sink", sink.name)], $0) } }),
      MetricFamily(
        "readiness_verify_findings", "Findings of the newest audit of all of history: metrics --verify.",
        facts.audit.map { audit in
          [("error", audit.errors), ("warning", audit.warnings), ("note", audit.notes)].map {
            own.sample([("severity", $0.0)], $0.1)
          }
        } ?? []),
      MetricFamily(
        "readiness_promotion_phase_timestamp_seconds", "When a stage came to the phase that it is in.",
        facts.promotions.map { own.sample([("stage", $0.stage), ("phase", $0.phase)], Double($0.at)) }),
      MetricFamily(
        "readiness_promotion_deadline_timestamp_seconds", "By when a promotion that has begun has to be over.",
        facts.promotions.compactMap { promotion in
          promotion.deadline.map {
            own.sample([("stage", promotion.stage), ("phase", promotion.phase)], Double($0))
          }
        }),
      MetricFamily(
        "readiness_head_commit_timestamp_seconds", "When HEAD was committed.",
        [own.sample([], Double(facts.headAt))]),
    ]
    all =
      all.map { family in
        MetricFamily(family.name, family.help, Array(family.samples.prefix(seriesBound)))
      } + dropped(all, own)
    return all + collection(repository, at: collectedAt, isSuccess: true)
  }

  /// Returns the metrics of the collection itself: its last success, and the current result.
  public static func collection(_ repository: String, at collectedAt: Int64, isSuccess: Bool) -> [MetricFamily] {
    let own = Own(repository)
    return [
      MetricFamily(
        "readiness_collected_timestamp_seconds", "When the metrics of the repository were collected last.",
        [own.sample([], Double(collectedAt))]),
      MetricFamily(
        success, "1 if the newest collection succeeded; 0 if it failed and the rest is as old as it says.",
        [own.sample([], isSuccess ? 1 : 0)]),
    ]
  }

  private static let success = "readiness_collect_success"

  /// Returns the metrics of an unreadable repository. Retains all previous values and their time, so that no alert
  /// resolves by mistake and `ReadinessCollectorStale` fires. Without previous values the time is 0.
  /// - Parameter old: the text of the last collection.
  public static func failed(_ repository: String, after old: String?) -> String {
    guard let old, old.hasPrefix("# HELP readiness_"), old.contains("\n\(success){") else {
      return MetricText.text(collection(repository, at: 0, isSuccess: false))
    }
    let lines = old.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      line.hasPrefix(success + "{") ? line.prefix { $0 != "}" } + "} 0" : line
    }
    return lines.joined(separator: "\n")
  }

  private static func dropped(_ families: [MetricFamily], _ own: Own) -> [MetricFamily] {
    let over = families.filter { $0.samples.count > seriesBound }
    return [
      MetricFamily(
        "readiness_series_dropped", "Series of a metric beyond \(seriesBound), which are left out.",
        over.map { own.sample([("metric", $0.name)], $0.samples.count - seriesBound) })
    ]
  }

  /// Creates samples of one repository.
  private struct Own {
    let repository: String

    init(_ repository: String) { self.repository = repository }

    func sample(_ labels: [(name: String, value: String)], _ value: Double) -> MetricSample {
      MetricSample([("repository", repository)] + labels, value)
    }

    func sample(_ labels: [(name: String, value: String)], _ value: Int) -> MetricSample {
      sample(labels, Double(value))
    }

    /// Sorts by time, because samples beyond the bound are dropped from the end, and must be the least urgent.
    func dated(_ name: String, _ help: String, _ facts: [RepositoryFacts.Dated]) -> MetricFamily {
      let sorted = facts.sorted { ($0.at, $0.milestone) < ($1.at, $1.milestone) }
      return MetricFamily(name, help, sorted.map { sample([("milestone", $0.milestone)], Double($0.at)) })
    }
  }
}
