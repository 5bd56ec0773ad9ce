/// Synthetic series that match a definition's queries: counted events, and all others.
struct FixtureSeries {
  /// The events of a span of time, at one rate per minute.
  struct Stretch {
    let good: Int
    let bad: Int
    let minutes: Int
    var restarts = false
  }

  private let part: Objective.Part
  private let counted: String
  /// The series of uncounted events, or of all events if the two queries use different counters.
  private let other: String
  private let isOtherTotal: Bool

  /// True if counted events have their own counter, so that they can exceed the total.
  var canExceed: Bool { isOtherTotal }

  /// Derives series. Returns nil if a query does not reveal its counter, or uses unsupported patterns.
  init?(_ objective: Objective) {
    guard let counted = objective.counted.selector, let total = objective.total.selector else { return nil }
    part = objective.part
    if counted.metric != total.metric {
      guard let one = Self.series(counted.metric, counted.matchers, violating: nil),
        let two = Self.series(total.metric, total.matchers, violating: nil)
      else { return nil }
      (self.counted, other, isOtherTotal) = (one, two, true)
    } else {
      guard let one = Self.series(counted.metric, total.matchers + counted.matchers, violating: nil),
        let two = Self.series(total.metric, total.matchers, violating: counted.matchers)
      else { return nil }
      (self.counted, other, isOtherTotal) = (one, two, false)
    }
  }

  /// Returns the series of a sequence of spans, as promtool's `input_series`.
  func input(_ stretches: [Stretch], withoutCounted: Bool = false) -> [(series: String, values: String)] {
    let isBad = part == .bad
    let counts = Self.values(stretches) { isBad ? $0.bad : $0.good }
    let others = Self.values(stretches) { isOtherTotal ? $0.good + $0.bad : isBad ? $0.good : $0.bad }
    return (withoutCounted ? [] : [(counted, counts)]) + [(other, others)]
  }

  /// Returns series in which the counted events exceed the total.
  func exceeding(_ counts: Int, of all: Int, minutes: Int) -> [(series: String, values: String)] {
    [(counted, "0+\(counts)x\(minutes)"), (other, "0+\(all)x\(minutes)")]
  }

  private static func values(_ stretches: [Stretch], _ step: (Stretch) -> Int) -> String {
    var (words, last) = (["0"], 0)
    for stretch in stretches where stretch.minutes > 0 {
      let step = step(stretch)
      let first = stretch.restarts ? 0 : last + step
      words.append("\(first)+\(step)x\(stretch.minutes - 1)")
      last = first + step * (stretch.minutes - 1)
    }
    return words.joined(separator: " ")
  }

  // MARK: - Labels

  private static func series(
    _ metric: String, _ matchers: [SeriesSelector.Matcher], violating other: [SeriesSelector.Matcher]?
  ) -> String? {
    var labels: [String: String] = [:]
    for label in Set(matchers.map(\.label)) {
      guard let value = value(of: label, matchers.filter { $0.label == label }, violating: nil) else { return nil }
      labels[label] = value
    }
    if let other {
      // One label that violates the other matchers is enough.
      let found = other.lazy.compactMap { matcher -> (String, String)? in
        let own = matchers.filter { $0.label == matcher.label }
        return value(of: matcher.label, own, violating: matcher).map { (matcher.label, $0) }
      }.first
      guard let found else { return nil }
      labels[found.0] = found.1
    }
    let pairs = labels.filter { !$0.value.isEmpty }.sorted { $0.key < $1.key }.map {
      "\($0.key)=\"\(quoted($0.value))\""
    }
    return pairs.isEmpty ? metric : "\(metric){\(pairs.joined(separator: ","))}"
  }

  private static func value(
    of label: String, _ matchers: [SeriesSelector.Matcher], violating other: SeriesSelector.Matcher?
  ) -> String? {
    var candidates: [String] = []
    for matcher in matchers + (other.map { [$0] } ?? []) {
      switch matcher.comparison {
      case .equal, .unequal: candidates.append(matcher.value)
      case .matches, .differs:
        guard let pattern = LabelPattern(matcher.value) else { return nil }
        candidates.append(pattern.sample)
      }
    }
    candidates = other == nil ? candidates + ["", "200", "ok", "x"] : ["200", "ok", "x", ""] + candidates
    return candidates.first { value in
      matchers.allSatisfy { $0.accepts(value) } && other.map { !$0.accepts(value) } ?? true
    }
  }

  private static func quoted(_ text: String) -> String {
    text.unicodeScalars.map { scalar in
      switch scalar {
      case "\\": "\\\\"
      case "\"": "\\\""
      case "\n": "\\n"
      default: String(scalar)
      }
    }.joined()
  }
}

extension SeriesSelector.Matcher {
  /// Returns true if a label's value matches. An unsupported pattern matches no value.
  fileprivate func accepts(_ text: String) -> Bool {
    switch comparison {
    case .equal: text == value
    case .unequal: text != value
    case .matches: LabelPattern(value)?.matches(text) ?? false
    case .differs: LabelPattern(value).map { !$0.matches(text) } ?? false
    }
  }
}
