import ArgumentParser
import PlanJudge
import PlanModel
import PlanGate
import ReadinessGit
import Reports
import Profiles
import StrictJSON

struct MoveCommand: PlainCommand {
  static let configuration = CommandConfiguration(
    subcommand: "move", abstract: "Moves milestones to other states, in one commit.",
    discussion: "States are written in any case, with - or _ for a space: readiness move M-04 in-review")
  @Argument(
    help: ArgumentHelp("Pairs of a milestone and its new state.", valueName: "id state"),
    completion: .custom(Offered.moves))
  var steps: [String]
  @Option(name: [.customShort("m"), .long], help: "Why, where the workflow asks for a reason, or to be remembered.")
  var reason: String?
  @Option(
    help: ArgumentHelp(
      "Let this rule go where it stands in the way, if policy lets you; takes --reason and --until.",
      valueName: "code"))
  var waive: [String] = []
  @Option(help: ArgumentHelp("The last day for which --waive lets a rule go.", valueName: "day"))
  var until: String?
  @Flag(help: "Edit and stage only, so that the status rides in your own commit.")
  var noCommit = false
  @Flag(help: "Check only; write nothing.")
  var dryRun = false
  @Flag(help: "Commit with git commit, so that your own commit hooks run.")
  var runHooks = false
  @OptionGroup var options: GlobalOptions

  mutating func read(_ words: inout PlainWords) {
    reason = words.value("-m", "--reason")
    waive = words.value("--waive").map { [$0] } ?? []
    until = words.value("--until")
    noCommit = words.flag("--no-commit")
    dryRun = words.flag("--dry-run")
    runHooks = words.flag("--run-hooks")
    options = words.globals()
    steps = words.arguments()
  }

  func validate() throws {
    if !waive.isEmpty {
      guard reason != nil, until != nil else {
        throw ValidationError("--waive takes a --reason and a day: --until 2026-12-01.")
      }
      guard !noCommit else {
        throw ValidationError(
          "--waive makes the commit. In one of your own, write: Readiness-Waive: M-04 unmet-dependency until 2026-12-01"
        )
      }
    }
    if let until {
      guard !waive.isEmpty, Timestamp.isDate(until) else {
        throw ValidationError("--until is a day like 2026-12-01, and goes with --waive.")
      }
    }
    if runHooks, noCommit || dryRun || !waive.isEmpty {
      throw ValidationError("--run-hooks goes with none of --no-commit, --dry-run and --waive.")
    }
    guard !steps.isEmpty, steps.count % 2 == 0 else {
      throw ValidationError("Write pairs of a milestone and its new state, such as M-04 in-review.")
    }
  }

  mutating func run() throws {
    let context = try Context(options)
    let repository = try context.openForWriting(isDry: dryRun)
    if let reason { try checkReason(reason) }
    let pairs = stride(from: 0, to: steps.count, by: 2).map {
      MoveStep(milestone: MilestoneID(steps[$0].uppercased()), state: steps[$0 + 1])
    }
    for code in waive where !BypassRule.codes.contains(where: { $0.id == code }) {
      throw UnknownName(
        message: "The rule \"\(code)\" allows no exception.",
        hint: "These can: " + BypassRule.codes.map(\.id).joined(separator: ", ") + ".")
    }
    let go = until.map { RulesToLetGo(waive, until: $0) }
    let author = try noCommit || runHooks ? nil : CommitSituation.configuredAuthor(repository)
    var outcome = try retrying {
      guard let author else { return try stage(pairs, context, repository) }
      return try Move(repository, author: author).run(
        pairs, reason: reason, isDry: dryRun, now: context.now, letting: go)
    }
    if outcome.findings.contains(where: { $0.severity == .error }) {
      return try context.conclude(outcome.findings, repository: repository)
    }
    if runHooks, !outcome.moves.isEmpty { outcome = try commitByGit(outcome, repository) }
    let style = try context.style(repository)
    if outcome.commit != nil, !runHooks, !options.json { try sayWhatDidNotRun(repository) }
    if !outcome.findings.isEmpty, !options.json {
      Standard.error(FindingReport.text(outcome.findings, width: context.width, style) + "\n")
    }
    context.print(json: json(outcome), text: text(outcome, style))
  }

  /// Commits what is staged of the moved milestones, and nothing else, as a person would: with every hook.
  private func commitByGit(_ outcome: MoveOutcome, _ repository: Repository) throws -> MoveOutcome {
    let message = Move.message(outcome.moves, reason)
    let paths = outcome.moves.map { ":(top)" + PlanPaths.milestone($0.milestone) }
    let result = try GitProcess.run(["commit", "--quiet", "-m", message, "--"] + paths)
    if !result.errorText.isEmpty { Standard.error(result.errorText.printable + "\n") }
    guard result.status == 0, case .commit(let head) = try repository.head() else {
      let files = outcome.moves.map { PlanPaths.milestone($0.milestone) }.joined(separator: " ")
      throw UsageError(
        "git commit refused the move; it is staged.",
        hint: "Commit it yourself, or take it back: git restore --staged --worktree -- \(files)")
    }
    let run = try Trailers.blocks(in: repository.commit(head).message ?? "").last?.claimedID
    return MoveOutcome(findings: outcome.findings, moves: outcome.moves, commit: head, run: run)
  }

  /// A team's own commit hooks run in git commit, and not here.
  private func sayWhatDidNotRun(_ repository: Repository) throws {
    let configured = try repository.configuration("core.hookspath")
    let names = try HookFolder(path: configured ?? repository.commonFolder + "hooks").othersInCommits()
    guard !names.isEmpty else { return }
    Standard.error(
      "note: move runs no commit hooks, so these of yours did not run: \(names.joined(separator: ", ")). To run them: readiness move --run-hooks\n"
    )
  }

  private func text(_ outcome: MoveOutcome, _ style: Style) -> String {
    guard !outcome.moves.isEmpty else { return "Nothing to do: the state holds already." }
    var lines = outcome.moves.map { "\($0.milestone)  \($0.from.printable) -> " + style($0.to.printable, .good) }
    if let commit = outcome.commit, let run = outcome.run {
      lines.append(style("commit \(commit.description.prefix(12))  run \(run.hex.prefix(12))", .quiet))
    } else if noCommit, !dryRun {
      lines.append(style("Staged; commit it with a message of your own.", .quiet))
    } else {
      lines.append("Legal; nothing was written.")
    }
    return lines.joined(separator: "\n")
  }

  /// The same moves on what is staged; the hooks stamp them when the user commits.
  private func stage(_ pairs: [MoveStep], _ context: Context, _ repository: Repository) throws -> MoveOutcome {
    let edit = try PlanEdit(repository, environment: context.environment, now: context.now)
    let workflow = try edit.policy.workflow
    var moved: [MoveOutcome.Moved] = []
    var changes: [PlanEdit.Change] = []
    for pair in pairs {
      let (id, milestone) = try edit.milestone(pair.milestone.text)
      let state = try workflow.known(pair.state)
      guard milestone.status != state.name else { continue }
      changes.append(PlanEdit.Change(PlanPaths.milestone(id), milestone.moved(to: state, in: workflow, reason: reason)))
      moved.append(MoveOutcome.Moved(milestone: id, from: milestone.status, to: state.name))
    }
    let findings = try edit.apply(changes, reason: reason, isDry: dryRun).findings
    return MoveOutcome(findings: findings, moves: moved, commit: nil, run: nil)
  }

  private func json(_ outcome: MoveOutcome) -> JSONValue {
    var members = [
      JSONMember("changed", JSONValue(.bool(outcome.commit != nil || (noCommit && !dryRun && !outcome.moves.isEmpty))))
    ]
    if let commit = outcome.commit { members.append(JSONMember("commit", .text(commit.description))) }
    if let run = outcome.run { members.append(JSONMember("run", .text(run.hex))) }
    let moves = outcome.moves.map { move -> JSONValue in
      ["milestone": .text(move.milestone.text), "from": .text(move.from), "to": .text(move.to)]
    }
    members.append(JSONMember("moves", JSONValue(.array(moves))))
    return Envelope.json("move", members)
  }
}
