import StrictJSON

/// The restrictions on files outside the plan: who may change them, and which milestones freeze them
/// (`ssot/policies/paths.json`, optional).
public struct GuardedPaths: Sendable {
  /// The restrictions on some paths.
  public struct Guarded: Sendable {
    /// The guarded paths.
    public let selection: PathSelection
    /// The paths as written in the policy.
    public let text: String
    /// The role that may change the paths; nil if anyone may.
    public let role: String?
    /// The milestones that freeze the paths: while one is done, nobody may change them.
    public let frozenBy: [MilestoneID]
  }

  /// The entries; every entry that covers a path applies.
  public let entries: [Guarded]

  /// Reads `paths.json`. Returns nil and adds faults if it is invalid.
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
    // On a case-insensitive file system, a differently cased name would replace the guarded file. Exclusions stay
    // exact.
    selection = PathSelection(patterns.map { $0.isExclusion ? $0 : PathPattern($0.text, foldsCase: true) })
    text = named.map(\.text).joined(separator: ", ")
    role = value["role"] == nil ? nil : reader.role(of: roles)
    frozenBy = reader.ids("frozenBy")
    if value["role"] == nil, frozenBy.isEmpty {
      faults.add("An entry names a \"role\" that may change the paths, or what they are frozen by.", at: value)
    }
  }
}
