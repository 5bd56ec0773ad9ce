import PlanJudge
import ArgumentParser
import PlanSLO
import PlanModel
import PlanGate
import GitRepository
import PlanTrees
import Reports

struct SLOCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    subcommand: "slo", abstract: "Service-level objectives: check them, compile them, capture what they say.",
    discussion: "An objective is a file of ssot/policies/slo/. doc/guides/slo.md leads from a counter to a gate.",
    subcommands: [
      SLOCheckCommand.self, SLOListCommand.self, SLOShowCommand.self, SLORulesCommand.self, SLOCaptureCommand.self,
    ], defaultSubcommand: SLOListCommand.self)
}

/// The source of objectives.
struct SLOSourceOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("The objectives of this commit, in place of the files of the work tree.", valueName: "rev"))
  var at: String?
}

/// The objectives that a command selects.
struct SLOSelection {
  let repository: Repository
  let tree: any PlanTree
  let policy: Policy
  let files: [ObjectiveFile]

  /// - Throws: `UnknownName` with the nearest objective; `GitError` if the tree cannot be read.
  init(_ repository: Repository, at revision: String?, names: [String]) throws {
    self.repository = repository
    let tree: any PlanTree =
      if let revision = revision ?? (repository.isBare ? "HEAD" : nil) {
        try repository.tree(ofCommit: repository.commit(named: revision))
      } else {
        try WorkTree(repository)
      }
    self.tree = tree
    policy = try tree.policy().policy ?? .builtIn()
    let all = try ObjectiveFile.all(in: tree).map { try $0.checkingRunbook(in: tree) }
    files =
      try names.isEmpty
      ? all
      : names.map { name in
        guard let file = all.first(where: { $0.name == name }) else {
          throw UnknownName(
            message: "There is no SLO \(name).",
            hint: nearestName(to: name, in: all.map(\.name)).map { "Is \($0) meant?" }
              ?? "An SLO is a file \(PlanPaths.objectives)/NAME.json; readiness slo list shows what there is.")
        }
        return file
      }
  }

  var gate: ObjectiveGate { gate(given: [:]) }

  func gate(given: [String: [UInt8]]) -> ObjectiveGate {
    ObjectiveGate(tree, policy: policy, verifier: GitSignatures(), given: given)
  }

  /// The conditions of the default gate, or the standard ones if it has none.
  var conditions: ObjectiveConditions { policy.gates.gates["release"]?.objectives ?? .standard }

  /// Returns the objectives if all of them are sound. Otherwise prints the faults and ends with exit status 1.
  func sound(_ context: Context) throws -> [(file: ObjectiveFile, objective: Objective)] {
    let findings = files.flatMap(\.findings).filter { $0.severity == .error }
    if !findings.isEmpty { try context.conclude(findings, repository: repository) }
    return files.compactMap { file in file.objective.map { (file, $0) } }
  }
}

struct SLOListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(subcommand: "list", abstract: "The objectives, one to a line.")
  @OptionGroup var source: SLOSourceOptions
  @OptionGroup var options: GlobalOptions

  mutating func run() throws {
    let context = try Context(options)
    let repository = try context.openRepository()
    let report = ObjectiveReport(try SLOSelection(repository, at: source.at, names: []).files)
    try context.print(json: report.json, text: report.list(context.style(repository)))
  }
}

struct SLOShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    subcommand: "show", abstract: "One objective, and what its capture says. Exit status 1 for anything but go.")
  @Argument(help: ArgumentHelp("An SLO.", valueName: "name")) var name: String
  @Option(help: ArgumentHelp("A capture to use in place of the committed one.", valueName: "file")) var capture: String?
  @Option(help: ArgumentHelp("The moment by which a capture is stale, in place of now.", valueName: "time"))
  var now: String?
  @OptionGroup var source: SLOSourceOptions
  @OptionGroup var options: GlobalOptions

  mutating func run() throws {
    let context = try Context(options)
    let repository = try context.openRepository()
    let selection = try SLOSelection(repository, at: source.at, names: [name])
    let given = try GivenCaptures(capture.map { [$0] } ?? [])
    guard let file = selection.files.first, given.captures.keys.allSatisfy({ $0 == name }) else {
      throw UsageError("The capture is of \(given.captures.keys.joined()).", hint: "Name that SLO.")
    }
    let moment = try now.map { try CommitDate.seconds($0, isEnd: false) * 1000 } ?? context.milliseconds
    let verdict = try selection.gate(given: given.captures).verdict(file, selection.conditions, now: moment)
    let isCaptured = verdict.capturedAt != nil || !verdict.reasons.allSatisfy { $0.code == .sloCaptureMissing }
    let report = ObjectiveVerdictReport(file, isCaptured ? verdict : nil)
    try context.print(
      json: report.json, text: report.text(width: context.width, context.style(repository)))
    if !file.isSound || (isCaptured && verdict.answer != .go) { throw ExitCode(1) }
  }
}
