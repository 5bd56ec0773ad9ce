import StrictJSON

/// The alert thresholds and the location of runbooks (`ssot/policies/alerts.json`, optional; `doc/observability.md`).
public struct AlertPolicy: Sendable, Equatable {
  /// The number of days that a milestone may be suspect.
  public var suspectDays = 7
  /// The number of days before evidence expires.
  public var evidenceDays = 3
  /// The number of days before a waiver or an exception expires.
  public var waiverDays = 7
  /// The number of minutes that a dead letter may remain.
  public var deadLetterMinutes = 10
  /// The number of minutes that a sink may be behind.
  public var behindMinutes = 60
  /// The maximum age of metrics, in minutes.
  public var collectorMinutes = 15
  /// The page with one heading per alert: an https URL, or a path in the repository.
  public var runbooks = "doc/observability.md"

  /// The thresholds if the file is missing.
  public static let standard = AlertPolicy()

  private init() {}

  /// Reads `alerts.json`. Returns nil and adds faults if it is invalid.
  init?(_ root: JSONValue, _ faults: FaultList) {
    let known: [StaticString] = ["$schema", "version", "thresholds", "runbooks"]
    guard let reader = ObjectReader(root, "The alerts file", known: known, extensible: true, faults) else { return nil }
    reader.checkVersion()
    if let found = root["thresholds"] {
      let names: [StaticString] = [
        "suspectDays", "evidenceDays", "waiverDays", "deadLetterMinutes", "behindMinutes", "collectorMinutes",
      ]
      if let own = ObjectReader(found, "\"thresholds\"", known: names, extensible: true, faults) {
        suspectDays = own.count("suspectDays", Self.days) ?? suspectDays
        evidenceDays = own.count("evidenceDays", Self.days) ?? evidenceDays
        waiverDays = own.count("waiverDays", Self.days) ?? waiverDays
        deadLetterMinutes = own.count("deadLetterMinutes", Self.minutes) ?? deadLetterMinutes
        behindMinutes = own.count("behindMinutes", Self.minutes) ?? behindMinutes
        collectorMinutes = own.count("collectorMinutes", Self.minutes) ?? collectorMinutes
      }
    }
    if let found = root["runbooks"], let text = reader.text("runbooks") {
      runbooks = text
      let isPlain = text.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != 0x23 }
      if !isPlain || text.hasPrefix("http://") || text.hasPrefix("/") {
        faults.add("\"runbooks\" should be an https URL or a path of the repository, without # and spaces.", at: found)
      }
    }
    guard faults.faults.isEmpty else { return nil }
  }

  /// The valid ranges: at most a year of days, or a week of minutes.
  private static let days = 1...365
  private static let minutes = 1...10_080
}
