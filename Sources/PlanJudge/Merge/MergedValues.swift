import GitObjects
import PlanModel
import StrictJSON

/// A file of a merge, value by value: its clean and decided values, and the live statuses (contract 3, merges, 1 and
/// 2).
struct MergedValues {
  /// The values of the result that are not clean.
  let decided: Set<ValuePath>
  /// True if the result does not have the bytes of the only side that changed the file.
  let isRewritten: Bool
  /// The values of the clean result.
  let clean: FileValues
  /// The indices of the parents whose status is live.
  let live: Set<Int>

  var needsStamp: Bool { isRewritten || !decided.isEmpty }
  /// True if the merge decides the milestone's existence or state.
  var decidesStatus: Bool { decided.contains(.status) || decided.contains(.existence) }

  /// Returns nil, without reading files, if the file is identical in the result and on all meeting sides. Also returns
  /// nil if the result has the file of the only side that changed it.
  /// - Parameter unbrought: values that count as decided because nothing brings them.
  init?(_ file: MergedFile, _ sides: MergeSides, unbrought: Set<ValuePath> = []) throws {
    let identities = try sides.meeting.map { try file.identity(in: $0.tree) }
    let result = try file.identity(in: sides.candidate)
    if unbrought.isEmpty {
      guard identities.contains(where: { $0 != result }), try !Self.isTakenWhole(result, identities, file, sides) else {
        return nil
      }
    }
    let versions = try Versions(file, sides)
    isRewritten = try Self.isRewritten(result, identities, file, sides)
    var decided = unbrought
    var clean = FileValues()
    for path in versions.paths {
      let value = versions.result[path]
      switch try versions.cleanValue(at: path) {
      case .value(let expected):
        clean[path] = expected
        if expected != value { decided.insert(path) }
      case .tails(let base):
        if !versions.isAppended(to: base) { decided.insert(path) }
      case .contested: decided.insert(path)
      }
    }
    decided.formUnion(versions.mixedWaivers())
    (self.decided, self.clean) = (decided, clean)
    live = try versions.live()
  }

  /// Returns true if the result has one side's file, and no other side's commits changed it since the merge base.
  private static func isTakenWhole(
    _ result: FileIdentity?, _ sides: [FileIdentity?], _ file: MergedFile, _ merge: MergeSides
  ) throws -> Bool {
    guard let index = sides.firstIndex(of: result) else { return false }
    let own = merge.meeting[index]
    return try sides.indices.allSatisfy { other in
      if sides[other] == result { return true }
      let bases = try merge.bases(own, merge.meeting[other]).map { try file.identity(in: $0) }
      return try bases.contains(sides[other]) && !bases.contains(result)
        && merge.line(of: merge.meeting[other], notIn: own).commits(changing: file).isEmpty
    }
  }

  private static func isRewritten(
    _ result: FileIdentity?, _ sides: [FileIdentity?], _ file: MergedFile, _ merge: MergeSides
  ) throws -> Bool {
    // If all sides are identical, nobody changed the layout either.
    if Set(sides).count == 1 { return result != sides[0] }
    for (index, own) in sides.enumerated() where own != result {
      let isLone = try sides.indices.allSatisfy { other in
        if other == index { return true }
        let bases = try merge.bases(merge.meeting[index], merge.meeting[other]).map { try file.identity(in: $0) }
        return bases.contains(sides[other]) && !bases.contains(own)
      }
      if isLone { return true }
    }
    return false
  }
}

/// The versions of one file that meet in a merge.
private struct Versions {
  enum CleanValue {
    /// The value of all sides, or the one that prevails; nil means missing.
    case value([UInt8]?)
    /// The tails that the sides appended to a base.
    case tails([[UInt8]])
    case contested
  }

  let file: MergedFile
  let merge: MergeSides
  let sides: [FileValues]
  let result: FileValues
  /// The bases of each pair of sides, by their indices among the meeting sides.
  private let bases: [MergeSides.Pair: [FileValues]]

  init(_ file: MergedFile, _ merge: MergeSides) throws {
    (self.file, self.merge) = (file, merge)
    // Among many parents, nearly all pairs share a base, and many share a file.
    var known: [FileIdentity?: FileValues] = [:]
    func values(in tree: any PlanTree) throws -> FileValues {
      let identity = try file.identity(in: tree)
      if let values = known[identity] { return values }
      let values = try file.values(in: tree)
      known[identity] = values
      return values
    }
    sides = try merge.meeting.map { try values(in: $0.tree) }
    result = try values(in: merge.candidate)
    var bases: [MergeSides.Pair: [FileValues]] = [:]
    for a in merge.meeting.indices {
      for b in merge.meeting.indices where a < b {
        let shared = try merge.bases(merge.meeting[a], merge.meeting[b]).map { try values(in: $0) }
        bases[MergeSides.Pair(a: a, b: b)] = shared
        bases[MergeSides.Pair(a: b, b: a)] = shared
      }
    }
    self.bases = bases
  }

  /// Every path that some version has.
  var paths: Set<ValuePath> {
    (sides + [result]).reduce(into: []) { $0.formUnion($1.leaves.keys) }
  }

  func cleanValue(at path: ValuePath) throws -> CleanValue {
    let values = sides.map { $0[path] }
    guard let first = values.first else { return .contested }
    if values.allSatisfy({ $0 == first }) { return .value(first) }
    for index in values.indices {
      let isClean = try values.indices.allSatisfy { other in
        try values[other] == values[index] || prevails(index, over: other, at: path)
      }
      if isClean { return .value(values[index]) }
    }
    guard file == .plan, path == .executionOrder, let base = commonBase() else { return .contested }
    return .tails(base)
  }

  /// Returns the values of each criterion with a waiver whose definition and waiver together equal no side's. A waiver
  /// covers one definition, so a merge that combines it with another side's definition decides both.
  func mixedWaivers() -> Set<ValuePath> {
    guard case .milestone = file else { return [] }
    let demands = Self.demands(result).filter { $0.value.keys.contains(where: \.isWaiver) }
    guard !demands.isEmpty else { return [] }
    let others = sides.map(Self.demands)
    return demands.reduce(into: []) { mixed, criterion in
      guard !others.contains(where: { $0[criterion.key] == criterion.value }) else { return }
      let paths = Set(criterion.value.keys).union(others.flatMap { ($0[criterion.key] ?? [:]).keys })
      // A value that is identical on all sides is not mixed.
      mixed.formUnion(paths.filter { path in sides.contains { $0[path] != result[path] } })
    }
  }

  private static func demands(_ values: FileValues) -> [String: [ValuePath: [UInt8]]] {
    values.leaves.filter(\.key.isDemand).reduce(into: [:]) { $0[$1.key.parts[1], default: [:]][$1.key] = $1.value }
  }

  /// Returns true if one side changed the value and the other did not. For guarded values, intermediate changes count
  /// too.
  private func prevails(_ side: Int, over other: Int, at path: ValuePath) throws -> Bool {
    let roots = (bases[MergeSides.Pair(a: side, b: other)] ?? []).map { $0[path] }
    guard roots.contains(sides[other][path]), !roots.contains(sides[side][path]) else { return false }
    let (own, theirs) = (merge.meeting[side], merge.meeting[other])
    guard try merge.isGuarded(path, of: file, own, theirs) else { return true }
    return try !merge.line(of: theirs, notIn: own).changedValues(of: file).contains(path)
  }

  /// Returns the indices of the parents whose status no side prevails over.
  func live() throws -> Set<Int> {
    guard case .milestone = file else { return [] }
    var dead = Set<[UInt8]?>()
    for side in sides.indices {
      for other in sides.indices where sides[side].status != sides[other].status {
        if try prevails(side, over: other, at: .status) { dead.insert(sides[other].status) }
      }
    }
    return Set(sides.indices.filter { !dead.contains(sides[$0].status) }.map { merge.meeting[$0].parent })
  }

  // MARK: - Order

  /// Returns an order that is a base of each pair of sides, and to which all sides only appended; nil if there is none.
  /// Each side's order must begin with the order of every base, so that no removed id returns.
  private func commonBase() -> [[UInt8]]? {
    let own = sides.map { order(in: $0) }
    var common: [[[UInt8]]]?
    for (pair, values) in bases where pair.a < pair.b {
      let orders = values.compactMap { order(in: $0) }
      let onlyAppend = [pair.a, pair.b].allSatisfy { side in orders.allSatisfy { own[side]?.starts(with: $0) ?? false }
      }
      guard orders.count == values.count, onlyAppend else { return nil }
      common = common?.filter(orders.contains) ?? orders
    }
    return common?.first { base in own.allSatisfy { $0?.starts(with: base) ?? false } }
  }

  func isAppended(to base: [[UInt8]]) -> Bool {
    guard let order = order(in: result) else { return false }
    return FieldMerge.isAppended(order, sides.compactMap { self.order(in: $0) }, to: base)
  }

  private func order(in values: FileValues) -> [[UInt8]]? {
    guard let bytes = values[.executionOrder] else { return nil }
    do {
      return try JSONDocument(parsing: bytes, limits: JSONLimits(depth: 32, size: PlanFile.bound, portableOnly: true))
        .root.array?.map(\.canonicalBytes)
    } catch { return nil }
  }
}

extension MergeSides {
  /// Returns true if a value that changed and changed back on one side is contested (contract 3, merges, 1).
  fileprivate func isGuarded(_ path: ValuePath, of file: MergedFile, _ a: Side, _ b: Side) throws -> Bool {
    switch file {
    case .policy: return true
    case .plan: return false
    case .milestone(let id):
      if path == .existence || path.property == "status" || path.property == "approvals" || path.isWaiver {
        return true
      }
      let property = path.ruledProperty
      if [a, b].contains(where: { $0.policy.authorization?.rules(name: property, of: id) ?? false }) { return true }
      return try path.isReviewed && (isFrozen(id, a) || isFrozen(id, b))
    }
  }
}

extension Authorization {
  /// Returns true if some rule covers changes of a property; `*` covers all but `status`, `blocked` and `approvals`.
  func rules(name property: String, of id: MilestoneID) -> Bool {
    rules.contains { rule in
      guard case .fields(let named) = rule.subject, rule.covers(id) else { return false }
      return named.contains(property)
        || (named.contains("*") && !["status", "blocked", "approvals"].contains(property))
    }
  }
}
