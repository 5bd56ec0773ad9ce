import StrictJSON
import PlanModel

/// The facts that rules need about one milestone of a merge, from the side of one parent (contract 3, merges, 2 and 3).
struct MergedChange {
  /// True if the merge decides the milestone's existence or state.
  let decidesStatus: Bool
  /// The live states, without duplicates; nil means that the milestone does not exist.
  let live: [String?]
  /// The states on all sides, without duplicates.
  let statuses: [String?]
  /// True if reviewed content changes from this side while the category does not.
  let reenters: Bool
  /// The properties, as rules name them, that the merge decides and in which this side differs.
  let fields: Set<String>
  /// The entries of `approvals` that the merge decides and in which this side differs, in RFC 8785 form.
  let approvals: Set<String>
  /// The criteria whose waiver or definition the merge decides and in which this side differs.
  let waivers: Set<String>
  /// The dependencies in the clean result.
  let dependencies: [MilestoneID]
  /// The ids of the exit criteria in the clean result.
  let criteria: [String]

  /// - Parameters:
  ///   - change: the change from this side's file to the result's, by the rule of damage.
  ///   - states: returns the milestone's state on a side, by the rule of damage.
  init(
    _ change: MilestoneChange, on side: MergeSides.Side, of merge: Merge, states: (MergeSides.Side) throws -> String?
  ) throws {
    let id = change.id
    let file = MergedFile.milestone(id)
    let values = merge.values[file]
    decidesStatus = values?.decidesStatus ?? false
    let all = try merge.sides.all.map { (parent: $0.parent, status: try states($0)) }
    statuses = Self.distinct(all.map(\.status))
    live = Self.distinct(all.filter { values?.live.contains($0.parent) ?? true }.map(\.status))
    reenters = merge.reentries[id]?.contains(side.parent) ?? false
    let own = try file.values(in: side.tree)
    let result = try file.values(in: merge.sides.candidate)
    let decided = (values?.decided ?? []).filter { own[$0] != result[$0] }
    // An unreadable file counts as its nearest readable version, so a repair changes only what differs from that
    // version.
    fields = Set(decided.map(\.ruledProperty)).intersection(change.changedFields)
    approvals = Set(decided.filter { $0.property == "approvals" && $0.parts.count == 2 }.map { $0.parts[1] })
    waivers = Set(decided.filter(\.isDemand).map { $0.parts[1] })
    let clean = values?.clean ?? result
    dependencies = clean.leaves.keys.filter { $0.property == "dependsOn" && $0.parts.count == 2 }
      .map { MilestoneID(String($0.parts[1].dropFirst().dropLast())) }.sorted()
    criteria = clean.leaves.keys.filter { $0.property == "exitCriteria" && $0.parts.count == 2 }.map { $0.parts[1] }
      .sorted()
  }

  /// Creates a single step from a parent's file to the result's, which settles what another side brought (contract 3,
  /// merges, 3d).
  init(settling change: MilestoneChange, _ workflow: Workflow) {
    let (before, after) = (change.before, change.after)
    decidesStatus = before?.status != after?.status
    statuses = [before?.status]
    // The result's own state may be re-entered.
    live = Self.distinct([before?.status, after?.status])
    let category = before.flatMap { workflow.category($0.status) }
    let stays = category?.isFrozen == true && after.flatMap { workflow.category($0.status) } == category
    reenters = stays && change.changesFrozenField
    fields = change.changedFields
    // They are part of that step, even if other parents have them.
    approvals = Self.approvals(after).subtracting(Self.approvals(before))
    waivers = Set(after?.exitCriteria.filter { $0.waiver != nil }.map(\.id) ?? [])
    dependencies = before?.dependsOn ?? []
    criteria = before?.exitCriteria.map(\.id) ?? []
  }

  /// Returns the entries of `approvals`, in RFC 8785 form.
  private static func approvals(_ milestone: Milestone?) -> Set<String> {
    Set((milestone?.json["approvals"]?.array ?? []).map { String(decoding: $0.canonicalBytes, as: UTF8.self) })
  }

  private static func distinct(_ states: [String?]) -> [String?] {
    var seen = Set<String?>()
    return states.filter { seen.insert($0).inserted }
  }
}

/// The path to a status that a merge decides (contract 3, merges, 2). It is an edge from a live state, or re-entry if
/// the state is live itself.
struct MergedEntry {
  /// True if the state is re-entered.
  let isAnew: Bool
  /// The unmet preconditions.
  let findings: [Finding]

  /// Returns nil unless the merge decides the status of a milestone that some side has.
  init?(_ change: MilestoneChange, _ context: JudgeContext) throws {
    guard let merged = change.merged, merged.decidesStatus, let to = change.after?.status, merged.live != [nil],
      merged.statuses.contains(where: { $0 != nil })
    else { return nil }
    let hasReason = context.telling.hasReason(for: change)
    var first: [Finding]?
    for edge in merged.live.compactMap({ $0 }).compactMap({ context.workflow.edge(from: $0, to: to) }) {
      let findings = try context.guards.findings(edge.guards, for: change, hasReason: hasReason)
      if findings.isEmpty {
        (isAnew, self.findings) = (false, [])
        return
      }
      first = first ?? findings
    }
    if merged.live.contains(to) {
      let asked = Self.guards(of: merged, into: to, context.workflow)
      let findings = try context.guards.findings(asked, for: change, hasReason: hasReason)
      (isAnew, self.findings) = (true, findings.isEmpty ? [] : first ?? findings)
      return
    }
    isAnew = false
    // If lines crossed, each line may have left the other's state; then no state is live.
    let origins = merged.live.isEmpty ? merged.statuses : merged.live
    findings = first ?? [TransitionRule.illegal(change, from: origins.compactMap { $0 }, to: to, context)]
  }

  /// Returns the guards of state of every way in, as for a re-entry. Adds those of reopening if the state falls back
  /// behind review.
  private static func guards(of merged: MergedChange, into state: String, _ workflow: Workflow) -> [Guard] {
    var asked = Set(workflow.ways(into: state).flatMap(\.guards).filter(\.isOfState))
    if fallsBack(merged, to: state, workflow) { asked.formUnion([.reason, .noDoneDependents]) }
    return Guard.allCases.filter(asked.contains)
  }

  private static func fallsBack(_ merged: MergedChange, to state: String, _ workflow: Workflow) -> Bool {
    workflow.category(state)?.isFrozen == false
      && merged.statuses.contains { $0.flatMap { workflow.category($0) }?.isFrozen == true }
  }

  /// Returns true if a path to the decided status may require a reason.
  static func asksForReason(_ change: MilestoneChange, _ workflow: Workflow) -> Bool {
    guard let merged = change.merged, merged.decidesStatus, let to = change.after?.status else { return false }
    return fallsBack(merged, to: to, workflow)
      || merged.live.contains { $0.flatMap { workflow.edge(from: $0, to: to) }?.guards.contains(.reason) ?? false }
  }

  /// Returns the steps that the rules of authority check: from the state on every side, and each way into a re-entered
  /// state. The step from the judging side is last.
  static func steps(_ change: MilestoneChange, isAnew: Bool, by telling: Telling, _ workflow: Workflow) -> [Telling
    .Step]
  {
    guard let merged = change.merged else { return [] }
    let last = telling.steps(of: change).last
    func step(_ from: String?, _ to: String?) -> Telling.Step {
      Telling.Step(
        from: from, to: to, actor: last?.actor ?? telling.actor, reason: last?.reason ?? telling.reason,
        run: last?.run ?? telling.run)
    }
    let (own, to) = (change.before?.status, change.after?.status)
    guard merged.decidesStatus else { return [step(to, to)] }
    var origins = merged.statuses.filter { $0 != own && $0 != to }
    // For a re-entered state, the ways in are those of re-entry, including ways to other states of its category.
    let ways = isAnew ? to.map(workflow.ways) ?? [] : []
    origins += ways.filter { $0.to == to && !origins.contains($0.from) }.map(\.from)
    let others = ways.filter { $0.to != to }.map { step($0.from, $0.to) }
    return others + origins.map { step($0, to) } + [step(own, to)]
  }
}
