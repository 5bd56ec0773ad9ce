public import PlanJudge
public import PlanModel
public import StrictJSON

/// The weekly update, in the form of the seed's template. It contains values only: reports do not depend on history.
public struct WeeklyReport {
  /// The facts of a report.
  public struct Facts {
    let span: DaySpan
    let completed: [(id: String, run: String?, isSuspect: Bool)]
    let blocked: [(id: String, reason: String)]
    let risks: [(id: String, risk: Risk, isGone: Bool)]
    let added: [(String, String)]
    let removed: [(String, String)]
    let decision: GateDecision?
    let refusals: [Finding]
    let lateness: [Lateness.Item]
    /// The milestones that are new, and those that were retired.
    let members: (added: [String], retired: [String])

    /// Creates facts; ids are texts.
    public init(
      span: DaySpan, completed: [(id: String, run: String?, isSuspect: Bool)], blocked: [(id: String, reason: String)],
      risks: [(id: String, risk: Risk, isGone: Bool)], added: [(String, String)], removed: [(String, String)],
      members: (added: [String], retired: [String]), decision: GateDecision?, refusals: [Finding],
      lateness: [Lateness.Item] = []
    ) {
      self.members = members
      self.lateness = lateness
      self.span = span
      self.completed = completed
      self.blocked = blocked
      self.risks = risks
      self.added = added
      self.removed = removed
      self.decision = decision
      self.refusals = refusals
    }
  }

  private let facts: Facts

  /// Creates a report.
  public init(_ facts: Facts) { self.facts = facts }

  private var recommendation: GateDecision.Answer {
    guard let decision = facts.decision, facts.refusals.isEmpty else { return .inconclusive }
    return decision.answer
  }

  private var reasons: [(code: String, message: String, milestone: String?)] {
    if !facts.refusals.isEmpty {
      return facts.refusals.map { ($0.code.id, "History is refused: \($0.message)", $0.milestone?.text) }
    }
    guard let decision = facts.decision else {
      return [("undecidable", "There was no plan, or no gate, at the end of the week.", nil)]
    }
    return decision.reasons.map { ($0.code.id, $0.message, $0.milestone?.text) }
  }

  /// The report as Markdown: the six lines of the template, each with its facts from history.
  public var markdown: String {
    func list(_ items: [String]) -> [String] { items.isEmpty ? [" none"] : [""] + items.map { "  - \($0)" } }
    func line(_ name: String, _ values: [String]) -> [String] { ["- \(name):" + values[0]] + values.dropFirst() }
    let week = facts.span.week.map { "\($0) (\(facts.span.from) to \(facts.span.to))" }
    var lines = ["## Weekly Update", ""]
    lines += line("Week of", [" " + (week ?? "\(facts.span.from) to \(facts.span.to)")])
    lines += line(
      "Completed IDs",
      list(
        facts.completed.map {
          MarkdownText.line($0.id) + ($0.run.map { " (run `\($0.prefix(12))`)" } ?? " (no stamp)")
            + ($0.isSuspect ? ", suspect: its evidence changed since" : "")
        }))
    lines += line("Blocked IDs", list(facts.blocked.map { MarkdownText.line("\($0.id): \($0.reason)") }))
    lines += line(
      "Risks introduced",
      list(
        facts.risks.map {
          MarkdownText.line(
            "\($0.id) \($0.risk.id) (\($0.risk.severity), \($0.risk.status)\($0.isGone ? ", removed since" : "")): \($0.risk.text)"
          )
        }))
    lines += line(
      "Changes to dependency graph",
      list(
        facts.members.added.map { MarkdownText.line("\($0) was added") }
          + facts.members.retired.map { MarkdownText.line("\($0) was retired") }
          + facts.added.map { MarkdownText.line("\($0.0) now depends on \($0.1)") }
          + facts.removed.map { MarkdownText.line("\($0.0) no longer depends on \($0.1)") }))
    let answer =
      switch recommendation {
      case .go: "Go"
      case .noGo: "No-Go"
      case .inconclusive: "Inconclusive"
      }
    lines.append("- Go/No-Go recommendation: \(answer)")
    lines += reasons.map { "  - \(MarkdownText.line($0.message)) (`\($0.code)`)" }
    let words = facts.decision?.onWordAlone ?? []
    if !words.isEmpty {
      lines.append("  - Met by a statement only: \(MarkdownText.line(words.joined(separator: ", ")))")
    }
    for waived in facts.decision?.waived ?? [] {
      lines.append(
        "  - \(MarkdownText.line("\(waived.milestone)/\(waived.criterion) is \(EvidenceText.line(waived.waiver))"))")
    }
    for waive in facts.decision?.letGo ?? [] {
      lines.append("  - Exception: \(MarkdownText.line(EvidenceText.line(waive)))")
    }
    for item in facts.lateness { lines.append("  - \(MarkdownText.line(item.message))") }
    return lines.joined(separator: "\n")
  }

  /// The answer `weekly` (contract 4.1).
  public var json: JSONValue {
    func edges(_ pairs: [(String, String)]) -> JSONValue { JSONValue(.array(pairs.map { .texts([$0.0, $0.1]) })) }
    let listed = reasons.map { reason -> JSONValue in
      var members = [JSONMember("code", .text(reason.code)), JSONMember("message", .text(reason.message))]
      if let id = reason.milestone { members.append(JSONMember("milestone", .text(id))) }
      return JSONValue(.object(members))
    }
    return Envelope.json(
      "weekly",
      [
        JSONMember("week", facts.span.week.map { .text($0) } ?? nil), JSONMember("from", .text(facts.span.from)),
        JSONMember("to", .text(facts.span.to)), JSONMember("completed", .texts(facts.completed.map(\.id))),
        JSONMember("blocked", .texts(facts.blocked.map(\.id))),
        JSONMember(
          "risksIntroduced",
          JSONValue(
            .array(
              facts.risks.map {
                [
                  "milestone": .text($0.id), "id": .text($0.risk.id), "severity": .text($0.risk.severity),
                  "text": .text($0.risk.text), "status": .text($0.risk.status), "removed": JSONValue(.bool($0.isGone)),
                ]
              }))),
        JSONMember("suspect", .texts(facts.completed.filter(\.isSuspect).map(\.id))),
        JSONMember("milestonesAdded", .texts(facts.members.added)),
        JSONMember("milestonesRetired", .texts(facts.members.retired)),
        JSONMember("graphChanges", ["added": edges(facts.added), "removed": edges(facts.removed)]),
        JSONMember("recommendation", .text(recommendation.rawValue)), JSONMember("reasons", JSONValue(.array(listed))),
        JSONMember("onWordAlone", .texts(facts.decision?.onWordAlone ?? [])),
        JSONMember("waived", facts.decision.map(GateReport.waived) ?? []),
        JSONMember("letGo", EvidenceText.json(facts.decision?.letGo ?? [], at: nil)),
        JSONMember("lateness", LatenessText.json(facts.lateness)),
      ])
  }
}
