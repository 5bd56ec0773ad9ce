import ArgumentParser
import PlanChecks
import PlanHistory
import PlanModel
import GitObjects
import GitRepository
import PlanTrees
import Reports
import StrictJSON
import ReadinessSystem

struct ReproduceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    subcommand: "reproduce", abstract: "Recomputes a run, and runs its checks again on a clean copy of their commit.",
    discussion: """
      A run ID or its first 7 digits: what the run brought. A milestone or ID/CRITERION: all that stands. Only what \
      readiness trust has shown is run, nothing is written, and history is checked first. Exit status 1 if something \
      else came out, 3 if something could not be recomputed.
      """)
  @Argument(
    help: ArgumentHelp("A run ID, a milestone, or ID/CRITERION.", valueName: "what"),
    completion: .custom(Offered.milestones))
  var what: String
  @Option(help: ArgumentHelp("For the plan of this commit.", valueName: "rev")) var at: String?
  @Option(help: ArgumentHelp("Write the answer as JSON to this file as well.", valueName: "file"), completion: .file())
  var report: String?
  @Option(
    help: ArgumentHelp("Keep what each check prints in this folder, secrets removed.", valueName: "dir"),
    completion: .directory)
  var keep: String?
  @Option(help: ArgumentHelp("Seconds that one attempt may take.", valueName: "n")) var timeout: Int?
  @OptionGroup var options: GlobalOptions

  func validate() throws {
    if let timeout, !(1...86_400).contains(timeout) { throw ValidationError("--timeout is 1 to 86400 seconds.") }
  }

  mutating func run() throws {
    let context = try Context(options)
    let repository = try context.openForAudit()
    if let keep { try FileSystem.makeFolders(keep) }
    let scope = try HistoryScope(repository, at)
    let reader = LineageReader(repository, try context.audit(scope, repository), tip: scope.tip, ref: nil)
    let reproduction = try reproduction(reader, scope.tip, context, repository)
    let answer = ReproductionReport(reproduction)
    if let report { try FileSystem.write(answer.json.answerBytes, to: report, mode: 0o644) }
    try context.print(json: answer.json, text: answer.text(width: context.width, context.style(repository)))
    switch reproduction.verdict {
    case .identical, .equivalent: return
    case .different: throw ExitCode(1)
    case .unrepeatable: throw ExitCode(3)
    }
  }

  private func reproduction(
    _ reader: LineageReader, _ tip: ObjectID, _ context: Context, _ repository: Repository
  ) throws -> Reproduction {
    let parts = what.split(separator: "/", maxSplits: 1).map(String.init)
    let id = MilestoneID((parts.first ?? "").uppercased())
    if let milestone = try repository.tree(ofCommit: tip).milestone(id)?.milestone {
      let criterion = parts.count > 1 ? parts[1] : nil
      if let criterion, !milestone.exitCriteria.contains(where: { $0.id == criterion }) {
        throw UsageError("\(id) has no criterion \"\(criterion)\".", hint: "readiness criteria \(id) lists them.")
      }
      let lineage = try reader.lineage(of: [id], depth: 1)
      let reproducer = try Reproducer(repository, at: tip, settings(context, repository))
      return Reproduction(
        run: nil, faults: lineage.faults, entries: try reproducer.entries(of: id, criterion: criterion))
    }
    let record = try HistoryName(what, reader, tip, repository).run
    let lineage = try reader.lineage(of: record, depth: 1)
    let step = lineage.steps.first { $0.id == record.id }
    let reproducer = try Reproducer(repository, at: record.commit, settings(context, repository))
    var entries: [Reproduction.Entry] = []
    for id in Set(record.run.evidence.map(\.milestone)).sorted() {
      let digests = Set(record.run.evidence.filter { $0.milestone == id }.map(\.digest))
      entries += try reproducer.entries(of: id, digests: digests)
    }
    let faults = (step?.codes ?? []).map { "The run was rejected: \($0)." }
    return Reproduction(run: record.id?.hex, faults: faults, entries: entries)
  }

  private func settings(_ context: Context, _ repository: Repository) throws -> Reproducer.Settings {
    let folder = keep
    return Reproducer.Settings(
      trusted: try TrustStore(repository) { StateKey.load(Environment.all(), creates: $0) }.trusted(),
      environment: context.environment, now: Machine.millisecondsSince1970, timeout: timeout,
      keep: folder.map { folder in
        { name, output in
          try FileSystem.write(output, to: "\(folder)/\(name.replacing("/", with: "-")).txt", mode: 0o644)
        }
      })
  }
}

extension Lineage {
  /// The faults of the lineage, a sentence each.
  fileprivate var faults: [String] {
    differences
      + steps.filter { !$0.codes.isEmpty }.map { step in
        "The run \(step.id?.hex.prefix(12) ?? "without a stamp") was rejected: \(step.codes.joined(separator: ", "))."
      }
  }
}
