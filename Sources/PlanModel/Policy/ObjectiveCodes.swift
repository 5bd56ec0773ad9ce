// MARK: - Service-level objectives

extension ReasonCode {
  /// See `explain`.
  public static let sloInvalid = ReasonCode(
    "slo-invalid",
    "A definition of a service-level objective says something that cannot be compiled, or leaves out what is needed.",
    remedy: "Change the property at the pointer and line that are named; doc/guides/slo.md shows what is supported.",
    source: "2.3")
  /// See `explain`.
  public static let sloQueryUnsupported = ReasonCode(
    "slo-query-unsupported",
    "A query is no bare selector of a counter and holds no {{.window}}, so it cannot be evaluated over the windows of the burn alerts.",
    remedy: "Write a metric with label matchers and nothing around it, or a rate with [{{.window}}] as its range.",
    source: "2.3")
  /// See `explain`.
  public static let sloAlertUnreachable = ReasonCode(
    "slo-alert-unreachable",
    "The target is so low that a burn alert would fire only above an error ratio of 1, which never happens.",
    remedy: "Raise the target or lengthen the period; the alerts that remain are listed by readiness slo check.",
    source: "2.3")
  /// See `explain`.
  public static let sloCaptureMissing = ReasonCode(
    "slo-capture-missing", "Nobody has captured what the monitoring server says of a service-level objective.",
    remedy: "readiness slo capture NAME --endpoint URL, then commit the capture or give it to gate --capture.",
    source: "2.3")
  /// See `explain`.
  public static let sloCaptureInvalid = ReasonCode(
    "slo-capture-invalid",
    "A capture is not what the program writes for this definition: another definition, query, digest, shape, or an answer that is an error.",
    remedy: "Capture again: readiness slo capture NAME --endpoint URL. A changed definition needs a new capture.",
    source: "2.3")
  /// See `explain`.
  public static let sloCaptureUnsigned = ReasonCode(
    "slo-capture-unsigned",
    "A capture has no valid signature by a holder of the role that the gate asks for, or has one that is not of what it says.",
    remedy:
      "Capture again with --sign, by a key that ssot/policies/allowed_signers binds to an address which holds the role in ssot/policies/authorization.json.",
    source: "2.3")
  /// See `explain`.
  public static let sloSeriesMissing = ReasonCode(
    "slo-series-missing", "The monitoring server has no events of a service-level objective over its period.",
    remedy:
      "Check that the service is scraped and that the rules are loaded: readiness slo rules, or capture with --raw.",
    source: "2.3")
  /// See `explain`.
  public static let sloNotANumber = ReasonCode(
    "slo-not-a-number", "The monitoring server answered NaN or an infinity where a count is needed.",
    remedy: "Look at the query in the server; a counter that is divided by zero or overflows is not a count.",
    source: "2.3")
  /// See `explain`.
  public static let sloImplausible = ReasonCode(
    "slo-implausible", "More events are good or bad than there are events, or fewer than none.",
    remedy: "Make the counted query a part of the total: same service, same labels, counted at the same place.",
    source: "2.3")
  /// See `explain`.
  public static let sloStale = ReasonCode(
    "slo-stale", "The capture, or the newest sample in it, is older than the gate allows, or dated in the future.",
    remedy: "Capture again; if the newest sample stays old, the service is not scraped any more.", source: "2.3")
  /// See `explain`.
  public static let sloTooShort = ReasonCode(
    "slo-too-short", "The monitoring server holds too small a part of the period to speak for it.",
    remedy:
      "Wait until it has recorded enough of the period, or have minCoverage of the gate lowered meanwhile. A check of kind slo always asks for 95 %.",
    source: "2.3")
  /// See `explain`.
  public static let sloTooFewEvents = ReasonCode(
    "slo-too-few-events", "There were too few events over the period to speak for it.",
    remedy: "Wait for traffic, or have minEvents of the gate changed.", source: "2.3")
  /// See `explain`.
  public static let sloBudgetSpent = ReasonCode(
    "slo-budget-spent", "The error budget of a service-level objective is spent, to where the gate says no.",
    remedy: "Stop what costs budget and wait until the errors leave the period; readiness slo show says what is left.",
    source: "2.3")
  /// See `explain`.
  public static let sloBurning = ReasonCode(
    "slo-burning",
    "The error budget of a service-level objective is being spent too fast, over a long window and a short one.",
    remedy: "Repair the service, then capture again when the short window has passed; the runbook says how.",
    source: "2.3")

  static let objectiveCodes = [
    sloInvalid, sloQueryUnsupported, sloAlertUnreachable, sloCaptureMissing, sloCaptureInvalid, sloCaptureUnsigned,
    sloSeriesMissing, sloNotANumber, sloImplausible, sloStale, sloTooShort, sloTooFewEvents, sloBudgetSpent, sloBurning,
  ]
}
