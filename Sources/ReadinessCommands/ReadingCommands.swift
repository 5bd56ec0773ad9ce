import ArgumentParser
import ReadinessCore
import ReadinessEnforcement
import ReadinessGit
import ReadinessReports
import StrictJSON

/// A command that reads one plan and prints it.
protocol ReadingCommand: ParsableCommand {
  var options: GlobalOptions { get }
  var source: PlanSourceOptions { get }
  /// The answer, both ways.
  func answer(_ plan: LoadedPlan, width: Int, _ style: Style) throws -> (json: JSONValue, text: String)
}

extension ReadingCommand {
  mutating func run() throws {
    let context = try Context(options)
    let repository = try context.openRepository()
    let plan = try LoadedPlan(source, repository)
    guard !plan.overview.entries.isEmpty || !plan.overview.findings.isEmpty else {
      throw try noPlan(in: plan, repository)
    }
    let answer = try answer(plan, width: context.width, context.style(repository))
    context.print(json: answer.json, text: answer.text)
    if let note = plan.note, !options.json { Standard.error("note: \(note)\n") }
    let broken = plan.overview.findings
    if !broken.isEmpty {
      // What cannot be read is not in the answer, and that is said.
      if !options.json {
        Standard.error(
          FindingReport.text(broken, width: context.width, try context.style(repository, descriptor: 2)) + "\n")
      }
      throw ExitCode(1)
    }
  }
}

extension ReadingCommand {
  /// A newcomer has laid a plan down and not committed it yet, or has none.
  private func noPlan(in plan: LoadedPlan, _ repository: Repository) throws -> UsageError {
    let message = "There is no plan in \(plan.source)."
    guard plan.commit != nil, !repository.isBare else {
      return UsageError(message, hint: "Lay one down: readiness init, then git add and git commit.")
    }
    if try repository.tree(repository.candidateTree()).holdsPlan() {
      return UsageError(message, hint: "One is staged: git commit, or look at it with --index.")
    }
    if try WorkTree(repository).holdsPlan() {
      return UsageError(message, hint: "One lies in the work tree: git add .readiness ssot, then git commit.")
    }
    return UsageError(message, hint: "Lay one down: readiness init, then git add and git commit.")
  }
}

struct Status: ReadingCommand {
  static let configuration = CommandConfiguration(abstract: "The tracker: every milestone and what it waits for.")
  @OptionGroup var options: GlobalOptions
  @OptionGroup var source: PlanSourceOptions

  func answer(_ plan: LoadedPlan, width: Int, _ style: Style) -> (json: JSONValue, text: String) {
    let report = StatusReport(plan.overview, commit: plan.commit, source: plan.source)
    return (report.json, report.text(width: width, style))
  }
}

struct Show: ReadingCommand {
  static let configuration = CommandConfiguration(abstract: "One milestone, with its criteria and evidence.")
  @Argument(help: ArgumentHelp("The milestone, such as M-04.", valueName: "id"))
  var id: String
  @OptionGroup var options: GlobalOptions
  @OptionGroup var source: PlanSourceOptions

  func answer(_ plan: LoadedPlan, width: Int, _ style: Style) throws -> (json: JSONValue, text: String) {
    let report = ShowReport(try plan.entry(id), in: plan.overview)
    return (report.json, report.text(width: width, style))
  }
}

struct Next: ReadingCommand {
  static let configuration = CommandConfiguration(abstract: "What can start now.")
  @OptionGroup var options: GlobalOptions
  @OptionGroup var source: PlanSourceOptions

  func answer(_ plan: LoadedPlan, width: Int, _ style: Style) -> (json: JSONValue, text: String) {
    let report = NextReport(plan.overview)
    return (report.json, report.text(width: width, style))
  }
}

struct Waiting: ReadingCommand {
  static let configuration = CommandConfiguration(
    commandName: "blocked", abstract: "What waits, with the exact chain of blockers.")
  @OptionGroup var options: GlobalOptions
  @OptionGroup var source: PlanSourceOptions

  func answer(_ plan: LoadedPlan, width: Int, _ style: Style) -> (json: JSONValue, text: String) {
    let report = BlockedReport(plan.overview)
    return (report.json, report.text(width: width, style))
  }
}

struct Order: ReadingCommand {
  static let configuration = CommandConfiguration(
    abstract: "The suggested and the computed order, layers, and the critical path.")
  @OptionGroup var options: GlobalOptions
  @OptionGroup var source: PlanSourceOptions

  func answer(_ plan: LoadedPlan, width: Int, _ style: Style) -> (json: JSONValue, text: String) {
    let report = OrderReport(plan.overview)
    return (report.json, report.text(width: width, style))
  }
}

struct Matrix: ReadingCommand {
  static let configuration = CommandConfiguration(abstract: "Which milestone depends on which.")
  @OptionGroup var options: GlobalOptions
  @OptionGroup var source: PlanSourceOptions

  func answer(_ plan: LoadedPlan, width: Int, _ style: Style) -> (json: JSONValue, text: String) {
    let report = MatrixReport(plan.overview)
    return (report.json, report.text(width: width, style))
  }
}

struct Export: ReadingCommand {
  static let configuration = CommandConfiguration(abstract: "The plan as a document.")
  @Option(help: ArgumentHelp("The form; markdown is the one that import reads.", valueName: "form"))
  var format: DocumentFormat = .markdown
  @OptionGroup var options: GlobalOptions
  @OptionGroup var source: PlanSourceOptions

  func answer(_ plan: LoadedPlan, width: Int, _ style: Style) -> (json: JSONValue, text: String) {
    let document = TrackerDocument.render(plan.overview)
    let json = Envelope.json(
      "export", [JSONMember("format", .text(format.rawValue)), JSONMember("document", .text(document))])
    // The document brings its own newline at the end.
    return (json, String(document.dropLast()))
  }
}

enum DocumentFormat: String, ExpressibleByArgument {
  case markdown
}

struct Explain: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "What a reason code means and what to do.")
  @Argument(help: "The code, such as unmet-dependency; without one, all are listed.")
  var code: String?
  @Flag(help: .hidden) var page = false
  @OptionGroup var options: GlobalOptions

  mutating func run() throws {
    let context = try Context(options)
    if page { return Standard.output(ExplainReport.page) }
    guard let code else {
      let all = ReasonCode.all.sorted { $0.id < $1.id }
      return context.print(
        json: Envelope.json("explain", [JSONMember("codes", .texts(all.map(\.id)))]),
        text: all.map(\.id).joined(separator: "\n"))
    }
    guard let found = ReasonCode.named(code) else {
      throw UnknownName(
        message: "There is no reason code \"\(code)\".",
        hint: nearestName(to: code, in: ReasonCode.all.map(\.id)).map { "Is \($0) meant?" }
          ?? "readiness explain lists them all.")
    }
    let report = ExplainReport(found)
    try context.print(json: report.json, text: report.text(width: context.width, context.style(nil)))
  }
}
