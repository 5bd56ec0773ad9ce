/// One value with its labels.
public struct MetricSample: Sendable, Equatable {
  /// A label, in the order in which it is written.
  public struct Label: Sendable, Equatable {
    /// Its name.
    public let name: String
    /// Its value, not escaped.
    public let value: String
  }

  /// The labels.
  public let labels: [Label]
  /// The value.
  public let value: Double
  /// What the name of the series has behind that of its family: `_bucket` of a histogram; mostly nothing.
  public let suffix: String

  /// Makes a sample.
  public init(_ labels: [(name: String, value: String)], _ value: Double, suffix: String = "") {
    self.labels = labels.map { Label(name: $0.name, value: $0.value) }
    self.value = value
    self.suffix = suffix
  }
}

/// A metric: its name, what it says, and its samples.
public struct MetricFamily: Sendable, Equatable {
  /// How its values behave.
  public enum Kind: String, Sendable { case gauge, counter, histogram }

  /// Its name.
  public let name: String
  /// What it says, in a sentence.
  public let help: String
  /// Its values.
  public let samples: [MetricSample]
  /// How its values behave.
  public let kind: Kind

  /// Makes a metric.
  public init(_ name: String, _ help: String, _ samples: [MetricSample], kind: Kind = .gauge) {
    (self.name, self.help, self.samples, self.kind) = (name, help, samples, kind)
  }
}

/// Writes metrics in the text format of Prometheus (Prometheus, "Exposition formats"), without timestamps: node_exporter
/// refuses a file that has any.
public enum MetricText {
  /// The text of some metrics. One without a sample is left out. O(bytes).
  public static func text(_ families: [MetricFamily]) -> String {
    var out = ""
    for family in families where !family.samples.isEmpty {
      out +=
        "# HELP \(family.name) \(escaped(family.help, quotes: false))\n# TYPE \(family.name) \(family.kind.rawValue)\n"
      for sample in family.samples {
        let labels = sample.labels.map { "\($0.name)=\"\(escaped($0.value))\"" }.joined(separator: ",")
        out += "\(family.name)\(sample.suffix){\(labels)} \(number(sample.value))\n"
      }
    }
    return out
  }

  /// A label's value as the format writes it.
  public static func escaped(_ text: String, quotes: Bool = true) -> String {
    var out = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": out += "\\\\"
      case "\"" where quotes: out += "\\\""
      case "\n": out += "\\n"
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out
  }

  /// A number without a fraction where it has none.
  static func number(_ value: Double) -> String {
    guard value.isFinite else { return value.isNaN ? "NaN" : value < 0 ? "-Inf" : "+Inf" }
    return value == value.rounded() && abs(value) < 1e15 ? "\(Int64(value))" : "\(value)"
  }
}
