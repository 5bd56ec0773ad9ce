import ArgumentParser
import PlanJudge
import PlanModel
import PlanGate
import GitRepository
import PlanTrees
import Reports
import StrictJSON
import ReadinessSystem

struct CriteriaCommand: EditingCommand {
  static let configuration = CommandConfiguration(
    subcommand: "criteria", abstract: "Lists exit criteria, or attaches evidence to one, and stages it.",
    discussion:
      "Without a criterion it lists them. A file has to be staged or committed before it can be evidence."
  )
  @Argument(help: ArgumentHelp("The milestone.", valueName: "id"), completion: .custom(Offered.milestones))
  var id: String
  @Argument(
    help: ArgumentHelp("The criterion: its id, its number, or the beginning of one id.", valueName: "criterion"),
    completion: .custom(Offered.criteria))
  var criterion: String?
  @Option(
    help: ArgumentHelp("A file as evidence; an older entry of the same file is renewed.", valueName: "path"),
    completion: .file())
  var evidence: String?
  @Option(
    help: ArgumentHelp("Your statement that it is so; gates list what is met by a statement only.", valueName: "text"))
  var statement: String?
  @Option(help: ArgumentHelp("Its text; a new id makes a new criterion.", valueName: "text")) var text: String?
  @Option(
    help: ArgumentHelp("How a machine checks it, as JSON; doc/guides/checks.md says what is legal.", valueName: "json"))
  var check: String?
  @Option(
    help: ArgumentHelp("Waive it until this day; you are its approver, and --reason says why.", valueName: "day"))
  var waive: String?
  @Option(name: .customLong("reason"), help: ArgumentHelp("Why it is waived.", valueName: "text"))
  var waiverReason: String?
  @Option(help: ArgumentHelp("Who answers for what is waived; the milestone's owner by default.", valueName: "name"))
  var owner: String?
  @Flag(help: "Remove its evidence and its waiver.") var clear = false
  @OptionGroup var commitOptions: CommitOptions
  @OptionGroup var options: GlobalOptions

  func validate() throws {
    let asked = [evidence != nil, statement != nil, text != nil, check != nil, waive != nil, clear].count { $0 }
    if criterion == nil, asked > 0 { throw ValidationError("Name the criterion: readiness criteria \(id) lists them.") }
    if criterion != nil, asked != 1 {
      throw ValidationError("Give one of --evidence, --statement, --text, --check, --waive and --clear.")
    }
  }

  /// Returns the requested waiver.
  private func waiver(until day: String, _ milestone: Milestone, _ edit: PlanEdit) throws -> JSONValue {
    guard Timestamp.isDate(day) else {
      throw UsageError("\"\(day)\" is no day.", hint: "Write the last day on which it holds, such as 2026-12-01.")
    }
    guard day >= String(Timestamp.text(millisecondsSince1970: Machine.millisecondsSince1970()).prefix(10)) else {
      throw UsageError("A waiver until \(day) is over already.", hint: "Name the last day on which it is to hold.")
    }
    guard let reason = waiverReason, !reason.isEmpty else {
      throw UsageError("A waiver says why.", hint: "--reason \"the supplier delivers in December\"")
    }
    return [
      "owner": .text(owner ?? milestone.owner), "reason": .text(reason),
      "approver": .text(try edit.author().email), "until": .text(day),
    ]
  }

  mutating func run() throws {
    guard criterion == nil else { return try edit() }
    let context = try Context(options)
    let repository = try context.openRepository()
    let edit = try PlanEdit(repository, environment: context.environment, now: context.now)
    let (id, _) = try edit.milestone(id)
    guard let entry = try PlanOverview(repository.tree(repository.candidateTree()), now: context.milliseconds)[id]
    else { return }
    let report = CriteriaReport(entry)
    try context.print(json: report.json, text: report.text(width: context.width, context.style(repository)))
  }

  func changes(_ edit: PlanEdit, _ context: Context) throws -> EditAct {
    let (id, milestone) = try edit.milestone(id)
    let name = criterion ?? ""
    var criteria = milestone.json["exitCriteria"]?.array ?? []
    let index: Int
    if text != nil, ExitCriterion.isValid(id: name), !criteria.contains(where: { $0["id"]?.string == name }),
      Int(name) == nil
    {
      criteria.append(["id": .text(name)])
      index = criteria.count - 1
    } else {
      index = try milestone.criterion(meant: name)
    }
    let file = try evidence.map { try context.evidenceFile($0, edit.repository) }
    criteria[index] = try changed(criteria[index], milestone, edit, file)
    let members = (milestone.json.object ?? []).map {
      $0.key == "exitCriteria" ? JSONMember($0.key, JSONValue(.array(criteria))) : $0
    }
    let change = PlanEdit.Change(PlanPaths.milestone(id), Milestone.ordered(JSONValue(.object(members))))
    let known = criteria[index]["id"]?.string ?? name
    var act = EditAct(
      [change], done: "Changed the criterion \(known) of \(id).", subject: "\(id): change the criterion \(known)")
    if let file { act.alongside = [file] }
    return act
  }

  /// Returns the members in the order of written files.
  private static func ordered(_ members: [JSONMember]) -> [JSONMember] {
    let order = ["id", "text", "check", "evidence", "waiver"]
    return order.compactMap { key in members.first { $0.key == key } } + members.filter { !order.contains($0.key) }
  }

  private func changed(_ criterion: JSONValue, _ milestone: Milestone, _ edit: PlanEdit, _ file: EvidenceFile?) throws
    -> JSONValue
  {
    var members = criterion.object ?? []
    func put(_ key: String, _ value: JSONValue?) {
      let old = members.firstIndex { $0.key == key }
      if let value, let old { members[old] = JSONMember(key, value) }
      if let value, old == nil { members.append(JSONMember(key, value)) }
      if value == nil, let old { members.remove(at: old) }
    }
    if clear {
      put("evidence", nil)
      put("waiver", nil)
    }
    if let waive { put("waiver", try waiver(until: waive, milestone, edit)) }
    if let text { put("text", .text(text)) }
    if let check {
      do {
        put("check", try JSONDocument(parsing: Array(check.utf8)).root)
      } catch {
        throw UsageError(
          "The check is no JSON: \(error.message)", hint: "Write one object; doc/guides/checks.md has examples.")
      }
      members = Self.ordered(members)
    }
    if let statement {
      let author = try edit.author()
      let entry: JSONValue = ["kind": "statement", "text": .text(statement), "by": .text(author.email)]
      put("evidence", JSONValue(.array((criterion["evidence"]?.array ?? []) + [entry])))
    }
    let changed = JSONValue(.object(members))
    return file.map { changed.attaching(file: $0.path, $0.digest) } ?? changed
  }
}
