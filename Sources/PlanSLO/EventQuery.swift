/// A query that counts events: a bare selector of a counter, or a template with a placeholder for the window.
public struct EventQuery: Sendable, Equatable {
  /// The placeholder for the window in a template, as in sloth.
  static let placeholder = "{{.window}}"

  /// The longest query, in bytes.
  static let bound = 4096

  /// The text of the definition.
  public let text: String
  /// The selector of the counter; nil if a template does not reveal it.
  public let selector: SeriesSelector?
  private let isTemplate: Bool

  /// Parses a query. Returns nil if it has neither form, exceeds 4 KiB, or contains a control character.
  public init?(_ text: String) {
    let controls = text.unicodeScalars.contains { $0.properties.generalCategory == .control }
    guard text.utf8.count <= Self.bound, !controls, !text.isEmpty else { return nil }
    self.text = text
    isTemplate = Self.pieces(text).count > 1
    if isTemplate {
      guard !Self.pieces(text).joined().contains("{{") else { return nil }
      selector = Self.selector(within: text)
    } else {
      guard let selector = SeriesSelector(text) else { return nil }
      self.selector = selector
    }
  }

  /// True if a template seems to count events instead of giving their rate per second.
  var seemsToCount: Bool { isTemplate && text.contains("increase(") }

  /// Returns the rate of events per second over a window, summed over all series.
  func rate(over window: String) -> String {
    isTemplate ? "sum(\(filled(window)))" : "sum(rate(\(bare)[\(window)]))"
  }

  /// Returns the count of events within a window.
  func increase(over window: String, seconds: Int) -> String {
    isTemplate ? "sum(\(filled(window))) * \(seconds)" : "sum(increase(\(bare)[\(window)]))"
  }

  /// A vector that exists while the counter does.
  var presence: String { isTemplate && selector == nil ? "sum(\(filled("5m")))" : "sum(\(selector?.text ?? bare))" }

  /// The times of the newest samples. If the counter is unknown, the times at which the query had an answer.
  var moments: String { "timestamp(\(selector?.text ?? presence))" }

  private var bare: String { selector?.text ?? text }

  private func filled(_ window: String) -> String { Self.pieces(text).joined(separator: window) }

  private static func pieces(_ text: String) -> [String] {
    var pieces: [String] = []
    var rest = text[...]
    while let range = rest.range(of: placeholder) {
      pieces.append(String(rest[..<range.lowerBound]))
      rest = rest[range.upperBound...]
    }
    return pieces + [String(rest)]
  }

  /// Returns the selector in `rate(SELECTOR[{{.window}}])`, optionally within `sum(…)`.
  private static func selector(within text: String) -> SeriesSelector? {
    var inner = text.trimmedOfSpace
    if inner.hasPrefix("sum("), inner.hasSuffix(")") { inner = inner.dropFirst(4).dropLast().trimmedOfSpace }
    let end = "[\(placeholder)])"
    guard inner.hasPrefix("rate("), inner.hasSuffix(end) else { return nil }
    return SeriesSelector(String(inner.dropFirst(5).dropLast(end.count)))
  }
}

extension StringProtocol where SubSequence == Substring {
  /// The text without leading and trailing spaces.
  var trimmedOfSpace: Substring {
    var text = self[...]
    while text.first == " " { text.removeFirst() }
    while text.last == " " { text.removeLast() }
    return text
  }
}

extension Substring {
  /// Returns the first range of a text; without Foundation.
  fileprivate func range(of text: String) -> Range<Index>? {
    var at = startIndex
    while at < endIndex {
      if self[at...].hasPrefix(text) { return at..<index(at, offsetBy: text.count) }
      at = index(after: at)
    }
    return nil
  }
}
