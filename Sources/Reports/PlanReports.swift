public import PlanJudge
public import PlanModel
public import StrictJSON

/// The milestones that can start now.
public struct NextReport {
  private let overview: PlanOverview

  /// Creates a report.
  public init(_ overview: PlanOverview) { self.overview = overview }

  /// The ready milestones in the plan's suggested order.
  private var ready: [PlanOverview.Entry] {
    overview.suggestedPlaces.lazy.map { overview.entries[$0] }.filter(\.isReady)
  }

  /// Renders the report for a terminal.
  public func text(width: Int, _ style: Style) -> String {
    let ready = ready
    guard !ready.isEmpty else { return "Nothing can start now. readiness blocked says what each milestone waits for." }
    // The day is shown if any milestone has one.
    let due = ready.contains { $0.target != nil }
    let lateness = Lateness(overview).items
    var table = Table(
      header: ["ID", "WORKSTREAM", "OWNER"] + (due ? ["DUE"] : []) + ["OUTCOME"], flexible: due ? [1, 4] : [1, 3],
      rows: ready.count)
    for entry in ready {
      table.append(entry.id.text, .strong)
      table.append(entry.workstream)
      table.append(entry.owner, Milestone.isOwned(by: entry.owner) ? nil : .warn)
      if due {
        let kind = lateness.first { $0.milestone == entry.id }?.kind
        table.append(entry.target ?? "", kind == .late ? .bad : kind == .atRisk ? .warn : nil)
      }
      table.append(entry.outcome, .quiet)
    }
    var lines = [table.text(width: width, style)]
    // A pending milestone may be late because of one that can start now.
    let urgent = lateness.filter { item in
      overview[item.milestone].map { $0.category == .pending } ?? false
    }
    if !urgent.isEmpty { lines += [""] + LatenessText.lines(urgent, width: width, style) }
    if let first = ready.first?.milestone, start(of: first) { lines += ["", "To start one: \(command(first))"] }
    return lines.joined(separator: "\n")
  }

  /// Returns true if the milestone's state has a successor of category `active`.
  private func start(of milestone: Milestone) -> Bool {
    let workflow = overview.policy.workflow
    return workflow.successors(of: milestone.status).contains { workflow.category($0) == .active }
  }

  private func command(_ milestone: Milestone) -> String {
    "readiness start \(milestone.id)" + (milestone.isOwned ? "" : " --owner me")
  }

  /// The answer `next`.
  public var json: JSONValue {
    Envelope.json(
      "next",
      [
        JSONMember("milestones", JSONValue(.array(ready.map(StatusReport.json)))),
        JSONMember("lateness", LatenessText.json(Lateness(overview).items)),
      ])
  }
}

/// The waiting milestones with their exact chains of blockers.
public struct BlockedReport {
  private let overview: PlanOverview
  /// The milestones that are not done and either wait for others or are in a blocked state.
  private let waiting: [PlanOverview.Entry]
  /// The maximum number of milestones in the chains of one milestone: the fewer milestones wait, the more, at least 16.
  private let bound: Int

  /// Creates a report.
  /// - Parameter id: the only milestone to report; nil for all.
  public init(_ overview: PlanOverview, of id: MilestoneID? = nil) {
    self.overview = overview
    waiting = (id.map { overview[$0].map { [$0] } ?? [] } ?? Array(overview.entries)).filter {
      $0.category != .done && (!$0.blockers.isEmpty || $0.category == .blocked)
    }
    bound = max(16, 100_000 / max(1, waiting.count))
  }

  /// Renders the report for a terminal.
  public func text(width: Int, _ style: Style) -> String {
    guard !waiting.isEmpty else { return "Nothing waits." }
    return waiting.flatMap { entry -> [String] in
      var lines = [style(entry.id.text, .strong) + " \(entry.workstream.printable) (\(entry.status.printable))"]
      if let blocked = entry.blocked { lines.append("    " + style("blocked: ", .bad) + blocked.reason.printable) }
      let (chains, areWhole) = overview.chains(of: entry.id, atMost: bound)
      for chain in chains {
        let links = chain.map { "\($0) (\(overview[$0]?.status ?? "missing"))".printable }
        lines += ("waits for " + links.joined(separator: " <- ")).wrapped(
          to: min(width, 80) - 8, first: "    ", rest: "        ")
      }
      if !areWhole {
        let hint = waiting.count > 1 ? ": readiness blocked \(entry.id)" : ""
        lines.append("    " + style("and more than is shown here\(hint)", .quiet))
      }
      return lines
    }.joined(separator: "\n")
  }

  /// The answer `blocked`: `chains[]`, and whether they are `complete`.
  public var json: JSONValue {
    let milestones = waiting.map { entry -> JSONValue in
      let (chains, areWhole) = overview.chains(of: entry.id, atMost: bound)
      return [
        "id": .text(entry.id.text), "status": .text(entry.status),
        "blockers": .texts(entry.blockers.map(\.text)),
        "chains": JSONValue(.array(chains.map { .texts($0.map(\.text)) })), "complete": JSONValue(.bool(areWhole)),
        "reason": entry.blocked.map { .text($0.reason) } ?? nil,
      ]
    }
    return Envelope.json("blocked", [JSONMember("milestones", JSONValue(.array(milestones)))])
  }
}

/// The suggested and the computed order, layers and the critical path.
public struct OrderReport {
  private let overview: PlanOverview
  private let graph: DependencyGraph

  /// Creates a report.
  public init(_ overview: PlanOverview) {
    self.overview = overview
    graph = overview.graph
  }

  /// Renders the report for a terminal, as UTF-8.
  public func bytes(width: Int, _ style: Style) -> [UInt8] {
    var out: [UInt8] = []
    func list(_ name: String, _ ids: [MilestoneID], between: String? = nil) {
      if !out.isEmpty { out.append(0x0A) }
      out.add(style(name.padded(to: 15), .quiet) + "  ")
      var line = WordWrap(to: min(width, 80) - 17, behind: 17)
      for (place, id) in ids.enumerated() {
        if place > 0, let between { line.add(between, to: &out) }
        line.add(id.text, to: &out)
      }
    }
    let suggested = overview.suggestedOrder
    list("suggested", suggested)
    list("computed", graph.topologicalOrder())
    list("critical path", graph.criticalPath(), between: "->")
    for (index, layer) in graph.layers().enumerated() { list("layer \(index + 1)", layer) }
    for (id, dependency) in graph.inversions(in: suggested) {
      out.add("\n" + style("note", .warn))
      out.add("  The suggested order has \(id) before \(dependency), which it depends on.")
    }
    return out
  }

  /// The answer `order` (contract 4.1).
  public var json: JSONValue {
    Envelope.json(
      "order",
      [
        JSONMember("suggested", .texts(overview.suggestedOrder.map(\.text))),
        JSONMember("computed", .texts(graph.topologicalOrder().map(\.text))),
        JSONMember("layers", JSONValue(.array(graph.layers().map { .texts($0.map(\.text)) }))),
        JSONMember("criticalPath", .texts(graph.criticalPath().map(\.text))),
      ])
  }
}

/// The dependencies between milestones as a square matrix.
public struct MatrixReport {
  private let overview: PlanOverview

  /// Creates a report.
  public init(_ overview: PlanOverview) { self.overview = overview }

  private func row(_ entry: PlanOverview.Entry) -> [Bool] {
    var row = [Bool](repeating: false, count: overview.entries.count)
    for place in entry.dependsOn.compactMap(overview.place) { row[place] = true }
    return row
  }

  /// Renders the matrix for a terminal. A dot means no dependency, so that the ones are easy to see.
  public func text(width: Int, _ style: Style) -> String {
    let ids = overview.ids
    // Column headings are vertical if the ids would not fit next to each other.
    let widest = ids.map(\.text.columns).max() ?? 4
    let isWide = (widest + 1) * (ids.count + 1) + 2 <= width
    let cell = isWide ? widest : 2
    var lines: [String] = []
    if isWide {
      lines.append(String(repeating: " ", count: widest + 2) + ids.map { " " + $0.text.padded(to: cell) }.joined())
    } else {
      for row in 0..<widest {
        let marks = ids.map { id -> String in
          let text = Array(id.text)
          let at = row - (widest - text.count)
          return " " + (at >= 0 ? String(text[at]) : " ").padded(to: cell)
        }
        lines.append(String(repeating: " ", count: widest + 2) + marks.joined())
      }
    }
    let (one, none) = (style("1", .strong), style("·", .quiet))
    let rest = String(repeating: " ", count: cell - 1)
    for entry in overview.entries {
      var line = "  " + entry.id.text.padded(to: widest)
      for isOne in row(entry) {
        line += " "
        line += isOne ? one : none
        line += rest
      }
      lines.append(line)
    }
    return lines.map { line in
      var line = line
      while line.last == " " { line.removeLast() }
      return line
    }.joined(separator: "\n")
  }

  /// The answer `matrix`.
  public var json: JSONValue {
    let (one, none) = (JSONValue.int(1), JSONValue.int(0))
    let rows = overview.entries.map { entry in JSONValue(.array(row(entry).map { $0 ? one : none })) }
    return Envelope.json(
      "matrix", [JSONMember("ids", .texts(overview.ids.map(\.text))), JSONMember("rows", JSONValue(.array(rows)))])
  }
}

/// The meaning of a reason code.
public struct ExplainReport {
  private let code: ReasonCode

  /// Creates a report.
  public init(_ code: ReasonCode) { self.code = code }

  /// Renders the report for a terminal.
  public func text(width: Int, _ style: Style) -> String {
    let wrap = min(width, 80) - 2
    return
      ([style(code.id, .strong), ""] + code.meaning.wrapped(to: wrap).map { "  " + $0 }
      + [""] + style.hint("What to do: " + code.remedy, to: wrap).map { "  " + $0 }
      + ["", style("  The rule: \(code.page.path), chapter \"\(code.page.chapter)\".", .quiet)]).joined(separator: "\n")
  }

  /// The answer `explain`.
  public var json: JSONValue {
    Envelope.json(
      "explain",
      [
        JSONMember("code", .text(code.id)), JSONMember("meaning", .text(code.meaning)),
        JSONMember("remedy", .text(code.remedy)), JSONMember("section", .text(code.source)),
        JSONMember("page", .text(code.page.path)), JSONMember("chapter", .text(code.page.chapter)),
      ])
  }

  /// The page `doc/reason-codes.md`, from the list that `explain` reads.
  public static var page: String {
    let entries = ReasonCode.all.sorted { $0.id < $1.id }.map { code in
      "## `\(code.id)`\n\n\(code.meaning)\n\n**What to do.** \(code.remedy)\n\nThe rule: [\(code.page.chapter)](\(code.page.path.dropFirst(4))).\n"
    }
    return
      "# Reason codes\n\nEvery refusal and every warning carries one of these. They are never renamed and never reused; `readiness explain CODE` says the same. This page is made from `Sources/PlanModel/Findings/ReasonCode.swift` by `make docs`.\n\n"
      + entries.joined(separator: "\n")
  }
}
