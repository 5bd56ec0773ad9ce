public import PlanJudge
import PlanModel
public import StrictJSON

/// The tracker, one milestone per line.
public struct StatusReport {
  private let overview: PlanOverview
  private let commit: String?
  private let source: String
  private let shows: (PlanOverview.Entry) -> Bool

  /// - Parameters:
  ///   - source: the source of the plan for the heading, such as `main at 3f2a1b9c` or `the index`.
  ///   - shows: selects the milestones to list; the totals count all of them.
  public init(
    _ overview: PlanOverview, commit: String?, source: String,
    shows: @escaping (PlanOverview.Entry) -> Bool = { _ in true }
  ) {
    self.shows = shows
    self.overview = overview
    self.commit = commit
    self.source = source
  }

  /// Renders the report for a terminal, as UTF-8.
  public func bytes(width: Int, _ style: Style) -> [UInt8] {
    let title = overview.plan?.title.printable ?? "Plan"
    var table = Table(
      header: ["ID", "WORKSTREAM", "STATUS", "OWNER", "WAITS FOR"], flexible: [1, 3, 4], rows: overview.entries.count)
    var tally = Tally()
    var ready: [String] = []
    for place in overview.entries.indices {
      let entry = overview.entries[place]
      tally.add(entry)
      guard shows(entry) else { continue }
      if entry.isReady { ready.append(entry.id.text) }
      table.append(entry.id.text)
      table.append(entry.workstream)
      table.append(entry.shownStatus, Self.role(entry))
      table.append(entry.owner, Milestone.isOwned(by: entry.owner) ? nil : .quiet)
      table.append(.quiet) { add in
        if entry.category != .done { overview.forEachBlocker(at: place) { add($0.text) } }
      }
    }
    var head: [UInt8] = []
    head.add(style(title, .strong) + " · \(source) · \(tally.done) of \(overview.entries.count) done\n\n")
    table.write(to: &head, width: width, style)
    var lines: [String] = []
    let byStatus = tally.byStatus(overview.policy.workflow).filter { $0.count > 0 }
    lines += ["", byStatus.map { "\($0.name.printable) \($0.count)" }.joined(separator: " · ")]
    if let proof = tally.proof { lines.append(proof) }
    if !ready.isEmpty { lines.append("Can start now: " + ready.joined(separator: ", ")) }
    for place in overview.entries.indices
    where !overview.entries[place].suspect.isEmpty && shows(overview.entries[place]) {
      let entry = overview.entries[place]
      let what = "Suspect: \(entry.id) is based on \(entry.suspectInShort), changed or lapsed since."
      let text = what + (entry.renewalCommand.map { " To renew it: \($0)" } ?? "")
      lines += style.hint(text, to: width).enumerated().map { index, line in
        index == 0 ? style("Suspect:", .warn) + line.dropFirst(8) : "  " + line
      }
    }
    lines += LatenessText.lines(lateness, width: width, style)
    for place in overview.entries.indices where shows(overview.entries[place]) {
      let entry = overview.entries[place]
      for renewal in entry.renewed {
        lines.append(RenewalText.line(renewal, of: entry.id, now: overview.now).printable)
      }
    }
    for place in overview.entries.indices
    where !overview.entries[place].waived.isEmpty && shows(overview.entries[place]) {
      let entry = overview.entries[place]
      for criterion in entry.waived {
        guard let waiver = criterion.waiver else { continue }
        let text = "\(entry.id)/\(criterion.id), \(EvidenceText.line(waiver))"
        lines.append(style("Waived: ", .warn) + text.printable)
      }
    }
    for waive in overview.letGo {
      let isOver = !waive.holds(at: overview.now)
      lines += ((isOver ? "Lapsed: " : "Exception: ") + EvidenceText.line(waive)).printable.wrapped(to: width)
        .enumerated()
        .map { $0 == 0 ? style(String($1.prefix(7)), isOver ? .bad : .warn) + $1.dropFirst(7) : "  " + $1 }
    }
    for line in lines { head.add("\n" + line) }
    return head
  }

  /// The late and at-risk milestones among the listed ones.
  private var lateness: [Lateness.Item] {
    Lateness(overview).items.filter { overview[$0.milestone].map(shows) ?? false }
  }

  static func role(_ entry: PlanOverview.Entry) -> Style.Role? {
    if !entry.suspect.isEmpty { return .warn }
    return switch entry.category {
    case .done: .good
    case .blocked: .bad
    case .review, .active: .warn
    default: nil
    }
  }

  /// The answer `status` (contract 4.1).
  public var json: JSONValue {
    var tally = Tally()
    for entry in overview.entries { tally.add(entry) }
    let byStatus = tally.byStatus(overview.policy.workflow).map { JSONMember($0.name, .int($0.count)) }
    return Envelope.json(
      "status",
      [
        JSONMember("commit", commit.map { .text($0) } ?? nil),
        JSONMember("milestones", JSONValue(.array(overview.entries.filter(shows).map(Self.json)))),
        JSONMember(
          "summary",
          [
            "total": .int(overview.entries.count), "done": .int(tally.done),
            "byStatus": JSONValue(.object(byStatus)),
          ]), JSONMember("order", .texts(overview.suggestedOrder.map(\.text))),
        JSONMember("lateness", LatenessText.json(lateness)),
        JSONMember("letGo", EvidenceText.json(overview.letGo, at: overview.now)),
      ])
  }

  static func json(_ entry: PlanOverview.Entry) -> JSONValue {
    [
      "id": .text(entry.id.text), "workstream": .text(entry.workstream),
      "outcome": .text(entry.outcome), "dependsOn": .texts(entry.dependsOn.map(\.text)),
      "owner": .text(entry.owner), "status": .text(entry.status),
      "category": entry.category.map { .text($0.rawValue) } ?? nil, "ready": JSONValue(.bool(entry.isReady)),
      "blockers": .texts(entry.blockers.map(\.text)), "suspect": .texts(entry.suspect),
      "waived": .texts(entry.waived.map(\.id)), "target": entry.target.map { .text($0) } ?? nil,
      "renewed": RenewalText.json(entry.renewed.map { (entry.id, $0) }),
    ]
  }
}

/// The counts over all milestones, from one pass.
private struct Tally {
  /// The number of milestones that are done.
  private(set) var done = 0
  private var statuses: [String: Int] = [:]
  /// The criteria, each counted under its strongest evidence.
  private var criteria: [(name: String, count: Int)] = [
    ("by a check", 0), ("by a file", 0), ("by approval", 0), ("by a statement only", 0), ("waived", 0),
    ("outdated", 0), ("open", 0),
  ]

  mutating func add(_ entry: PlanOverview.Entry) {
    if entry.category == .done { done += 1 }
    statuses[entry.status, default: 0] += 1
    for criterion in entry.milestone.exitCriteria {
      let kinds = criterion.evidence.lazy.map { evidence in
        switch evidence.kind {
        case .check: 0
        case .file: 1
        case .approval: 2
        case .statement: 3
        }
      }
      switch entry.standing(of: criterion) {
      case .met: criteria[kinds.min() ?? 6].count += 1
      case .waived: criteria[4].count += 1
      case .outdated: criteria[5].count += 1
      case .open: criteria[6].count += 1
      }
    }
  }

  /// Returns the number of milestones in each state, in the workflow's order.
  func byStatus(_ workflow: Workflow) -> [(name: String, count: Int)] {
    workflow.states.map { ($0.name, statuses[$0.name] ?? 0) }
  }

  /// The kinds of evidence of the exit criteria. Nil if no criterion has any.
  var proof: String? {
    guard criteria[..<6].contains(where: { $0.count > 0 }) else { return nil }
    let shown = criteria.filter { $0.count > 0 }.map { "\($0.count) \($0.name)" }
    return "Criteria met: " + shown.joined(separator: " · ")
  }
}

/// One milestone with its file's contents and what follows from them.
public struct ShowReport {
  private let entry: PlanOverview.Entry
  private let overview: PlanOverview

  /// Creates a report about one entry.
  public init(_ entry: PlanOverview.Entry, in overview: PlanOverview) {
    self.entry = entry
    self.overview = overview
  }

  /// Renders the report for a terminal.
  public func text(width: Int, _ style: Style) -> String {
    let milestone = entry.milestone
    var lines = [style("\(milestone.id) \(milestone.workstream.printable)", .strong)]
    func field(_ name: String, _ value: String) {
      let wrapped = value.printable.wrapped(to: min(width, 80) - 14)
      lines.append("  " + style(name.padded(to: 12), .quiet) + wrapped[0])
      for line in wrapped.dropFirst() { lines.append(String(repeating: " ", count: 14) + line) }
    }
    field("outcome", milestone.outcome)
    field("status", entry.shownStatus)
    field("owner", milestone.owner)
    if let target = milestone.target {
      let late = Lateness(overview).items.first { $0.milestone == milestone.id }
      field("target", target + (late.map { $0.kind == .late ? " (late)" : " (at risk)" } ?? ""))
      if let late, late.kind == .atRisk { field("", late.message) }
    }
    if let blocked = milestone.blocked {
      field(
        "blocked",
        blocked.reason + (blocked.by.isEmpty ? "" : " (by \(blocked.by.map(\.text).joined(separator: ", ")))"))
    }
    let dependencies = milestone.dependsOn.map { id in
      "\(id) (\(overview[id].map { $0.suspect.isEmpty ? $0.status : $0.status + ", suspect" } ?? "missing"))"
    }
    field("depends on", dependencies.isEmpty ? "nothing" : dependencies.joined(separator: ", "))
    let dependents = overview.graph.dependents(of: milestone.id)
    if !dependents.isEmpty { field("needed by", dependents.map(\.text).joined(separator: ", ")) }
    let legal = overview.policy.workflow.successors(of: milestone.status)
    field("can go to", legal.isEmpty ? "nowhere" : legal.joined(separator: ", "))
    lines += ["", "  exit criteria"]
    for criterion in milestone.exitCriteria { lines += Self.lines(criterion, entry, width, style) }
    if !milestone.deliverables.isEmpty { lines += ["", "  deliverables"] }
    for deliverable in milestone.deliverables {
      lines.append("    \(deliverable.path.printable)  " + style(deliverable.status.printable, .quiet))
      lines += deliverable.purpose.printable.wrapped(to: min(width, 80) - 8).map { "      " + style($0, .quiet) }
    }
    if !milestone.risks.isEmpty { lines += ["", "  risks"] }
    for risk in milestone.risks {
      lines += "\(risk.id) (\(risk.severity), \(risk.status)): \(risk.text)".printable
        .wrapped(to: min(width, 80) - 6).map { "    " + $0 }
    }
    return lines.joined(separator: "\n")
  }

  static func lines(_ criterion: ExitCriterion, _ entry: PlanOverview.Entry, _ width: Int, _ style: Style)
    -> [String]
  {
    let standing = entry.standing(of: criterion)
    let mark =
      switch standing {
      case .met: style("[x]", .good)
      case .waived: style("[~]", .warn)
      case .outdated: style("[!]", .bad)
      case .open: style("[ ]", .quiet)
      }
    let wrapped = criterion.text.printable.wrapped(to: min(width, 80) - 10)
    var lines = ["    \(mark) \(criterion.id)"]
    lines += wrapped.map { "        " + $0 }
    func add(_ text: String, _ role: Style.Role) {
      lines += text.printable.wrapped(to: min(width, 80) - 10).map { "        " + style($0, role) }
    }
    if let check = criterion.check { add("check: " + EvidenceText.line(check), .quiet) }
    for evidence in criterion.evidence {
      add(EvidenceText.line(evidence), .quiet)
      if case .file(let path, _) = evidence.kind, entry.suspect.contains(path) {
        lines[lines.count - 1] += " " + style("suspect", .warn)
      }
    }
    for renewal in entry.renewed where renewal.criterion == criterion.id {
      add(
        "renewed by attestation of \(renewal.key), \(Timestamp.text(millisecondsSince1970: renewal.at).prefix(16))Z",
        .good)
    }
    if standing == .outdated { add("not met: the evidence no longer matches, or the waiver is over", .bad) }
    if let waiver = criterion.waiver {
      add((standing == .waived ? "" : "over: ") + EvidenceText.line(waiver), .warn)
    }
    return lines
  }

  /// The answer `show`: the file's own members, and what follows from them.
  public var json: JSONValue {
    Envelope.json(
      "show",
      [
        JSONMember("milestone", StatusReport.json(entry)), JSONMember("file", entry.milestone.json),
        JSONMember("dependents", .texts(overview.graph.dependents(of: entry.id).map(\.text))),
        JSONMember("canGoTo", .texts(overview.policy.workflow.successors(of: entry.status))),
      ])
  }
}
