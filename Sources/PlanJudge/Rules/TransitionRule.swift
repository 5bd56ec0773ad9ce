import PlanModel

/// The rule that a status changes along an edge of the workflow, and that the edge's guards are met (contract 2.2).
enum TransitionRule: ChangeRule {
  static func findings(in context: JudgeContext) throws -> [Finding] {
    guard !context.isBaseline else { return [] }
    if context.isSideOfMerge {
      return try context.judged.flatMap { change in try MergedEntry(change, context)?.findings ?? [] }
    }
    // Several stamps may have edges between a birth and a deletion; a single birth or deletion has none.
    if context.telling.mode == .chain { return try context.judged.flatMap { try chain($0, context) } }
    return try context.judged.filter { !$0.isBirth && !$0.isDeletion && $0.before != nil }.flatMap { change in
      try context.telling.mode == .path ? path(change, context) : direct(change, context)
    }
  }

  /// Returns true if an edge that some change may take requires a reason.
  static func asksForReason(_ context: JudgeContext) -> Bool {
    guard !context.isBaseline else { return false }
    return context.judged.contains { change in
      if change.merged != nil { return MergedEntry.asksForReason(change, context.workflow) }
      guard change.changesStatus, let from = change.before?.status, let to = change.after?.status else { return false }
      return context.workflow.edge(from: from, to: to)?.guards.contains(.reason) == true
    }
  }

  private static func direct(_ change: MilestoneChange, _ context: JudgeContext) throws -> [Finding] {
    guard change.changesStatus, let from = change.before?.status, let to = change.after?.status else { return [] }
    guard let edge = context.workflow.edge(from: from, to: to) else {
      return [illegal(change, from: [from], to: to, context)]
    }
    return try context.guards.findings(edge.guards, for: change, hasReason: context.telling.hasReason(for: change))
  }

  /// Checks all guards of the last step, and the dependents for each step out of `done` that is not reverted (contract
  /// 3, squash). Guards see only the resulting tree.
  private static func chain(_ change: MilestoneChange, _ context: JudgeContext) throws -> [Finding] {
    let workflow = context.workflow
    var findings: [Finding] = []
    var last: (edge: Edge, hasReason: Bool)?
    var leavesDone = false
    for step in context.telling.steps(of: change) where step.changesStatus {
      last = nil
      guard let from = step.from, let to = step.to else { continue }
      guard let edge = workflow.edge(from: from, to: to) else {
        findings.append(illegal(change, from: [from], to: to, context))
        continue
      }
      last = (edge, step.reason != nil)
      if workflow.category(from) == .done, edge.guards.contains(.noDoneDependents) { leavesDone = true }
    }
    var asked = Set(last?.edge.guards ?? [])
    if leavesDone, change.after.flatMap({ workflow.category($0.status) }) != .done { asked.insert(.noDoneDependents) }
    return try findings
      + context.guards.findings(
        Guard.allCases.filter(asked.contains), for: change, hasReason: last?.hasReason ?? true)
  }

  private static func path(_ change: MilestoneChange, _ context: JudgeContext) throws -> [Finding] {
    guard change.changesStatus, let from = change.before?.status, let to = change.after?.status else { return [] }
    let paths = try UnstampedPaths(change, from: from, context)
    let edges = try paths.lastEdges(to: to)
    guard !edges.isEmpty else {
      return paths.isReachable(to)
        ? try paths.faults(to: to) : [illegal(change, from: [from], to: to, context)]
    }
    var first: [Finding]?
    for edge in edges {
      let findings = try context.guards.findings(edge.guards.filter(\.isOfState), for: change, hasReason: true)
      if findings.isEmpty { return [] }
      first = first ?? findings
    }
    return first ?? []
  }

  /// - Parameter origins: the state before; in a merge, all live states.
  static func illegal(_ change: MilestoneChange, from origins: [String], to: String, _ context: JudgeContext) -> Finding
  {
    let origin = origins.joined(separator: "\" or \"")
    let successors = context.workflow.states.map(\.name).filter { name in
      origins.contains { context.workflow.edge(from: $0, to: name) != nil }
    }
    let legal = successors.map { "\"\($0)\"" }.joined(separator: " or ")
    let path = PlanPaths.milestone(change.id)
    // Suggests no move, because its guards depend on what the person reverts.
    let hint =
      successors.isEmpty
      ? "The workflow leads nowhere from \"\(origin)\"."
      : "From \"\(origin)\" it can go to \(legal). \(Finding.takingBack)git restore --staged --worktree \(path.commandPath)"
    return Finding(
      .illegalTransition, "\(change.id) cannot go from \"\(origin)\" to \"\(to)\": the workflow has no such edge.",
      hint: hint, milestone: change.id, path: PlanPaths.milestone(change.id), line: change.statusLine)
  }
}
