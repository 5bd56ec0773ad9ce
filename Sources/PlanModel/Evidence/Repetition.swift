import StrictJSON

/// Says what has to come out the same when a check is run again (`doc/reproducibility.md`).
public struct Repetition: Sendable {
  /// What becomes of a different output.
  public enum Output: String, Sendable, CaseIterable {
    /// It counts as different.
    case exact
    /// It counts after `normalize` has replaced what differs each time.
    case normalized
    /// It does not count.
    case ignored
  }

  /// A pattern, and the text that stands in the place of each match.
  public struct Replacement: Sendable {
    /// A regular expression of ECMA-262.
    public let pattern: String
    /// The text, literally.
    public let text: String
  }

  /// What becomes of a different output.
  public let output: Output
  /// Replacements, applied line by line in their order; at most 16.
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
