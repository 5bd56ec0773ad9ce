import PlanJudge
import ArgumentParser
import PlanModel
import PlanGate
import GitRepository
import PlanTrees
import Reports
import StrictJSON
import ReadinessSystem

/// A command that reads one plan and prints it.
protocol ReadingCommand: ParsableCommand {
  var options: GlobalOptions { get }
  var source: PlanSourceOptions { get }
  /// True if the answer is wrong without all of history.
  var needsHistory: Bool { get }
  /// Returns the answer for people and programs.
  func answer(_ plan: LoadedPlan, width: Int, _ style: Style) throws -> Answer
}

/// An answer for people and for programs.
struct Answer {
  private let makeJSON: () -> JSONValue
  private let makeText: () -> [UInt8]
  /// The exit status: 1 if the answer is no.
  let exit: Int32

  /// Creates an answer, of which only the requested form is computed.
  init(json: @autoclosure @escaping () -> JSONValue, text: @autoclosure @escaping () -> String, exit: Int32 = 0) {
    (makeJSON, makeText, self.exit) = (json, { Array(text().utf8) }, exit)
  }

  /// Creates an answer that may be megabytes.
  init(json: @autoclosure @escaping () -> JSONValue, bytes: @autoclosure @escaping () -> [UInt8], exit: Int32 = 0) {
    (makeJSON, makeText, self.exit) = (json, bytes, exit)
  }

  var json: JSONValue { makeJSON() }
  var bytes: [UInt8] { makeText() }
}

extension ReadingCommand {
  var needsHistory: Bool { false }

  mutating func run() throws {
    let context = try Context(options)
    let repository = try context.openRepository()
    let plan = try LoadedPlan(source, repository, needsHistory: needsHistory)
    let isEmptyPlan = plan.overview.entries.isEmpty && plan.overview.plan != nil
    guard !plan.overview.entries.isEmpty || !plan.overview.findings.isEmpty || isEmptyPlan else {
      throw try noPlan(in: plan, repository)
    }
    keepToTheEnd(plan)
    let answer = try answer(plan, width: context.width, context.style(repository))
    context.print(json: answer.json, bytes: answer.bytes)
    if isEmptyPlan {
      context.note("The plan has no milestone yet. readiness add --help shows how to add one.")
    }
    for note in plan.notes { context.note(note) }
    let broken = plan.overview.findings
    if !broken.isEmpty {
      // Files that cannot be read are missing from the answer, so report them.
      if !options.json {
        Standard.error(
          FindingReport.text(broken, width: context.width, try context.style(repository, descriptor: 2)) + "\n")
      }
      throw ExitCode(1)
    }
    if answer.exit != 0 { throw ExitCode(answer.exit) }
  }
}

extension ReadingCommand {
  /// Returns the error for a missing plan. A newcomer may have created one and not committed it yet.
  private func noPlan(in plan: LoadedPlan, _ repository: Repository) throws -> UsageError {
    let message = "There is no plan in \(plan.source)."
    guard !repository.isBare, !source.worktree else {
      return UsageError(message, hint: "Create one: readiness init --commit")
    }
    if plan.commit != nil, try repository.tree(repository.candidateTree()).holdsPlan() {
      return UsageError(message, hint: "One is staged. To commit it with its stamp: \(PlanCommands.adopting)")
    }
    if try WorkTree(repository).holdsPlan() {
      let add = "git add \(PlanPaths.folder.commandPath) :/ssot"
      return UsageError(message, hint: "One is in the work tree. To commit it: \(add), then \(PlanCommands.adopting)")
    }
    return UsageError(message, hint: "Create one: readiness init --commit")
  }
}

struct StatusCommand: ReadingCommand, PlainCommand {
  static let configuration = CommandConfiguration(
    subcommand: "status", abstract: "The tracker: every milestone and what it waits for.")
  @Option(help: ArgumentHelp("Only the milestones of this owner; me is you.", valueName: "name")) var owner: String?
  @Option(help: ArgumentHelp("Only the milestones in this state.", valueName: "state")) var state: String?
  @OptionGroup var options: GlobalOptions
  @OptionGroup var source: PlanSourceOptions

  mutating func read(_ words: inout PlainWords) {
    (owner, state) = (words.value("--owner"), words.value("--state"))
    (options, source) = (words.globals(), words.source())
  }

  func answer(_ plan: LoadedPlan, width: Int, _ style: Style) throws -> Answer {
    let wanted = try state.map { try plan.overview.policy.workflow.known($0).name }
    var owners: Set<String>?
    if let owner {
      let me = try owner.lowercased() == "me" ? CommitSituation.configuredAuthor(Repository.open()) : nil
      owners = Set((me.map { [$0.name, $0.email] } ?? [owner]).map { $0.lowercased() })
    }
    let report = StatusReport(plan.overview, commit: plan.commit, source: plan.source) { entry in
      (wanted.map { entry.status == $0 } ?? true) && (owners.map { $0.contains(entry.owner.lowercased()) } ?? true)
    }
    return Answer(json: report.json, bytes: report.bytes(width: width, style))
  }
}

struct Show: ReadingCommand {
  static let configuration = CommandConfiguration(
    subcommand: "show", abstract: "One milestone, with its criteria and evidence.")
  @Argument(
    help: ArgumentHelp("The milestone, such as M-04.", valueName: "id"), completion: .custom(Offered.milestones))
  var id: String
  @OptionGroup var options: GlobalOptions
  @OptionGroup var source: PlanSourceOptions

  func answer(_ plan: LoadedPlan, width: Int, _ style: Style) throws -> Answer {
    let report = ShowReport(try plan.entry(id), in: plan.overview)
    return Answer(json: report.json, text: report.text(width: width, style))
  }
}

struct NextCommand: ReadingCommand, PlainCommand {
  static let configuration = CommandConfiguration(subcommand: "next", abstract: "What can start now.")
  @OptionGroup var options: GlobalOptions
  @OptionGroup var source: PlanSourceOptions

  mutating func read(_ words: inout PlainWords) {
    (options, source) = (words.globals(), words.source())
  }

  func answer(_ plan: LoadedPlan, width: Int, _ style: Style) -> Answer {
    let report = NextReport(plan.overview)
    return Answer(json: report.json, text: report.text(width: width, style))
  }
}

struct Waiting: ReadingCommand {
  static let configuration = CommandConfiguration(
    subcommand: "blocked", abstract: "Milestones that wait, with the chain of what blocks them.")
  @Argument(
    help: ArgumentHelp("Only this milestone, such as M-04.", valueName: "id"), completion: .custom(Offered.milestones))
  var id: String?
  @OptionGroup var options: GlobalOptions
  @OptionGroup var source: PlanSourceOptions

  func answer(_ plan: LoadedPlan, width: Int, _ style: Style) throws -> Answer {
    let report = BlockedReport(plan.overview, of: try id.map { try plan.entry($0).id })
    return Answer(json: report.json, text: report.text(width: width, style))
  }
}

struct OrderCommand: ReadingCommand, PlainCommand {
  static let configuration = CommandConfiguration(
    subcommand: "order", abstract: "The suggested and the computed order, layers, and the critical path.")
  @OptionGroup var options: GlobalOptions
  @OptionGroup var source: PlanSourceOptions

  mutating func read(_ words: inout PlainWords) {
    (options, source) = (words.globals(), words.source())
  }

  func answer(_ plan: LoadedPlan, width: Int, _ style: Style) -> Answer {
    let report = OrderReport(plan.overview)
    return Answer(json: report.json, bytes: report.bytes(width: width, style))
  }
}

struct Matrix: ReadingCommand {
  static let configuration = CommandConfiguration(subcommand: "matrix", abstract: "Which milestone depends on which.")
  @OptionGroup var options: GlobalOptions
  @OptionGroup var source: PlanSourceOptions

  func answer(_ plan: LoadedPlan, width: Int, _ style: Style) -> Answer {
    let report = MatrixReport(plan.overview)
    return Answer(json: report.json, text: report.text(width: width, style))
  }
}
