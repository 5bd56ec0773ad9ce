import StrictJSON

/// Files beside the plan that only some may change, or nobody while a milestone is done (`ssot/policies/paths.json`,
/// optional).
public struct GuardedPaths: Sendable {
  /// What holds for some paths.
  public struct Guarded: Sendable {
    /// The paths.
    public let selection: PathSelection
    /// As the policy writes them.
    public let text: String
    /// The role that may change them; nil where anyone may.
    public let role: String?
    /// While one of these is done, nobody may.
    public let frozenBy: [MilestoneID]
  }

  /// Every entry that covers a path must be kept.
  public let entries: [Guarded]

  /// Reads `paths.json`; nil, with faults, where it is none.
  init?(_ root: JSONValue, authorization: Authorization?, _ faults: FaultList) {
    let known: [StaticString] = ["$schema", "version", "guarded"]
    guard let reader = ObjectReader(root, "The paths file", known: known, extensible: true, faults) else { return nil }
    reader.checkVersion()
    if root["guarded"] == nil { faults.add("\"guarded\" is missing.", at: root) }
    entries = reader.elements("guarded").compactMap { Guarded($0, roles: authorization?.roles ?? [:], faults) }
    guard faults.faults.isEmpty else { return nil }
  }
}

extension GuardedPaths.Guarded {
  fileprivate init?(_ value: JSONValue, roles: [String: Set<Address>], _ faults: FaultList) {
    let known: [StaticString] = ["paths", "role", "frozenBy"]
    guard let reader = ObjectReader(value, "The entry", known: known, extensible: true, faults) else { return nil }
    let named = reader.uniqueTexts("paths", required: true)
    for (text, place) in named {
      if let fault = PathPattern.fault(in: text) { faults.add(fault, at: place) }
    }
    let patterns = named.map { PathPattern($0.text) }
    if patterns.allSatisfy(\.isExclusion) { faults.add("\"paths\" names nothing that is guarded.", at: value) }
    // Where a file system folds case, a file beside a guarded one stands in its place. What takes paths out is exact.
    selection = PathSelection(patterns.map { $0.isExclusion ? $0 : PathPattern($0.text, foldsCase: true) })
    text = named.map(\.text).joined(separator: ", ")
    role = value["role"] == nil ? nil : reader.role(of: roles)
    frozenBy = reader.ids("frozenBy")
    if value["role"] == nil, frozenBy.isEmpty {
      faults.add("An entry names a \"role\" that may change the paths, or what they are frozen by.", at: value)
    }
  }
}
