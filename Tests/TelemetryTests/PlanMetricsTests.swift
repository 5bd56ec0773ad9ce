import Telemetry
import Testing

@Suite("Metrics of a plan")
struct PlanMetricsTests {
  private func text(_ facts: RepositoryFacts, repository: String = "a") -> [String] {
    MetricText.text(PlanMetrics.families(facts, repository: repository, version: "1.0", collectedAt: 1_000))
      .split(separator: "\n").map(String.init)
  }

  @Test("a gate has one series an answer, and exactly one of them is 1")
  func gate() {
    var facts = RepositoryFacts()
    facts.gates = [.init(name: "release", answer: "no-go")]
    let lines = text(facts).filter { $0.hasPrefix("readiness_gate{") }
    #expect(
      lines == [
        #"readiness_gate{repository="a",gate="release",answer="go"} 0"#,
        #"readiness_gate{repository="a",gate="release",answer="no-go"} 1"#,
        #"readiness_gate{repository="a",gate="release",answer="inconclusive"} 0"#,
      ])
  }

  @Test("of more than fifty series the earliest stay, and the rest is counted")
  func bound() {
    var facts = RepositoryFacts()
    facts.suspectSince = (0..<53).map { .init(milestone: "M-\($0)", at: Int64(1_000 - $0)) }
    let lines = text(facts)
    let series = lines.filter { $0.hasPrefix("readiness_suspect_since_timestamp_seconds{") }
    #expect(series.count == 50 && series[0].hasSuffix(#"milestone="M-52"} 948"#))
    #expect(!series.contains { $0.contains("\"M-0\"") })
    #expect(
      lines.contains(
        #"readiness_series_dropped{repository="a",metric="readiness_suspect_since_timestamp_seconds"} 3"#))
    #expect(!text(RepositoryFacts()).contains { $0.contains("series_dropped") })
  }

  @Test("labels are escaped, and no line has a timestamp")
  func labels() {
    let lines = text(RepositoryFacts(), repository: "a\\b\"c\nd")
    #expect(lines.contains(#"readiness_collect_success{repository="a\\b\"c\nd"} 1"#))
    for line in lines where !line.hasPrefix("#") {
      let value = line.split(separator: "}").last ?? ""
      #expect(value.split(separator: " ").count == 1, "\(line)")
    }
  }

  @Test("a failed collection keeps what was known with its old moment, and says that it failed")
  func failed() {
    var facts = RepositoryFacts()
    facts.sinks = [.init(name: "pager", deadLetters: 2, behind: nil)]
    let old = MetricText.text(PlanMetrics.families(facts, repository: "a", version: "1.0", collectedAt: 1_000))
    let kept = PlanMetrics.failed("a", after: old)
    #expect(kept.contains("readiness_dead_letters{repository=\"a\",sink=\"pager\"} 2\n"))
    #expect(kept.contains("readiness_collected_timestamp_seconds{repository=\"a\"} 1000\n"))
    #expect(kept.hasSuffix("readiness_collect_success{repository=\"a\"} 0\n"))
    for unknown in [nil, "", "# HELP node_load1\n"] {
      let text = PlanMetrics.failed("a", after: unknown)
      #expect(text.contains("readiness_collected_timestamp_seconds{repository=\"a\"} 0\n"))
      #expect(!text.contains("node_load1"))
    }
  }
}
