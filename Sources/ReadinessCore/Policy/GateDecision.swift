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

  /// Decides. Reads the tree; looks at no clock.
  /// - Throws: where something cannot be read.
  /// - Complexity: O(V+E).
  public init(_ name: String, _ gate: Gates.Gate, _ overview: PlanOverview, in tree: any PlanTree) throws {
    self.name = name
    let scope = GateScope(gate, overview)
    var reasons = overview.findings.map { Reason(code: $0.code, message: $0.message, milestone: $0.milestone) }
    let isUnreadable = !reasons.isEmpty
    for pattern in gate.milestones where !pattern.hasSuffix("*") && overview[MilestoneID(pattern)] == nil {
      reasons.append(
        Reason(code: .gateScope, message: "The gate names \(pattern), which the plan does not have.", milestone: nil))
    }
    if scope.places.isEmpty {
      reasons.append(Reason(code: .gateScope, message: "The gate covers no milestone.", milestone: nil))
    }
    let isEmpty = reasons.contains { $0.code == .gateScope }
    if !isUnreadable {
      let inForce = overview.letGo.filter { $0.holds(at: overview.now) }
      reasons += try Self.broken(overview, tree)
        .filter { finding in !inForce.contains { $0.covers(finding) } }
        .map { Reason(code: $0.code, message: $0.message, milestone: $0.milestone) }
    }
    for place in scope.places { Self.addReasons(place, overview, gate, to: &reasons) }
    let covered = overview.letGo.filter { scope.covers($0.waive.milestone) }
    letGo = covered.filter { $0.holds(at: overview.now) }
    for waive in covered where !waive.holds(at: overview.now) {
      reasons.append(
        Reason(code: .waiveLapsed, message: PlanOverview.lapse(waive), milestone: waive.waive.milestone))
    }
    self.reasons = reasons
    answer = isUnreadable || isEmpty ? .inconclusive : reasons.isEmpty ? .go : .noGo
    onWordAlone = scope.entries { $0.unshownCriteria == nil }.flatMap { entry in
      entry.milestone.exitCriteria.filter(\.restsOnWordAlone).map { "\(entry.id)/\($0.id)" }
    }
    waived = scope.entries { !$0.waived.isEmpty }.flatMap { entry in
      entry.waived.compactMap { criterion in
        criterion.waiver.map { Waived(milestone: entry.id, criterion: criterion.id, waiver: $0) }
      }
    }
  }

  private static func broken(_ overview: PlanOverview, _ tree: any PlanTree) throws -> [Finding] {
    let states = States(tree, base: nil, workflow: overview.policy.workflow, ancestry: NoAncestry())
    return try Invariants.findings(
      in: InvariantScope(states: states, policy: overview.policy, rows: overview.rows, graph: overview.graph))
  }

  private static func addReasons(
    _ place: Int, _ overview: PlanOverview, _ gate: Gates.Gate, to reasons: inout [Reason]
  ) {
    let entry = overview.entries[place]
    let id = entry.id
    if !gate.isReached(by: entry) {
      var message = "\(id) is \"\(entry.status)\", not yet \(gate.category.rawValue)"
      var link = ", and waits for "
      overview.forEachBlocker(at: place) { blocker in
        message += link
        message += blocker.text
        link = ", "
      }
      message += "."
      reasons.append(Reason(code: .gateCategory, message: message, milestone: id))
    }
    if gate.noSuspect, !entry.suspect.isEmpty {
      reasons.append(
        Reason(code: .evidenceMismatch, message: PlanOverview.suspicion(entry), milestone: id))
    }
    for risk in entry.risks where gate.isTooHigh(risk) {
      reasons.append(
        Reason(
          code: .gateRisk, message: "\(id) has the open risk \(risk.id) (\(risk.severity)): \(risk.text)", milestone: id
        ))
    }
  }
}

extension Gates.Gate {
  /// True where a milestone is as far as the gate asks, or further.
  func isReached(by entry: PlanOverview.Entry) -> Bool {
    entry.category.map { Self.rung($0) >= Self.rung(category) } ?? false
  }

  private static func rung(_ category: Category) -> Int {
    switch category {
    case .pending: 0
    case .blocked: 1
    case .active: 2
    case .review: 3
    case .done: 4
    }
  }

  /// True where an open risk is above what the gate bears.
  func isTooHigh(_ risk: Risk) -> Bool {
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
