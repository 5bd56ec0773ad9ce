/// What a gate says of a plan, and why (contract 2.3).
public struct GateDecision: Sendable {
  /// Go, no-go, or that it cannot be said.
  public enum Answer: String, Sendable { case go, noGo = "no-go", inconclusive }

  /// One fact that speaks against go.
  public struct Reason: Sendable, Equatable {
    /// Its stable code.
    public let code: ReasonCode
    /// The fact in a sentence.
    public let message: String
    /// The milestone that it is about.
    public let milestone: MilestoneID?
  }

  /// A criterion that is let go at the moment.
  public struct Waived: Sendable {
    /// The milestone.
    public let milestone: MilestoneID
    /// The criterion.
    public let criterion: String
    /// Who answers for it, why, and until when.
    public let waiver: Waiver
  }

  /// One thing that has to change before the answer is go.
  public struct Missing: Sendable, Equatable {
    /// What kind of thing.
    public enum Kind: String, Sendable { case owner, criterion, deliverable, evidence, status, risk }

    /// What kind of thing.
    public let kind: Kind
    /// The milestone.
    public let milestone: MilestoneID
    /// What it is about: a criterion, a path, a risk, the state to come to.
    public let subject: String
    /// What has to become true, in a few words.
    public let text: String
  }

  /// The gate's name.
  public let name: String
  /// What it says.
  public let answer: Answer
  /// Why, by milestone; empty for go.
  public let reasons: [Reason]
  /// Criteria in its scope that are met by a person's word and nothing else, as `M-04/replay`.
  public let onWordAlone: [String]
  /// Criteria in its scope that are let go for a while.
  public let waived: [Waived]
  /// Rules in its scope that are let go at the moment.
  public let letGo: [StandingWaive]
  /// The smallest set of facts that flips the answer, in an order in which they can be brought about.
  public let missing: [Missing]
  /// The longest chain of milestones among those.
  public let criticalPath: [MilestoneID]

  /// Decides. Reads the tree; looks at no clock.
  /// - Throws: where something cannot be read.
  /// - Complexity: O(V+E).
  public init(_ name: String, _ gate: Gates.Gate, _ overview: PlanOverview, in tree: any PlanTree) throws {
    self.name = name
    let scope = Scope(gate, overview)
    var reasons = overview.findings.map { Reason(code: $0.code, message: $0.message, milestone: $0.milestone) }
    let isUnreadable = !reasons.isEmpty
    for pattern in gate.milestones where !pattern.hasSuffix("*") && overview[MilestoneID(pattern)] == nil {
      reasons.append(
        Reason(code: .gateScope, message: "The gate names \(pattern), which the plan does not have.", milestone: nil))
    }
    if scope.entries.isEmpty {
      reasons.append(Reason(code: .gateScope, message: "The gate covers no milestone.", milestone: nil))
    }
    let isEmpty = reasons.contains { $0.code == .gateScope }
    if !isUnreadable {
      let inForce = overview.letGo.filter { $0.holds(at: overview.now) }
      reasons += try Self.broken(overview, tree)
        .filter { finding in !inForce.contains { $0.covers(finding) } }
        .map { Reason(code: $0.code, message: $0.message, milestone: $0.milestone) }
    }
    for entry in scope.entries { reasons += Self.reasons(entry, gate) }
    let covered = overview.letGo.filter { scope.ids.contains($0.waive.milestone) }
    letGo = covered.filter { $0.holds(at: overview.now) }
    for waive in covered where !waive.holds(at: overview.now) {
      reasons.append(
        Reason(code: .waiveLapsed, message: PlanOverview.lapse(waive), milestone: waive.waive.milestone))
    }
    self.reasons = reasons
    answer = isUnreadable || isEmpty ? .inconclusive : reasons.isEmpty ? .go : .noGo
    onWordAlone = scope.entries.flatMap { entry in
      entry.milestone.exitCriteria.filter(\.restsOnWordAlone).map { "\(entry.milestone.id)/\($0.id)" }
    }
    waived = scope.entries.flatMap { entry in
      entry.waived.compactMap { criterion in
        criterion.waiver.map { Waived(milestone: entry.milestone.id, criterion: criterion.id, waiver: $0) }
      }
    }
    let open = Set(scope.closure(of: scope.entries.filter { !Self.hasCome($0, gate.category) }))
    let graph = overview.graph
    criticalPath = graph.subgraph(of: open).criticalPath()
    let order = graph.topologicalOrder().filter { id in
      open.contains(id) || scope.ids.contains(id)
    }
    missing = try order.flatMap { id -> [Missing] in
      guard let entry = overview[id] else { return [] }
      let target: Category = scope.ids.contains(id) ? gate.category : .done
      return try Self.missing(entry, open.contains(id) ? target : nil, gate, overview, tree)
    }
  }

  private static func broken(_ overview: PlanOverview, _ tree: any PlanTree) throws -> [Finding] {
    let states = States(tree, base: nil, workflow: overview.policy.workflow, ancestry: NoAncestry())
    let ids = try tree.sortedMilestones()
    return try Invariants.findings(
      in: try InvariantScope(states: states, policy: overview.policy, ids: ids, graphIDs: ids))
  }

  /// True where a milestone is as far as the gate asks, or further.
  fileprivate static func hasCome(_ entry: PlanOverview.Entry, _ category: Category) -> Bool {
    let ladder: [Category] = [.pending, .blocked, .active, .review, .done]
    guard let has = entry.category.flatMap(ladder.firstIndex), let wants = ladder.firstIndex(of: category) else {
      return false
    }
    return has >= wants
  }

  private static func reasons(_ entry: PlanOverview.Entry, _ gate: Gates.Gate) -> [Reason] {
    let id = entry.milestone.id
    var reasons: [Reason] = []
    if !hasCome(entry, gate.category) {
      let waits = entry.blockers.isEmpty ? "" : ", and waits for " + entry.blockers.map(\.text).joined(separator: ", ")
      reasons.append(
        Reason(
          code: .gateCategory,
          message: "\(id) is \"\(entry.milestone.status)\", not yet \(gate.category.rawValue)\(waits).",
          milestone: id))
    }
    if gate.noSuspect, !entry.suspect.isEmpty {
      reasons.append(
        Reason(code: .evidenceMismatch, message: PlanOverview.suspicion(entry), milestone: id))
    }
    for risk in entry.milestone.risks where gate.isTooHigh(risk) {
      reasons.append(
        Reason(
          code: .gateRisk, message: "\(id) has the open risk \(risk.id) (\(risk.severity)): \(risk.text)", milestone: id
        ))
    }
    return reasons
  }

  /// - Parameter target: the category to come to; nil where the milestone is there already.
  private static func missing(
    _ entry: PlanOverview.Entry, _ target: Category?, _ gate: Gates.Gate, _ overview: PlanOverview,
    _ tree: any PlanTree
  ) throws -> [Missing] {
    let milestone = entry.milestone
    var missing: [Missing] = []
    func add(_ kind: Missing.Kind, _ subject: String, _ text: String) {
      missing.append(Missing(kind: kind, milestone: milestone.id, subject: subject, text: text))
    }
    if gate.noSuspect || target != nil {
      for subject in entry.suspect { add(.evidence, subject, "renew what shows it: \(subject)") }
    }
    if let target {
      if !milestone.isOwned { add(.owner, "owner", "somebody owns it") }
      if target == .done || target == .review {
        let waived = Set(entry.waived.map(\.id))
        let proof = Proof(tree: tree, authorization: overview.policy.authorization, moment: { overview.now })
        for criterion in milestone.exitCriteria where !waived.contains(criterion.id) {
          // What is in review or done stands among the suspect already.
          let isStale =
            try entry.category?.isFrozen != true
            && criterion.evidence.contains {
              try proof.mismatch($0, of: criterion, in: milestone) != nil
            }
          if criterion.evidence.isEmpty || isStale { add(.criterion, criterion.id, "show: \(criterion.text)") }
        }
      }
      if target == .done {
        for item in milestone.deliverables {
          let isThere = try tree.kind(at: item.path.hasSuffix("/") ? String(item.path.dropLast()) : item.path) != nil
          if !isThere || overview.policy.workflow.category(item.status) != .done {
            add(.deliverable, item.path, isThere ? "the deliverable is done" : "the deliverable is there, and done")
          }
        }
      }
      let state = overview.policy.workflow.states.first { $0.category == target }?.name ?? target.rawValue
      add(.status, state, "it comes to \"\(state)\"")
    }
    for risk in milestone.risks where gate.isTooHigh(risk) {
      add(.risk, risk.id, "the risk is mitigated, accepted or closed: \(risk.text)")
    }
    return missing
  }
}

extension Gates.Gate {
  /// True where an open risk is above what the gate bears.
  fileprivate func isTooHigh(_ risk: Risk) -> Bool {
    guard let maxOpenRisk, risk.status == "open", let has = Milestone.severities.firstIndex(of: risk.severity),
      let bears = Milestone.severities.firstIndex(of: maxOpenRisk)
    else { return false }
    return has > bears
  }
}

extension ExitCriterion {
  /// True where it is met by statements and nothing else.
  public var restsOnWordAlone: Bool {
    !evidence.isEmpty
      && evidence.allSatisfy {
        if case .statement = $0.kind { true } else { false }
      }
  }
}

/// What a gate covers.
private struct Scope {
  let entries: [PlanOverview.Entry]
  let ids: Set<MilestoneID>
  private let overview: PlanOverview

  init(_ gate: Gates.Gate, _ overview: PlanOverview) {
    self.overview = overview
    entries = overview.entries.filter { entry in gate.milestones.contains { entry.milestone.id.matches(pattern: $0) } }
    ids = Set(entries.map(\.milestone.id))
  }

  /// Milestones, and whatever of what they depend on is not done: it has to come first.
  func closure(of start: [PlanOverview.Entry]) -> [MilestoneID] {
    var seen = Set(start.map(\.milestone.id))
    var walk = start.map(\.milestone.id)
    while let id = walk.popLast() {
      for blocker in overview[id]?.blockers ?? [] where seen.insert(blocker).inserted { walk.append(blocker) }
    }
    return Array(seen)
  }
}
