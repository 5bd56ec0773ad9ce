import StrictJSON
import PlanModel

/// What the rules ask about one milestone of a merge, from the side of one parent (contract 3, merges, 2 and 3).
struct MergedChange {
  /// True if the merge decides whether the milestone is there, or in which state.
  let decidesStatus: Bool
  /// The states that are live, each once; nil is that of a milestone that is not there.
  let live: [String?]
  /// The states that it has on all sides, each once.
  let statuses: [String?]
  /// True if what was reviewed changes from this side while the category stays.
  let reenters: Bool
  /// The properties that the merge decides, as rules name them, and that this side has otherwise.
  let fields: Set<String>
  /// The entries of `approvals` that the merge decides, in RFC 8785 form, and that this side has otherwise.
  let approvals: Set<String>
  /// The exit criteria of which the merge decides the waiver or what they demand, and that this side has otherwise.
  let waivers: Set<String>
  /// The dependencies that the clean result keeps.
  let dependencies: [MilestoneID]
  /// The ids of the exit criteria that the clean result keeps.
  let criteria: [String]

  /// - Parameters:
  ///   - change: from this side's file to the result's, by the rule of damage.
  ///   - states: reads the milestone's state on a side, by the rule of damage.
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
    // A file that cannot be read counts by its nearest version that can: who repairs it changes only what differs from that.
    fields = Set(decided.map(\.ruledProperty)).intersection(change.changedFields)
    approvals = Set(decided.filter { $0.property == "approvals" && $0.parts.count == 2 }.map { $0.parts[1] })
    waivers = Set(decided.filter(\.isDemand).map { $0.parts[1] })
    let clean = values?.clean ?? result
    dependencies = clean.leaves.keys.filter { $0.property == "dependsOn" && $0.parts.count == 2 }
      .map { MilestoneID(String($0.parts[1].dropFirst().dropLast())) }.sorted()
    criteria = clean.leaves.keys.filter { $0.property == "exitCriteria" && $0.parts.count == 2 }.map { $0.parts[1] }
      .sorted()
  }

  /// One step from a parent's file to the result's, which settles what another side brought (contract 3, merges, 3d).
  init(settling change: MilestoneChange, _ workflow: Workflow) {
    let (before, after) = (change.before, change.after)
    decidesStatus = before?.status != after?.status
    statuses = [before?.status]
    // The result's own state may be entered anew.
    live = Self.distinct([before?.status, after?.status])
    let category = before.flatMap { workflow.category($0.status) }
    let stays = category?.isFrozen == true && after.flatMap { workflow.category($0.status) } == category
    reenters = stays && change.changesFrozenField
    fields = change.changedFields
    // They come along in that step, whichever other parent has them.
    approvals = Self.approvals(after).subtracting(Self.approvals(before))
    waivers = Set(after?.exitCriteria.filter { $0.waiver != nil }.map(\.id) ?? [])
    dependencies = before?.dependsOn ?? []
    criteria = before?.exitCriteria.map(\.id) ?? []
  }

  /// The entries of `approvals`, in RFC 8785 form.
  private static func approvals(_ milestone: Milestone?) -> Set<String> {
    Set((milestone?.json["approvals"]?.array ?? []).map { String(decoding: $0.canonicalBytes, as: UTF8.self) })
  }

  private static func distinct(_ states: [String?]) -> [String?] {
    var seen = Set<String?>()
    return states.filter { seen.insert($0).inserted }
  }
}

/// How a status that a merge decides is reached (contract 3, merges, 2): by an edge from a live one, or, where it is a
/// live one itself, by entering it anew.
struct MergedEntry {
  /// True if the state is entered anew.
  let isAnew: Bool
  /// What keeps the milestone from it.
  let findings: [Finding]

  /// Returns nil if nothing is decided about the status of a milestone that some side has.
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
    // Where lines crossed, each state may have been left by another line; then none is live.
    let origins = merged.live.isEmpty ? merged.statuses : merged.live
    findings = first ?? [TransitionRule.illegal(change, from: origins.compactMap { $0 }, to: to, context)]
  }

  /// The guards of state of every way in, as in a re-entry; and for what falls back behind a review what a reopening asks.
  private static func guards(of merged: MergedChange, into state: String, _ workflow: Workflow) -> [Guard] {
    var asked = Set(workflow.ways(into: state).flatMap(\.guards).filter(\.isOfState))
    if fallsBack(merged, to: state, workflow) { asked.formUnion([.reason, .noDoneDependents]) }
    return Guard.allCases.filter(asked.contains)
  }

  private static func fallsBack(_ merged: MergedChange, to state: String, _ workflow: Workflow) -> Bool {
    workflow.category(state)?.isFrozen == false
      && merged.statuses.contains { $0.flatMap { workflow.category($0) }?.isFrozen == true }
  }

  /// Returns true if a way to the decided status may ask for a reason.
  static func asksForReason(_ change: MilestoneChange, _ workflow: Workflow) -> Bool {
    guard let merged = change.merged, merged.decidesStatus, let to = change.after?.status else { return false }
    return fallsBack(merged, to: to, workflow)
      || merged.live.contains { $0.flatMap { workflow.edge(from: $0, to: to) }?.guards.contains(.reason) ?? false }
  }

  /// Returns the steps that rules of authority are asked of: from the state on every side, and where the state is entered
  /// anew by each way into it. That from the side that judges comes last.
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
    // Where the state is entered anew, the ways in are those of re-entry, to states of its category as well.
    let ways = isAnew ? to.map(workflow.ways) ?? [] : []
    origins += ways.filter { $0.to == to && !origins.contains($0.from) }.map(\.from)
    let others = ways.filter { $0.to != to }.map { step($0.from, $0.to) }
    return others + origins.map { step($0, to) } + [step(own, to)]
  }
}
