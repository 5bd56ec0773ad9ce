import StrictJSON

/// The parts of a result that must be identical when a check runs again (`doc/reproducibility.md`).
public struct Repetition: Sendable {
  /// The comparison of standard output.
  public enum Output: String, Sendable, CaseIterable {
    /// Any difference counts.
    case exact
    /// A difference counts if it remains after `normalize`.
    case normalized
    /// No difference counts.
    case ignored
  }

  /// A pattern and the replacement for each match.
  public struct Replacement: Sendable {
    /// A regular expression of ECMA-262.
    public let pattern: String
    /// The replacement, literally.
    public let text: String
  }

  /// The comparison of standard output.
  public let output: Output
  /// The replacements, applied line by line in order; at most 16.
  public let normalize: [Replacement]

  init?(_ value: JSONValue, _ faults: FaultList) {
    guard let reader = ObjectReader(value, "\"reproduce\"", known: ["output", "normalize"], faults) else { return nil }
    let names = Output.allCases.map(\.rawValue)
    output = (value["output"] == nil ? nil : reader.choice("output", of: names).flatMap(Output.init)) ?? .exact
    var normalize: [Replacement] = []
    let entries = reader.elements("normalize", required: false)
    if entries.count > 16 {
      faults.add("\"normalize\" should hold at most 16 patterns.", at: value["normalize"] ?? value)
    }
    for entry in entries {
      guard let inner = ObjectReader(entry, "The replacement", known: ["pattern", "replace"], faults),
        let pattern = inner.text("pattern"), let text = inner.text("replace", mayBeEmpty: true)
      else { continue }
      normalize.append(Replacement(pattern: pattern, text: text))
    }
    self.normalize = normalize
  }
}
