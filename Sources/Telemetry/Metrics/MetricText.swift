/// One value with its labels.
public struct MetricSample: Sendable, Equatable {
  /// A label; labels keep their order.
  public struct Label: Sendable, Equatable {
    /// The name.
    public let name: String
    /// The value, unescaped.
    public let value: String
  }

  /// The labels.
  public let labels: [Label]
  /// The value.
  public let value: Double
  /// The suffix of the series name: `_bucket` for a histogram; usually empty.
  public let suffix: String

  /// Creates a sample.
  public init(_ labels: [(name: String, value: String)], _ value: Double, suffix: String = "") {
    self.labels = labels.map { Label(name: $0.name, value: $0.value) }
    self.value = value
    self.suffix = suffix
  }
}

/// A metric: its name, its help text, and its samples.
public struct MetricFamily: Sendable, Equatable {
  /// The type of a metric.
  public enum Kind: String, Sendable { case gauge, counter, histogram }

  /// The name.
  public let name: String
  /// The help text, in a sentence.
  public let help: String
  /// The samples.
  public let samples: [MetricSample]
  /// The type.
  public let kind: Kind

  /// Creates a metric.
  public init(_ name: String, _ help: String, _ samples: [MetricSample], kind: Kind = .gauge) {
    (self.name, self.help, self.samples, self.kind) = (name, help, samples, kind)
  }
}

/// Writes metrics in the text format of Prometheus (Prometheus, "Exposition formats"). It omits timestamps, because
/// node_exporter rejects files that have any.
public enum MetricText {
  /// Returns the text of metrics. Omits metrics without samples. O(bytes).
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

  /// Escapes a label's value.
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

  /// Formats a number, without a fraction if it is whole.
  static func number(_ value: Double) -> String {
    guard value.isFinite else { return value.isNaN ? "NaN" : value < 0 ? "-Inf" : "+Inf" }
    return value == value.rounded() && abs(value) < 1e15 ? "\(Int64(value))" : "\(value)"
  }
}
