public import PlanModel

/// What a gate says of a plan, and why (contract 2.3).
public struct GateDecision {
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

    /// Makes a reason.
    public init(code: ReasonCode, message: String, milestone: MilestoneID?) {
      self.code = code
      self.message = message
      self.milestone = milestone
    }
  }

  /// What one service-level objective says. Somebody who can read captures judges it, and this adds it up.
  public struct Objective: Sendable {
    /// Its name.
    public let name: String
    /// Go, no-go, or that nobody can tell.
    public let answer: Answer
    /// Why; empty for go.
    public let reasons: [Reason]
    /// True where only whoever committed the capture answers for it.
    public let isOnWordAlone: Bool

    /// Makes an answer.
    public init(name: String, answer: Answer, reasons: [Reason], isOnWordAlone: Bool) {
      self.name = name
      self.answer = answer
      self.reasons = reasons
      self.isOnWordAlone = isOnWordAlone
    }
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
  public var reasons: [Reason] { facts.indices.map(reason) }
  /// How many reasons there are.
  public var reasonCount: Int { facts.count }
  /// Criteria in its scope that are met by a person's word and nothing else, as `M-04/replay`.
  public let onWordAlone: [String]
  /// Criteria in its scope that are let go for a while.
  public let waived: [Waived]
  /// Attestations in its scope on which the answer is based, by milestone.
  public let renewed: [(milestone: MilestoneID, renewal: Renewal)]
  /// The moment that the answer is for, in milliseconds since 1970; nil if nothing lapses.
  public var now: Int64? { overview.now }
  /// Rules in its scope that are let go at the moment.
  public let letGo: [StandingWaive]

  /// What a reason says. A plan of thousands has thousands of one kind, which are put into words when they are printed.
  private enum Fact {
    indirect case said(Reason)
    /// That the milestone of a place is not as far as the gate asks.
    case notReached(Int)
  }
  private let facts: [Fact]
  private let gate: Gates.Gate
  private let overview: PlanOverview

  /// Decides. Reads the tree; looks at no clock. A definite no beats what nobody can tell, and that beats go.
  /// - Parameter objectives: what the objectives that the gate includes say; none makes a gate that asks for them
  ///   inconclusive.
  /// - Throws: where something cannot be read.
  /// - Complexity: O(V+E).
  public init(
    _ name: String, _ gate: Gates.Gate, _ overview: PlanOverview, in tree: any PlanTree,
    objectives: [Objective] = []
  ) throws {
    (self.name, self.gate, self.overview) = (name, gate, overview)
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
      reasons += try overview.broken(in: tree)
        .filter { finding in !inForce.contains { $0.covers(finding) } }
        .map { Reason(code: $0.code, message: $0.message, milestone: $0.milestone) }
    }
    var facts = reasons.map { Fact.said($0) }
    for place in scope.places { Self.addFacts(place, overview, gate, to: &facts) }
    let covered = overview.letGo.filter { scope.covers($0.waive.milestone) }
    letGo = covered.filter { $0.holds(at: overview.now) }
    for waive in covered where !waive.holds(at: overview.now) {
      facts.append(
        .said(Reason(code: .waiveLapsed, message: PlanOverview.lapse(waive), milestone: waive.waive.milestone)))
    }
    let absent = Self.absent(objectives, gate)
    let plan: Answer = isUnreadable || isEmpty ? .inconclusive : facts.isEmpty ? .go : .noGo
    let answers = objectives.map(\.answer) + absent.map { _ in .inconclusive } + [plan]
    answer = answers.contains(.noGo) ? .noGo : answers.contains(.inconclusive) ? .inconclusive : .go
    self.facts = (objectives.flatMap(\.reasons) + absent).map { .said($0) } + facts
    let words = scope.entries { $0.unshownCriteria == nil }.flatMap { entry in
      entry.milestone.exitCriteria.filter(\.restsOnWordAlone).map { "\(entry.id)/\($0.id)" }
    }
    onWordAlone = words + objectives.filter(\.isOnWordAlone).map { "slo/\($0.name)" }
    renewed = scope.places.flatMap { place in
      overview.entries[place].renewed.map { (overview.entries[place].id, $0) }
    }
    waived = scope.entries { !$0.waived.isEmpty }.flatMap { entry in
      entry.waived.compactMap { criterion in
        criterion.waiver.map { Waived(milestone: entry.id, criterion: criterion.id, waiver: $0) }
      }
    }
  }

  /// Names what the gate asks for and nobody has defined.
  private static func absent(_ objectives: [Objective], _ gate: Gates.Gate) -> [Reason] {
    (gate.objectives?.include ?? []).filter { pattern in
      !objectives.contains { ObjectiveConditions.isMeant($0.name, by: pattern) }
    }.map {
      let what = $0.hasSuffix("*") ? "SLO that \($0) names" : "SLO \($0)"
      return Reason(code: .gateScope, message: "The gate asks for the \(what), and there is none.", milestone: nil)
    }
  }

  private static func addFacts(
    _ place: Int, _ overview: PlanOverview, _ gate: Gates.Gate, to facts: inout [Fact]
  ) {
    if !gate.isReached(by: overview.entries[place].category) { facts.append(.notReached(place)) }
    if gate.noSuspect, !overview.entries[place].suspect.isEmpty {
      let entry = overview.entries[place]
      facts.append(
        .said(Reason(code: .evidenceMismatch, message: PlanOverview.suspicion(entry), milestone: entry.id)))
    }
    if gate.isOverdue(overview.entries[place], now: overview.now) {
      let entry = overview.entries[place]
      let message = "\(entry.id) is late: it was due on \(entry.target ?? "") and is \"\(entry.status)\"."
      facts.append(.said(Reason(code: .gateOverdue, message: message, milestone: entry.id)))
    }
    for risk in overview.entries[place].risks where gate.isTooHigh(risk) {
      let id = overview.entries[place].id
      let message = "\(id) has the open risk \(risk.id) (\(risk.severity)): \(risk.text)"
      facts.append(.said(Reason(code: .gateRisk, message: message, milestone: id)))
    }
  }

  private func reason(_ number: Int) -> Reason {
    switch facts[number] {
    case .said(let reason): return reason
    case .notReached(let place):
      var message: [UInt8] = []
      writeMessage(of: number, to: &message)
      return Reason(
        code: .gateCategory, message: String(decoding: message, as: UTF8.self), milestone: overview.entries[place].id)
    }
  }

  /// Adds the message of a reason to a text.
  public func writeMessage(of number: Int, to out: inout [UInt8]) {
    func add(_ text: String) {
      var text = text
      text.withUTF8 { out.append(contentsOf: $0) }
    }
    switch facts[number] {
    case .said(let reason): add(reason.message)
    case .notReached(let place):
      add(overview.entries[place].id.text)
      add(" is \"")
      add(overview.entries[place].status)
      add("\", not yet ")
      add(gate.category.rawValue)
      var link = ", and waits for "
      overview.forEachBlocker(at: place) { blocker in
        add(link)
        add(blocker.text)
        link = ", "
      }
      add(".")
    }
  }
}

extension Gates.Gate {
  /// True where a milestone in a category is as far as the gate asks, or further.
  func isReached(by reached: Category?) -> Bool {
    reached.map { Self.rung($0) >= Self.rung(category) } ?? false
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
