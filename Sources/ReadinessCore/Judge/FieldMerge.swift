import StrictJSON

/// Whether a merged file is the field merge of its sides (contract 3): every property has the value of a side that
/// changed it, and no two sides changed it to different values. Order is free.
struct FieldMerge {
  /// How a part of a document is merged.
  indirect enum Shape: Sendable {
    /// Recursively through maps; anything else as one value.
    case value
    /// The named members by their own shapes, all others as `value`.
    case map([String: Shape])
    /// An array as a set of its elements.
    case set
    /// An array as a map from the named member of each element.
    case keyed(by: String, Shape)
  }

  static let milestone = Shape.map([
    "dependsOn": .set, "approvals": .set, "risks": .keyed(by: "id", .value),
    "deliverables": .keyed(by: "path", .value), "exitCriteria": .keyed(by: "id", .map(["evidence": .set])),
  ])
  static let plan = Shape.map(["retired": .set])

  /// True where `result` is the field merge. Nil stands for "not there".
  static func holds(_ result: JSONValue?, parents: [JSONValue?], bases: [JSONValue?], _ shape: Shape) -> Bool {
    let bases = bases.isEmpty ? [nil] : bases
    switch shape {
    case .set: return holdsForSet(result, parents, bases)
    case .keyed(let key, let element):
      let all = ([result] + parents + bases).map { keyed($0, by: key) }
      guard all.allSatisfy({ $0 != nil }) else { return holdsForValue(result, parents, bases) }
      return holdsForMembers(all.map { $0 ?? [:] }, parents.count) { _ in element }
    case .map(let members):
      return holdsForMaps(result, parents, bases) { members[$0] ?? .value }
    case .value:
      return holdsForMaps(result, parents, bases) { _ in .value }
    }
  }

  private static func holdsForMaps(
    _ result: JSONValue?, _ parents: [JSONValue?], _ bases: [JSONValue?], _ shape: (String) -> Shape
  ) -> Bool {
    // A side that took the whole away, or put something else there, is judged as one value.
    let sides = [result] + parents
    guard sides.allSatisfy({ $0?.object != nil }), bases.allSatisfy({ $0 == nil || $0?.object != nil }) else {
      return holdsForValue(result, parents, bases)
    }
    let all = (sides + bases).map { value in
      Dictionary((value?.object ?? []).map { ($0.key, $0.value) }) { first, _ in first }
    }
    return holdsForMembers(all, parents.count, shape)
  }

  private static func holdsForMembers(
    _ all: [[String: JSONValue]], _ parentCount: Int, _ shape: (String) -> Shape
  ) -> Bool {
    let keys = all.reduce(into: Set<String>()) { $0.formUnion($1.keys) }
    return keys.allSatisfy { key in
      let values = all.map { $0[key] }
      let parents = Array(values[1...parentCount])
      return holds(values[0], parents: parents, bases: Array(values[(parentCount + 1)...]), shape(key))
    }
  }

  private static func holdsForValue(_ result: JSONValue?, _ parents: [JSONValue?], _ bases: [JSONValue?]) -> Bool {
    func same(_ a: JSONValue?, _ b: JSONValue?) -> Bool {
      switch (a, b) {
      case (let a?, let b?): a.isEqual(to: b)
      case (nil, nil): true
      default: false
      }
    }
    let changed = parents.filter { parent in !bases.contains { same($0, parent) } }
    // Parents that differ though none changed come from bases that differ: contested.
    let decisive = changed.isEmpty ? parents : changed
    guard let first = decisive.first else { return false }
    return decisive.allSatisfy { same($0, first) } && same(result, first)
  }

  private static func holdsForSet(_ result: JSONValue?, _ parents: [JSONValue?], _ bases: [JSONValue?]) -> Bool {
    let all = ([result] + parents + bases).map { value -> Set<[UInt8]>? in
      guard let value else { return [] }
      return value.array.map { Set($0.map(\.canonicalBytes)) }
    }
    guard all.allSatisfy({ $0 != nil }) else { return holdsForValue(result, parents, bases) }
    let sets = all.map { $0 ?? [] }
    let (merged, sides, roots) = (sets[0], sets[1...parents.count], sets[(parents.count + 1)...])
    let elements = sets.reduce(into: Set<[UInt8]>()) { $0.formUnion($1) }
    return elements.allSatisfy { element in
      let changed = sides.map { $0.contains(element) }.filter { has in
        !roots.contains { $0.contains(element) == has }
      }
      let decisive = changed.isEmpty ? sides.map { $0.contains(element) } : changed
      return Set(decisive).count == 1 && merged.contains(element) == decisive.first
    }
  }

  private static func keyed(_ value: JSONValue?, by key: String) -> [String: JSONValue]? {
    guard let value else { return [:] }
    guard let elements = value.array else { return nil }
    var map: [String: JSONValue] = [:]
    for element in elements {
      guard let name = element[key]?.string, map.updateValue(element, forKey: name) == nil else { return nil }
    }
    return map
  }
}

/// What of a merge has to be stamped (contract 3).
struct MergeNeeds {
  let milestones: Set<MilestoneID>
  let plan: Bool
  let policy: Bool

  /// Nil where the proposal is no merge.
  init?(_ proposal: Proposal) throws {
    guard proposal.isMerge else { return nil }
    let (parents, bases, result) = (proposal.parents, proposal.mergeBases, proposal.candidate)
    var needed = Set<MilestoneID>()
    let sides = try (parents + [result]).map { try $0.milestones() }
    for id in sides.reduce(into: Set<MilestoneID>(), { $0.formUnion($1.keys) }) {
      guard Set(sides.map { $0[id] }).count > 1 else { continue }
      // Histories that never met: what the others bring is born here.
      let isBornHere = bases.isEmpty && sides[0][id] == nil && sides.last?[id] != nil
      let isFree = try Self.needsNoStamp(
        result: sides.last?[id], parents: sides.dropLast().map { $0[id] }, bases: bases.map { try $0.milestones()[id] }
      ) {
        func json(_ tree: any PlanTree) throws -> JSONValue? {
          try tree.milestone(id).map { Self.wholeOrOpaque($0.document, $0.digest) }
        }
        return try FieldMerge.holds(
          json(result), parents: parents.map(json), bases: bases.map(json), FieldMerge.milestone)
      }
      if isBornHere || !isFree { needed.insert(id) }
    }
    milestones = needed
    plan = try !Self.needsNoStamp(
      result: result.planIdentity(), parents: parents.map { try $0.planIdentity() },
      bases: bases.map { try $0.planIdentity() }
    ) {
      func json(_ tree: any PlanTree) throws -> JSONValue? {
        try tree.planFile().map { Self.wholeOrOpaque($0.document, $0.digest) }
      }
      return try FieldMerge.holds(json(result), parents: parents.map(json), bases: bases.map(json), FieldMerge.plan)
    }
    policy = try Self.policyNeedsStamp(proposal)
  }

  private static func policyNeedsStamp(_ proposal: Proposal) throws -> Bool {
    let (parents, bases, result) = (proposal.parents, proposal.mergeBases, proposal.candidate)
    let sides = try (parents + [result]).map { try $0.policyFiles() }
    for path in sides.reduce(into: Set<String>(), { $0.formUnion($1.keys) }) {
      func json(_ tree: any PlanTree) throws -> JSONValue? {
        guard let bytes = try tree.policyBytes(at: path) else { return nil }
        // Text that is no JSON is one value.
        do { return try JSONDocument(parsing: bytes, limits: .plan).root } catch {
          return .text(String(decoding: bytes, as: UTF8.self))
        }
      }
      let isFree = try needsNoStamp(
        result: sides.last?[path], parents: sides.dropLast().map { $0[path] },
        bases: bases.map { try $0.policyFiles()[path] }
      ) {
        try FieldMerge.holds(json(result), parents: parents.map(json), bases: bases.map(json), .value)
      }
      if !isFree { return true }
    }
    return false
  }

  /// A file that cannot be parsed is there all the same, and merges only as a whole.
  private static func wholeOrOpaque(_ document: JSONDocument?, _ digest: Digest?) -> JSONValue {
    document?.root ?? .text("unreadable " + (digest?.hex ?? ""))
  }

  /// By bytes first; `fieldMerge` is asked only where several sides changed the file.
  private static func needsNoStamp(
    result: FileIdentity?, parents: [FileIdentity?], bases: [FileIdentity?], fieldMerge: () throws -> Bool
  ) throws -> Bool {
    if Set(parents).count == 1 { return result == parents[0] }
    let roots = bases.isEmpty ? [nil] : bases
    let changed = parents.filter { !roots.contains($0) }
    if changed.count == 1 { return result == changed[0] }
    // What cannot be parsed merges only as a whole.
    let isDecided = !changed.isEmpty && Set(changed).count == 1
    if isDecided, result == changed[0] { return true }
    return try fieldMerge()
  }
}
