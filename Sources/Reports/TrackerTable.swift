import PlanJudge
import PlanModel
import StrictJSON

/// The plan as a table for spreadsheets: RFC 4180, a milestone a row, criteria a line each within their cell.
public enum TrackerTable {
  private static let header = ["id", "workstream", "outcome", "dependsOn", "owner", "status", "exitCriteria"]

  /// Writes the rows in the suggested order, so that importing them gives that order back. Lines end in CRLF.
  public static func render(_ overview: PlanOverview) -> String {
    let rows = overview.suggestedOrder.compactMap { overview[$0]?.milestone }.map { milestone in
      [
        milestone.id.text, milestone.workstream, milestone.outcome,
        milestone.dependsOn.map(\.text).joined(separator: " "), milestone.owner, milestone.status,
      ].map { CSVCell.encoded($0.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)) }
        + [CSVCell.encoded(milestone.exitCriteria.map(\.text))]
    }
    return ([header] + rows).map { $0.joined(separator: ",") + "\r\n" }.joined()
  }

  /// Reads a table with the columns that `render` writes, in any order, others passed over. Every fault becomes a
  /// finding with its line; nothing is guessed.
  public static func parse(_ text: String, path: String) -> ImportedPlan {
    var findings: [Finding] = []
    func refuse(_ message: String, _ line: Int, hint: String = "Correct the row, then import again.") {
      findings.append(Finding(.schemaViolation, message, hint: hint, path: path, line: line))
    }
    let (records, fault) = records(text)
    if let fault { refuse(fault.message, fault.line) }
    let names = (records.first?.cells ?? []).map { $0.lowercased().filter { $0.isLetter } }
    let columns = header.map { name in names.firstIndex(of: name.lowercased()) }
    for (name, column) in zip(header, columns) where column == nil && ["id", "workstream", "outcome"].contains(name) {
      refuse(
        "The table has no column \"\(name)\".", 1, hint: "The columns are \(header.joined(separator: ", ")).")
    }
    var milestones: [MilestoneDraft] = []
    for record in records.dropFirst() {
      guard record.cells.count == names.count else {
        refuse("The row has \(record.cells.count) cells, the table has \(names.count) columns.", record.line)
        continue
      }
      func written(_ index: Int) -> String { columns[index].map { record.cells[$0] } ?? "" }
      func cell(_ index: Int) -> String {
        written(index).split(separator: "\n", omittingEmptySubsequences: false).map(CSVCell.decoded)
          .joined(separator: "\n")
      }
      let id = MilestoneID(cell(0))
      guard id.isValid else {
        refuse("\"\(cell(0))\" is no milestone id; an id looks like M-04.", record.line)
        continue
      }
      if milestones.contains(where: { $0.id == id }) { refuse("\(id) stands twice in the table.", record.line) }
      let dependsOn = cell(3).split { " ,;\n\r".contains($0) }.map { MilestoneID(String($0)) }
      for other in dependsOn where !other.isValid { refuse("\"\(other)\" is no milestone id.", record.line) }
      let criteria = written(6).split(whereSeparator: \.isNewline).map(CSVCell.decoded)
      if criteria.isEmpty { refuse("\(id) has no exit criterion.", record.line) }
      milestones.append(
        MilestoneDraft(
          id: id, workstream: cell(1), outcome: cell(2), dependsOn: dependsOn,
          owner: cell(4).isEmpty ? "TBD" : cell(4), status: cell(5).isEmpty ? "Not Started" : cell(5),
          criteria: criteria))
    }
    if milestones.isEmpty, findings.isEmpty { refuse("There is no row with a milestone in it.", 1) }
    return ImportedPlan(
      title: StandardPlan.title, milestones: milestones, executionOrder: milestones.map(\.id), findings: findings)
  }

  /// The records of a text (RFC 4180, section 2), with the line on which each begins.
  private static func records(_ text: String) -> (
    records: [(cells: [String], line: Int)], fault: (message: String, line: Int)?
  ) {
    var records: [(cells: [String], line: Int)] = []
    var cells: [String] = []
    var cell = ""
    var (line, start) = (1, 1)
    var isQuoted = false
    var rest = Substring(text)
    if rest.first == "\u{FEFF}" { rest.removeFirst() }
    func isEnd(_ character: Character) -> Bool { character == "\n" || character == "\r\n" || character == "\r" }
    func endRecord() {
      cells.append(cell)
      if cells != [""] { records.append((cells, start)) }
      (cells, cell) = ([], "")
    }
    while let character = rest.popFirst() {
      if isEnd(character) { line += 1 }
      if isQuoted {
        if character != "\"" {
          cell.append(character == "\r\n" ? "\n" : character)
        } else if rest.first == "\"" {
          cell.append("\"")
          rest.removeFirst()
        } else {
          isQuoted = false
        }
      } else if character == "\"", cell.isEmpty {
        isQuoted = true
      } else if character == "," {
        cells.append(cell)
        cell = ""
      } else if isEnd(character) {
        endRecord()
        start = line
      } else {
        cell.append(character)
      }
    }
    endRecord()
    return (records, isQuoted ? ("A quoted cell is not closed.", start) : nil)
  }
}
