import StrictJSON

/// A gate's conditions for service-level objectives: `slos` in `gates.json`, version 2 (contract 2.3).
public struct ObjectiveConditions: Sendable {
  /// The objectives: names, `PREFIX-*` or `*`.
  public let include: [String]
  /// The share of the error budget that must remain; from -1 to 1.
  public let minBudgetRemaining: Double
  /// The severities of burn alerts that fail the gate: `page`, `ticket`.
  public let refuseWhileBurning: [String]
  /// The maximum age of the capture and its newest sample, in minutes.
  public let maxAgeMinutes: Int
  /// The share of the period that must be recorded.
  public let minCoverage: Double
  /// The minimum number of events in the period.
  public let minEvents: Int
  /// The role whose holders' signatures count.
  public let captureRole: String
  /// True if captures must be signed.
  public let isSigned: Bool

  /// The default conditions, which a check of kind `slo` and `slo show` use.
  public static let standard = standard(maxAgeDays: nil)

  /// Returns the default conditions for evidence that is valid for `maxAgeDays`.
  public static func standard(maxAgeDays days: Int?) -> ObjectiveConditions {
    ObjectiveConditions(
      include: ["*"], minBudgetRemaining: 0, refuseWhileBurning: ["page"], maxAgeMinutes: days.map { $0 * 1440 } ?? 60,
      minCoverage: 0.95, minEvents: 1000, captureRole: "maintainer", isSigned: false)
  }

  /// Creates conditions.
  public init(
    include: [String], minBudgetRemaining: Double, refuseWhileBurning: [String], maxAgeMinutes: Int,
    minCoverage: Double, minEvents: Int, captureRole: String, isSigned: Bool
  ) {
    self.include = include
    self.minBudgetRemaining = minBudgetRemaining
    self.refuseWhileBurning = refuseWhileBurning
    self.maxAgeMinutes = maxAgeMinutes
    self.minCoverage = minCoverage
    self.minEvents = minEvents
    self.captureRole = captureRole
    self.isSigned = isSigned
  }

  /// Returns true if the conditions cover an objective.
  public func includes(_ name: String) -> Bool { include.contains { Self.isMeant(name, by: $0) } }

  /// Returns true if a name, `PREFIX-*` or `*` matches an objective's name.
  package static func isMeant(_ name: String, by pattern: String) -> Bool {
    pattern.hasSuffix("*") ? name.hasPrefix(String(pattern.dropLast())) : name == pattern
  }

  init?(_ value: JSONValue, _ faults: FaultList) {
    let known: [StaticString] = [
      "include", "minBudgetRemaining", "refuseWhileBurning", "maxAgeMinutes", "minCoverage", "minEvents", "signed",
      "captureRole",
    ]
    guard let reader = ObjectReader(value, "\"slos\"", known: known, extensible: true, faults) else { return nil }
    let standard = Self.standard
    let names = reader.uniqueTexts("include")
    if let place = value["include"], names.isEmpty {
      faults.add("\"include\" should name at least one SLO.", at: place)
    }
    for (name, place) in names where !Self.isPattern(name) {
      faults.add("\"\(name)\" should be the name of an SLO, PREFIX-* or *.", at: place)
    }
    let severities = reader.uniqueTexts("refuseWhileBurning")
    for (severity, place) in severities where severity != "page" && severity != "ticket" {
      faults.add("\"refuseWhileBurning\" should hold page, ticket or both, not \"\(severity)\".", at: place)
    }
    include = value["include"] == nil ? standard.include : names.map(\.text)
    refuseWhileBurning =
      value["refuseWhileBurning"] == nil ? standard.refuseWhileBurning : severities.map(\.text)
    minBudgetRemaining = reader.share("minBudgetRemaining", -1...1) ?? standard.minBudgetRemaining
    minCoverage = reader.share("minCoverage", 0...1) ?? standard.minCoverage
    maxAgeMinutes = reader.count("maxAgeMinutes", 1...43_200) ?? standard.maxAgeMinutes
    minEvents = reader.count("minEvents", 0...9_007_199_254_740_991) ?? standard.minEvents
    isSigned = reader.flag("signed") ?? standard.isSigned
    captureRole =
      value["captureRole"] == nil ? standard.captureRole : reader.text("captureRole") ?? standard.captureRole
  }

  private static func isPattern(_ text: String) -> Bool {
    if text == "*" { return true }
    return text.hasSuffix("-*") ? ExitCriterion.isValid(id: String(text.dropLast(2))) : ExitCriterion.isValid(id: text)
  }
}

extension ObjectReader {
  /// Reads an optional number within bounds.
  fileprivate func share(_ key: StaticString, _ range: ClosedRange<Double>) -> Double? {
    guard let found = self[key] else { return nil }
    guard let number = found.number?.double, range.contains(number) else {
      faults.add("\"\(key)\" should be a number from \(Int(range.lowerBound)) to \(Int(range.upperBound)).", at: found)
      return nil
    }
    return number
  }
}
