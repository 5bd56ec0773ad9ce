/// An exact decimal number: an integer and a power of ten. Budgets and thresholds are products of such numbers, so
/// that a rule file contains 0.0144, never 0.014400000000000001.
public struct ExactDecimal: Sendable, Equatable {
  /// The number without its decimal point.
  public let units: Int64
  /// The number of decimal places, without trailing zeros.
  public let places: Int

  /// Creates the number `units / 10^places`, without trailing zeros.
  public init(units: Int64, places: Int) {
    var (units, places) = (units, places)
    while places > 0, units % 10 == 0 { (units, places) = (units / 10, places - 1) }
    self.units = units
    self.places = places
  }

  /// Parses digits with at most one point and at most `bound` places. Returns nil for signs, exponents and any other
  /// text.
  public init?(_ text: String, atMost bound: Int) {
    let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    let digits = parts.joined()
    guard text.utf8.count <= 12, parts.allSatisfy({ !$0.isEmpty }),
      digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
      parts.count == 1 || parts[1].utf8.count <= bound, let units = Int64(digits)
    else { return nil }
    self.init(units: units, places: parts.count == 2 ? parts[1].utf8.count : 0)
  }

  /// Multiplies exactly. The factors, a budget (8 places) and a burn rate (4 places), keep the product far below
  /// 2^63.
  public static func * (a: ExactDecimal, b: ExactDecimal) -> ExactDecimal {
    ExactDecimal(units: a.units * b.units, places: a.places + b.places)
  }

  /// The number subtracted from 1, exactly.
  var complement: ExactDecimal {
    var one: Int64 = 1
    for _ in 0..<places { one *= 10 }
    return ExactDecimal(units: one - units, places: places)
  }

  /// True if the number is below 1.
  var isBelowOne: Bool { complement.units > 0 }

  /// The nearest double.
  public var double: Double {
    var power = 1.0
    for _ in 0..<places { power *= 10 }
    return Double(units) / power
  }

  /// The digits, with a point if there are decimal places: `0.0144`.
  public var text: String {
    let digits = String(units)
    guard places > 0 else { return digits }
    let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
    return padded.dropLast(places) + "." + padded.suffix(places)
  }
}
