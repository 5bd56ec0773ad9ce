/// The reason codes about telemetry.
extension ReasonCode {
  /// See `explain`.
  public static let telemetryUnwritable = ReasonCode(
    "telemetry-unwritable",
    "The folder that READINESS_TELEMETRY names cannot be written, so nothing was kept. The answer of the command is the same.",
    remedy:
      "Create the folder, give this user the right to write there, or make room on its disk; or unset the variable.",
    source: "6")

  static let telemetryCodes = [telemetryUnwritable]
}
