public import PlanModel

/// A gate's answer for a plan, with its reasons (contract 2.3).
public struct GateDecision {
  /// The possible answers; `inconclusive` if the facts are unknown.
  public enum Answer: String, Sendable { case go, noGo = "no-go", inconclusive }

  /// A fact that prevents go.
  public struct Reason: Sendable, Equatable {
    /// The stable reason code.
    public let code: ReasonCode
    /// The fact, as a sentence.
    public let message: String
    /// The milestone; nil if the fact concerns none.
    public let milestone: MilestoneID?

    /// Creates a reason.
    public init(code: ReasonCode, message: String, milestone: MilestoneID?) {
      self.code = code
      self.message = message
      self.milestone = milestone
    }
  }

  /// The answer for a service-level objective, which another module judges from captures.
  public struct Objective: Sendable {
    /// The objective's name.
    public let name: String
    /// The answer for the objective.
    public let answer: Answer
    /// The reasons; empty for go.
    public let reasons: [Reason]
    /// True if only the committer of the capture vouches for it.
    public let isOnWordAlone: Bool

    /// Creates an answer.
    public init(name: String, answer: Answer, reasons: [Reason], isOnWordAlone: Bool) {
      self.name = name
      self.answer = answer
      self.reasons = reasons
      self.isOnWordAlone = isOnWordAlone
    }
  }

  /// A criterion that is waived now.
  public struct Waived: Sendable {
    /// The milestone.
    public let milestone: MilestoneID
    /// The criterion.
    public let criterion: String
    /// The waiver.
    public let waiver: Waiver
  }

  /// The gate's name.
  public let name: String
  /// The answer.
  public let answer: Answer
  /// The reasons, by milestone; empty for go.
  public var reasons: [Reason] { facts.indices.map(reason) }
  /// The number of reasons.
  public var reasonCount: Int { facts.count }
  /// The criteria in scope that are met by statements only, as `M-04/replay`.
  public let onWordAlone: [String]
  /// The criteria in scope that are waived now.
  public let waived: [Waived]
  /// The attestations in scope on which the answer is based, by milestone.
  public let renewed: [(milestone: MilestoneID, renewal: Renewal)]
  /// The time of the decision, in milliseconds since 1970; nil if nothing expires.
  public var now: Int64? { overview.now }
  /// The exceptions in scope that are valid now.
  public let letGo: [StandingWaive]

  /// The fact of a reason. Messages are built on demand, because a large plan can have thousands.
  private enum Fact {
    indirect case said(Reason)
    /// The milestone at an index has not reached the required category.
    case notReached(Int)
  }
  private let facts: [Fact]
  private let gate: Gates.Gate
  private let overview: PlanOverview

  /// Decides from the tree, without a clock. No-go takes precedence over inconclusive, which takes precedence over go.
  /// - Parameter objectives: the answers for the gate's objectives; a missing answer makes the gate inconclusive.
  /// - Throws: if something cannot be read.
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
    let words = scope.entries { _ in true }.flatMap { entry in
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

  /// Returns a reason for each objective that the gate names and nobody has defined.
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

  /// Appends the message of a reason to a text.
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
  /// Returns true if a category is at least the one that the gate requires.
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

  /// Returns true if an open risk is more severe than the gate permits.
  func isTooHigh(_ risk: Risk) -> Bool {
    guard let maxOpenRisk, risk.status == "open", let has = Milestone.severities.firstIndex(of: risk.severity),
      let bears = Milestone.severities.firstIndex(of: maxOpenRisk)
    else { return false }
    return has > bears
  }
}

extension ExitCriterion {
  /// True if the criterion is met by statements only.
  public var restsOnWordAlone: Bool {
    !evidence.isEmpty
      && evidence.allSatisfy {
        if case .statement = $0.kind { true } else { false }
      }
  }
}
