import PlanJudge
import GitObjects
import ArgumentParser
import Attestations
import PlanChecks
import PlanModel
import PlanGate
import GitRepository
import Reports
import StrictJSON
import ReadinessSystem

struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    subcommand: "check", abstract: "Runs checks of exit criteria, and stages the evidence of those that pass.",
    discussion: "Only what readiness trust has shown is run. Exit status 1 where a check did not pass.")
  @Argument(
    help: ArgumentHelp("Milestones, or ID/CRITERION.", valueName: "id"), completion: .custom(Offered.milestones))
  var names: [String] = []
  @Flag(help: "Every check of the plan.") var all = false
  @Flag(help: "Every check of what is in review or done.") var done = false
  @Flag(help: "Those whose evidence no longer matches, or is missing from what is in review or done.") var suspect =
    false
  @Flag(help: "Run again what evidence says was run, at its commit, and compare; write nothing.") var replay = false
  @Flag(help: "Write no evidence.") var dryRun = false
  @Flag(help: "Keep what they print under .readiness/evidence/, secrets removed.") var keepOutput = false
  @Option(help: ArgumentHelp("Check this commit.", valueName: "rev")) var at: String?
  @Option(help: ArgumentHelp("The commit before the change; the first parent by default.", valueName: "rev"))
  var before: String?
  @Option(help: ArgumentHelp("A profile in place of the one that a check names.", valueName: "name")) var profile:
    String?
  @OptionGroup var attesting: AttestOptions
  @OptionGroup var settings: SettingOptions
  @OptionGroup var options: GlobalOptions

  func validate() throws {
    if names.isEmpty, !all, !done, !suspect {
      throw ValidationError("Name milestones, or give --all, --done or --suspect.")
    }
    if !names.isEmpty, all || done { throw ValidationError("Give names, or --all or --done, not both.") }
    if attesting.attest, replay || keepOutput || dryRun {
      throw ValidationError("--attest goes with none of --replay, --keep-output and --dry-run.")
    }
    if replay, at != nil || keepOutput { throw ValidationError("--replay goes by the commit that the evidence names.") }
  }

  mutating func run() throws {
    let context = try Context(options)
    let repository = try context.openForWriting(isDry: dryRun)
    let selection = try CheckSelection(
      repository, at: at, takesStaged: !replay && !attesting.attest, now: context.milliseconds,
      attestations: attesting.attest ? AttestationStore(repository) : nil)
    var checks = try selection.checks(
      names, profile: profile, settings: settings.flags, environment: context.environment)
    if done { checks = checks.filter { selection.overview[$0.milestone]?.isClaimed == true } }
    if suspect {
      checks = try checks.filter { try selection.overview.needsCheck($0.milestone, $0.criterion, in: selection.tree) }
    }
    guard !checks.isEmpty else {
      let none = suspect ? "No evidence of a check is suspect." : "The plan has no check there."
      return context.print(json: CheckReport(commit: selection.commit.description, [], done: "").json, text: none)
    }
    if replay { return try ReplayedChecks(selection, checks, self, context, repository).run() }
    let results = try run(checks, selection, at: selection.commit, context, repository)
    let done =
      attesting.attest
      ? try attesting.write(results, context, repository)
      : dryRun ? "" : try write(results, selection, context, repository)
    try conclude(results, selection, done, context, repository)
  }

  /// Runs checks on a commit, with a display if somebody watches.
  func run(
    _ checks: [PlannedCheck], _ selection: CheckSelection, at commit: ObjectID, _ context: Context,
    _ repository: Repository
  ) throws -> [CheckResult] {
    let parent =
      try before.map { try repository.commit(named: $0) } ?? repository.commit(commit).parents.first
    let graph = selection.overview
    let request = CheckRunner.Request(
      commit: commit, before: parent, trusted: try selection.trust.trusted(),
      dependencies: { graph[$0]?.dependsOn ?? [] }, authorization: graph.policy.authorization,
      environment: context.environment, now: Machine.millisecondsSince1970)
    let display = CheckDisplay(
      isQuiet: options.json, context.environment, style: try context.style(repository, descriptor: 2))
    defer { display.end() }
    return try CheckRunner(repository, request).run(checks, progress: display.show)
  }

  // MARK: - Evidence

  /// Returns true if the plan already has the evidence, so that there is nothing to write.
  static func isRecorded(_ result: CheckResult, _ selection: CheckSelection) throws -> Bool {
    guard let evidence = result.evidence,
      let milestone = selection.overview[result.check.milestone]?.milestone,
      let criterion = milestone.exitCriteria.first(where: { $0.id == result.check.criterion })
    else { return false }
    return criterion.evidence.contains { entry in
      switch (entry.kind, evidence.kind) {
      case (.check(let old), .check(let new)):
        // Evidence that lapses is always renewed.
        result.check.definition.validFor == nil && old.command == new.command && old.inputs == new.inputs
      case (.approval, .approval): entry.digest == evidence.digest
      default: false
      }
    }
  }

  private func write(
    _ results: [CheckResult], _ selection: CheckSelection, _ context: Context, _ repository: Repository
  ) throws -> String {
    let fresh = try results.filter { try $0.evidence != nil && !Self.isRecorded($0, selection) }
    guard !fresh.isEmpty else { return "" }
    let findings = try retrying { () -> [Finding] in
      let edit = try PlanEdit(repository, environment: context.environment, now: context.now)
      var changes: [PlanEdit.Change] = []
      for id in Set(fresh.map(\.check.milestone)).sorted() {
        changes += try self.changes(of: id, fresh.filter { $0.check.milestone == id }, edit)
      }
      return try edit.apply(changes, reason: nil, isDry: false).findings
    }
    if findings.contains(where: { $0.severity == .error }) {
      try context.conclude(findings, repository: repository)
    }
    return "Evidence of \(fresh.count) staged; commit it with a message of your own."
  }

  /// Returns the changes of a milestone: its new evidence, and the output of its checks if that is kept.
  private func changes(of id: MilestoneID, _ results: [CheckResult], _ edit: PlanEdit) throws -> [PlanEdit.Change] {
    let (_, milestone) = try edit.milestone(id.text)
    var criteria = milestone.json["exitCriteria"]?.array ?? []
    var changes: [PlanEdit.Change] = []
    for result in results {
      guard let index = criteria.firstIndex(where: { $0["id"]?.string == result.check.criterion }),
        var entry = result.evidence?.json
      else { continue }
      guard criteria[index]["check"].map({ Digest(of: $0.canonicalBytes) }) == result.check.definition.digest else {
        throw UsageError(
          "The check of \(result.check.name) that is staged is not the one that was run.", hint: "Run it again.")
      }
      if keepOutput, case .command = result.check.definition.kind {
        let path = "\(PlanPaths.folder)/evidence/\(id)-\(result.check.criterion).txt"
        entry = JSONValue(.object((entry.object ?? []) + [JSONMember("log", .text(path))]))
        changes.append(PlanEdit.Change(path, bytes: KeptOutput.kept(result.output)))
      }
      criteria[index] = Self.criterion(criteria[index], with: entry)
    }
    let members = (milestone.json.object ?? []).map {
      $0.key == "exitCriteria" ? JSONMember($0.key, JSONValue(.array(criteria))) : $0
    }
    return changes + [PlanEdit.Change(PlanPaths.milestone(id), Milestone.ordered(JSONValue(.object(members))))]
  }

  /// Returns the criterion with an entry that replaces older ones of its kind; other evidence stays.
  private static func criterion(_ criterion: JSONValue, with entry: JSONValue) -> JSONValue {
    let kind = entry["kind"]?.string
    let others = (criterion["evidence"]?.array ?? []).filter { $0["kind"]?.string != kind }
    let evidence = JSONMember("evidence", JSONValue(.array(others + [entry])))
    var members = (criterion.object ?? []).filter { $0.key != "evidence" }
    let place = members.firstIndex { $0.key == "waiver" } ?? members.count
    members.insert(evidence, at: place)
    return JSONValue(.object(members))
  }

  // MARK: - Saying it

  private func conclude(
    _ results: [CheckResult], _ selection: CheckSelection, _ done: String, _ context: Context, _ repository: Repository
  ) throws {
    let lines = try results.map { try Self.line($0, isNew: !Self.isRecorded($0, selection)) }
    let report = CheckReport(commit: selection.commit.description, lines, done: done)
    try context.print(json: report.json, text: report.text(width: context.width, context.style(repository)))
    if results.contains(where: { $0.outcome != .passed }) { throw ExitCode(1) }
  }

  static func line(_ result: CheckResult, isNew: Bool) -> CheckReport.Line {
    let text = String(decoding: KeptOutput.redacted(result.output), as: UTF8.self)
    let tail = text.split(whereSeparator: \.isNewline).suffix(result.outcome == .failed ? 8 : 0).map(String.init)
    return CheckReport.Line(
      milestone: result.check.milestone, criterion: result.check.criterion, kind: result.check.definition.name,
      outcome: result.outcome.rawValue, message: result.message, evidence: result.evidence, isNew: isNew, tail: tail,
      notes: result.notes)
  }
}

/// Repeats the checks that evidence records, each at its commit, and compares digests.
private struct ReplayedChecks {
  private let selection: CheckSelection
  private let checks: [PlannedCheck]
  private let command: CheckCommand
  private let context: Context
  private let repository: Repository

  init(
    _ selection: CheckSelection, _ checks: [PlannedCheck], _ command: CheckCommand, _ context: Context,
    _ repository: Repository
  ) {
    self.selection = selection
    self.checks = checks
    self.command = command
    self.context = context
    self.repository = repository
  }

  func run() throws {
    var lines: [CheckReport.Line] = []
    for check in checks {
      guard let record = record(of: check) else {
        lines.append(line(check, "skipped", "It has left no evidence yet."))
        continue
      }
      guard let commit = ObjectID(hex: record.commit), try repository.holds(commit) else {
        lines.append(line(check, "failed", "The commit \(record.commit.prefix(12)) that it names is not here."))
        continue
      }
      let result = try command.run([check], selection, at: commit, context, repository)[0]
      guard result.outcome == .passed, case .check(let again)? = result.evidence?.kind else {
        lines.append(CheckCommand.line(result, isNew: false))
        continue
      }
      let differing = Reproducer.values(record, again).filter { !$0.isSame }.map(\.name)
      lines.append(
        differing.isEmpty
          ? CheckCommand.line(result, isNew: false)
          : line(check, "failed", "Different from the record: \(differing.joined(separator: ", "))."))
    }
    let report = CheckReport(commit: selection.commit.description, lines, done: "")
    try context.print(json: report.json, text: report.text(width: context.width, context.style(repository)))
    if report.hasFailed { throw ExitCode(1) }
  }

  private func record(of check: PlannedCheck) -> CheckRecord? {
    let criteria = selection.overview[check.milestone]?.milestone.exitCriteria ?? []
    for entry in criteria.first(where: { $0.id == check.criterion })?.evidence ?? [] {
      if case .check(let record) = entry.kind { return record }
    }
    return nil
  }

  private func line(_ check: PlannedCheck, _ outcome: String, _ message: String) -> CheckReport.Line {
    CheckReport.Line(
      milestone: check.milestone, criterion: check.criterion, kind: check.definition.name, outcome: outcome,
      message: message, evidence: nil, isNew: false, tail: [], notes: [])
  }
}

/// Shows the progress of checks on standard error: one line that is redrawn if somebody watches, else one line for each
/// finished check.
final class CheckDisplay {
  private let isQuiet: Bool
  private let isWatched: Bool
  private let style: Style
  private let began = Machine.monotonicMilliseconds()
  private var isDrawn = false

  init(isQuiet: Bool, _ environment: [String: String], style: Style) {
    self.isQuiet = isQuiet
    self.style = style
    isWatched = Terminal.isWatched(environment)
  }

  func show(_ progress: CheckRunner.Progress) {
    guard !isQuiet else { return }
    guard isWatched else {
      if let latest = progress.latest, progress.all > 1 {
        Standard.error("\(progress.finished) of \(progress.all)  \(latest.outcome.rawValue)  \(latest.check.name)\n")
      }
      return
    }
    let seconds = (Machine.monotonicMilliseconds() - began) / 1000
    let names = progress.running.prefix(3).joined(separator: ", ") + (progress.running.count > 3 ? ", …" : "")
    let text = "checking \(progress.finished) of \(progress.all)  \(seconds) s  \(names)"
    Standard.draw("\r" + style(String(text.printable.prefix(78)), .quiet) + "\u{1B}[K")
    isDrawn = true
  }

  func end() {
    if isDrawn { Standard.draw("\r\u{1B}[K") }
    isDrawn = false
  }
}
