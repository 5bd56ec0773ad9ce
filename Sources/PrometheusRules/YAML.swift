public import StrictJSON

/// Writes JSON values as YAML 1.2: block style, sorted keys, texts as JSON strings. It does not read YAML.
public enum YAML {
  /// Returns the document of a value. O(bytes).
  public static func text(_ value: JSONValue) -> String {
    var lines = ""
    write(sorted(value), indent: 0, to: &lines)
    return lines
  }

  /// Returns the value with the keys of every object sorted.
  public static func sorted(_ value: JSONValue) -> JSONValue {
    switch value.kind {
    case .array(let elements): JSONValue(.array(elements.map(sorted)))
    case .object(let members):
      JSONValue(.object(members.map { JSONMember($0.key, sorted($0.value)) }.sorted { $0.key < $1.key }))
    default: value
    }
  }

  private static func write(_ value: JSONValue, indent: Int, to out: inout String) {
    let space = String(repeating: " ", count: indent)
    switch value.kind {
    case .object(let members) where !members.isEmpty:
      for member in members { entry(space + key(member.key) + ":", member.value, indent: indent, to: &out) }
    case .array(let elements) where !elements.isEmpty:
      for element in elements {
        guard case .object(let members) = element.kind, !members.isEmpty else {
          entry(space + "-", element, indent: indent, to: &out)
          continue
        }
        for (place, member) in members.enumerated() {
          let head = space + (place == 0 ? "- " : "  ") + key(member.key) + ":"
          entry(head, member.value, indent: indent + 2, to: &out)
        }
      }
    default: out += space + scalar(value) + "\n"
    }
  }

  private static func entry(_ head: String, _ value: JSONValue, indent: Int, to out: inout String) {
    switch value.kind {
    case .object(let members) where !members.isEmpty:
      out += head + "\n"
      write(value, indent: indent + 2, to: &out)
    case .array(let elements) where !elements.isEmpty:
      out += head + "\n"
      write(value, indent: indent + 2, to: &out)
    default: out += head + " " + scalar(value) + "\n"
    }
  }

  private static func key(_ text: String) -> String {
    text.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x41...0x5A).contains($0) || $0 == 0x5F }
      ? text : scalar(.text(text))
  }

  /// Returns the JSON of a scalar or an empty collection, with YAML's non-printable characters escaped.
  private static func scalar(_ value: JSONValue) -> String {
    var out = ""
    for scalar in String(decoding: value.canonicalBytes, as: UTF8.self).unicodeScalars {
      switch scalar.value {
      case 0x7F...0x9F, 0x2028, 0x2029, 0xFEFF, 0xFFFE, 0xFFFF:
        let digits = String(scalar.value, radix: 16)
        out += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out
  }
}
