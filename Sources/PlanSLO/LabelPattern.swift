/// A regular expression of a label matcher, as far as fixtures need it: literals, `.`, classes, groups, alternatives
/// and simple repetition. Fixtures exist only for supported patterns.
struct LabelPattern {
  private indirect enum Node {
    case literal(Unicode.Scalar)
    case any
    case oneOf([ClosedRange<Unicode.Scalar>])
    case group([[Node]])
    case repeated(Node, least: Int, most: Int)
  }

  private let alternatives: [[Node]]

  /// Parses a pattern. Returns nil if it uses other syntax.
  init?(_ text: String) {
    var scalars = Array(text.unicodeScalars)[...]
    guard let alternatives = Self.alternatives(&scalars), scalars.isEmpty else { return nil }
    self.alternatives = alternatives
  }

  /// A text that the pattern matches.
  var sample: String { Self.sample(alternatives) }

  /// Returns true if the pattern matches the whole text.
  func matches(_ text: String) -> Bool {
    Self.match(.group(alternatives), Array(text.unicodeScalars)[...]) { $0.isEmpty }
  }

  private static func alternatives(_ rest: inout ArraySlice<Unicode.Scalar>) -> [[Node]]? {
    var all: [[Node]] = [[]]
    while let next = rest.first, next != ")" {
      rest.removeFirst()
      var node: Node
      switch next {
      case "|":
        all.append([])
        continue
      case ".": node = .any
      case "(":
        if rest.starts(with: "?:".unicodeScalars) { rest.removeFirst(2) }
        guard rest.first != "?", let inner = alternatives(&rest), rest.popFirst() == ")" else { return nil }
        node = .group(inner)
      case "[":
        guard let ranges = characters(&rest) else { return nil }
        node = .oneOf(ranges)
      case "\\":
        guard let escaped = rest.popFirst() else { return nil }
        switch escaped {
        case "d": node = .oneOf(["0"..."9"])
        case let other where other.isASCII && !isWord(other): node = .literal(other)
        default: return nil
        }
      case "*", "+", "?", "{", "}", "^", "$", "]": return nil
      default: node = .literal(next)
      }
      if let quantifier = rest.first, "*+?".unicodeScalars.contains(quantifier) {
        rest.removeFirst()
        node = .repeated(node, least: quantifier == "+" ? 1 : 0, most: quantifier == "?" ? 1 : 64)
      }
      all[all.count - 1].append(node)
    }
    return all
  }

  private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "a"..."z", "A"..."Z", "0"..."9": true
    default: false
    }
  }

  private static func characters(_ rest: inout ArraySlice<Unicode.Scalar>) -> [ClosedRange<Unicode.Scalar>]? {
    var ranges: [ClosedRange<Unicode.Scalar>] = []
    while let first = rest.popFirst() {
      if first == "]", !ranges.isEmpty { return ranges }
      guard isWord(first) || first == "_" || first == "-" else { return nil }
      if rest.first == "-", rest.dropFirst().first != "]" {
        rest.removeFirst()
        guard let last = rest.popFirst(), isWord(last), first <= last else { return nil }
        ranges.append(first...last)
      } else {
        ranges.append(first...first)
      }
    }
    return nil
  }

  private static func sample(_ alternatives: [[Node]]) -> String {
    (alternatives.first ?? []).map(sample).joined()
  }

  private static func sample(_ node: Node) -> String {
    switch node {
    case .literal(let scalar): String(scalar)
    case .any: "0"
    case .oneOf(let ranges): ranges.first.map { String($0.lowerBound) } ?? ""
    case .group(let alternatives): sample(alternatives)
    case .repeated(let node, _, _): sample(node)
    }
  }

  private static func match(
    _ node: Node, _ text: ArraySlice<Unicode.Scalar>, _ rest: (ArraySlice<Unicode.Scalar>) -> Bool
  ) -> Bool {
    switch node {
    case .literal(let scalar): return text.first == scalar && rest(text.dropFirst())
    case .any: return !text.isEmpty && rest(text.dropFirst())
    case .oneOf(let ranges):
      guard let first = text.first, ranges.contains(where: { $0.contains(first) }) else { return false }
      return rest(text.dropFirst())
    case .group(let alternatives): return alternatives.contains { match($0[...], text, rest) }
    case .repeated(let node, let least, let most):
      if least <= 0, rest(text) { return true }
      guard most > 0 else { return false }
      let count = text.count
      return match(node, text) { shorter in
        shorter.count < count && match(.repeated(node, least: least - 1, most: most - 1), shorter, rest)
      }
    }
  }

  private static func match(
    _ nodes: ArraySlice<Node>, _ text: ArraySlice<Unicode.Scalar>, _ rest: (ArraySlice<Unicode.Scalar>) -> Bool
  ) -> Bool {
    guard let first = nodes.first else { return rest(text) }
    return match(first, text) { match(nodes.dropFirst(), $0, rest) }
  }
}
