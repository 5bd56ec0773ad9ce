/// The removal of secrets from a text before it is stored: secrets of known form, and values that the caller passes.
/// Other secrets remain (`doc/guides/checks.md`).
public enum Redaction {
  /// The replacement for a secret.
  static let mark = Array("[secret]".utf8)

  /// Returns the text without secrets. O(bytes × values).
  /// - Parameter values: known secrets, such as the values of variables. Values under eight bytes remain, because they
  ///   may be ordinary words.
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
