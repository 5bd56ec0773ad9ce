/// A window for counting events.
public enum Window: String, Sendable, CaseIterable {
  case fiveMinutes = "5m"
  case thirtyMinutes = "30m"
  case oneHour = "1h"
  case twoHours = "2h"
  case sixHours = "6h"
  case oneDay = "1d"
  case threeDays = "3d"

  /// The length, in seconds.
  public var seconds: Int {
    switch self {
    case .fiveMinutes: 300
    case .thirtyMinutes: 1_800
    case .oneHour: 3_600
    case .twoHours: 7_200
    case .sixHours: 21_600
    case .oneDay: 86_400
    case .threeDays: 259_200
    }
  }

  /// True if the rules compute it from recorded rates instead of the raw series.
  var isRecordedFromRates: Bool { self == .oneDay || self == .threeDays }
}

/// The period of a budget: a rolling window of days or weeks.
public struct Period: Sendable, Equatable {
  /// The text of the definition, such as `30d` or `4w`.
  public let text: String
  /// The length, in days.
  public let days: Int

  /// Parses `7d` to `90d` or `1w` to `12w`. Returns nil for any other text.
  public init?(_ text: String) {
    guard let unit = text.last, unit == "d" || unit == "w", let first = text.first, first != "0",
      text.dropLast().utf8.allSatisfy({ (0x30...0x39).contains($0) }), let count = Int(text.dropLast()),
      (unit == "d" ? 7...90 : 1...12).contains(count)
    else { return nil }
    self.text = text
    days = unit == "d" ? count : 7 * count
  }

  /// The length, in seconds.
  public var seconds: Int { days * 86_400 }
}

/// A burn alert: a long and a short window, and the burn rate that both must exceed. The long window detects a risk
/// to the budget, the short one that the risk persists.
public struct BurnRow: Sendable, Equatable {
  /// The urgency of an alert.
  public enum Severity: String, Sendable, CaseIterable { case page, ticket }

  /// The urgency.
  public let severity: Severity
  /// The window that measures the consumed budget.
  public let long: Window
  /// The window that detects whether the burn continues.
  public let short: Window
  /// The burn rate: how many times faster than evenly the budget is spent.
  public let factor: ExactDecimal
  /// The error ratio that both windows must exceed.
  public let threshold: ExactDecimal

  /// Returns the seconds from the first error until the long window exceeds the threshold, at a steady error ratio.
  public func detectionSeconds(atRatio ratio: Double) -> Double { Double(long.seconds) * threshold.double / ratio }

  private static let plan: [(Severity, percent: Int64, Window, Window)] = [
    (.page, 2, .oneHour, .fiveMinutes), (.page, 5, .sixHours, .thirtyMinutes),
    (.ticket, 10, .oneDay, .twoHours), (.ticket, 10, .threeDays, .sixHours),
  ]

  /// Computes the rows of a period and a budget. Each row fires at `percent` of the budget within the long window,
  /// and never below a burn rate of 1.
  /// - Returns: the rows that can fire, and those whose threshold no error ratio can exceed.
  static func rows(_ period: Period, budget: ExactDecimal) -> (reachable: [BurnRow], unreachable: [BurnRow]) {
    var (reachable, unreachable) = ([BurnRow](), [BurnRow]())
    for (severity, percent, long, short) in plan {
      // percent/100 · T/L in units of 0.0001, rounded half to even.
      let (over, under) = (percent * Int64(period.seconds) * 100, Int64(long.seconds))
      var units = over / under
      let twice = 2 * (over % under)
      if twice > under || (twice == under && units % 2 == 1) { units += 1 }
      let factor = ExactDecimal(units: max(10_000, units), places: 4)
      let threshold = factor * budget
      let row = BurnRow(severity: severity, long: long, short: short, factor: factor, threshold: threshold)
      if threshold.isBelowOne { reachable.append(row) } else { unreachable.append(row) }
    }
    return (reachable, unreachable)
  }
}
