/// The reason codes about alerts.
extension ReasonCode {
  /// See `explain`.
  public static let alertRunbookMissing = ReasonCode(
    "alert-runbook-missing",
    "The page that the links of alerts lead to is in the tree, and lacks the heading of an alert.",
    remedy: "Write the heading and what to do, or name another page in \"runbooks\" of ssot/policies/alerts.json.",
    source: "2.2")
  /// See `explain`.
  public static let alertNotFired = ReasonCode(
    "alert-not-fired", "A drill made a fault, and its alert did not arrive in time.",
    remedy: "Look at the rule and its threshold: readiness alerts list; readiness alerts test runs its unit tests.",
    source: "2.2")
  /// See `explain`.
  public static let alertNotResolved = ReasonCode(
    "alert-not-resolved", "A drill repaired a fault, and its alert went on.",
    remedy: "Look at the rule's expression: it has to become empty when the fault is gone.", source: "2.2")

  static let alertCodes = [alertRunbookMissing, alertNotFired, alertNotResolved]
}
