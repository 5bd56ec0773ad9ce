import ArgumentParser
import Glibc
import PlanModel
import PlanGate
import ReadinessGit
import Reports
import Profiles
import StrictJSON

struct Init: ParsableCommand {
  static let configuration = CommandConfiguration(
    subcommand: "init", abstract: "Creates a plan: .readiness/, ssot/ and hooks/. Never overwrites a file that differs."
  )
  @Flag(help: "A plan without milestones.")
  var empty = false
  @Option(help: ArgumentHelp("A tracker document in Markdown to begin from.", valueName: "file"))
  var from: String?
  @Option(help: ArgumentHelp("standard, or finish-order: start early, finish in order.", valueName: "kind"))
  var workflow: WorkflowKind = .standard
  @Flag(help: "Create all schemas and the examples too.")
  var examples = false
  @Flag(help: "Commit what was created.")
  var commit = false
  @OptionGroup var options: GlobalOptions

  func validate() throws {
    if empty, from != nil { throw ValidationError("--empty and --from exclude each other.") }
  }

  mutating func run() throws {
    let context = try Context(options)
    let repository = try context.openRepository()
    let workflow = Workflow.standard(startsInOrder: workflow == .standard)
    var plan = ImportedPlan.standard
    if empty { plan = ImportedPlan.empty }
    if let from { plan = try ImportedPlan.read(from) }
    if plan.findings.contains(where: { $0.severity == .error }) {
      return try context.conclude(plan.findings, repository: repository)
    }
    var files = examples ? StandardFiles.all(workflow: workflow) : StandardFiles.needed(workflow: workflow)
    files += HookScript.names.map { ("hooks/\($0)", HookScript(name: $0, program: "readiness", chains: false).text) }
    let written = try Layout(repository).lay(files, plan: plan)
    try Layout.stage(written.all)
    let id = commit ? try Layout.commit(written.all, repository, now: context.now) : nil
    let place = try context.isAtTop(repository) ? "" : " at the top of the repository, \(repository.workTree ?? "")"
    let kept = written.kept.isEmpty ? "" : "; \(written.kept.count) existed already"
    var lines = ["Created \(written.new.count) files\(place)\(kept)."]
    if let id {
      lines += ["Committed as \(id.prefix(12)).", "", "Next: readiness install, then readiness status."]
    } else {
      lines += ["They are staged.", "", "Next: readiness install, then git commit -m \"plan: adopt it\"."]
    }
    var members = [JSONMember("written", .texts(written.new)), JSONMember("kept", .texts(written.kept))]
    if let id { members.append(JSONMember("commit", .text(id))) }
    context.print(json: Envelope.json("init", members), text: lines.joined(separator: "\n"))
  }
}

enum WorkflowKind: String, Choice {
  case standard
  case finishOrder = "finish-order"
}

struct Import: ParsableCommand {
  static let configuration = CommandConfiguration(
    subcommand: "import", abstract: "Reads a tracker document into .readiness/ and ssot/plan.json.",
    discussion:
      "In a plan that exists, it adds the milestones that are new and changes none that exist; it lists how those differ. For example: readiness import plan.csv --dry-run"
  )
  @Argument(help: "The document.") var file: String
  @Option(
    help: ArgumentHelp("The form of the document: markdown, csv or json; guessed from the file.", valueName: "form"))
  var format: DocumentFormat?
  @Flag(help: "Say what would be written, and write nothing.")
  var dryRun = false
  @OptionGroup var options: GlobalOptions

  mutating func run() throws {
    let context = try Context(options)
    let plan = try ImportedPlan.read(file, format)
    let repository = try context.openRepository()
    if !plan.findings.isEmpty { return try context.conclude(plan.findings, repository: repository) }
    let written = try Layout(repository).lay([], plan: plan, isDry: dryRun, intoPlan: true)
    let verb = dryRun ? "Would write" : "Wrote"
    let json = Envelope.json(
      "import",
      [
        JSONMember("milestones", .texts(plan.files.map(\.id.text))), JSONMember("written", .texts(written.new)),
        JSONMember("kept", .texts(written.kept)), JSONMember("dryRun", JSONValue(.bool(dryRun))),
        JSONMember(
          "differs",
          JSONValue(
            .array(written.differs.map { ["milestone": .text($0.id.text), "properties": .texts($0.properties)] }))),
      ])
    for known in written.differs where !options.json {
      Standard.error(
        "note: \(known.id) exists and stays as it is; the document has another \(known.properties.joined(separator: ", ")).\n"
      )
    }
    context.print(
      json: json,
      text: "\(verb) \(written.new.count) files for \(plan.files.count) milestones."
        + (dryRun ? "" : "\n\nNext: git add .readiness ssot, then git commit."))
  }
}

extension ImportedPlan {
  static let standard = ImportedPlan(
    title: StandardPlan.title, milestones: StandardPlan.milestones, executionOrder: StandardPlan.executionOrder,
    findings: [])
  static let empty = ImportedPlan(title: "Production readiness", milestones: [], executionOrder: [], findings: [])

  static func read(_ path: String, _ given: DocumentFormat? = nil) throws -> ImportedPlan {
    let bytes = try FileBytes.read(path)
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw UsageError("\(path) is not a text in UTF-8.", hint: "Convert it, then import again.")
    }
    let first = text.unicodeScalars.first { !$0.properties.isWhitespace }
    let guessed: DocumentFormat =
      switch path.lowercased().split(separator: ".").last {
      case "csv": .csv
      case "json": .json
      default: first == "{" ? .json : .markdown
      }
    return switch given ?? guessed {
    case .markdown: TrackerDocument.parse(text, path: path)
    case .csv: TrackerTable.parse(text, path: path)
    case .json: TrackerJSON.parse(bytes, path: path)
    }
  }
}

/// Puts files into the work tree, all or none.
private struct Layout {
  struct Written {
    let new: [String]
    let kept: [String]
    /// Milestones that exist and that the document tells otherwise.
    var differs: [(id: MilestoneID, properties: [String])] = []
    var all: [String] { (new + kept).sorted() }
  }

  let top: String

  init(_ repository: Repository) throws {
    guard let workTree = repository.workTree else {
      throw GitError(
        .unsupported, "A bare repository has no work tree.", hint: "Run this in a clone.", function: "init")
    }
    top = workTree
  }

  func lay(_ files: [StandardFiles.File], plan: ImportedPlan, isDry: Bool = false, intoPlan: Bool = false) throws
    -> Written
  {
    var files = files.map { (path: $0.path, bytes: Array($0.text.utf8)) }
    for milestone in plan.files {
      files.append((PlanPaths.milestone(milestone.id), milestone.json.layoutBytes))
    }
    files.append((PlanPaths.plan, try planBytes(plan, joins: intoPlan)))
    var differs: [(id: MilestoneID, properties: [String])] = []
    if plan.files.isEmpty { files.append((PlanPaths.folder + "/.gitkeep", [])) }
    var new: [String] = []
    var kept: [String] = []
    for file in files {
      guard let present = try FileBytes.readIfPresent(top + file.path) else {
        new.append(file.path)
        continue
      }
      if intoPlan, file.path == PlanPaths.plan, present != file.bytes {
        new.append(file.path)
        continue
      }
      if intoPlan, present != file.bytes,
        let told = plan.files.first(where: { PlanPaths.milestone($0.id) == file.path })
      {
        differs.append((told.id, Self.differences(present, told)))
        kept.append(file.path)
        continue
      }
      guard present == file.bytes else {
        throw UsageError(
          "\(file.path) is there already and differs; nothing was written.",
          hint: "Move it away, or keep it and take from readiness init in an empty repository what you need.")
      }
      kept.append(file.path)
    }
    if !isDry {
      let root = try LinkFreeFolder(top)
      for file in files where new.contains(file.path) {
        let parts = file.path.split(separator: "/")
        let folder = try root.folder(parts.dropLast().joined(separator: "/"), creates: true)
        try folder?.write(
          file.bytes, as: String(parts.last ?? ""), mode: file.path.hasPrefix("hooks/") ? 0o755 : 0o644,
          isDurable: true)
      }
    }
    return Written(new: new, kept: kept, differs: differs.filter { !$0.properties.isEmpty })
  }

  /// The properties that a document gives otherwise than the file of a milestone.
  private static func differences(_ present: [UInt8], _ told: ImportedPlan.File) -> [String] {
    guard let known = MilestoneFile(id: told.id, kind: .regular, bytes: present).milestone?.json else {
      return ["file"]
    }
    func texts(_ json: JSONValue) -> [String] { (json["exitCriteria"]?.array ?? []).compactMap { $0["text"]?.string } }
    let plain = ["workstream", "outcome", "dependsOn", "owner", "status", "target"].filter { key in
      told.json[key].map { $0.canonicalBytes != known[key]?.canonicalBytes } ?? false
    }
    return texts(told.json) == texts(known) ? plain : plain + ["exitCriteria"]
  }

  /// A plan that is there keeps its id; a new one gets a new one.
  /// - Parameter joins: true to keep all that a plan with milestones says, and append what is new.
  private func planBytes(_ plan: ImportedPlan, joins: Bool) throws -> [UInt8] {
    func bytes(_ id: String) -> [UInt8] {
      Plan(planID: id, title: plan.title, executionOrder: plan.executionOrder, retired: plan.retired).json.layoutBytes
    }
    if let present = try FileBytes.readIfPresent(top + PlanPaths.plan) {
      let file = PlanFile(kind: .regular, bytes: present)
      if joins, let known = file.plan {
        let isEmpty = known.executionOrder.isEmpty
        return Plan(
          planID: known.planID, title: isEmpty ? plan.title : known.title,
          executionOrder: known.executionOrder + plan.executionOrder.filter { !known.executionOrder.contains($0) },
          retired: known.retired + plan.retired.filter { !known.retired.contains($0) }
        ).json.layoutBytes
      }
      if let known = file.plan { return bytes(known.planID) }
    }
    return bytes(plan.planID ?? Machine.uuid())
  }

  static func stage(_ paths: [String]) throws {
    guard !paths.isEmpty else { return }
    try require(GitProcess.run(["add", "--"] + paths.map { ":(top)" + $0 }), "git add")
  }

  /// Commits the staged files, and nothing else, with a stamp of our own where no hook makes one.
  static func commit(_ paths: [String], _ repository: Repository, now: String) throws -> String {
    let situation = try CommitSituation(repository, isAmend: false, environment: Machine.environment(), now: now)
    var message = "plan: create the production-readiness plan\n"
    switch try Stamping(situation).stamp(message, isEdited: false, mayFollow: false) {
    case .unchanged: break
    case .rewritten(let text): message = text
    case .refused(let findings):
      throw UsageError(
        findings.first?.message ?? "The plan is refused.", hint: findings.first?.hint ?? "See readiness verify.")
    }
    try require(
      GitProcess.run(["commit", "--quiet", "-m", message, "--"] + paths.map { ":(top)" + $0 }), "git commit")
    guard case .commit(let head) = try repository.head() else { return "" }
    return head.description
  }

  private static func require(_ output: GitProcess.Output, _ command: String) throws {
    guard output.status == 0 else {
      throw GitError(.other, "\(command) failed: \(output.errorText)", hint: "See what git says.", function: command)
    }
  }
}
