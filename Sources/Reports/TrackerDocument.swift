public import PlanJudge
import PlanModel
import StrictJSON

/// A tracker document in Markdown: the plan in the form that people exchange (see the seed plan for the form).
public enum TrackerDocument {
  /// Writes a plan as a tracker document. A document that the plan was imported from is reproduced byte for byte,
  /// unless its texts contain HTML, links, mentions or references. Those are escaped, and read back as the same text
  /// (decision 0042).
  public static func render(_ overview: PlanOverview) -> String {
    let entries = overview.entries
    let ids = overview.ids.map(\.text)
    var lines = [
      "# \(MarkdownText.cell(overview.plan?.title ?? StandardPlan.title))", "", "## Tracker", "",
      "| ID | Workstream | Outcome | Depends On | Owner | Status | Exit Criteria |", "|---|---|---|---|---|---|---|",
    ]
    for milestone in entries.map(\.milestone) {
      let dependencies = milestone.dependsOn.map(\.text).joined(separator: ", ")
      lines.append(
        row(
          [
            milestone.id.text, milestone.workstream, milestone.outcome, dependencies.isEmpty ? "-" : dependencies,
            milestone.owner, milestone.status,
          ].map(MarkdownText.cell) + [
            milestone.exitCriteria.map { MarkdownText.cellLine($0.text) }.joined(separator: "<br>")
          ]))
    }
    lines += [
      "", "## Current In-Repo Deliverables", "", "| Workstream | File | Purpose | Status |", "|---|---|---|---|",
    ]
    for milestone in entries.map(\.milestone) {
      for item in milestone.deliverables {
        let path =
          MarkdownText.isCode(item.path) ? "`\(item.path)`" : MarkdownText.cellLine(item.path, keepsCode: false)
        let work = MarkdownText.cell("\(milestone.id) \(milestone.workstream)")
        lines.append(row([work, path, MarkdownText.cell(item.purpose), MarkdownText.cell(item.status)]))
      }
    }
    lines += [
      "", "## Dependency Matrix", "", "`1` means row item depends on column item.", "",
      row(["Row \\ Col"] + ids), "|---|" + ids.map { _ in "---:|" }.joined(),
    ]
    // The number of cells is quadratic, so a row of zeros is copied and the ones are set in it.
    let noughts = Array(ids.map { _ in "0" }.joined(separator: " | ").utf8)
    for entry in entries {
      var cells = noughts
      for place in entry.dependsOn.compactMap(overview.place) { cells[4 * place] = UInt8(ascii: "1") }
      lines.append("| \(MarkdownText.cell(entry.id.text)) | \(String(decoding: cells, as: UTF8.self)) |")
    }
    lines += ["", "## Suggested Execution Order", ""]
    for (index, id) in (overview.plan?.executionOrder ?? []).enumerated() {
      lines.append("\(index + 1). \(MarkdownText.cell(id.text))")
    }
    lines += ["", "## Weekly Update Template", ""] + weeklyTemplate
    let reserves = overview.entries.filter { !$0.suspect.isEmpty || !$0.waived.isEmpty }
    if !reserves.isEmpty { lines += ["", "## Suspect or Waived", ""] + reserves.flatMap(reserve) }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Returns the lines about a milestone whose state has reservations.
  private static func reserve(_ entry: PlanOverview.Entry) -> [String] {
    let suspect =
      entry.suspect.isEmpty ? [] : ["- \(MarkdownText.line("\(entry.id) is suspect: \(entry.suspectInShort)"))"]
    return suspect
      + entry.waived.map { waived in
        "- " + MarkdownText.line("\(entry.id)/\(waived.id) is waived until \(waived.waiver?.until ?? "")")
      }
  }

  private static let weeklyTemplate = [
    "- Week of:", "- Completed IDs:", "- Blocked IDs:", "- Risks introduced:", "- Changes to dependency graph:",
    "- Go/No-Go recommendation:",
  ]

  private static func row(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |" }
}

extension TrackerDocument {
  /// Reads a tracker document. Every fault becomes a finding with its line; nothing is guessed.
  public static func parse(_ text: String, path: String) -> ImportedPlan {
    var reader = TrackerReader(path: path)
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      reader.read(line.hasSuffix("\r") ? line.dropLast() : line, number: index + 1)
    }
    return reader.finish()
  }
}

/// A reader of a tracker document, line by line.
private struct TrackerReader {
  private enum Section { case none, tracker, deliverables, matrix, order, other }

  let path: String
  private var title: String?
  private var section = Section.none
  private var header: [String] = []
  private var milestones: [MilestoneDraft] = []
  private var order: [MilestoneID] = []
  private var matrix: [(row: MilestoneID, column: MilestoneID, value: String, line: Int)] = []
  private var hasMatrix = false
  private var findings: [Finding] = []

  init(path: String) { self.path = path }

  mutating func read(_ line: Substring, number: Int) {
    if line.hasPrefix("# "), title == nil {
      title = MarkdownText.decodedCell(line.dropFirst(2))
    } else if line.hasPrefix("## ") {
      header = []
      section =
        switch line.dropFirst(3).lowercased() {
        case "tracker": .tracker
        case "current in-repo deliverables": .deliverables
        case "dependency matrix": .matrix
        case "suggested execution order": .order
        default: .other
        }
    } else if line.hasPrefix("|") {
      row(Self.cells(line), number)
    } else if section == .order, let dot = line.firstIndex(of: "."), Int(line[..<dot]) != nil {
      let id = MilestoneID(line[line.index(after: dot)...].drop { $0 == " " }.trimmingEnd)
      if id.isValid { order.append(id) } else { refuse("\"\(id)\" is no milestone id.", number) }
    }
  }

  private mutating func row(_ cells: [String], _ number: Int) {
    guard section != .none, section != .other else { return }
    if header.isEmpty {
      header = cells
      return
    }
    if cells.allSatisfy({ !$0.isEmpty && $0.allSatisfy { $0 == "-" || $0 == ":" } }) { return }
    guard cells.count == header.count else {
      refuse("The row has \(cells.count) cells, its table has \(header.count) columns.", number)
      return
    }
    switch section {
    case .tracker: trackerRow(cells, number)
    case .deliverables: deliverableRow(cells, number)
    case .matrix: matrixRow(cells, number)
    default: break
    }
  }

  private mutating func trackerRow(_ cells: [String], _ number: Int) {
    guard cells.count == 7 else { return refuse("The tracker has seven columns.", number) }
    func text(_ column: Int) -> String { MarkdownText.decodedCell(cells[column]) }
    let id = MilestoneID(cells[0])
    guard id.isValid else { return refuse("\"\(cells[0])\" is no milestone id; an id looks like M-04.", number) }
    guard !milestones.contains(where: { $0.id == id }) else {
      return refuse("\(id) occurs twice in the tracker.", number)
    }
    let dependsOn =
      cells[3] == "-" ? [] : cells[3].split(separator: ",").map { MilestoneID($0.drop { $0 == " " }.trimmingEnd) }
    for dependency in dependsOn where !dependency.isValid { refuse("\"\(dependency)\" is no milestone id.", number) }
    milestones.append(
      MilestoneDraft(
        id: id, workstream: text(1), outcome: text(2), dependsOn: dependsOn.filter(\.isValid), owner: text(4),
        status: text(5), criteria: cells[6].split(separator: "<br>").map(MarkdownText.decoded)))
    milestones[milestones.count - 1].line = number
  }

  private mutating func deliverableRow(_ cells: [String], _ number: Int) {
    guard cells.count == 4 else { return refuse("The deliverables have four columns.", number) }
    let id = MilestoneID(String(cells[0].prefix { $0 != " " }))
    guard let index = milestones.firstIndex(where: { $0.id == id }) else {
      return refuse("The deliverable belongs to \"\(id)\", which the tracker does not have.", number)
    }
    milestones[index].deliverables.append(
      MilestoneDraft.Deliverable(
        path: Self.path(cells[1]), purpose: MarkdownText.decodedCell(cells[2]),
        status: MarkdownText.decodedCell(cells[3])))
  }

  private mutating func matrixRow(_ cells: [String], _ number: Int) {
    hasMatrix = true
    for (column, value) in zip(header.dropFirst(), cells.dropFirst()) {
      matrix.append((MilestoneID(cells[0]), MilestoneID(column), value, number))
    }
  }

  private mutating func refuse(_ message: String, _ number: Int) {
    findings.append(
      Finding(.schemaViolation, message, hint: "Correct the row, then import again.", path: path, line: number))
  }

  /// Compares the matrix with Depends On, which it repeats, and reports each cell that differs.
  private mutating func compareMatrix() {
    guard hasMatrix else { return }
    let depends = Dictionary(milestones.map { ($0.id, Set($0.dependsOn)) }) { first, _ in first }
    var told: [MilestoneID: Set<MilestoneID>] = [:]
    for cell in matrix {
      told[cell.row, default: []].insert(cell.column)
      let says = depends[cell.row]?.contains(cell.column) ?? false
      guard cell.value != (says ? "1" : "0") else { continue }
      findings.append(
        Finding(
          .matrixMismatch,
          "The cell of row \(cell.row), column \(cell.column) is \"\(cell.value)\"; Depends On of \(cell.row) says \(says ? "1" : "0").",
          milestone: cell.row, path: path, line: cell.line))
    }
    for milestone in milestones {
      for dependency in milestone.dependsOn where told[milestone.id]?.contains(dependency) != true {
        findings.append(
          Finding(
            .matrixMismatch, "The matrix has no cell of row \(milestone.id), column \(dependency); Depends On says 1.",
            milestone: milestone.id, path: path))
      }
    }
  }

  mutating func finish() -> ImportedPlan {
    if milestones.isEmpty { refuse("There is no tracker table with a milestone in it.", 1) }
    compareMatrix()
    return ImportedPlan(
      title: title ?? StandardPlan.title, milestones: milestones, executionOrder: order, findings: findings)
  }

  /// Returns the path in a cell of code or text.
  private static func path(_ cell: String) -> String {
    let code = cell.dropFirst().dropLast()
    guard cell.count > 1, cell.hasPrefix("`"), cell.hasSuffix("`"), !code.contains("`") else {
      return MarkdownText.decoded(cell)
    }
    return String(code).replacing("\\|", with: "|")
  }

  /// Returns the cells of a row as written, without surrounding spaces.
  private static func cells(_ line: Substring) -> [String] {
    var cells: [String] = []
    var cell = ""
    var rest = line.dropFirst()
    while let character = rest.popFirst() {
      if character == "\\", let next = rest.first, next == "|" || next == "\\" {
        rest.removeFirst()
        cell += "\\" + String(next)
      } else if character == "|" {
        cells.append(cell.drop { $0 == " " }.trimmingEnd)
        cell = ""
      } else {
        cell.append(character)
      }
    }
    return cells
  }
}

extension StringProtocol {
  /// The text without spaces at its end.
  fileprivate var trimmingEnd: String {
    var text = self[...]
    while text.last == " " { text = text.dropLast() }
    return String(text)
  }
}
