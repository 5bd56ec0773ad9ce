/// A PromQL vector selector without range: a metric name and label matchers.
public struct SeriesSelector: Sendable, Equatable {
  /// One label matcher.
  public struct Matcher: Sendable, Equatable {
    /// The comparison of a label's value.
    public enum Comparison: String, Sendable { case equal = "=", unequal = "!=", matches = "=~", differs = "!~" }

    /// The label name.
    public let label: String
    /// The comparison.
    public let comparison: Comparison
    /// The value or regular expression, escapes decoded.
    public let value: String
  }

  /// The metric name.
  public let metric: String
  /// The matchers, in the order of the text.
  public let matchers: [Matcher]
  /// The text, without surrounding spaces.
  public let text: String

  /// Words that are not metric names in PromQL.
  private static let keywords: Set<String> = [
    "and", "or", "unless", "by", "without", "on", "ignoring", "group_left", "group_right", "offset", "bool", "inf",
    "nan",
  ]

  /// Parses a bare selector. Returns nil for any other text, including one with a range or an offset.
  public init?(_ text: String) {
    var lexer = Lexer(bytes: Array(text.utf8))
    lexer.skipSpace()
    guard let metric = lexer.identifier(withColons: true), !Self.keywords.contains(metric.lowercased()) else {
      return nil
    }
    lexer.skipSpace()
    var matchers: [Matcher] = []
    if lexer.take("{") {
      lexer.skipSpace()
      while !lexer.take("}") {
        guard let matcher = lexer.matcher() else { return nil }
        matchers.append(matcher)
        lexer.skipSpace()
        if lexer.take(",") { lexer.skipSpace() } else if !lexer.isAt("}") { return nil }
      }
      lexer.skipSpace()
    }
    guard lexer.isAtEnd else { return nil }
    self.metric = metric
    self.matchers = matchers
    self.text = String(text.trimmedOfSpace)
  }
}

/// The lexer of a selector.
private struct Lexer {
  let bytes: [UInt8]
  private var at = 0

  init(bytes: [UInt8]) { self.bytes = bytes }

  var isAtEnd: Bool { at == bytes.count }

  func isAt(_ character: Unicode.Scalar) -> Bool { at < bytes.count && bytes[at] == UInt8(ascii: character) }

  mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard isAt(character) else { return false }
    at += 1
    return true
  }

  mutating func skipSpace() { while take(" ") {} }

  mutating func identifier(withColons: Bool) -> String? {
    let start = at
    while at < bytes.count {
      switch bytes[at] {
      case 0x61...0x7A, 0x41...0x5A, 0x5F: at += 1
      case 0x30...0x39 where at > start: at += 1
      case 0x3A where withColons: at += 1
      default: return at > start ? String(decoding: bytes[start..<at], as: UTF8.self) : nil
      }
    }
    return at > start ? String(decoding: bytes[start..<at], as: UTF8.self) : nil
  }

  mutating func matcher() -> SeriesSelector.Matcher? {
    guard let label = identifier(withColons: false) else { return nil }
    skipSpace()
    let comparison: SeriesSelector.Matcher.Comparison
    if take("=") {
      comparison = take("~") ? .matches : .equal
    } else if take("!") {
      if take("=") { comparison = .unequal } else if take("~") { comparison = .differs } else { return nil }
    } else {
      return nil
    }
    skipSpace()
    return string().map { SeriesSelector.Matcher(label: label, comparison: comparison, value: $0) }
  }

  /// Reads a string in double quotes, single quotes or backquotes, with Go's escapes for single ASCII characters.
  private mutating func string() -> String? {
    guard at < bytes.count, [0x22, 0x27, 0x60].contains(bytes[at]) else { return nil }
    let quote = bytes[at]
    at += 1
    var text: [UInt8] = []
    while at < bytes.count {
      let byte = bytes[at]
      at += 1
      if byte == quote { return String(decoding: text, as: UTF8.self) }
      guard byte == 0x5C, quote != 0x60 else {
        text.append(byte)
        continue
      }
      guard at < bytes.count else { return nil }
      switch bytes[at] {
      case 0x5C, quote: text.append(bytes[at])
      case UInt8(ascii: "n"): text.append(0x0A)
      case UInt8(ascii: "t"): text.append(0x09)
      case UInt8(ascii: "r"): text.append(0x0D)
      default: return nil
      }
      at += 1
    }
    return nil
  }
}
