import StrictJSON

/// The gates, by name: the conditions for a release decision (contract 2.3).
public struct Gates: Sendable {
  /// The conditions of a gate.
  public struct Gate: Sendable {
    /// The milestones: ids, `PREFIX-*` or `*`.
    public let milestones: [String]
    /// The category that each milestone must have.
    public let category: Category
    /// True if suspect evidence fails the gate.
    public let noSuspect: Bool
    /// The highest severity that an open risk may have; nil for any.
    public let maxOpenRisk: String?
    /// The conditions for service-level objectives; nil if there are none.
    public var objectives: ObjectiveConditions?
    /// True if an unfinished milestone past its target day fails the gate.
    public var noOverdue = false
  }

  /// The gates, by name.
  public let gates: [String: Gate]

  /// Reads `gates.json`. Returns nil and adds faults if it is invalid.
  init?(_ root: JSONValue, _ faults: FaultList) {
    let known: [StaticString] = ["$schema", "version", "gates", "indicators"]
    guard let reader = ObjectReader(root, "The gates file", known: known, extensible: true, faults) else { return nil }
    let version = reader.version(upTo: 2)
    var gates: [String: Gate] = [:]
    for member in reader.required("gates")?.object ?? [] {
      gates[member.key] = Gate(member.value, version: version, faults)
    }
    self.gates = gates
    guard faults.faults.isEmpty else { return nil }
  }

  init(gates: [String: Gate]) { self.gates = gates }
}

extension Gates.Gate {
  fileprivate init?(_ value: JSONValue, version: Int, _ faults: FaultList) {
    let first: [StaticString] = ["milestones", "category", "noSuspect", "maxOpenRisk"]
    let known = version == 1 ? first : first + ["slos", "noOverdue"]
    guard let reader = ObjectReader(value, "The gate", known: known, extensible: true, faults) else { return nil }
    milestones = reader.uniqueTexts("milestones", required: true).map(\.text)
    let category = reader.choice("category", of: Category.allCases.map(\.rawValue)).flatMap(Category.init)
    noSuspect = reader.flag("noSuspect") ?? false
    maxOpenRisk = value["maxOpenRisk"] == nil ? nil : reader.choice("maxOpenRisk", of: Milestone.severities)
    objectives = version == 1 ? nil : value["slos"].flatMap { ObjectiveConditions($0, faults) }
    noOverdue = version > 1 && reader.flag("noOverdue") == true
    guard let category else { return nil }
    self.category = category
  }
}

/// The handling of unstamped changes, and the start of the judged history (contract 2.3).
public struct ProvenancePolicy: Sendable {
  /// The handling of an unstamped change: reject it, or judge it as one step with a warning.
  public enum Unstamped: String, Sendable, CaseIterable { case refuse, warn }

  /// The handling of unstamped changes.
  public let unstamped: Unstamped
  /// The commit after which history is judged, in hexadecimal; nil if all of it is judged.
  public let judgedFrom: String?

  init(unstamped: Unstamped, judgedFrom: String?) {
    self.unstamped = unstamped
    self.judgedFrom = judgedFrom
  }

  /// Reads `provenance.json`. Returns nil and adds faults if it is invalid.
  init?(_ root: JSONValue, _ faults: FaultList) {
    let known: [StaticString] = ["$schema", "version", "unstamped", "judgedFrom"]
    guard let reader = ObjectReader(root, "The provenance policy", known: known, extensible: true, faults) else {
      return nil
    }
    reader.checkVersion()
    let unstamped = reader.choice("unstamped", of: Unstamped.allCases.map(\.rawValue)).flatMap(Unstamped.init)
    judgedFrom = reader.optionalText("judgedFrom", mayBeEmpty: false)
    if let judgedFrom, judgedFrom.count != 40 || !judgedFrom.allSatisfy(\.isHexDigit) {
      faults.add("\"judgedFrom\" should be a commit id of 40 hexadecimal digits.", at: root["judgedFrom"] ?? root)
    }
    guard faults.faults.isEmpty, let unstamped else { return nil }
    self.unstamped = unstamped
  }
}
