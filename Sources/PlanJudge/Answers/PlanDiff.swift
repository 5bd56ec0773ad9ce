public import PlanModel
import StrictJSON

/// The difference of two plans in terms of milestones.
public struct PlanDiff: Sendable {
  /// What became of one milestone.
  public struct Change: Sendable {
    /// The milestone.
    public let id: MilestoneID
    /// Before; nil where it is new.
    public let before: Milestone?
    /// After; nil where it is gone.
    public let after: Milestone?

    /// Makes a change.
    public init(id: MilestoneID, before: Milestone?, after: Milestone?) {
      (self.id, self.before, self.after) = (id, before, after)
    }

    /// True where the status is another one.
    public var changesStatus: Bool { before?.status != after?.status }

    /// What it depends on now and did not.
    public var addedDependencies: [MilestoneID] {
      let old = Set(before?.dependsOn ?? [])
      return (after?.dependsOn ?? []).filter { !old.contains($0) }.sorted()
    }

    /// What it depended on and does not now.
    public var removedDependencies: [MilestoneID] {
      let new = Set(after?.dependsOn ?? [])
      return (before?.dependsOn ?? []).filter { !new.contains($0) }.sorted()
    }

    /// Criteria that are new, gone, or say something else, evidence apart.
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

    /// Entries of evidence that are new, and that are gone, per criterion.
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

    /// Risks that are new or say something else.
    public var risks: [Risk] {
      let old = Dictionary((before?.risks ?? []).map { ($0.id, $0) }) { first, _ in first }
      return (after?.risks ?? []).filter { risk in
        guard let was = old[risk.id] else { return true }
        return was.status != risk.status || was.severity != risk.severity || !was.text.isExactly(risk.text)
      }
    }

    /// Properties that differ and are told by nothing else here, in the order of the file.
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
  /// True where the suggested order differs.
  public let changesOrder: Bool
  /// True where a policy file differs.
  public let changesPolicy: Bool

  /// Compares two trees. Reads only what differs. O(milestones).
  public init(from old: any PlanTree, to new: any PlanTree) throws {
    let (before, after) = (try old.milestones(), try new.milestones())
    changes = try Set(before.keys).union(after.keys).filter { before[$0] != after[$0] }.sorted().compactMap { id in
      let change = Change(id: id, before: try old.milestone(id)?.milestone, after: try new.milestone(id)?.milestone)
      return change.before == nil && change.after == nil ? nil : change
    }
    changesOrder = try old.planFile()?.plan?.executionOrder != new.planFile()?.plan?.executionOrder
    changesPolicy = try old.policyFiles() != new.policyFiles()
  }

  /// True where nothing differs.
  public var isEmpty: Bool { changes.isEmpty && !changesOrder && !changesPolicy }

  /// Edges of the graph that are new, and that are gone: who depends, on whom.
  public var edges: (added: [(MilestoneID, MilestoneID)], removed: [(MilestoneID, MilestoneID)]) {
    (
      changes.flatMap { change in change.addedDependencies.map { (change.id, $0) } },
      changes.flatMap { change in change.removedDependencies.map { (change.id, $0) } }
    )
  }
}
