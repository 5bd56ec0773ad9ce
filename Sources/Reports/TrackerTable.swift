public import PlanJudge
import PlanModel
import StrictJSON

/// The plan as a table for spreadsheets: RFC 4180, a row per milestone, and a line per criterion within its cell.
public enum TrackerTable {
  /// The columns that are read, as named in the table's first row.
  public static let header = ["id", "workstream", "outcome", "dependsOn", "owner", "status", "exitCriteria", "target"]

  private static let needed = ["id", "workstream", "outcome", "exitCriteria"]

  /// Writes the rows in the suggested order, so that an import restores that order. Lines end in CRLF.
  public static func render(_ overview: PlanOverview) -> String {
    let entries = overview.suggestedOrder.compactMap { overview[$0] }
    let hasTargets = entries.contains { $0.target != nil }
    let columns = Array(header.prefix(7)) + (hasTargets ? ["target"] : [])
    let rows = entries.map { row($0.milestone, hasTargets: hasTargets) }
    return ([columns] + rows).map { $0.joined(separator: ",") + "\r\n" }.joined()
  }

  private static func row(_ milestone: Milestone, hasTargets: Bool) -> [String] {
    let texts = [
      milestone.id.text, milestone.workstream, milestone.outcome,
      milestone.dependsOn.map(\.text).joined(separator: " "), milestone.owner, milestone.status,
    ]
    var cells = texts.map { text in
      CSVCell.encoded(text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init))
    }
    cells.append(CSVCell.encoded(milestone.exitCriteria.map(\.text)))
    if hasTargets { cells.append(milestone.target ?? "") }
    return cells
  }

  /// Returns true if the first line of a text is the header of such a table.
  public static func isTable(_ text: String) -> Bool {
    let lines = text.split(separator: "\n", maxSplits: 2, omittingEmptySubsequences: true)
    return lines.prefix(2).contains { line in
      guard let separator = separators.first(where: { line.contains($0) }), !line.hasPrefix("|") else { return false }
      return line.split(separator: separator).contains { $0.lowercased().filter(\.isLetter) == "id" }
    }
  }

  private static let separators: [Character] = [";", "\t", ","]

  /// Reads a table with the columns of `render` in any order. Other columns are ignored and named.
  /// The header shows whether commas, semicolons or tabs separate cells. Spreadsheets leave empty rows and empty cells
  /// after the last column; both are ignored. Every fault becomes a finding with its line.
  public static func parse(_ text: String, path: String) -> ImportedPlan {
    var findings: [Finding] = []
    func refuse(_ message: String, _ line: Int, hint: String = "Correct the row, then import again.") {
      findings.append(Finding(.schemaViolation, message, hint: hint, path: path, line: line))
    }
    let (records, fault) = records(text)
    if let fault { refuse(fault.message, fault.line) }
    var names = (records.first?.cells ?? []).map { $0.lowercased().filter { $0.isLetter } }
    while names.last?.isEmpty == true { names.removeLast() }
    let columns = header.map { name in names.firstIndex(of: name.lowercased()) }
    let known = Set(header.map { $0.lowercased() })
    let ignored = zip(records.first?.cells ?? [], names).filter { !known.contains($0.1) }.map(\.0.trimmed)
    let missing = zip(header, columns).filter { $0.1 == nil && needed.contains($0.0) }.map(\.0)
    if !missing.isEmpty, !records.isEmpty {
      let unknown = ignored.isEmpty ? "" : "; unknown: \(ignored.joined(separator: ", "))"
      refuse(
        "The table has no column \(missing.joined(separator: ", "))\(unknown).", records.first?.line ?? 1,
        hint:
          "Rename or add columns. They are \(header.joined(separator: ", ")); \(needed.joined(separator: ", ")) are needed."
      )
      return ImportedPlan(title: StandardPlan.title, milestones: [], executionOrder: [], findings: findings)
    }
    var milestones: [MilestoneDraft] = []
    for var record in records.dropFirst() {
      while record.cells.count > names.count, record.cells.last?.isEmpty == true { record.cells.removeLast() }
      guard record.cells.count == names.count else {
        refuse("The row has \(record.cells.count) cells, the table has \(names.count) columns.", record.line)
        continue
      }
      func written(_ index: Int) -> String { columns[index].map { record.cells[$0] } ?? "" }
      func cell(_ index: Int) -> String {
        written(index).split(separator: "\n", omittingEmptySubsequences: false).map(CSVCell.decoded)
          .joined(separator: "\n")
      }
      let id = MilestoneID(cell(0).trimmed.uppercased())
      guard id.isValid else {
        refuse("\"\(cell(0))\" is no milestone id; an id looks like M-04.", record.line)
        continue
      }
      if milestones.contains(where: { $0.id == id }) { refuse("\(id) occurs twice in the table.", record.line) }
      let dependsOn = cell(3).split { " ,;\n\r".contains($0) }.map { MilestoneID(String($0).uppercased()) }
      for other in dependsOn where !other.isValid { refuse("\"\(other)\" is no milestone id.", record.line) }
      let criteria = written(6).split(whereSeparator: \.isNewline).map(CSVCell.decoded)
      if criteria.isEmpty { refuse("\(id) has no exit criterion.", record.line) }
      let (owner, status, target) = (cell(4), cell(5).trimmed, cell(7).trimmed)
      if !target.isEmpty, !Timestamp.isDate(target) {
        refuse("\"\(target)\" is no day; a target looks like 2026-12-31.", record.line)
      }
      var draft = MilestoneDraft(
        id: id, workstream: cell(1), outcome: cell(2), dependsOn: dependsOn,
        owner: owner.trimmed.isEmpty ? "TBD" : owner,
        status: status.isEmpty ? "Not Started" : status, criteria: criteria)
      draft.target = target.isEmpty ? nil : target
      draft.line = record.line
      milestones.append(draft)
    }
    if milestones.isEmpty, findings.isEmpty { refuse("There is no row with a milestone in it.", 1) }
    var plan = ImportedPlan(
      title: StandardPlan.title, milestones: milestones, executionOrder: milestones.map(\.id), findings: findings)
    if !ignored.isEmpty {
      let (noun, verb) = ignored.count == 1 ? ("column", "is") : ("columns", "are")
      plan.notes = ["The \(noun) \(ignored.joined(separator: ", ")) \(verb) ignored."]
    }
    return plan
  }

  /// Returns the records of a text (RFC 4180, section 2), with the line on which each begins.
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
    let separator = Self.separator(&rest, &line)
    start = line
    func isEnd(_ character: Character) -> Bool { character == "\n" || character == "\r\n" || character == "\r" }
    func endRecord() {
      cells.append(cell)
      if !cells.allSatisfy(\.trimmed.isEmpty) { records.append((cells, start)) }
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
      } else if character == separator {
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

  /// Returns the separator of the cells: that of a first line `sep=;`, which spreadsheets write, otherwise the most
  /// frequent one in the header outside of quotes.
  private static func separator(_ rest: inout Substring, _ line: inout Int) -> Character {
    let first = rest.prefix { !$0.isNewline }
    if first.lowercased().hasPrefix("sep="), first.count == 5, let named = first.last {
      rest = rest.dropFirst(6)
      line += 1
      return named
    }
    var (counts, isQuoted): ([Character: Int], Bool) = ([:], false)
    for character in first {
      if character == "\"" { isQuoted.toggle() }
      if !isQuoted, separators.contains(character) { counts[character, default: 0] += 1 }
    }
    return separators.max { counts[$0, default: 0] < counts[$1, default: 0] } ?? ","
  }
}

extension String {
  /// The text without white space at its ends.
  fileprivate var trimmed: String {
    var text = self[...]
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }
}
