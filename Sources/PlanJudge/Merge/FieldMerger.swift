import PlanModel
public import StrictJSON

/// The field merge of two versions (contract 3), for the merge driver. `MergedValues` checks committed merges over all
/// merge bases, so the verdict does not depend on the driver.
public struct FieldMerger {
  /// A property that both sides changed, to different values.
  public struct Conflict: Sendable {
    /// The path from the top: keys, and ids of criteria and risks.
    public let path: [String]
    /// The value in the base; nil if missing.
    public let base: JSONValue?
    /// Our value; nil if missing.
    public let ours: JSONValue?
    /// Their value; nil if missing.
    public let theirs: JSONValue?
  }

  /// The result with our values in conflicts.
  public let ours: JSONValue
  /// The result with their values in conflicts; equal to `ours` if there are none.
  public let theirs: JSONValue
  /// The conflicts, in the order of the file.
  public let conflicts: [Conflict]

  /// Merges two versions of a milestone's file. O(bytes).
  public static func milestone(base: JSONValue?, ours: JSONValue, theirs: JSONValue) -> FieldMerger {
    let merged = FieldMerger(base: base, ours: ours, theirs: theirs, FieldMerge.milestone)
    return FieldMerger(
      ours: Milestone.ordered(merged.ours), theirs: Milestone.ordered(merged.theirs), conflicts: merged.conflicts)
  }

  /// Merges two versions of the plan file. O(bytes).
  public static func plan(base: JSONValue?, ours: JSONValue, theirs: JSONValue) -> FieldMerger {
    FieldMerger(base: base, ours: ours, theirs: theirs, FieldMerge.plan)
  }

  private init(ours: JSONValue, theirs: JSONValue, conflicts: [Conflict]) {
    self.ours = ours
    self.theirs = theirs
    self.conflicts = conflicts
  }

  private init(base: JSONValue?, ours: JSONValue, theirs: JSONValue, _ shape: FieldMerge.Shape) {
    var work = Work()
    let sides = work.merge(base, ours, theirs, shape, at: [])
    self.init(ours: sides.ours ?? ours, theirs: sides.theirs ?? theirs, conflicts: work.conflicts)
  }

  /// Returns the text of both versions, with git's conflict markers around differences.
  public func marked(size: Int) -> String {
    func lines(_ value: JSONValue) -> [Substring] {
      String(decoding: value.layoutBytes.dropLast(), as: UTF8.self).split(separator: "\n")
    }
    let (old, new) = (lines(ours), lines(theirs))
    var removed = Set<Int>()
    var inserted = Set<Int>()
    for change in new.difference(from: old) {
      switch change {
      case .remove(let offset, _, _): removed.insert(offset)
      case .insert(let offset, _, _): inserted.insert(offset)
      }
    }
    func mark(_ character: Character, _ name: String = "") -> String {
      String(repeating: character, count: size) + name
    }
    var out: [String] = []
    var (a, b) = (0, 0)
    while a < old.count || b < new.count {
      if !removed.contains(a), !inserted.contains(b), a < old.count {
        out.append(String(old[a]))
        (a, b) = (a + 1, b + 1)
        continue
      }
      out.append(mark("<", " ours"))
      while removed.contains(a) {
        out.append(String(old[a]))
        a += 1
      }
      out.append(mark("="))
      while inserted.contains(b) {
        out.append(String(new[b]))
        b += 1
      }
      out.append(mark(">", " theirs"))
    }
    return out.joined(separator: "\n") + "\n"
  }
}

/// The state of one merge. Nil means that a value is missing.
private struct Work {
  typealias Sides = (ours: JSONValue?, theirs: JSONValue?)

  var conflicts: [FieldMerger.Conflict] = []

  mutating func merge(
    _ base: JSONValue?, _ ours: JSONValue?, _ theirs: JSONValue?, _ shape: FieldMerge.Shape, at path: [String]
  ) -> Sides {
    if same(ours, theirs) { return (ours, ours) }
    if same(ours, base) { return (theirs, theirs) }
    if same(theirs, base) { return (ours, ours) }
    // A deletion on one side prevails if the other side only removed parts of the value.
    if let base, (ours == nil) != (theirs == nil), let kept = ours ?? theirs,
      FileValues(kept, shape).isPart(of: FileValues(base, shape))
    {
      return (nil, nil)
    }
    if let ours, let theirs {
      switch shape {
      case .set:
        if let a = ours.array, let b = theirs.array, let root = base == nil ? [] : base?.array {
          let merged = JSONValue(.array(Self.union(root, a, b)))
          return (merged, merged)
        }
      case .order:
        if let merged = Self.appended(base, ours, theirs) { return (merged, merged) }
      case .keyed(let key, let element):
        if let merged = keyed(base, ours, theirs, by: key, element, path) { return merged }
      case .map(let members):
        if let merged = maps(base, ours, theirs, path, { members[$0] ?? .value }) { return merged }
      case .value:
        if let merged = maps(base, ours, theirs, path, { _ in .value }) { return merged }
      }
    }
    conflicts.append(FieldMerger.Conflict(path: path, base: base, ours: ours, theirs: theirs))
    return (ours, theirs)
  }

  private func same(_ a: JSONValue?, _ b: JSONValue?) -> Bool {
    switch (a, b) {
    case (let a?, let b?): a.isEqual(to: b)
    case (nil, nil): true
    default: false
    }
  }

  /// Returns the elements without those that a side removed, and with those that a side added.
  private static func union(_ base: [JSONValue], _ ours: [JSONValue], _ theirs: [JSONValue]) -> [JSONValue] {
    let (root, a, b) = (
      Set(base.map(\.canonicalBytes)), Set(ours.map(\.canonicalBytes)), Set(theirs.map(\.canonicalBytes))
    )
    return ours.filter { root.contains($0.canonicalBytes) ? b.contains($0.canonicalBytes) : true }
      + theirs.filter { !root.contains($0.canonicalBytes) && !a.contains($0.canonicalBytes) }
  }

  /// Returns the base followed by both tails, or nil unless both sides only appended.
  private static func appended(_ base: JSONValue?, _ ours: JSONValue, _ theirs: JSONValue) -> JSONValue? {
    guard let root = base?.array, let a = ours.array, let b = theirs.array else { return nil }
    let old = root.map(\.canonicalBytes)
    let own = a.map(\.canonicalBytes)
    guard own.starts(with: old), b.map(\.canonicalBytes).starts(with: old) else { return nil }
    return JSONValue(.array(a + b.dropFirst(root.count).filter { !own.contains($0.canonicalBytes) }))
  }

  private mutating func maps(
    _ base: JSONValue?, _ ours: JSONValue, _ theirs: JSONValue, _ path: [String],
    _ shape: (String) -> FieldMerge.Shape
  ) -> Sides? {
    guard let a = ours.object, let b = theirs.object, base == nil || base?.object != nil else { return nil }
    var members: [(key: String, sides: Sides)] = []
    for key in a.map(\.key) + b.map(\.key).filter({ ours[$0] == nil }) {
      members.append((key, merge(base?[key], ours[key], theirs[key], shape(key), at: path + [key])))
    }
    return (
      JSONValue(.object(members.compactMap { member in member.sides.ours.map { JSONMember(member.key, $0) } })),
      JSONValue(.object(members.compactMap { member in member.sides.theirs.map { JSONMember(member.key, $0) } }))
    )
  }

  private mutating func keyed(
    _ base: JSONValue?, _ ours: JSONValue, _ theirs: JSONValue, by key: String, _ shape: FieldMerge.Shape,
    _ path: [String]
  ) -> Sides? {
    guard let a = Self.named(ours, key), let b = Self.named(theirs, key), let root = Self.named(base, key) else {
      return nil
    }
    var elements: [Sides] = []
    for name in a.names + b.names.filter({ a.values[$0] == nil }) {
      elements.append(merge(root.values[name], a.values[name], b.values[name], shape, at: path + [name]))
    }
    return (JSONValue(.array(elements.compactMap(\.ours))), JSONValue(.array(elements.compactMap(\.theirs))))
  }

  private static func named(_ value: JSONValue?, _ key: String) -> (names: [String], values: [String: JSONValue])? {
    guard let value else { return ([], [:]) }
    guard let elements = value.array else { return nil }
    var names: [String] = []
    var values: [String: JSONValue] = [:]
    for element in elements {
      guard let name = element[key]?.string, values.updateValue(element, forKey: name) == nil else { return nil }
      names.append(name)
    }
    return (names, values)
  }
}
