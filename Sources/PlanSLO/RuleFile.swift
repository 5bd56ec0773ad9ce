import PrometheusRules
import StrictJSON

/// Writes rules and their unit tests as files: YAML, JSON, or the object of the Prometheus operator.
public enum RuleFile {
  /// The format of a rule file.
  public enum Format: String, Sendable, CaseIterable { case yaml, json, `operator` }

  /// Returns the rules of several objectives in one text, in the order of the objectives.
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

  /// A file with its name.
  public typealias File = (name: String, text: String)

  /// Returns the files of one objective: its rules, and their unit tests if promtool can read the rules.
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
