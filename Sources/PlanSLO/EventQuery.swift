/// A query of the definition that counts events: a bare selector of a counter, or a text with a place for the window.
public struct EventQuery: Sendable, Equatable {
  /// The place for the window in a text, as sloth writes it.
  static let placeholder = "{{.window}}"

  /// The largest query that is accepted, in bytes.
  static let bound = 4096

  /// As the definition writes it.
  public let text: String
  /// The counter that is looked at; nil where a text does not show it.
  public let selector: SeriesSelector?
  private let isTemplate: Bool

  /// Reads a query. Returns nil if it is neither form, longer than 4 KiB, or holds a control character.
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

  /// True where a text adds up events instead of giving their rate per second.
  var seemsToCount: Bool { isTemplate && text.contains("increase(") }

  /// The rate of events per second over a window, added up over all series.
  func rate(over window: String) -> String {
    isTemplate ? "sum(\(filled(window)))" : "sum(rate(\(bare)[\(window)]))"
  }

  /// The count of events within a window.
  func increase(over window: String, seconds: Int) -> String {
    isTemplate ? "sum(\(filled(window))) * \(seconds)" : "sum(increase(\(bare)[\(window)]))"
  }

  /// A vector that is there while the counter is.
  var presence: String { isTemplate && selector == nil ? "sum(\(filled("5m")))" : "sum(\(selector?.text ?? bare))" }

  /// The moments of the newest samples. Where the counter is not known, the moments at which the query had an answer.
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

  /// The counter in `rate(SELECTOR[{{.window}}])`, also within `sum(…)`.
  private static func selector(within text: String) -> SeriesSelector? {
    var inner = text.trimmedOfSpace
    if inner.hasPrefix("sum("), inner.hasSuffix(")") { inner = inner.dropFirst(4).dropLast().trimmedOfSpace }
    let end = "[\(placeholder)])"
    guard inner.hasPrefix("rate("), inner.hasSuffix(end) else { return nil }
    return SeriesSelector(String(inner.dropFirst(5).dropLast(end.count)))
  }
}

extension StringProtocol where SubSequence == Substring {
  /// Without space around it.
  var trimmedOfSpace: Substring {
    var text = self[...]
    while text.first == " " { text.removeFirst() }
    while text.last == " " { text.removeLast() }
    return text
  }
}

extension Substring {
  /// The first place of a text; without Foundation.
  fileprivate func range(of text: String) -> Range<Index>? {
    var at = startIndex
    while at < endIndex {
      if self[at...].hasPrefix(text) { return at..<index(at, offsetBy: text.count) }
      at = index(after: at)
    }
    return nil
  }
}
