public import PlanModel
import StrictJSON

/// The difference between two plans, by milestone.
public struct PlanDiff: Sendable {
  /// The difference of one milestone.
  public struct Change: Sendable {
    /// The milestone.
    public let id: MilestoneID
    /// The milestone before; nil if it is new.
    public let before: Milestone?
    /// The milestone after; nil if it was deleted.
    public let after: Milestone?

    /// Creates a change.
    public init(id: MilestoneID, before: Milestone?, after: Milestone?) {
      (self.id, self.before, self.after) = (id, before, after)
    }

    /// True if the status differs.
    public var changesStatus: Bool { before?.status != after?.status }

    /// The added dependencies, sorted.
    public var addedDependencies: [MilestoneID] {
      let old = Set(before?.dependsOn ?? [])
      return (after?.dependsOn ?? []).filter { !old.contains($0) }.sorted()
    }

    /// The removed dependencies, sorted.
    public var removedDependencies: [MilestoneID] {
      let new = Set(after?.dependsOn ?? [])
      return (before?.dependsOn ?? []).filter { !new.contains($0) }.sorted()
    }

    /// The ids of the criteria that were added, removed or reworded, ignoring evidence.
    public var criteria: (added: [String], removed: [String], reworded: [String]) {
      let old = before?.exitCriteria ?? []
      let new = after?.exitCriteria ?? []
      let oldTexts = Dictionary(old.map { ($0.id, $0.text) }) { first, _ in first }
      let newIDs = Set(new.map(\.id))
      return (
        new.filter { oldTexts[$0.id] == nil }.map(\.id), old.filter { !newIDs.contains($0.id) }.map(\.id),
        new.filter { oldTexts[$0.id].map { [text = $0.text] in !$0.isExactly(text) } ?? false }.map(\.id)
      )
    }

    /// The entries of evidence that were added or removed, by criterion.
    public var evidence:
      (added: [(criterion: String, entry: Evidence)], removed: [(criterion: String, entry: Evidence)])
    {
      (Self.entries(in: after, notIn: before), Self.entries(in: before, notIn: after))
    }

    private static func entries(in one: Milestone?, notIn other: Milestone?) -> [(criterion: String, entry: Evidence)] {
      (one?.exitCriteria ?? []).flatMap { criterion -> [(criterion: String, entry: Evidence)] in
        let known = Set(
          (other?.exitCriteria.first { $0.id == criterion.id }?.evidence ?? []).map(\.json.canonicalBytes))
        return criterion.evidence.filter { !known.contains($0.json.canonicalBytes) }.map { (criterion.id, $0) }
      }
    }

    /// The risks that were added or changed.
    public var risks: [Risk] {
      let old = Dictionary((before?.risks ?? []).map { ($0.id, $0) }) { first, _ in first }
      return (after?.risks ?? []).filter { risk in
        guard let was = old[risk.id] else { return true }
        return was.status != risk.status || was.severity != risk.severity || !was.text.isExactly(risk.text)
      }
    }

    /// The other properties that differ, in the order of the file.
    public var otherFields: [String] {
      let told: Set<String> = ["id", "status", "dependsOn", "exitCriteria", "risks"]
      let keys = (before?.json.object ?? []).map(\.key) + (after?.json.object ?? []).map(\.key)
      var seen = told
      return keys.filter { key in
        guard seen.insert(key).inserted else { return false }
        switch (before?.json[key], after?.json[key]) {
        case (let a?, let b?): return !a.isEqual(to: b)
        case (nil, nil): return false
        default: return true
        }
      }
    }
  }

  /// The milestones that differ, by id.
  public let changes: [Change]
  /// True if the execution order differs.
  public let changesOrder: Bool
  /// True if a policy file differs.
  public let changesPolicy: Bool

  /// Compares two trees. Reads only the files that differ. O(milestones).
  public init(from old: any PlanTree, to new: any PlanTree) throws {
    let (before, after) = (try old.milestones(), try new.milestones())
    changes = try Set(before.keys).union(after.keys).filter { before[$0] != after[$0] }.sorted().compactMap { id in
      let change = Change(id: id, before: try old.milestone(id)?.milestone, after: try new.milestone(id)?.milestone)
      return change.before == nil && change.after == nil ? nil : change
    }
    changesOrder = try old.planFile()?.plan?.executionOrder != new.planFile()?.plan?.executionOrder
    changesPolicy = try old.policyFiles() != new.policyFiles()
  }

  /// True if nothing differs.
  public var isEmpty: Bool { changes.isEmpty && !changesOrder && !changesPolicy }

  /// The edges of the dependency graph that were added or removed: the dependent, then its dependency.
  public var edges: (added: [(MilestoneID, MilestoneID)], removed: [(MilestoneID, MilestoneID)]) {
    (
      changes.flatMap { change in change.addedDependencies.map { (change.id, $0) } },
      changes.flatMap { change in change.removedDependencies.map { (change.id, $0) } }
    )
  }
}
