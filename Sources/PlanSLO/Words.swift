/// Formats numbers for people. Rounds, so only for sentences.
public enum Words {
  /// Formats a share as a percentage with one decimal place: `29.9 %`.
  public static func percent(_ share: Double) -> String { tenths(share * 100) + " %" }

  /// Formats a rate with one decimal place: `17.7`.
  public static func rate(_ rate: Double) -> String { tenths(rate) }

  /// Formats a count without decimal places, with thousands separators: `1,234`.
  public static func count(_ count: Double) -> String {
    guard count.isFinite, abs(count) < 1e15 else { return "\(count)" }
    let digits = String(Int64(abs(count).rounded()))
    var text = ""
    for (place, digit) in digits.enumerated() {
      if place > 0, (digits.count - place) % 3 == 0 { text += "," }
      text.append(digit)
    }
    return (count <= -0.5 ? "-" : "") + text
  }

  /// Formats milliseconds in the two largest units: `11 h 43 min`, `40 s`.
  public static func age(_ milliseconds: Int64) -> String {
    duration(seconds: Double(max(0, milliseconds)) / 1000)
  }

  /// Formats seconds in the two largest units: `43 min 12 s`.
  public static func duration(seconds: Double) -> String {
    guard seconds < 1e12 else { return "\(seconds) s" }
    if seconds < 10, seconds != seconds.rounded() { return tenths(seconds) + " s" }
    var rest = Int64(seconds.rounded())
    var parts: [String] = []
    for (unit, size) in [("d", Int64(86_400)), ("h", 3_600), ("min", 60), ("s", 1)] {
      if rest >= size { parts.append("\(rest / size) \(unit)") }
      if !parts.isEmpty, parts.count == 2 || rest % size == 0 { break }
      rest %= size
    }
    return parts.isEmpty ? "0 s" : parts.prefix(2).joined(separator: " ")
  }

  private static func tenths(_ number: Double) -> String {
    guard number.isFinite, abs(number) < 1e15 else { return "\(number)" }
    let units = Int64((number * 10).rounded())
    let text = "\(abs(units) / 10)"
    return (units < 0 ? "-" : "") + (units % 10 == 0 ? text : text + ".\(abs(units) % 10)")
  }
}
