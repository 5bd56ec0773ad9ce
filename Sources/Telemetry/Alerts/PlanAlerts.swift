public import PlanModel
import PrometheusRules

/// The alerts about the plan (`doc/observability.md`), with the thresholds of a policy.
public enum PlanAlerts {
  /// Returns all alerts, by urgency and then in the order of the playbook.
  public static func all(_ policy: AlertPolicy) -> [PlanAlert] {
    [
      verifyFailing(policy), gateFlipped(policy), promotionStuck(policy), suspectTooLong(policy),
      evidenceLapses(policy), waiverEnds(policy), deadLetters(policy), deliveryBehind(policy), collectorStale(policy),
    ]
  }

  private static let own = "{{ $labels.repository }}: "
  private static let repository = (name: "repository", value: "a")
  private static let milestone = (name: "milestone", value: "M-04")
  private static let day = 86_400

  private static func verifyFailing(_ policy: AlertPolicy) -> PlanAlert {
    PlanAlert(
      "ReadinessVerifyFailing", .page, policy, #"readiness_verify_findings{severity="error"} > 0"#,
      own + "an audit of history finds errors: {{ $value }}",
      [
        .init(
          series: [
            (#"readiness_verify_findings{repository="a",severity="error"}"#, "0x10 2x10"),
            (#"readiness_verify_findings{repository="a",severity="warning"}"#, "5x20"),
          ], quiet: 9, fires: 12, labels: [repository], summary: "a: an audit of history finds errors: 2")
      ])
  }

  private static func gateFlipped(_ policy: AlertPolicy) -> PlanAlert {
    PlanAlert(
      "ReadinessGateFlipped", .page, policy,
      #"readiness_gate{answer="go"} == 0 and max_over_time(readiness_gate{answer="go"}[1d]) == 1"#,
      own + "the gate {{ $labels.gate }} said go within a day, and no longer does",
      [
        .init(
          series: [
            (#"readiness_gate{repository="a",gate="release",answer="go"}"#, "1x10 0x30"),
            (#"readiness_gate{repository="a",gate="canary",answer="go"}"#, "0x40"),
          ], quiet: 9, fires: 30, labels: [repository, ("gate", "release"), ("answer", "go")],
          summary: "a: the gate release said go within a day, and no longer does")
      ])
  }

  private static func promotionStuck(_ policy: AlertPolicy) -> PlanAlert {
    PlanAlert(
      "ReadinessPromotionStuck", .page, policy, "time() > readiness_promotion_deadline_timestamp_seconds",
      forMinutes: 1, own + "the promotion to {{ $labels.stage }} is past its deadline in phase {{ $labels.phase }}",
      [
        .init(
          series: [
            (
              #"readiness_promotion_deadline_timestamp_seconds{repository="a",stage="production",phase="held"}"#,
              "600x20"
            )
          ], quiet: 11, fires: 13, labels: [repository, ("stage", "production"), ("phase", "held")],
          summary: "a: the promotion to production is past its deadline in phase held")
      ])
  }

  private static func suspectTooLong(_ policy: AlertPolicy) -> PlanAlert {
    let days = policy.suspectDays
    return PlanAlert(
      "ReadinessSuspectTooLong", .ticket, policy,
      "time() - readiness_suspect_since_timestamp_seconds > \(days) * 86400",
      own + "{{ $labels.milestone }} has been suspect for {{ $value | humanizeDuration }}",
      [
        .init(
          series: [
            (
              #"readiness_suspect_since_timestamp_seconds{repository="a",milestone="M-04"}"#,
              "\(600 - days * day)x20"
            )
          ], quiet: 9, fires: 12, labels: [repository, milestone],
          summary: "a: M-04 has been suspect for \(duration(days * day + 120))")
      ])
  }

  private static func evidenceLapses(_ policy: AlertPolicy) -> PlanAlert {
    let days = policy.evidenceDays
    return PlanAlert(
      "ReadinessEvidenceLapses", .ticket, policy,
      "readiness_evidence_expiry_timestamp_seconds - time() < \(days) * 86400",
      own + "evidence of {{ $labels.milestone }} " + ends("lapses", "has lapsed"),
      [
        ending(
          "readiness_evidence_expiry_timestamp_seconds", days,
          summary: "a: evidence of M-04 lapses in \(duration(days * day - 120))"),
        .init(
          series: [(#"readiness_evidence_expiry_timestamp_seconds{repository="a",milestone="M-04"}"#, "60x20")],
          quiet: nil, fires: 3, labels: [repository, milestone], summary: "a: evidence of M-04 has lapsed"),
      ])
  }

  private static func waiverEnds(_ policy: AlertPolicy) -> PlanAlert {
    let days = policy.waiverDays
    return PlanAlert(
      "ReadinessWaiverEnds", .ticket, policy,
      "readiness_waiver_expiry_timestamp_seconds - time() < \(days) * 86400",
      own + "a waiver of {{ $labels.milestone }} " + ends("ends", "has ended"),
      [
        ending(
          "readiness_waiver_expiry_timestamp_seconds", days,
          summary: "a: a waiver of M-04 ends in \(duration(days * day - 120))")
      ])
  }

  private static func deadLetters(_ policy: AlertPolicy) -> PlanAlert {
    let minutes = policy.deadLetterMinutes
    return PlanAlert(
      "ReadinessDeadLetters", .ticket, policy, "readiness_dead_letters > 0", forMinutes: minutes,
      own + "runs that the sink {{ $labels.sink }} did not take: {{ $value }}",
      [
        .init(
          series: [(#"readiness_dead_letters{repository="a",sink="pager"}"#, "0x5 3x\(minutes + 10)")],
          quiet: minutes + 5, fires: minutes + 7, labels: [repository, ("sink", "pager")],
          summary: "a: runs that the sink pager did not take: 3")
      ])
  }

  private static func deliveryBehind(_ policy: AlertPolicy) -> PlanAlert {
    let minutes = policy.behindMinutes
    return PlanAlert(
      "ReadinessDeliveryBehind", .ticket, policy, "readiness_deliver_behind > 0", forMinutes: minutes,
      own + "runs that the sink {{ $labels.sink }} was not told: {{ $value }}",
      [
        .init(
          series: [(#"readiness_deliver_behind{repository="a",sink="audit"}"#, "4x\(minutes + 10)")],
          quiet: minutes - 1, fires: minutes + 1, labels: [repository, ("sink", "audit")],
          summary: "a: runs that the sink audit was not told: 4")
      ])
  }

  private static func collectorStale(_ policy: AlertPolicy) -> PlanAlert {
    let minutes = policy.collectorMinutes
    let series = "readiness_collected_timestamp_seconds"
    return PlanAlert(
      "ReadinessCollectorStale", .ticket, policy, "time() - \(series) > \(minutes * 60) or absent(\(series))",
      "{{ if $labels.repository }}{{ $labels.repository }}: metrics are {{ $value | humanizeDuration }} old"
        + "{{ else }}no repository's metrics arrive{{ end }}",
      [
        .init(
          series: [(#"readiness_collected_timestamp_seconds{repository="a"}"#, "0x\(minutes + 5)")], quiet: minutes,
          fires: minutes + 1, labels: [repository], summary: "a: metrics are \(duration((minutes + 1) * 60)) old"),
        // `absent` has no labels, so it needs a separate case.
        .init(series: [], quiet: nil, fires: 1, labels: [], summary: "no repository's metrics arrive"),
      ])
  }

  /// Returns a template for the time until an end.
  private static func ends(_ verb: String, _ past: String) -> String {
    "{{ if gt $value 0.0 }}\(verb) in {{ $value | humanizeDuration }}{{ else }}\(past){{ end }}"
  }

  /// Returns a case whose end is `days` away at minute 10.
  private static func ending(_ metric: String, _ days: Int, summary: String) -> PlanAlert.Case {
    .init(
      series: [("\(metric){repository=\"a\",milestone=\"M-04\"}", "\(days * day + 600)x20")], quiet: 9, fires: 12,
      labels: [repository, milestone], summary: summary)
  }

  /// Formats a span of at least a minute like Prometheus' `humanizeDuration`.
  static func duration(_ seconds: Int) -> String {
    let (days, hours, minutes, rest) = (seconds / day, seconds / 3600 % 24, seconds / 60 % 60, seconds % 60)
    if days > 0 { return "\(days)d \(hours)h \(minutes)m \(rest)s" }
    return hours > 0 ? "\(hours)h \(minutes)m \(rest)s" : "\(minutes)m \(rest)s"
  }
}
