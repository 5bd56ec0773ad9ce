public import PlanModel
public import StrictJSON

/// The record of an alert drill: evidence that alerts fire and resolve (`doc/observability.md`).
public struct DrillRecord: Sendable {
  /// The outcome of one alert.
  public struct Outcome: Sendable {
    /// The alert's name.
    public let name: String
    /// The injected fault, in a few words.
    public let fault: String
    /// The time of the injection, in milliseconds since 1970.
    public let injectedAt: Int64
    /// The time at which the notification arrived; nil if it did not.
    public var firedAt: Int64?
    /// The time of the repair; nil if the alert did not fire.
    public var repairedAt: Int64?
    /// The time at which the resolution arrived; nil if it did not.
    public var resolvedAt: Int64?
    /// The labels of the alert.
    public var labels: [(name: String, value: String)] = []
    /// The digest of the first notification's body.
    public var notification: Digest?
    /// The link to its runbook.
    public var runbook = ""
    /// True if the alert was firing before the fault.
    public let wasFiring: Bool

    /// Starts an outcome.
    public init(name: String, fault: String, injectedAt: Int64, wasFiring: Bool) {
      (self.name, self.fault, self.injectedAt, self.wasFiring) = (name, fault, injectedAt, wasFiring)
    }

    /// The code of the failure; nil if the alert fired and resolved.
    public var code: ReasonCode? {
      wasFiring ? .alertNotResolved : firedAt == nil ? .alertNotFired : resolvedAt == nil ? .alertNotResolved : nil
    }

    /// The failure, in a sentence; nil if there is none.
    public var message: String? {
      if wasFiring { return "\(name) fires without a fault." }
      if firedAt == nil { return "\(name) did not fire after: \(fault)." }
      return resolvedAt == nil ? "\(name) goes on after the repair of: \(fault)." : nil
    }
  }

  /// The start of the drill, in milliseconds since 1970.
  public let at: Int64
  /// The commit of the policy with the thresholds.
  public let commit: String
  /// The digest of the rules, before waits were replaced.
  public let rules: Digest
  /// The versions of the programs.
  public let prometheus: String, alertmanager: String
  /// The duration that replaced every wait.
  public let wait: String
  /// The alerts, in the order of the drill.
  public let outcomes: [Outcome]

  /// Creates a record.
  public init(
    at: Int64, commit: String, rules: Digest, prometheus: String, alertmanager: String, wait: String,
    outcomes: [Outcome]
  ) {
    (self.at, self.commit, self.rules, self.wait) = (at, commit, rules, wait)
    (self.prometheus, self.alertmanager, self.outcomes) = (prometheus, alertmanager, outcomes)
  }

  /// The record as JSON.
  public var json: JSONValue {
    func moment(_ at: Int64?) -> JSONValue { at.map { .text(Timestamp.text(millisecondsSince1970: $0)) } ?? nil }
    let alerts = outcomes.map { outcome -> JSONValue in
      [
        "name": .text(outcome.name), "fault": .text(outcome.fault), "injectedAt": moment(outcome.injectedAt),
        "firedAt": moment(outcome.firedAt), "resolvedAt": moment(outcome.resolvedAt),
        "labels": JSONValue(.object(outcome.labels.map { JSONMember($0.name, .text($0.value)) })),
        "notification": outcome.notification.map { .text($0.tagged) } ?? nil, "runbook": .text(outcome.runbook),
        "answer": .text(outcome.code?.id ?? "passed"),
      ]
    }
    return [
      "version": 1, "kind": "alert-drill", "at": moment(at), "commit": .text(commit), "rules": .text(rules.tagged),
      "prometheus": .text(prometheus), "alertmanager": .text(alertmanager), "forRewrittenTo": .text(wait),
      "alerts": JSONValue(.array(alerts)),
    ]
  }
}
