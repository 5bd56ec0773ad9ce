/// Holds a decimal number exactly: whole units of a power of ten. Budgets and thresholds are products of such numbers, and
/// a rule file says 0.0144, never 0.014400000000000001.
public struct ExactDecimal: Sendable, Equatable {
  /// The number without its point.
  public let units: Int64
  /// The count of decimal places, without trailing zeros.
  public let places: Int

  /// Makes the number `units / 10^places`, trailing zeros dropped.
  public init(units: Int64, places: Int) {
    var (units, places) = (units, places)
    while places > 0, units % 10 == 0 { (units, places) = (units / 10, places - 1) }
    self.units = units
    self.places = places
  }

  /// Reads digits with at most one point and at most so many places. Returns nil for signs, exponents and anything else.
  public init?(_ text: String, atMost bound: Int) {
    let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    let digits = parts.joined()
    guard text.utf8.count <= 12, parts.allSatisfy({ !$0.isEmpty }),
      digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
      parts.count == 1 || parts[1].utf8.count <= bound, let units = Int64(digits)
    else { return nil }
    self.init(units: units, places: parts.count == 2 ? parts[1].utf8.count : 0)
  }

  /// Multiplies exactly. Factors of a budget (8 places) and of a burn rate (4 places) stay far below 2^63.
  public static func * (a: ExactDecimal, b: ExactDecimal) -> ExactDecimal {
    ExactDecimal(units: a.units * b.units, places: a.places + b.places)
  }

  /// Subtracts the number from 1, exactly.
  var complement: ExactDecimal {
    var one: Int64 = 1
    for _ in 0..<places { one *= 10 }
    return ExactDecimal(units: one - units, places: places)
  }

  /// Returns true if the number is below 1.
  var isBelowOne: Bool { complement.units > 0 }

  /// The nearest double.
  public var double: Double {
    var power = 1.0
    for _ in 0..<places { power *= 10 }
    return Double(units) / power
  }

  /// The digits, with a point where there are places: `0.0144`.
  public var text: String {
    let digits = String(units)
    guard places > 0 else { return digits }
    let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
    return padded.dropLast(places) + "." + padded.suffix(places)
  }
}
