/// A set of paths of the repository: `*` and `?` stay within one part, `**` crosses parts, a folder holds all that is in
/// it, and a pattern that begins with `!` takes paths out again, wherever it stands in its list.
public struct PathPattern: Sendable, Hashable {
  private enum Part: Sendable, Hashable {
    /// `**`: any number of parts.
    case any
    /// Bytes, where `*` and `?` stand for others; false where they stand for themselves.
    case text([UInt8], isPattern: Bool)
  }

  /// As it is written.
  public let text: String
  /// True for one that takes paths out.
  public let isExclusion: Bool
  /// True for one that takes ASCII letters of both cases for the same.
  private let foldsCase: Bool
  private let parts: [Part]
  /// True where the last part stands for one name, so that a folder of that name is meant with all that is in it.
  private var namesFolder: Bool {
    if case .text(_, let isPattern)? = parts.last { !isPattern } else { false }
  }

  /// Reads a pattern; see `fault`.
  public init(_ text: String, foldsCase: Bool = false) {
    self.text = text
    self.foldsCase = foldsCase
    isExclusion = text.hasPrefix("!")
    let body = (isExclusion ? text.dropFirst() : text[...]).split(separator: "/")
    parts = body.map { part in
      part == "**"
        ? .any
        : .text(
          foldsCase ? Self.folded(part.utf8) : Array(part.utf8),
          isPattern: part.utf8.contains { $0 == 0x2A || $0 == 0x3F })
    }
  }

  /// One path, in which no character stands for another.
  public init(literal path: String) {
    text = path
    (isExclusion, foldsCase) = (false, false)
    parts = path.split(separator: "/").map { .text(Array($0.utf8), isPattern: false) }
  }

  /// What is wrong with a text as a pattern; nil where nothing is.
  static func fault(in text: String) -> String? {
    let body = text.hasPrefix("!") ? String(text.dropFirst()) : text
    let trimmed = body.utf8.count > 1 && body.utf8.last == 0x2F ? String(body.dropLast()) : body
    if trimmed == "." || trimmed == "./" { return "\"\(trimmed)\" is no path of the repository; ** is everything." }
    if trimmed.isEmpty { return "A pattern of paths should not be empty." }
    return RepositoryPath.fault(in: trimmed)
  }

  /// True where the path, or a folder above it, is one of the set. `!` is not looked at.
  public func covers(_ path: [ArraySlice<UInt8>]) -> Bool { match(path, isWhole: true) }

  /// True where a path below this folder may be one of the set.
  public func mayCover(below folder: [ArraySlice<UInt8>]) -> Bool { match(folder, isWhole: false) }

  /// Follows all readings of the pattern at once, so that many `**` take no longer than one.
  /// O(parts of the pattern × parts of the path).
  private func match(_ path: [ArraySlice<UInt8>], isWhole: Bool) -> Bool {
    // Which parts of the pattern may come next.
    var open = [Bool](repeating: false, count: parts.count + 1)
    open[0] = true
    for place in 0...path.count {
      let isEnd = place == path.count
      for index in parts.indices where open[index] && parts[index] == .any {
        // At the end it stands for anything below, so at least for one part.
        if index == parts.count - 1 { if !isEnd { return true } } else { open[index + 1] = true }
        if !isWhole { return true }
      }
      if open[parts.count], isEnd || namesFolder { return true }
      if isEnd { return !isWhole && open.dropLast().contains(true) }
      let name = foldsCase ? Self.folded(path[place])[...] : path[place]
      var next = [Bool](repeating: false, count: parts.count + 1)
      for index in parts.indices where open[index] {
        switch parts[index] {
        case .any: next[index] = true
        case .text(let text, let isPattern):
          if isPattern ? Self.matches(text[...], name) : name.elementsEqual(text) {
            next[index + 1] = true
          }
        }
      }
      guard next.contains(true) else { return false }
      open = next
    }
    return false
  }

  private static func folded(_ bytes: some Sequence<UInt8>) -> [UInt8] {
    bytes.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
  }

  /// `*` is any bytes, `?` is one character of UTF-8.
  private static func matches(_ pattern: ArraySlice<UInt8>, _ text: ArraySlice<UInt8>) -> Bool {
    var (p, t) = (pattern.startIndex, text.startIndex)
    var (star, mark): (Int?, Int) = (nil, text.startIndex)
    while t < text.endIndex {
      if p < pattern.endIndex, pattern[p] == 0x2A {
        (star, mark) = (p, t)
        p += 1
      } else if p < pattern.endIndex, pattern[p] == 0x3F {
        p += 1
        t += 1
        while t < text.endIndex, text[t] & 0xC0 == 0x80 { t += 1 }
      } else if p < pattern.endIndex, pattern[p] == text[t] {
        p += 1
        t += 1
      } else if let star {
        p = star + 1
        mark += 1
        t = mark
      } else {
        return false
      }
    }
    return pattern[p...].allSatisfy { $0 == 0x2A }
  }
}

/// Patterns together: what any of them covers, less what one with `!` covers, less the plan itself. Evidence stands in
/// the plan, so a check whose inputs held the plan would be suspect the moment it is written.
public struct PathSelection: Sendable, Hashable {
  private let included: [PathPattern]
  private let excluded: [PathPattern]

  /// Makes a selection.
  public init(_ patterns: [PathPattern]) {
    included = patterns.filter { !$0.isExclusion }
    excluded = patterns.filter(\.isExclusion) + Self.plan
  }

  private static let plan = [PathPattern("!" + PlanPaths.folder), PathPattern("!" + PlanPaths.plan)]

  /// How many patterns a path is compared with.
  public var count: Int { included.count + excluded.count }

  /// True where nothing can be covered.
  public var isEmpty: Bool { included.isEmpty }

  /// True where a path, given by its parts, is covered.
  public func covers(_ path: [ArraySlice<UInt8>]) -> Bool {
    included.contains { $0.covers(path) } && !excluded.contains { $0.covers(path) }
  }

  /// True where a path below a folder may be covered.
  public func mayCover(below folder: [ArraySlice<UInt8>]) -> Bool {
    included.contains { $0.mayCover(below: folder) } && !excluded.contains { $0.covers(folder) }
  }
}
