import StrictJSON

/// Refs that a server protects beside HEAD's branch (`ssot/policies/refs.json`, optional; contract 2.4). Where HEAD's
/// branch has the file, other refs may hold anything until a protected one takes it; without it every ref is judged.
public struct ProtectedRefs: Sendable {
  /// Full names; `*` at the end stands for any rest.
  public let patterns: [String]

  /// True where a ref is protected.
  /// - Parameter folds: true where the server's file system takes names of two cases for one.
  public func covers(_ name: String, folds: Bool = false) -> Bool {
    let name = folds ? name.lowercased() : name
    return patterns.contains { pattern in
      let pattern = folds ? pattern.lowercased() : pattern
      return pattern.hasSuffix("*") ? name.hasPrefix(pattern.dropLast()) : name.isExactly(pattern)
    }
  }

  /// Reads `refs.json`; nil, with faults, where it is none.
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
