import ArgumentParser
import PlanGate
import PlanModel
import GitRepository
import StrictJSON

/// The options of the commands that move one milestone forward.
struct ForwardOptions: ParsableArguments {
  @Option(name: [.customShort("m"), .long], help: "Why, where the workflow asks for a reason, or to be remembered.")
  var reason: String?
  @Option(help: ArgumentHelp("Set the owner in the same commit; me is you.", valueName: "name"))
  var owner: String?
  @Option(
    help: ArgumentHelp(
      "Attach a staged or committed file to a criterion, by id or number, in the same commit.",
      valueName: "[criterion=]path"), completion: .file())
  var evidence: [String] = []
  @Flag(help: "Edit and stage only, so that the status rides in your own commit.") var noCommit = false
  @Flag(help: "Check only; write nothing.") var dryRun = false
  @Flag(help: "Commit with git commit, so that your own commit hooks run.") var runHooks = false

  func act(_ id: String, _ category: Category, _ options: GlobalOptions) -> MoveAct {
    MoveAct(
      pairs: [(id, .category(category))], owner: owner, evidence: evidence, reason: reason, noCommit: noCommit,
      dryRun: dryRun, runHooks: runHooks, options: options)
  }
}

struct StartCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    subcommand: "start", abstract: "Starts a milestone, in one commit.",
    discussion:
      "It moves to the first state of category active, such as In Progress.")
  @Argument(help: ArgumentHelp("The milestone.", valueName: "id"), completion: .custom(Offered.milestones))
  var id: String
  @OptionGroup var forward: ForwardOptions
  @OptionGroup var options: GlobalOptions

  func validate() throws { try forward.act(id, .active, options).validate() }

  mutating func run() throws { try forward.act(id, .active, options).run() }
}

struct SubmitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    subcommand: "submit", abstract: "Submits a milestone for review, in one commit.",
    discussion:
      "It moves to the first state of category review, such as In Review."
  )
  @Argument(help: ArgumentHelp("The milestone.", valueName: "id"), completion: .custom(Offered.milestones))
  var id: String
  @OptionGroup var forward: ForwardOptions
  @OptionGroup var options: GlobalOptions

  func validate() throws { try forward.act(id, .review, options).validate() }

  mutating func run() throws { try forward.act(id, .review, options).run() }
}

struct BlockCommand: EditingCommand {
  static let configuration = CommandConfiguration(
    subcommand: "block", abstract: "Blocks a milestone with a reason, and stages it.")
  @Argument(help: ArgumentHelp("The milestone.", valueName: "id"), completion: .custom(Offered.milestones))
  var id: String
  @Argument(help: ArgumentHelp("Why it waits.", valueName: "reason")) var why: String
  @Option(help: ArgumentHelp("Milestones that block it, separated by commas.", valueName: "ids")) var by = ""
  @OptionGroup var commitOptions: CommitOptions
  @OptionGroup var options: GlobalOptions

  var reason: String? { why }

  func validate() throws { try checkReason(why) }

  func changes(_ edit: PlanEdit, _ context: Context) throws -> EditAct {
    let (changes, moved) = try edit.blocking(id, reason: why, by: MilestoneID.list(by))
    return EditAct(
      changes, done: "\(moved.milestone)  \(moved.from) -> \(moved.to)", subject: "\(moved.milestone): block")
  }
}

struct UnblockCommand: EditingCommand {
  static let configuration = CommandConfiguration(
    subcommand: "unblock", abstract: "Unblocks a milestone, and stages it.",
    discussion: "It returns to the state that it had before it was blocked.")
  @Argument(help: ArgumentHelp("The milestone.", valueName: "id"), completion: .custom(Offered.milestones))
  var id: String
  @OptionGroup var commitOptions: CommitOptions
  @OptionGroup var options: GlobalOptions

  func changes(_ edit: PlanEdit, _ context: Context) throws -> EditAct {
    let (changes, moved) = try edit.unblocking(id)
    guard let moved else { return EditAct([], done: "", subject: "") }
    return EditAct(
      changes, done: "\(moved.milestone)  \(moved.from) -> \(moved.to)", subject: "\(moved.milestone): unblock")
  }
}

struct RetireCommand: EditingCommand {
  static let configuration = CommandConfiguration(
    subcommand: "retire", abstract: "Removes a milestone for ever, and stages it.",
    discussion:
      "Only a milestone that has not begun and that no other depends on can be retired. Its id is never used again."
  )
  @Argument(help: ArgumentHelp("The milestone.", valueName: "id"), completion: .custom(Offered.milestones))
  var id: String
  @Flag(help: "Remove it from the dependencies of others in the same change.") var detach = false
  @OptionGroup var commitOptions: CommitOptions
  @OptionGroup var options: GlobalOptions

  func changes(_ edit: PlanEdit, _ context: Context) throws -> EditAct {
    let (changes, id, dependents) = try edit.retiring(id, detaches: detach)
    let others = detach && !dependents.isEmpty ? " No longer depending on it: \(dependents.listed)." : ""
    return EditAct(changes, done: "Retired \(id)." + others, subject: "\(id): retire")
  }

  /// Returns one finding that names all dependents, and the commands that lead to retirement.
  func explained(_ findings: [Finding], _ edit: PlanEdit) throws -> [Finding] {
    guard findings.contains(where: { $0.code == .illegalDeletion }) else { return findings }
    let (_, id, dependents) = try edit.retiring(id, detaches: false)
    let workflow = try edit.policy.workflow
    let status = try edit.milestone(id.text).1.status
    let frozen = try dependents.filter { other in
      try workflow.category(edit.milestone(other.text).1.status)?.isFrozen == true
    }
    let path = workflow.wayBack(from: status)
    let retire = "readiness retire \(id)" + (detach || !dependents.isEmpty ? " --detach" : "") + " --commit"
    let moves = (path ?? []).map { "readiness move \(id) \(Workflow.word(for: $0).shellQuoted) -m \"why\"" }
    let hint: String
    if !frozen.isEmpty {
      hint = "\(frozen.listed) \(frozen.count == 1 ? "is" : "are") in review or done, based on \(id): reopen first."
    } else if path == nil {
      hint = "The workflow leads from \"\(status)\" to no pending state, so \(id) stays."
    } else {
      hint = (moves.isEmpty ? "In one step: " : "Step by step: ") + (moves + [retire]).joined(separator: ", then ")
    }
    return findings.compactMap { finding in
      switch finding.code {
      case .illegalDeletion: finding.advising(hint)
      case .danglingDependency: nil
      default: finding
      }
    }
  }
}

struct RiskCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    subcommand: "risk", abstract: "Adds a risk to a milestone, or closes one.",
    subcommands: [RiskAdd.self, RiskClose.self])
}

struct RiskAdd: EditingCommand {
  static let configuration = CommandConfiguration(
    subcommand: "add", abstract: "Adds an open risk, and stages it.")
  @Argument(help: ArgumentHelp("The milestone.", valueName: "id"), completion: .custom(Offered.milestones))
  var id: String
  @Argument(help: ArgumentHelp("The risk in words.", valueName: "text")) var text: String
  @Option(help: ArgumentHelp("low, medium, high or critical.", valueName: "severity")) var severity = "medium"
  @Option(name: .customLong("id"), help: ArgumentHelp("Its id; R1, R2, … by default.", valueName: "risk"))
  var risk: String?
  @OptionGroup var commitOptions: CommitOptions
  @OptionGroup var options: GlobalOptions

  func changes(_ edit: PlanEdit, _ context: Context) throws -> EditAct {
    let (id, milestone) = try edit.milestone(id)
    let (json, name) = try RiskEdit.adding(text, severity: severity.lowercased(), id: risk, to: milestone)
    return EditAct(
      [PlanEdit.Change(PlanPaths.milestone(id), json)], done: "Added risk \(name) to \(id).",
      subject: "\(id): add risk \(name)")
  }
}

struct RiskClose: EditingCommand {
  static let configuration = CommandConfiguration(
    subcommand: "close", abstract: "Closes a risk, and stages it.")
  @Argument(help: ArgumentHelp("The milestone.", valueName: "id"), completion: .custom(Offered.milestones))
  var id: String
  @Argument(help: ArgumentHelp("The risk, such as R1.", valueName: "risk")) var risk: String
  @Option(help: ArgumentHelp("closed, mitigated or accepted.", valueName: "status")) var `as` = "closed"
  @OptionGroup var commitOptions: CommitOptions
  @OptionGroup var options: GlobalOptions

  func changes(_ edit: PlanEdit, _ context: Context) throws -> EditAct {
    let (id, milestone) = try edit.milestone(id)
    let json = try RiskEdit.ending(risk, as: self.as.lowercased(), in: milestone)
    return EditAct(
      [PlanEdit.Change(PlanPaths.milestone(id), json)], done: "Risk \(risk) of \(id) is \(self.as.lowercased()).",
      subject: "\(id): risk \(risk) is \(self.as.lowercased())")
  }
}
