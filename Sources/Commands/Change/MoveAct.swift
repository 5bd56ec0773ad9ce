import GitObjects
import ArgumentParser
import PlanJudge
import PlanModel
import PlanGate
import GitRepository
import Reports
import StrictJSON

/// A move by `move`, `start` or `submit`.
struct MoveAct {
  var pairs: [(id: String, goal: MoveStep.Goal)]
  var owner: String?
  var evidence: [String] = []
  var reason: String?
  var waive: [String] = []
  var until: String?
  var noCommit = false
  var dryRun = false
  var runHooks = false
  var options: GlobalOptions

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
  }

  /// Judges the move, writes it, and prints the result.
  func run() throws {
    let context = try Context(options)
    let repository = try context.openForWriting(isDry: dryRun)
    if let reason { try checkReason(reason) }
    let owner = try self.owner.map { try context.owner($0, repository) }
    let files = try evidence.map { try context.evidence($0, of: pairs[0].id, repository) }
    let steps = pairs.map {
      MoveStep(milestone: MilestoneID($0.id.uppercased()), goal: $0.goal, owner: owner, evidence: files)
    }
    for code in waive where !BypassRule.codes.contains(where: { $0.id == code }) {
      throw UnknownName(
        message: "The rule \"\(code)\" allows no exception.",
        hint: "These can: " + BypassRule.codes.map(\.id).joined(separator: ", ") + ".")
    }
    let go = until.map { RulesToLetGo(waive, until: $0) }
    let author = try noCommit || runHooks ? nil : CommitSituation.configuredAuthor(repository)
    var outcome = try retrying {
      guard let author else { return try stage(steps, context, repository) }
      return try Move(repository, author: author).run(
        steps, reason: reason, isDry: dryRun, now: context.now, letting: go)
    }
    if outcome.findings.contains(where: { $0.severity == .error }) {
      return try context.conclude(outcome.findings, repository: repository)
    }
    if runHooks, !outcome.edited.isEmpty { outcome = try commitByGit(outcome, steps, repository) }
    let style = try context.style(repository)
    if outcome.commit != nil, !runHooks, !options.json {
      try context.sayWhichHooksDidNotRun(repository, "move", toRunThem: "readiness move --run-hooks")
    }
    if !outcome.findings.isEmpty, !options.json {
      Standard.error(FindingReport.text(outcome.findings, width: context.width, style) + "\n")
    }
    context.print(json: json(outcome), text: text(outcome, style))
  }

  /// Commits only the staged files of the moved milestones, as a person would: with every hook.
  private func commitByGit(_ outcome: MoveOutcome, _ steps: [MoveStep], _ repository: Repository) throws -> MoveOutcome
  {
    let message = Move.message(outcome.moves, reason, of: steps.map(\.milestone))
    let paths =
      outcome.edited.map { ":(top)" + PlanPaths.milestone($0) }
      + steps.flatMap(\.evidence).map { ":(top,literal)" + $0.path }
    let result = try GitProcess.run(["commit", "--quiet", "-m", message, "--"] + paths)
    if !result.errorText.isEmpty { Standard.error(result.errorText.printable + "\n") }
    guard result.status == 0, case .commit(let head) = try repository.head() else {
      let files = outcome.edited.map { PlanPaths.milestone($0).commandPath }.joined(separator: " ")
      throw UsageError(
        "git commit refused the move; it is staged.",
        hint: "Commit it yourself, or take it back: git restore --staged --worktree -- \(files)")
    }
    let run = try Trailers.blocks(in: repository.commit(head).message ?? "").last?.claimedID
    return MoveOutcome(
      findings: outcome.findings, moves: outcome.moves, edited: outcome.edited, commit: head, run: run)
  }

  private func text(_ outcome: MoveOutcome, _ style: Style) -> String {
    guard !outcome.edited.isEmpty else { return "Nothing to do: the milestone is in that state already." }
    var lines = outcome.moves.map { "\($0.milestone)  \($0.from.printable) -> " + style($0.to.printable, .good) }
    lines += outcome.edited.filter { id in !outcome.moves.contains { $0.milestone == id } }
      .map { "\($0)  owner and evidence; the state is unchanged" }
    if let commit = outcome.commit, let run = outcome.run {
      lines.append(style("commit \(commit.description.prefix(12))  run \(run.hex.prefix(12))", .quiet))
    } else if noCommit, !dryRun {
      lines.append(style("Staged; commit it with a message of your own.", .quiet))
    } else {
      lines.append("Legal; nothing was written.")
    }
    return lines.joined(separator: "\n")
  }

  /// Moves the staged milestones; the hooks stamp them when the user commits.
  private func stage(_ steps: [MoveStep], _ context: Context, _ repository: Repository) throws -> MoveOutcome {
    let edit = try PlanEdit(repository, environment: context.environment, now: context.now)
    let acts = try steps.map { try edit.moving($0, reason: reason) }
    let findings = try edit.apply(acts.flatMap(\.changes), reason: reason, isDry: dryRun).findings
    let edited = zip(steps, acts).filter { !$1.changes.isEmpty }.map(\.0.milestone)
    return MoveOutcome(findings: findings, moves: acts.compactMap(\.moved), edited: edited, commit: nil, run: nil)
  }

  private func json(_ outcome: MoveOutcome) -> JSONValue {
    var members = [
      JSONMember("changed", JSONValue(.bool(outcome.commit != nil || (noCommit && !dryRun && !outcome.edited.isEmpty))))
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
