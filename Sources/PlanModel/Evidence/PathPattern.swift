/// A set of repository paths. `*` and `?` match within one component, `**` matches across components, and a folder
/// includes its contents. A pattern that begins with `!` excludes paths, at any position in its list.
public struct PathPattern: Sendable, Hashable {
  private enum Part: Sendable, Hashable {
    /// `**`: any number of components.
    case any
    /// Bytes; `*` and `?` are wildcards if `isPattern` is true.
    case text([UInt8], isPattern: Bool)
  }

  /// The pattern as written.
  public let text: String
  /// True if the pattern excludes paths.
  public let isExclusion: Bool
  /// True if ASCII letters match in either case.
  private let foldsCase: Bool
  private let parts: [Part]
  /// True if the last component has no wildcard, so that it also matches everything below a folder of that name.
  private var namesFolder: Bool {
    if case .text(_, let isPattern)? = parts.last { !isPattern } else { false }
  }

  /// Creates a pattern from a text that `fault` accepts.
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

  /// Creates a pattern for one path, without wildcards.
  public init(literal path: String) {
    text = path
    (isExclusion, foldsCase) = (false, false)
    parts = path.split(separator: "/").map { .text(Array($0.utf8), isPattern: false) }
  }

  /// Returns why a text is not a valid pattern, or nil if it is valid.
  static func fault(in text: String) -> String? {
    let body = text.hasPrefix("!") ? String(text.dropFirst()) : text
    let trimmed = body.utf8.count > 1 && body.utf8.last == 0x2F ? String(body.dropLast()) : body
    if trimmed == "." || trimmed == "./" { return "\"\(trimmed)\" is no path of the repository; ** is everything." }
    if trimmed.isEmpty { return "A pattern of paths should not be empty." }
    return RepositoryPath.fault(in: trimmed)
  }

  /// Returns true if the pattern matches the path or a folder above it. Ignores `!`.
  public func covers(_ path: [ArraySlice<UInt8>]) -> Bool { match(path, isWhole: true) }

  /// Returns true if the pattern may match a path below this folder.
  public func mayCover(below folder: [ArraySlice<UInt8>]) -> Bool { match(folder, isWhole: false) }

  /// Matches the path against the pattern. Follows all alternatives at once, so many `**` cost no more than one.
  /// O(components of the pattern × components of the path).
  private func match(_ path: [ArraySlice<UInt8>], isWhole: Bool) -> Bool {
    // The components of the pattern that may match next.
    var open = [Bool](repeating: false, count: parts.count + 1)
    open[0] = true
    for place in 0...path.count {
      let isEnd = place == path.count
      for index in parts.indices where open[index] && parts[index] == .any {
        // A trailing `**` matches at least one component.
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

  /// Matches one component: `*` is any number of bytes, `?` is one UTF-8 character.
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

/// The paths that any pattern matches, except those that a `!` pattern matches, and except the plan itself. Evidence is
/// part of the plan: a check with the plan as input would be suspect as soon as its evidence is written.
public struct PathSelection: Sendable, Hashable {
  private let included: [PathPattern]
  private let excluded: [PathPattern]

  /// Creates a selection.
  public init(_ patterns: [PathPattern]) {
    included = patterns.filter { !$0.isExclusion }
    excluded = patterns.filter(\.isExclusion) + Self.plan
  }

  private static let plan = [PathPattern("!" + PlanPaths.folder), PathPattern("!" + PlanPaths.plan)]

  /// The number of patterns that a path is compared with.
  public var count: Int { included.count + excluded.count }

  /// True if the selection matches no path.
  public var isEmpty: Bool { included.isEmpty }

  /// Returns true if the selection includes a path, given by its components.
  public func covers(_ path: [ArraySlice<UInt8>]) -> Bool {
    included.contains { $0.covers(path) } && !excluded.contains { $0.covers(path) }
  }

  /// Returns true if the selection may include a path below a folder.
  public func mayCover(below folder: [ArraySlice<UInt8>]) -> Bool {
    included.contains { $0.mayCover(below: folder) } && !excluded.contains { $0.covers(folder) }
  }
}
