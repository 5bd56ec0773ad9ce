public import PlanSLO
public import PlanJudge
import PlanModel
public import StrictJSON

/// A gate's decision, and the criteria that are met by a statement only.
public struct GateReport {
  private let decision: GateDecision
  private let objectives: [ObjectiveVerdict]
  private let captures: [String]
  private let source: String

  /// Creates a report.
  /// - Parameters:
  ///   - objectives: the verdicts on the objectives that the gate includes.
  ///   - captures: files that were judged instead of the committed ones.
  public init(
    _ decision: GateDecision, objectives: [ObjectiveVerdict] = [], captures: [String] = [], source: String
  ) {
    self.decision = decision
    self.objectives = objectives
    self.captures = captures
    self.source = source
  }

  /// Renders the report for a terminal, as UTF-8.
  public func bytes(width: Int, _ style: Style) -> [UInt8] {
    let role: Style.Role =
      switch decision.answer {
      case .go: .good
      case .noGo: .bad
      case .inconclusive: .warn
      }
    let wrap = min(width, 80) - 4
    var head = Array((style(decision.answer.rawValue, role) + "  gate \(decision.name.printable) · \(source)").utf8)
    head.reserveCapacity(head.count + decision.reasonCount * 64)
    // Bind the method once, not for each of thousands of reasons.
    let write = decision.writeMessage
    for place in 0..<decision.reasonCount {
      head.addWrapped(to: wrap, first: "  - ", rest: "    ") { write(place, &$0) }
    }
    var lines: [String] = []
    if !objectives.isEmpty { lines += ["", style("Service levels:", .strong)] }
    for verdict in objectives {
      let place = verdict.isCommitted ? "" : "  (capture not committed)"
      lines.append("    \(verdict.name.printable)  \(ObjectiveVerdictReport.line(verdict, style))\(place)")
    }
    if !decision.onWordAlone.isEmpty {
      lines += ["", style("Met by a statement only:", .warn)]
      lines += decision.onWordAlone.joined(separator: ", ").printable.wrapped(to: wrap).map { "    " + $0 }
    }
    if !decision.renewed.isEmpty { lines += ["", style("Renewed by attestation:", .strong)] }
    for (id, renewal) in decision.renewed {
      lines += RenewalText.line(renewal, of: id, now: decision.now).printable.wrapped(to: wrap).map { "    " + $0 }
    }
    if !decision.waived.isEmpty { lines += ["", style("Waived:", .warn)] }
    for waived in decision.waived {
      lines += "\(waived.milestone)/\(waived.criterion), \(EvidenceText.line(waived.waiver))".printable.wrapped(
        to: wrap
      )
      .map { "    " + $0 }
    }
    if !decision.letGo.isEmpty { lines += ["", style("Exceptions:", .warn)] }
    for waive in decision.letGo {
      lines += EvidenceText.line(waive).printable.wrapped(to: wrap).map { "    " + $0 }
    }
    if decision.answer == .noGo {
      let command = (["readiness why-not \(decision.name)"] + captures.map { "--capture \($0)" }).joined(separator: " ")
      lines += ["", style("What is missing: \(command.printable)", .quiet)]
    }
    for line in lines { head.add("\n" + line) }
    return head
  }

  /// The answer `gate` (contract 4.1).
  public var json: JSONValue { Envelope.json("gate", Self.members(decision) + slos) }

  private var slos: [JSONMember] {
    [JSONMember("slos", JSONValue(.array(objectives.map { JSONValue(.object(ObjectiveVerdictReport.members($0))) })))]
  }

  static func members(_ decision: GateDecision) -> [JSONMember] {
    [
      JSONMember("gate", .text(decision.name)), JSONMember("decision", .text(decision.answer.rawValue)),
      JSONMember("reasons", reasons(decision)), JSONMember("onWordAlone", .texts(decision.onWordAlone)),
      JSONMember("waived", waived(decision)), JSONMember("letGo", EvidenceText.json(decision.letGo, at: nil)),
      JSONMember("attestations", RenewalText.json(decision.renewed)),
    ]
  }

  static func waived(_ decision: GateDecision) -> JSONValue {
    JSONValue(
      .array(
        decision.waived.map {
          [
            "milestone": .text($0.milestone.text), "criterion": .text($0.criterion), "owner": .text($0.waiver.owner),
            "reason": .text($0.waiver.reason), "approver": .text($0.waiver.approver), "until": .text($0.waiver.until),
          ]
        }))
  }

  static func reasons(_ decision: GateDecision) -> JSONValue {
    JSONValue(
      .array(
        decision.reasons.map { reason in
          var members = [JSONMember("code", .text(reason.code.id)), JSONMember("message", .text(reason.message))]
          if let id = reason.milestone { members.append(JSONMember("milestone", .text(id.text))) }
          return JSONValue(.object(members))
        }))
  }
}

/// The smallest set of facts that would flip a gate.
public struct WhyNotReport {
  private let decision: GateDecision
  private let gap: GateGap
  private let lateness: [Lateness.Item]
  private let renewals: [String]

  /// Creates a report of a gate's decision, the facts that would flip it, and those of their milestones that are late
  /// or at risk.
  /// - Parameter overview: the overview of that plan.
  public init(_ decision: GateDecision, _ gap: GateGap, _ lateness: Lateness, _ overview: PlanOverview) {
    let outdated = gap.missing.filter { $0.kind == .evidence }.map(\.milestone)
    renewals = Set(outdated).sorted().prefix(3).compactMap { overview[$0]?.renewalCommand }
    self.decision = decision
    self.gap = gap
    let missing = Set(gap.missing.map(\.milestone))
    self.lateness = lateness.items.filter { missing.contains($0.milestone) }
  }

  /// Renders the report for a terminal.
  public func text(width: Int, _ style: Style) -> String {
    if decision.answer == .go {
      return style("go", .good) + "  Nothing speaks against gate \(decision.name.printable)."
    }
    let wrap = min(width, 80) - 6
    var facts: [String] = []
    var milestones = 0
    var last: MilestoneID?
    for fact in gap.missing {
      if fact.milestone != last {
        facts += ["", "  " + style(fact.milestone.text, .strong)]
        milestones += 1
        last = fact.milestone
      }
      facts += style.hint(fact.text, to: wrap, first: "    - ", rest: "      ")
    }
    var lines =
      gap.missing.isEmpty
      ? ["Gate \(decision.name.printable) says \(decision.answer.rawValue), and no change of the plan makes it go:"]
      : [
        "Gate \(decision.name.printable) says go after \(gap.missing.count == 1 ? "this 1 step" : "these \(gap.missing.count) steps"), in \(milestones) milestone\(milestones == 1 ? "" : "s"):"
      ]
    lines += facts
    lines += renewals.flatMap { command in
      [""] + style.hint("To renew evidence that still counts: \(command)", to: min(width, 80) - 2, rest: "  ")
    }
    let told: [ReasonCode] = [.gateCategory, .gateRisk, .gateOverdue, .evidenceMismatch]
    for reason in decision.reasons where !told.contains(reason.code) {
      lines += reason.message.printable.wrapped(to: wrap, first: "  ! ", rest: "    ")
    }
    if gap.criticalPath.count > 1 {
      lines +=
        [""]
        + ("Critical path: " + gap.criticalPath.map(\.text).joined(separator: " -> "))
        .wrapped(to: min(width, 80))
    }
    lines += LatenessText.lines(lateness, width: width, style)
    return lines.joined(separator: "\n")
  }

  /// The answer `why-not`: the members of `gate`, and `missing[]` (`milestone, kind, subject, text`), `criticalPath[]`.
  public var json: JSONValue {
    let missing = gap.missing.map { fact -> JSONValue in
      [
        "milestone": .text(fact.milestone.text), "kind": .text(fact.kind.rawValue), "subject": .text(fact.subject),
        "text": .text(fact.text),
      ]
    }
    return Envelope.json(
      "why-not",
      GateReport.members(decision) + [
        JSONMember("missing", JSONValue(.array(missing))),
        JSONMember("criticalPath", .texts(gap.criticalPath.map(\.text))),
        JSONMember("lateness", LatenessText.json(lateness)),
      ])
  }
}
