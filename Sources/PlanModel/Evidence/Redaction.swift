/// Takes secrets out of a text before it is kept: those that are known by their form, and values that the caller names.
/// What it does not know it cannot see; `doc/guides/checks.md` says so.
public enum Redaction {
  /// What stands in a secret's place.
  static let mark = Array("[secret]".utf8)

  /// The text without secrets.
  /// - Parameter values: secrets that are known, such as the values of variables. Short ones are left, because they are
  ///   words of the language. O(bytes × values).
  public static func redacted(_ text: [UInt8], values: [String]) -> [UInt8] {
    let values = values.filter { $0.utf8.count >= 8 }.map { Array($0.utf8) }
    let known = KnownSecret.all(in: text).map(\.range)
    var (out, at, next) = ([UInt8](), 0, 0)
    out.reserveCapacity(text.count)
    while at < text.count {
      if next < known.count, at >= known[next].lowerBound {
        out += mark
        at = max(at, known[next].upperBound)
        next += 1
      } else if let value = values.first(where: { text[at...].starts(with: $0) }) {
        out += mark
        at += value.count
        while next < known.count, known[next].upperBound <= at { next += 1 }
      } else {
        out.append(text[at])
        at += 1
      }
    }
    return out
  }
}
