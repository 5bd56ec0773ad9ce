import ArgumentParser
import PlanJudge
import PlanModel
import PlanGate
import GitRepository
import PlanTrees
import PlanHistory
import Reports
import StrictJSON
import ReadinessSystem

struct LogCommand: PlainCommand {
  static let configuration = CommandConfiguration(
    subcommand: "log", abstract: "The history of the plan, or of one milestone.")
  @Argument(
    help: ArgumentHelp("Only runs that touch this milestone.", valueName: "id"),
    completion: .custom(Offered.milestones))
  var id: String?
  @Option(help: ArgumentHelp("Read back from this commit.", valueName: "rev"))
  var at: String?
  @Option(help: ArgumentHelp("Only runs committed at this date or later.", valueName: "date"))
  var since: String?
  @Option(help: ArgumentHelp("Only runs committed at this date or earlier.", valueName: "date"))
  var until: String?
  @Flag(help: "A line for each run.") var oneline = false
  @OptionGroup var options: GlobalOptions

  mutating func read(_ words: inout PlainWords) {
    oneline = words.flag("--oneline")
    at = words.value("--at")
    since = words.value("--since")
    until = words.value("--until")
    options = words.globals()
    id = words.argument()
  }

  mutating func run() throws {
    let context = try Context(options)
    let repository = try context.openRepository()
    let first = try since.map { try CommitDate.seconds($0, isEnd: false) } ?? .min
    let last = try until.map { try CommitDate.seconds($0, isEnd: true) } ?? .max
    let report = try context.audit(HistoryScope(repository, at), repository)
    let wanted = id.map { MilestoneID($0.uppercased()) }
    let known = wanted.map { id in report.runs.filter { $0.run.touches(id) } } ?? report.runs
    if let wanted, known.isEmpty {
      let names = Set(report.runs.flatMap { $0.run.transitions.map(\.milestone) }).map(\.text)
      throw UnknownName(
        message: "No run of this history touches \(wanted).",
        hint: nearestName(to: wanted.text, in: names).map { "Is \($0) meant?" } ?? "readiness log shows every run.")
    }
    var runs: [RunLine] = []
    runs.reserveCapacity(known.count)
    for record in known.reversed() where first <= record.committedAt && record.committedAt <= last {
      var line = RunLine(record)
      if runs.count < Self.detailed, !options.json { line.details = try details(record, repository) }
      runs.append(line)
    }
    keepToTheEnd((report, runs))
    let answer = LogReport(runs)
    let style = try context.style(repository)
    context.print(
      json: answer.json,
      bytes: oneline
        ? Array(answer.oneline(width: context.width, style).utf8) : answer.bytes(width: context.width, style)
    )
    if runs.count > Self.detailed {
      context.note("Only the newest \(Self.detailed) runs say what changed; --until shows it of older ones.")
    }
  }

  /// The maximum number of runs whose files are compared; more would take longer than anybody reads.
  private static let detailed = 200

  /// Returns the changes of a run. A block of a squash has only the subject, because its files are not those of the
  /// commit.
  private func details(_ record: RunRecord, _ repository: Repository) throws -> RunLine.Details {
    let commit = try repository.commit(record.commit)
    let subject = (commit.message ?? "").prefix { !$0.isNewline }
    guard let first = commit.parents.first, try repository.holds(first) else {
      return RunLine.Details(subject: String(subject), [])
    }
    let (before, after) = (repository.tree(of: try repository.commit(first)), repository.tree(of: commit))
    var changes: [PlanDiff.Change] = []
    let steps =
      record.run.transitions.map { ($0.milestone, $0.before, $0.after) }
      + record.run.edits.compactMap { edit in edit.milestone.map { ($0, edit.before, edit.after) } }
    for (id, from, to) in steps where from != nil && to != nil {
      guard let old = try before.milestone(id), let new = try after.milestone(id), old.digest == from, new.digest == to
      else { continue }
      changes.append(PlanDiff.Change(id: id, before: old.milestone, after: new.milestone))
    }
    return RunLine.Details(subject: String(subject), changes)
  }
}

extension Run {
  fileprivate func touches(_ id: MilestoneID) -> Bool {
    transitions.contains { $0.milestone == id } || edits.contains { $0.milestone == id }
  }
}

struct ReplayCommand: PlainCommand {
  static let configuration = CommandConfiguration(
    subcommand: "replay", abstract: "Folds every run into a state and compares it with the tree.")
  @Option(help: ArgumentHelp("Up to this commit.", valueName: "rev"))
  var at: String?
  @OptionGroup var options: GlobalOptions

  mutating func read(_ words: inout PlainWords) {
    at = words.value("--at")
    options = words.globals()
  }

  func validate() throws {
    if at?.contains("..") == true {
      throw ValidationError("A state is that of one commit, not of a range: name B of A..B with --at.")
    }
  }

  mutating func run() throws {
    let context = try Context(options)
    let repository = try context.openForAudit()
    let scope = try HistoryScope(repository, at)
    let report = try context.audit(scope, repository, detail: .folded)
    keepToTheEnd(report)
    let tree = repository.tree(of: try repository.commit(scope.tip))
    try tree.readPlanAndPolicy()
    let replay = try Replay(report, tree: tree)
    keepToTheEnd(replay)
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
    // Computed only for JSON: a long history has many decisions.
    func json() -> JSONValue {
      Envelope.json(
        "replay",
        [
          JSONMember("state", replay.stateJSON), JSONMember("runs", .int(replay.decisions.count)),
          JSONMember("decisions", replay.decisionsJSON), JSONMember("digest", .text(replay.digest.tagged)),
          JSONMember("agrees", JSONValue(.bool(replay.agrees))),
        ])
    }
    context.print(json: json(), text: lines.joined(separator: "\n"))
    if !replay.agrees || refused > 0 { throw ExitCode(1) }
  }
}

extension RunLine {
  /// Creates the line of a run of history.
  init(_ record: RunRecord) {
    self.init(
      run: record.run, id: record.id, commit: record.commit, isStamped: record.isStamped,
      heals: record.heals)
  }
}

/// Dates in the forms that people write. The committer's date selects (contract 3).
enum CommitDate {
  /// Returns seconds since 1970. A day counts from its beginning or to its end, in UTC; git reads everything else.
  static func seconds(_ text: String, isEnd: Bool) throws -> Int64 {
    if let day = DaySpan.seconds(ofDay: text) { return isEnd ? day + 86_399 : day }
    let output = try GitProcess.run(["rev-parse", "--since=\(text)"])
    // Git takes unknown text for the present moment, so a text without a digit or a known word is refused.
    let isKnown = text.contains(where: \.isNumber) || ["yesterday", "today", "now", "noon", "midnight"].contains(text)
    guard isKnown, output.status == 0, let seconds = Int64(output.trimmed.dropFirst("--max-age=".count)) else {
      throw UsageError("\"\(text)\" is no date.", hint: "Write 2026-11-22, or as for git log --since.")
    }
    return seconds
  }
}
