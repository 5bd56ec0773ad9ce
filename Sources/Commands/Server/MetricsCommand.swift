import ArgumentParser
import Monitoring
import PlanGate
import PlanModel
import GitRepository
import Reports
import StrictJSON
import Telemetry
import ReadinessSystem

struct MetricsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    subcommand: "metrics", abstract: "The plan's state as metrics of Prometheus, of one repository or of many.",
    discussion: "For node_exporter's textfile collector, from a timer. doc/guides/observability.md shows both forms.")
  @Option(help: ArgumentHelp("Write into this file in one step, in place of printing.", valueName: "file"))
  var textfile: String?
  @Option(help: ArgumentHelp("Collect from every repository of a pattern: '/srv/git/*.git'.", valueName: "glob"))
  var repositories: String?
  @Option(help: ArgumentHelp("The folder that gets a file for each of those.", valueName: "dir"))
  var textfileDir: String?
  @Flag(help: "Audit all of history as verify does; without it the result of the newest audit is reported.")
  var verify = false
  @Option(
    help: ArgumentHelp("The label of the repository, in place of the last part of its origin.", valueName: "name"))
  var name: String?
  @Option(help: ArgumentHelp("The moment of the collection, in place of now.", valueName: "time"))
  var now: String?
  @OptionGroup var options: GlobalOptions

  func validate() throws {
    if (repositories == nil) != (textfileDir == nil) {
      throw ValidationError("--repositories and --textfile-dir belong together.")
    }
    if repositories != nil, textfile != nil || name != nil {
      throw ValidationError("--textfile and --name are of one repository: leave them out beside --repositories.")
    }
    if let name, !MetricsCollection.isName(name) {
      throw ValidationError("A name is a text of one line without control characters.")
    }
  }

  mutating func run() throws {
    let context = try Context(options)
    let moment = try now.map { try CommitDate.seconds($0, isEnd: false) * 1000 } ?? context.milliseconds
    let collection = MetricsCollection(
      version: Program.version, now: moment, verifies: verify,
      spool: Telemetry.folder.flatMap { $0.hasPrefix("/") ? Spool(folder: $0) : nil },
      store: { Program.store(in: $0) })
    if let repositories, let textfileDir { return try fleet(collection, repositories, textfileDir, context) }
    guard let textfile else {
      let repository = try open(context)
      let families = try collection.families(of: repository, named: label(repository))
      return context.print(json: MetricsReport.json(families), text: String(MetricText.text(families).dropLast()))
    }
    let known = try name ?? failingName(context)
    let cause = try collection.write(to: textfile, named: known) { try open(context) }
    if let cause { throw cause }
    context.print(json: MetricsReport.json(files: [textfile], failed: []), text: "written  \(textfile.printable)")
  }

  /// Opens the repository. An audit hashes every object that it reads.
  private func open(_ context: Context) throws -> Repository {
    verify ? try context.openForAudit() : try context.openRepository()
  }

  private func label(_ repository: Repository) throws -> String {
    let label = try name ?? MetricsCollection.name(of: repository)
    guard MetricsCollection.isName(label) else {
      throw UsageError(
        "The repository's name holds control characters: \(label.printable).", hint: "Give it another one: --name NAME."
      )
    }
    return label
  }

  /// Returns the label. If the repository cannot be opened, that is the folder's name.
  private func failingName(_ context: Context) throws -> String {
    let repository: Repository
    do { repository = try context.openRepository() } catch {
      let folder = Machine.currentFolder()?.split(separator: "/").last.map(String.init) ?? "unknown"
      return MetricsCollection.isName(folder) ? folder : "unknown"
    }
    return try label(repository)
  }

  private func fleet(_ collection: MetricsCollection, _ pattern: String, _ folder: String, _ context: Context) throws {
    guard let resolved = Machine.absolutePath(folder) else {
      throw UsageError("There is no folder \(folder.printable).", hint: "Make it first: node_exporter reads it.")
    }
    let (list, odd) = RepositoryList(matching: pattern).parted()
    guard !list.entries.isEmpty || !odd.isEmpty else {
      throw UsageError("No folder matches \(pattern.printable).", hint: "Quote the pattern: '/srv/git/*.git'.")
    }
    let unnamed = odd.map { entry in
      (entry, Failure(UsageError("Its name holds control characters.", hint: "Rename it, or leave it out.")))
    }
    let failed = try unnamed + collection.write(list, into: resolved).map { ($0.entry, Failure($0.cause)) }
    for (entry, failure) in failed where !options.json {
      Standard.error("readiness: \(entry.path.printable): \(failure.message.printable) (\(failure.code))\n")
    }
    let json = MetricsReport.json(
      files: list.entries.map { "\(resolved)/\($0.file)" }, failed: failed.map { ($0.0.path, $0.1.code, $0.1.message) })
    let count = list.entries.count + odd.count
    context.print(
      json: json,
      text: "\(count) \(count == 1 ? "repository" : "repositories"), \(failed.count) not read: \(resolved.printable)")
    if !failed.isEmpty { throw ExitCode(3) }
  }
}

/// Renders metrics for programs.
private enum MetricsReport {
  static func json(_ families: [MetricFamily]) -> JSONValue {
    let samples = families.flatMap { family in
      family.samples.map { sample -> JSONValue in
        [
          "metric": .text(family.name + sample.suffix),
          "labels": JSONValue(.object(sample.labels.map { JSONMember($0.name, .text($0.value)) })),
          "value": JSONValue(.number(JSONNumber(sample.value))),
        ]
      }
    }
    return Envelope.json("metrics", [JSONMember("samples", JSONValue(.array(samples)))])
  }

  static func json(files: [String], failed: [(path: String, code: String, message: String)]) -> JSONValue {
    let failures = failed.map { failure -> JSONValue in
      ["repository": .text(failure.path), "code": .text(failure.code), "message": .text(failure.message)]
    }
    return Envelope.json(
      "metrics", [JSONMember("files", .texts(files)), JSONMember("failed", JSONValue(.array(failures)))])
  }
}
