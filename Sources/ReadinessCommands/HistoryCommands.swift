import ArgumentParser
import ReadinessCore
import ReadinessEnforcement
import ReadinessGit
import ReadinessHistory
import ReadinessReports
import StrictJSON

struct Log: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "The history of the plan, or of one milestone.")
  @Argument(help: ArgumentHelp("Only runs that touch this milestone.", valueName: "id"))
  var id: String?
  @Option(help: ArgumentHelp("Read back from this commit.", valueName: "rev"))
  var at: String?
  @OptionGroup var options: GlobalOptions

  mutating func run() throws {
    let context = try Context(options)
    let repository = try context.openRepository()
    let report = try HistoryScope(repository, at).audit(repository)
    let wanted = id.map { MilestoneID($0.uppercased()) }
    let runs = report.runs.filter { record in wanted.map { record.run.touches($0) } ?? true }
    if let wanted, runs.isEmpty {
      let known = Set(report.runs.flatMap { $0.run.transitions.map(\.milestone) }).map(\.text)
      throw UnknownName(
        message: "No run of this history touches \(wanted).",
        hint: nearestName(to: wanted.text, in: known).map { "Is \($0) meant?" } ?? "readiness log shows every run.")
    }
    let lines = runs.reversed().map { record in
      RunLine(
        run: record.run, id: record.id?.hex, commit: record.commit.description, isStamped: record.isStamped,
        heals: record.heals)
    }
    let answer = LogReport(lines)
    try context.print(json: answer.json, text: answer.text(width: context.width, context.style(repository)))
  }
}

extension Run {
  fileprivate func touches(_ id: MilestoneID) -> Bool {
    transitions.contains { $0.milestone == id } || edits.contains { $0.milestone == id }
  }
}

struct Verify: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Judges every commit again: rules, stamps, run IDs, the policy in force.")
  @Argument(help: ArgumentHelp("A commit, or a range A..B; HEAD by default.", valueName: "range"))
  var range: String?
  @Option(help: ArgumentHelp("text or json; --json says the same.", valueName: "form"))
  var format: VerdictFormat = .text
  @OptionGroup var options: GlobalOptions

  mutating func run() throws {
    if format == .json { options.json = true }
    let context = try Context(options)
    let repository = try context.openRepository()
    let scope = try HistoryScope(repository, range)
    let report = try scope.audit(repository)
    let tip = try PlanOverview(repository.tree(of: try repository.commit(scope.tip)))
    let findings = report.findings + tip.suspectFindings
    let answer = VerifyReport(
      findings: findings, commits: report.walked, runs: report.runs.count(where: \.isStamped),
      notJudged: report.notJudged)
    try context.print(json: answer.json, text: answer.text(width: context.width, context.style(repository)))
    if !report.isAccepted { throw ExitCode(1) }
  }
}

enum VerdictFormat: String, ExpressibleByArgument {
  case text, json
}

struct ReplayCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay", abstract: "Folds every run into a state and compares it with the tree.")
  @Option(help: ArgumentHelp("Up to this commit.", valueName: "rev"))
  var at: String?
  @OptionGroup var options: GlobalOptions

  mutating func run() throws {
    let context = try Context(options)
    let repository = try context.openRepository()
    let scope = try HistoryScope(repository, at)
    let report = try scope.audit(repository, folds: true)
    let replay = try Replay(report, tree: repository.tree(of: try repository.commit(scope.tip)))
    let json = Envelope.json(
      "replay",
      [
        JSONMember("state", replay.stateJSON), JSONMember("runs", .int(replay.decisions.count)),
        JSONMember("decisions", replay.decisionsJSON), JSONMember("digest", .text(replay.digest.tagged)),
        JSONMember("agrees", JSONValue(.bool(replay.agrees))),
      ])
    let style = try context.style(repository)
    let refused = replay.decisions.count { !$0.accepted }
    var lines = [
      "Runs: \(replay.decisions.count), refused: \(refused), milestones: \(replay.state.count).",
      replay.agrees
        ? style("agrees", .good) + "  The runs alone say what the tree says."
        : style("differs", .bad)
          + "  Runs and tree disagree about \(replay.differing.map(\.text).joined(separator: ", ")).",
    ]
    lines.append("digest  \(replay.digest)")
    context.print(json: json, text: lines.joined(separator: "\n"))
    if !replay.agrees || refused > 0 { throw ExitCode(1) }
  }
}
