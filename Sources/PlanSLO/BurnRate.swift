/// A window over which events are counted.
public enum Window: String, Sendable, CaseIterable {
  case fiveMinutes = "5m"
  case thirtyMinutes = "30m"
  case oneHour = "1h"
  case twoHours = "2h"
  case sixHours = "6h"
  case oneDay = "1d"
  case threeDays = "3d"

  /// Its length in seconds.
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

  /// True where the rules record it from rates that are recorded already, instead of from the raw series.
  var isRecordedFromRates: Bool { self == .oneDay || self == .threeDays }
}

/// The period over which a budget is spent: a rolling window of days or weeks.
public struct Period: Sendable, Equatable {
  /// As the definition writes it, such as `30d` or `4w`.
  public let text: String
  /// Its length in days.
  public let days: Int

  /// Reads `7d` to `90d` or `1w` to `12w`; nil for anything else.
  public init?(_ text: String) {
    guard let unit = text.last, unit == "d" || unit == "w", let first = text.first, first != "0",
      text.dropLast().utf8.allSatisfy({ (0x30...0x39).contains($0) }), let count = Int(text.dropLast()),
      (unit == "d" ? 7...90 : 1...12).contains(count)
    else { return nil }
    self.text = text
    days = unit == "d" ? count : 7 * count
  }

  /// Its length in seconds.
  public var seconds: Int { days * 86_400 }
}

/// Pairs a long window with a short one and the burn rate above which both have to be: the long window says that the
/// budget is in danger, the short one that it still is.
public struct BurnRow: Sendable, Equatable {
  /// How urgent it is.
  public enum Severity: String, Sendable, CaseIterable { case page, ticket }

  /// How urgent it is.
  public let severity: Severity
  /// The window that says how much of the budget is gone.
  public let long: Window
  /// The window that says whether it still goes on.
  public let short: Window
  /// How many times faster than evenly the budget is spent.
  public let factor: ExactDecimal
  /// The error ratio above which both windows have to be.
  public let threshold: ExactDecimal

  /// Returns the seconds from the first error until the long window is above the threshold, at a steady error ratio.
  public func detectionSeconds(atRatio ratio: Double) -> Double { Double(long.seconds) * threshold.double / ratio }

  private static let plan: [(Severity, percent: Int64, Window, Window)] = [
    (.page, 2, .oneHour, .fiveMinutes), (.page, 5, .sixHours, .thirtyMinutes),
    (.ticket, 10, .oneDay, .twoHours), (.ticket, 10, .threeDays, .sixHours),
  ]

  /// Computes the rows of a period and a budget: `percent` of the budget within the long window, and never below the rate
  /// that spends the budget evenly.
  /// - Returns: the rows that can fire, and those whose threshold no error ratio is above.
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
