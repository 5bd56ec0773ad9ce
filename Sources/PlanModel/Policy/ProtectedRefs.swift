import StrictJSON

/// The refs that a server protects in addition to HEAD's branch (`ssot/policies/refs.json`, optional; contract 2.4). If
/// HEAD's branch has the file, unprotected refs are not judged until their commits reach a protected one. Without it,
/// every ref is judged.
public struct ProtectedRefs: Sendable {
  /// The patterns: full ref names, in which a trailing `*` matches any suffix.
  public let patterns: [String]

  /// Returns true if a ref is protected.
  /// - Parameter folds: true if the server's file system ignores case.
  public func covers(_ name: String, folds: Bool = false) -> Bool {
    let name = folds ? name.lowercased() : name
    return patterns.contains { pattern in
      let pattern = folds ? pattern.lowercased() : pattern
      return pattern.hasSuffix("*") ? name.hasPrefix(pattern.dropLast()) : name.isExactly(pattern)
    }
  }

  /// Returns the pattern whose refs git could not create beside a ref of this name; nil if there is none, or the name is
  /// covered itself.
  /// - Parameter folds: true where the server's file system takes names of two cases for one.
  public func displaced(by name: String, folds: Bool = false) -> String? {
    if covers(name, folds: folds) { return nil }
    return patterns.first { pattern in
      pattern.hasSuffix("*")
        ? Self.isFolder(name, of: String(pattern.dropLast()), folds: folds)
        : Self.excludes(name, pattern, folds: folds)
    }
  }

  /// Returns true if git cannot keep two refs beside each other: one's name would be a folder of the other's.
  public static func excludes(_ a: String, _ b: String, folds: Bool = false) -> Bool {
    isFolder(a, of: b, folds: folds) || isFolder(b, of: a, folds: folds)
  }

  private static func isFolder(_ folder: String, of name: String, folds: Bool) -> Bool {
    folds ? name.lowercased().hasPrefix(folder.lowercased() + "/") : name.hasPrefix(folder + "/")
  }

  /// Reads `refs.json`. Returns nil and adds faults if it is invalid.
  init?(_ root: JSONValue, _ faults: FaultList) {
    let known: [StaticString] = ["$schema", "version", "protected"]
    guard let reader = ObjectReader(root, "The refs file", known: known, extensible: true, faults) else { return nil }
    reader.checkVersion()
    let named = reader.uniqueTexts("protected", required: true)
    for (text, value) in named where !text.hasPrefix("refs/") {
      faults.add("\"\(text)\" is no full name of a ref; one looks like refs/heads/main.", at: value)
    }
    patterns = named.map(\.text)
    guard faults.faults.isEmpty else { return nil }
  }
}
