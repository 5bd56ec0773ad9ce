import StrictJSON

/// Writes rules and their unit tests as files: YAML, JSON, or the object of the Prometheus operator.
public enum RuleFile {
  /// How rules are written.
  public enum Format: String, Sendable, CaseIterable { case yaml, json, `operator` }

  /// The rules of several objectives in one text, each group in the order of the objectives.
  public static func rules(_ objectives: [Objective], as format: Format) -> String {
    let groups = objectives.flatMap { RuleGroups($0).json["groups"]?.array ?? [] }
    let file: JSONValue = ["groups": JSONValue(.array(groups))]
    switch format {
    case .yaml: return YAML.text(file)
    case .json: return String(decoding: YAML.sorted(file).layoutBytes, as: UTF8.self)
    case .operator:
      let name = objectives.count == 1 ? "readiness-slo-\(objectives[0].name)" : "readiness-slo"
      return YAML.text([
        "apiVersion": "monitoring.coreos.com/v1", "kind": "PrometheusRule", "metadata": ["name": .text(name)],
        "spec": file,
      ])
    }
  }

  /// A file by its name.
  public typealias File = (name: String, text: String)

  /// The files of one objective: its rules, and their unit tests where promtool can read the rules.
  public static func files(_ objective: Objective, as format: Format) -> [File] {
    let (name, rules) = (objective.name, rules([objective], as: format))
    switch format {
    case .yaml:
      let file = name + ".rules.yml"
      return [(file, rules), (name + ".test.yml", RuleFixtures(objective).text(ruleFile: file, as: format))]
    case .json:
      let file = name + ".rules.json"
      return [(file, rules), (name + ".test.json", RuleFixtures(objective).text(ruleFile: file, as: format))]
    case .operator: return [(name + ".rules.yml", rules)]
    }
  }
}

/// Writes YAML 1.2 from JSON values: block style, keys sorted, texts as JSON strings. Nothing here reads YAML.
enum YAML {
  static func text(_ value: JSONValue) -> String {
    var lines = ""
    write(sorted(value), indent: 0, to: &lines)
    return lines
  }

  /// The value with the keys of every object sorted.
  static func sorted(_ value: JSONValue) -> JSONValue {
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

  /// JSON of a scalar or an empty collection, with what YAML does not print escaped.
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
