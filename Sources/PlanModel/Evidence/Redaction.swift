public import StrictJSON

/// The removal of secrets from a text before it is stored: secrets of known form, and values that the caller passes.
/// Other secrets remain (`doc/guides/checks.md`).
public enum Redaction {
  /// The replacement for a secret.
  static let mark = Array("[secret]".utf8)

  /// Returns the text without secrets of known form. O(bytes).
  public static func redacted(_ text: [UInt8]) -> [UInt8] { redacted(text, values: []) }

  /// Returns true if a text holds a secret of known form. O(bytes).
  public static func isNeeded(in text: [UInt8]) -> Bool { !KnownSecret.all(in: text).isEmpty }

  /// Returns an answer whose texts and keys hold no secrets of known form. O(bytes).
  public static func redacted(_ json: JSONValue) -> JSONValue {
    func clean(_ text: String) -> String { String(decoding: redacted(Array(text.utf8)), as: UTF8.self) }
    return switch json.kind {
    case .object(let members):
      JSONValue(.object(members.map { JSONMember(clean($0.key), redacted($0.value)) }))
    case .array(let elements): JSONValue(.array(elements.map { redacted($0) }))
    case .string(let text): .text(clean(text))
    default: json
    }
  }

  /// Returns the text without secrets. O(bytes × values).
  /// - Parameter values: known secrets, such as the values of variables. Values under eight bytes remain, because they
  ///   may be ordinary words.
  public static func redacted(_ text: [UInt8], values: [String]) -> [UInt8] {
    let values = values.filter { $0.utf8.count >= 8 }.map { Array($0.utf8) }
    let known = KnownSecret.all(in: text).map(\.range)
    if known.isEmpty, values.isEmpty { return text }
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
