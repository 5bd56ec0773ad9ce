import PlanModel
import StrictJSON

/// The properties that a change affects, as rules of authorization name them (contract 2.4).
extension MilestoneChange {
  /// The properties whose values differ; all existing ones in a birth or a deletion.
  var changedKeys: Set<String> {
    if let merged { return merged.fields }
    guard let (old, new) = sides else { return Set(loneSide.map(\.key)) }
    // Compares exact keys: a set of strings would merge two Unicode forms of a key and hide the second.
    let keys = (old.object ?? []).map(\.key) + (new.object ?? []).map(\.key)
    return Set(keys.filter { !Self.isSame(old[$0], new[$0]) })
  }

  /// The changed properties as rules name them; in a merge, those that it decides. `exitCriteria` covers the criteria
  /// with text, check and waiver; `evidence` is separate, and counts in a birth or a deletion if there is any.
  var changedFields: Set<String> {
    if let merged { return merged.fields }
    var fields = changedKeys
    guard fields.remove("exitCriteria") != nil else { return fields }
    let sides = self.sides.map { [$0.0, $0.1] } ?? [JSONValue(.object(loneSide)), JSONValue(.object([]))]
    let criteria = sides.map { Self.criteria($0["exitCriteria"]) }
    guard let old = criteria[0], let new = criteria[1] else { return fields.union(["exitCriteria", "evidence"]) }
    for id in Set(old.keys).union(new.keys) {
      let (a, b) = (old[id], new[id])
      if a == nil || b == nil || !Self.isSame(a?.definition, b?.definition) { fields.insert("exitCriteria") }
      if a?.evidence ?? [] != b?.evidence ?? [] { fields.insert("evidence") }
    }
    return fields
  }

  private var sides: (JSONValue, JSONValue)? {
    guard let old = beforeFile?.document?.root ?? before?.json, let new = afterFile?.document?.root ?? after?.json
    else { return nil }
    return (old, new)
  }

  /// The properties of the only version.
  private var loneSide: [JSONMember] { (before?.json ?? after?.json)?.object ?? [] }

  private static func isSame(_ a: JSONValue?, _ b: JSONValue?) -> Bool {
    switch (a, b) {
    case (let a?, let b?): a.isEqual(to: b)
    case (nil, nil): true
    default: false
    }
  }

  /// Returns the criteria by id, with their evidence separate and sorted. Returns nil if they are malformed, and an
  /// empty map if there are none.
  private static func criteria(_ value: JSONValue?) -> [ExactText: (definition: JSONValue, evidence: [[UInt8]])]? {
    guard let value else { return [:] }
    guard let elements = value.array else { return nil }
    var found: [ExactText: (definition: JSONValue, evidence: [[UInt8]])] = [:]
    for element in elements {
      guard let id = element["id"]?.string, let members = element.object, found[ExactText(id)] == nil else {
        return nil
      }
      let evidence = (element["evidence"]?.array ?? []).map(\.canonicalBytes)
      found[ExactText(id)] = (
        JSONValue(.object(members.filter { $0.key != "evidence" })),
        evidence.sorted { $0.lexicographicallyPrecedes($1) }
      )
    }
    return found
  }
}

extension AuthorizationRule {
  /// Returns true if the rule covers a change of one of these properties.
  func covers(fields change: MilestoneChange) -> Bool {
    guard case .fields(let named) = subject else { return false }
    if named.contains("*"), !change.changedKeys.isSubset(of: ["status", "blocked", "approvals"]) { return true }
    return !change.changedFields.isDisjoint(with: named)
  }
}
