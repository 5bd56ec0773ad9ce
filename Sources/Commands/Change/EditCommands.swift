import ArgumentParser
import PlanModel
import PlanGate
import GitRepository
import Reports
import StrictJSON

struct Add: EditingCommand {
  static let configuration = CommandConfiguration(
    subcommand: "add", abstract: "Makes a milestone, and stages it.",
    discussion:
      "It is born in the first pending state and comes last in the suggested order."
  )
  @Argument(help: ArgumentHelp("The new id, such as M-13.", valueName: "id")) var id: String
  @Option(help: "What it is about, in a few words.") var workstream: String
  @Option(help: "What is true when it is done.") var outcome: String
  @Option(help: ArgumentHelp("What has to be shown; once for each criterion.", valueName: "text"))
  var criterion: [String]
  @Option(help: ArgumentHelp("Milestones that come first, separated by commas.", valueName: "ids"))
  var dependsOn = ""
  @Option(help: "Who answers for it.") var owner = "TBD"
  @OptionGroup var commitOptions: CommitOptions
  @OptionGroup var options: GlobalOptions

  func validate() throws {
    if criterion.isEmpty { throw ValidationError("A milestone has at least one --criterion.") }
  }

  func changes(_ edit: PlanEdit, _ context: Context) throws -> EditAct {
    let id = MilestoneID(id.uppercased())
    guard id.isValid else {
      throw UsageError("\"\(self.id)\" is no milestone id.", hint: "An id looks like M-04 or SEC-12.")
    }
    if try edit.holds(id) {
      throw UsageError("There is a milestone \(id) already.", hint: "readiness show \(id); or choose another id.")
    }
    let draft = MilestoneDraft(
      id: id, workstream: workstream, outcome: outcome, dependsOn: try MilestoneID.list(dependsOn),
      owner: try edit.owner(owner),
      status: try edit.policy.workflow.initial.name, criteria: criterion)
    var changes = [PlanEdit.Change(PlanPaths.milestone(id), draft.json)]
    if let plan = try edit.plan, !plan.executionOrder.contains(id) {
      let longer = Plan(
        planID: plan.planID, title: plan.title, executionOrder: plan.executionOrder + [id], retired: plan.retired)
      changes.append(PlanEdit.Change(PlanPaths.plan, longer.json))
    }
    return EditAct(changes, done: "Made \(PlanPaths.milestone(id)).", subject: "\(id): add it to the plan")
  }
}

struct SetCommand: EditingCommand {
  static let configuration = CommandConfiguration(
    subcommand: "set", abstract: "Sets a property of a milestone, or of the plan, and stages it.",
    discussion:
      "workstream, outcome and owner are texts; target is a day such as 2026-12-31; dependsOn is a list of ids; risks, deliverables, blocked and x-… are JSON, or for x-… a text. The plan has title and executionOrder: readiness set plan title \"…\"."
  )
  @Argument(help: ArgumentHelp("A milestone, or plan.", valueName: "id"), completion: .custom(Offered.milestones))
  var id: String
  @Argument(help: ArgumentHelp("The property.", valueName: "field")) var field: String
  @Argument(help: ArgumentHelp("Its new value.", valueName: "value")) var value: String?
  @Flag(help: "Remove an optional property.") var clear = false
  @OptionGroup var commitOptions: CommitOptions
  @OptionGroup var options: GlobalOptions

  func validate() throws {
    if clear == (value != nil) { throw ValidationError("Give a value, or --clear.") }
  }

  func changes(_ edit: PlanEdit, _ context: Context) throws -> EditAct {
    if id == "plan" {
      return EditAct([try planChange(edit)], done: "Set \(field) of the plan.", subject: "plan: set \(field)")
    }
    let (id, milestone) = try edit.milestone(id)
    var members = (milestone.json.object ?? []).filter { $0.key != field }
    if let value = try json(edit) { members.append(JSONMember(field, value)) }
    let changed = Milestone.ordered(JSONValue(.object(members)))
    return EditAct(
      [PlanEdit.Change(PlanPaths.milestone(id), changed)],
      done: clear ? "Removed \(field) of \(id)." : "Set \(field) of \(id).",
      subject: "\(id): \(clear ? "remove" : "set") \(field)")
  }

  private func planChange(_ edit: PlanEdit) throws -> PlanEdit.Change {
    guard let plan = try edit.plan, let value else {
      throw UsageError("The plan's properties cannot be removed.", hint: "readiness set plan title \"…\"")
    }
    switch field {
    case "title":
      return PlanEdit.Change(
        PlanPaths.plan,
        Plan(planID: plan.planID, title: value, executionOrder: plan.executionOrder, retired: plan.retired).json)
    case "executionOrder":
      return PlanEdit.Change(
        PlanPaths.plan,
        Plan(
          planID: plan.planID, title: plan.title, executionOrder: try MilestoneID.list(value), retired: plan.retired
        ).json)
    default: throw unknownField(["title", "executionOrder"])
    }
  }

  /// Returns the value in the form of the file. Nil removes the property.
  private func json(_ edit: PlanEdit) throws -> JSONValue? {
    let texts = ["workstream", "outcome", "owner", "target"]
    let structures = ["risks", "deliverables", "blocked"]
    switch field {
    case "status": throw UsageError("A status changes by a move.", hint: "readiness move \(id) \(value ?? "STATE")")
    case "id": throw UsageError("An id is never changed.", hint: "Retire the milestone, and make another one.")
    case "exitCriteria":
      throw UsageError("Criteria have a command of their own.", hint: "readiness criteria \(id) --help")
    default: break
    }
    guard let value else {
      guard structures.contains(field) || field == "target" || field.hasPrefix("x-") else {
        throw UsageError("\(field) cannot be removed.", hint: "Set another value.")
      }
      return nil
    }
    if field == "owner" { return .text(try edit.owner(value)) }
    if texts.contains(field) { return .text(value) }
    if field == "dependsOn" { return .texts(try MilestoneID.list(value).map(\.text)) }
    guard structures.contains(field) || field.hasPrefix("x-") else {
      throw unknownField(texts + ["dependsOn"] + structures)
    }
    do {
      return try JSONDocument(parsing: Array(value.utf8), limits: .plan).root
    } catch {
      if field.hasPrefix("x-") { return .text(value) }
      throw UsageError(
        "The value of \(field) is not JSON: \(error.message)", hint: "readiness show \(id) --json shows one.")
    }
  }

  private func unknownField(_ known: [String]) -> UnknownName {
    UnknownName(
      message: "There is no property \"\(field)\" to set.",
      hint: nearestName(to: field, in: known).map { "Is \($0) meant?" }
        ?? "The properties are \(known.joined(separator: ", ")).")
  }
}

extension MilestoneID {
  /// Reads ids that a person separated by commas or spaces; `-` means none.
  static func list(_ text: String) throws -> [MilestoneID] {
    guard text != "-" else { return [] }
    return try text.split { ", \n\t".contains($0) }.map { word in
      let id = MilestoneID(word.uppercased())
      guard id.isValid else { throw UsageError("\"\(word)\" is no milestone id.", hint: "An id looks like M-04.") }
      return id
    }
  }
}
