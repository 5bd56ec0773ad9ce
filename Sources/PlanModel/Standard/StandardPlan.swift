/// The plan that `init` creates: the twelve workstreams of production readiness, unassigned and not started.
public enum StandardPlan {
  /// The plan's title.
  public static let title = "Production Readiness Tracker"

  /// The recommended order of the workstreams.
  public static let executionOrder = [1, 2, 4, 5, 6, 7, 8, 9, 3, 10, 11, 12].map(id)

  /// The milestones.
  public static let milestones: [MilestoneDraft] = [
    milestone(
      1, "SLOs & Gates", "Explicit SLO/SLI and go/no-go policy", [], "`doc/slo_and_release_gates.md` approved"),
    milestone(
      2, "Runtime Contracts", "Stable runtime config + policy schemas", [1], "Schemas + examples validated in CI"),
    milestone(
      3, "Security Baseline", "AuthN/AuthZ, secret boundaries, path guardrails", [2],
      "Security checklist + negative tests pass"),
    milestone(
      4, "Event Reliability", "Durable event model with idempotency/replay semantics", [2],
      "Replay test reproduces deterministic decisions"),
    milestone(
      5, "State Machine Hardening", "Legal transition enforcement + invariants", [2, 4],
      "Invalid transitions rejected with reason codes"),
    milestone(
      6, "Concurrency Safety", "Locking/atomic writes/race protection", [4, 5], "Race/fault-injection tests green"),
    milestone(
      7, "Retry/Backoff Policy", "Bounded retry with jitter/circuit-breakers/DLQ", [4],
      "Retry behavior verified under injected faults"),
    milestone(
      8, "Observability & Alerting", "Trace/metric/log correlation and alert thresholds", [1, 4],
      "Dashboards + alert test playbook completed"),
    milestone(
      9, "Reproducibility & Provenance", "Immutable run IDs, hashes, provenance manifest", [4, 5],
      "End-to-end reproducibility runbook passes"),
    milestone(
      10, "CI/CD Promotion Pipeline", "Branch protections, required checks, staged deploy", [1, 2, 8],
      "Canary and rollback gates automated"),
    milestone(
      11, "Operational Runbooks", "Incident/recovery/replay procedures", [8, 10], "Tabletop + live drill sign-off"),
    milestone(
      12, "Compliance & Audit", "Retention policy, auditability, data handling controls", [3, 9, 11],
      "Audit evidence package generated"),
  ]

  private static func id(_ number: Int) -> MilestoneID { MilestoneID(number < 10 ? "M-0\(number)" : "M-\(number)") }

  private static func milestone(
    _ number: Int, _ workstream: String, _ outcome: String, _ dependsOn: [Int], _ criterion: String
  ) -> MilestoneDraft {
    MilestoneDraft(
      id: id(number), workstream: workstream, outcome: outcome, dependsOn: dependsOn.map(id),
      status: Workflow.standard.initial.name, criteria: [criterion])
  }
}
