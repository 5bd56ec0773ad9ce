/// A status follows an edge of the workflow, and the edge's guards hold (contract 2.2).
enum TransitionRule: ChangeRule {
  static func findings(in context: JudgeContext) throws -> [Finding] {
    guard !context.isBaseline else { return [] }
    // Several stamps may hold edges between a birth and a deletion; a single step of those has none.
    if context.telling.mode == .chain { return try context.judged.flatMap { try chain($0, context) } }
    return try context.judged.filter { !$0.isBirth && !$0.isDeletion && $0.before != nil }.flatMap { change in
      try context.telling.mode == .path ? path(change, context) : direct(change, context)
    }
  }

  /// True where an edge that some change may take asks for a reason.
  static func asksForReason(_ context: JudgeContext) throws -> Bool {
    guard !context.isBaseline else { return false }
    return try context.judged.contains { change in
      guard !change.isBirth, change.changesStatus, let to = change.after?.status else { return false }
      let origins = try origins(of: change, context)
      return !origins.contains(to)
        && origins.contains { context.workflow.edge(from: $0, to: to)?.guards.contains(.reason) == true }
    }
  }

  private static func direct(_ change: MilestoneChange, _ context: JudgeContext) throws -> [Finding] {
    guard change.changesStatus, let to = change.after?.status else { return [] }
    let hasReason = context.telling.hasReason(for: change)
    let origins = try origins(of: change, context)
    if origins.contains(to) { return [] }
    let edges = origins.compactMap { context.workflow.edge(from: $0, to: to) }
    guard !edges.isEmpty else { return [illegal(change, from: change.before?.status, to: to, context)] }
    var first: [Finding]?
    for edge in edges {
      let findings = try context.guards.findings(edge.guards, for: change, hasReason: hasReason)
      if findings.isEmpty { return [] }
      first = first ?? findings
    }
    return first ?? []
  }

  /// The states that an edge may lead away from: the first parent's, and in a merge every parent's (contract 3).
  private static func origins(of change: MilestoneChange, _ context: JudgeContext) throws -> [String] {
    guard context.proposal.isMerge else { return change.before.map { [$0.status] } ?? [] }
    var states: [String] = []
    for parent in context.proposal.parents {
      let reader = States(parent, base: nil, workflow: context.workflow, ancestry: context.proposal.ancestry)
      if let status = try reader.milestone(change.id)?.status { states.append(status) }
    }
    return states
  }

  private static func chain(_ change: MilestoneChange, _ context: JudgeContext) throws -> [Finding] {
    var findings: [Finding] = []
    var last: Edge?
    for step in context.telling.steps(of: change) where step.changesStatus {
      guard let from = step.from, let to = step.to else { continue }
      last = context.workflow.edge(from: from, to: to)
      if last == nil { findings.append(illegal(change, from: from, to: to, context)) }
    }
    let asked = (last?.guards ?? []).filter(\.isOfState)
    return try findings + context.guards.findings(asked, for: change, hasReason: true)
  }

  private static func path(_ change: MilestoneChange, _ context: JudgeContext) throws -> [Finding] {
    guard change.changesStatus, let from = change.before?.status, let to = change.after?.status else { return [] }
    let edges = context.workflow.lastEdges(from: from, to: to)
    guard !edges.isEmpty else { return [illegal(change, from: from, to: to, context)] }
    var first: [Finding]?
    for edge in edges {
      let findings = try context.guards.findings(edge.guards.filter(\.isOfState), for: change, hasReason: true)
      if findings.isEmpty { return [] }
      first = first ?? findings
    }
    return first ?? []
  }

  private static func illegal(_ change: MilestoneChange, from: String?, to: String, _ context: JudgeContext) -> Finding
  {
    let origin = from ?? "none"
    let successors = context.workflow.successors(of: origin)
    let legal = successors.map { "\"\($0)\"" }.joined(separator: " or ")
    // What a person most likely wants is to get on.
    let progress: [Category] = [.blocked, .pending, .active, .review, .done]
    let onward = successors.max { a, b in
      let ranks = [a, b].map { context.workflow.category($0).flatMap(progress.firstIndex) ?? 0 }
      return ranks[0] < ranks[1]
    }
    let hint =
      onward.map(Workflow.word).map {
        "From \"\(origin)\" it can go to \(legal). For example: readiness move \(change.id) \($0)"
      }
      ?? "The workflow leads nowhere from \"\(origin)\"."
    return Finding(
      .illegalTransition, "\(change.id) cannot go from \"\(origin)\" to \"\(to)\": the workflow has no such edge.",
      hint: hint, milestone: change.id, path: PlanPaths.milestone(change.id), line: change.statusLine)
  }
}
