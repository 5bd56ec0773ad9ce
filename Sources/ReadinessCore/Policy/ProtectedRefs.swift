import StrictJSON

/// Refs that a server keeps (`ssot/policies/refs.json`, optional): they only ever go forward, and what comes to them is
/// judged. Other refs may hold anything until a protected one takes it. Without the file every ref is judged, and none is
/// kept from going back.
public struct ProtectedRefs: Sendable {
  /// Full names; `*` at the end stands for any rest.
  private let patterns: [String]

  /// True where a ref is protected.
  public func covers(_ name: String) -> Bool {
    patterns.contains { $0.hasSuffix("*") ? name.hasPrefix($0.dropLast()) : name.isExactly($0) }
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
