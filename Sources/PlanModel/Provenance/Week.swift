/// A span of days in UTC, such as an ISO week (ISO 8601, section 5.5).
public struct DaySpan: Sendable, Equatable {
  /// The first day, in days since 1970-01-01.
  private let first: Int
  /// The day after the last.
  private let end: Int

  /// Creates a span between two days `YYYY-MM-DD`, both included; nil if one is not a day, or if they are reversed.
  public init?(from: String, to: String) {
    guard let first = Self.day(from), let last = Self.day(to), first <= last else { return nil }
    self.first = first
    end = last + 1
  }

  /// Creates a span from an ISO week, `2026-W47`; nil if the year has no such week.
  public init?(week text: String) {
    let parts = text.split(separator: "-W", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[0].count == 4, parts[1].count == 2, let year = Int(parts[0]),
      let week = Int(parts[1]),
      week >= 1
    else { return nil }
    let first = Self.firstMonday(of: year) + 7 * (week - 1)
    // The last week may have days of the next year, but its Thursday belongs to this one.
    guard first < Self.firstMonday(of: year + 1) else { return nil }
    self.first = first
    end = first + 7
  }

  /// Creates the ISO week of a time.
  public init(weekOf millisecondsSince1970: Int64) {
    let day = Int((millisecondsSince1970 / 86_400_000))
    first = day - Self.weekday(day)
    end = first + 7
  }

  /// The ISO week, such as `2026-W47`; nil if the span is not one ISO week.
  public var week: String? {
    guard end - first == 7, Self.weekday(first) == 0 else { return nil }
    let year = Timestamp.civil(fromDays: first + 3).0
    let number = (first - Self.firstMonday(of: year)) / 7 + 1
    return "\(year)-W\(number < 10 ? "0" : "")\(number)"
  }

  /// The first day, `YYYY-MM-DD`.
  public var from: String { Self.text(first) }
  /// The last day, `YYYY-MM-DD`.
  public var to: String { Self.text(end - 1) }
  /// The first second, since 1970.
  public var start: Int64 { Int64(first) * 86_400 }
  /// The second after the last, since 1970.
  public var stop: Int64 { Int64(end) * 86_400 }

  /// Returns the first second of a day `YYYY-MM-DD`, since 1970, or nil if the text is not a day.
  public static func seconds(ofDay text: String) -> Int64? { day(text).map { Int64($0) * 86_400 } }

  private static func day(_ text: String) -> Int? {
    guard Timestamp.isDate(text), let year = Int(text.prefix(4)), let month = Int(text.dropFirst(5).prefix(2)),
      let day = Int(text.suffix(2))
    else { return nil }
    return days(year, month, day)
  }

  private static func text(_ day: Int) -> String {
    String(Timestamp.text(millisecondsSince1970: Int64(day) * 86_400_000).prefix(10))
  }

  /// Returns the day of the week; Monday is 0, and 1970-01-01 was a Thursday.
  private static func weekday(_ day: Int) -> Int { ((day + 3) % 7 + 7) % 7 }

  /// Returns the Monday of week 1, the week of January 4.
  private static func firstMonday(of year: Int) -> Int {
    let fourth = days(year, 1, 4)
    return fourth - weekday(fourth)
  }

  /// Returns the days since 1970-01-01 (Howard Hinnant's `days_from_civil`).
  private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
    let y = month <= 2 ? year - 1 : year
    let era = (y >= 0 ? y : y - 399) / 400
    let yearOfEra = y - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }
}
