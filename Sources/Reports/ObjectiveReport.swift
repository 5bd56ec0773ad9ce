import PlanJudge
public import PlanSLO
import PlanModel
public import StrictJSON

/// Objectives with their burn alerts and the faults of their definitions.
public struct ObjectiveReport {
  private let files: [ObjectiveFile]

  /// Creates a report of files of objectives.
  public init(_ files: [ObjectiveFile]) { self.files = files }

  /// Renders each objective for a terminal, with its budget and the delays of its alerts.
  public func text(width: Int, _ style: Style) -> String {
    if files.isEmpty { return "There is no SLO in \(PlanPaths.objectives)/." }
    let widest = files.map(\.name.columns).max() ?? 0
    var lines = files.compactMap(\.objective).flatMap { Self.lines($0, widest: widest, style) }
    let findings = files.flatMap(\.findings)
    if !findings.isEmpty {
      lines += FindingReport.text(findings, width: width, style).split(separator: "\n").map(String.init)
    }
    let (all, sound) = (files.count, files.count(where: \.isSound))
    lines.append(
      all == sound
        ? "\(all) \(all == 1 ? "SLO is" : "SLOs are") sound." : "\(all - sound) of \(all) SLOs cannot be used.")
    return lines.joined(separator: "\n")
  }

  /// Renders one line per objective for a terminal.
  public func list(_ style: Style) -> String {
    if files.isEmpty { return "There is no SLO in \(PlanPaths.objectives)/." }
    let widest = files.map(\.name.columns).max() ?? 0
    return files.map { file in
      let name = style(file.name.printable.padded(to: widest), .strong)
      guard let objective = file.objective else {
        return "\(name)  " + style("cannot be used: readiness slo check", .bad)
      }
      return "\(name)  \(Self.target(objective))  \(objective.service)  \(objective.displayName.printable)"
    }.joined(separator: "\n")
  }

  /// The answer `slo`: `slos[]` (`name, service, target, period, rows[], findings[]`).
  public var json: JSONValue {
    Envelope.json("slo", [JSONMember("slos", JSONValue(.array(files.map { JSONValue(.object(Self.members($0))) })))])
  }

  static func members(_ file: ObjectiveFile) -> [JSONMember] {
    var members = [JSONMember("name", .text(file.name)), JSONMember("definition", .text(file.digest.tagged))]
    if let objective = file.objective {
      let rows = objective.rows.map { row -> JSONValue in
        [
          "severity": .text(row.severity.rawValue), "long": .text(row.long.rawValue),
          "short": .text(row.short.rawValue), "factor": number(row.factor.double),
          "threshold": number(row.threshold.double),
          "secondsAtAllErrors": number(row.detectionSeconds(atRatio: 1)),
        ]
      }
      members += [
        JSONMember("displayName", .text(objective.displayName)), JSONMember("service", .text(objective.service)),
        JSONMember("target", number(objective.target.double)), JSONMember("period", .text(objective.period.text)),
        JSONMember("budget", number(objective.budget.double)), JSONMember("rows", JSONValue(.array(rows))),
      ]
    }
    return members + [JSONMember("findings", FindingReport.json(file.findings))]
  }

  static func number(_ number: Double) -> JSONValue { JSONValue(.number(JSONNumber(number))) }

  private static func target(_ objective: Objective) -> String {
    "\((objective.target * ExactDecimal(units: 100, places: 0)).text) % over \(objective.period.text)"
  }

  static func lines(_ objective: Objective, widest: Int, _ style: Style) -> [String] {
    let budget = objective.budget
    let downtime = Words.duration(seconds: Double(objective.period.seconds) * budget.double)
    var scale: Int64 = 1
    for _ in 0..<budget.places { scale *= 10 }
    let share =
      scale % budget.units == 0
      ? "1 of \(Words.count(Double(scale / budget.units)))"
      : "\(Words.count(Double(budget.units))) of \(Words.count(Double(scale)))"
    let name = style(objective.name.printable.padded(to: widest), .strong)
    var lines = ["\(name)   \(target(objective))   budget \(downtime) of downtime, or \(share) events"]
    for row in objective.rows {
      let twice = 2 * row.threshold.double
      let all = "fires after \(Words.duration(seconds: row.detectionSeconds(atRatio: 1))) at 100 % errors"
      let half =
        twice < 1
        ? ", \(Words.duration(seconds: row.detectionSeconds(atRatio: twice))) at \((row.threshold * ExactDecimal(units: 200, places: 0)).text) %"
        : ""
      lines.append(
        "  \(row.severity.rawValue.padded(to: 6)) \(row.factor.text.padded(to: 6)) x over \(row.long.rawValue) and "
          + "\(row.short.rawValue.padded(to: 3)) \(all)\(half)")
    }
    return lines
  }
}

/// The verdict of captures on an objective.
public struct ObjectiveVerdictReport {
  private let file: ObjectiveFile
  private let verdict: ObjectiveVerdict?

  /// Creates a report of an objective and the verdict on its capture, which is nil if nothing was captured.
  public init(_ file: ObjectiveFile, _ verdict: ObjectiveVerdict?) {
    self.file = file
    self.verdict = verdict
  }

  /// Renders the report for a terminal.
  public func text(width: Int, _ style: Style) -> String {
    var lines = file.objective.map { ObjectiveReport.lines($0, widest: 0, style) } ?? []
    if !file.findings.isEmpty { lines.append(FindingReport.text(file.findings, width: width, style)) }
    guard let verdict else {
      lines.append("Nothing was captured yet: readiness slo capture \(file.name) --endpoint URL")
      return lines.joined(separator: "\n")
    }
    lines.append("  " + Self.line(verdict, style))
    for reason in verdict.reasons {
      lines += reason.message.printable.wrapped(to: min(width, 80) - 4, first: "  - ", rest: "    ")
    }
    return lines.joined(separator: "\n")
  }

  /// The answer `slo-verdict`: the objective's members of `slo`, and `slo, decision, budgetLeft, burn{}, newest,
  /// covered, events, reasons[]`.
  public var json: JSONValue {
    Envelope.json(
      "slo-verdict",
      (verdict.map(Self.members) ?? [JSONMember("slo", .text(file.name))]) + ObjectiveReport.members(file))
  }

  /// Renders the numbers and the decision on a line.
  public static func line(_ verdict: ObjectiveVerdict, _ style: Style) -> String {
    let role: Style.Role =
      switch verdict.answer {
      case .go: .good
      case .noGo: .bad
      case .inconclusive: .warn
      }
    var facts: [String] = []
    if let left = verdict.budgetLeft { facts.append("budget left \(Words.percent(left))") }
    if let hour = verdict.burn.first(where: { $0.window == .oneHour }) {
      facts.append("burning \(Words.rate(hour.rate)) x (1h)")
    }
    let head = facts.isEmpty ? "" : facts.joined(separator: ", ") + "  -> "
    return head + style(verdict.answer.rawValue, role)
  }

  /// Returns the properties of a verdict.
  public static func members(_ verdict: ObjectiveVerdict) -> [JSONMember] {
    func moment(_ value: Int64?) -> JSONValue { value.map { .text(Timestamp.text(millisecondsSince1970: $0)) } ?? nil }
    func number(_ value: Double?) -> JSONValue {
      value.flatMap { $0.isFinite ? ObjectiveReport.number($0) : nil } ?? nil
    }
    let burn = verdict.burn.map { JSONMember($0.window.rawValue, number($0.rate)) }
    let reasons = verdict.reasons.map { reason -> JSONValue in
      ["code": .text(reason.code.id), "message": .text(reason.message)]
    }
    return [
      JSONMember("slo", .text(verdict.name)), JSONMember("decision", .text(verdict.answer.rawValue)),
      JSONMember("budgetLeft", number(verdict.budgetLeft)), JSONMember("burn", JSONValue(.object(burn))),
      JSONMember("newest", moment(verdict.newest)), JSONMember("covered", number(verdict.covered)),
      JSONMember("events", number(verdict.events)), JSONMember("captured", moment(verdict.capturedAt)),
      JSONMember("signed", JSONValue(.bool(verdict.isSigned))),
      JSONMember("committed", JSONValue(.bool(verdict.isCommitted))),
      JSONMember("reasons", JSONValue(.array(reasons))),
    ]
  }
}
