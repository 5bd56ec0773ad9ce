import GitObjects
import ArgumentParser
import PlanModel
import PlanGate
import GitRepository
import Reports
import StrictJSON
import ReadinessSystem

struct InitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    subcommand: "init", abstract: "Creates a plan: .readiness/, ssot/ and hooks/. Never overwrites a file that differs."
  )
  @Flag(help: "A plan without milestones.")
  var empty = false
  @Option(help: ArgumentHelp("A tracker document to begin from, as import reads it.", valueName: "file"))
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
    if let from, plan.files.contains(where: { workflow.isClaimed($0) }),
      let by = try repository.configuredIdentity(.author)?.email
    {
      let name = from.split(separator: "/").last.map(String.init) ?? from
      plan = plan.with(files: plan.files.map { $0.vouched(workflow.isClaimed($0), document: name, by: by) })
    }
    if plan.findings.contains(where: { $0.severity == .error }) {
      return try context.conclude(plan.findings, repository: repository)
    }
    if from != nil {
      let edit = try PlanEdit(repository, environment: context.environment, now: context.now)
      let changes =
        plan.files.map { PlanEdit.Change(PlanPaths.milestone($0.id), $0.json) }
        + [PlanEdit.Change(PlanPaths.plan, plan.planJSON)]
      let broken = try edit.broken(changes)
      guard broken.isEmpty else { return try context.conclude(broken, repository: repository) }
    }
    for note in plan.notes { context.note(note) }
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

extension Workflow {
  /// Returns true if a file's state claims that it was reviewed or done.
  fileprivate func isClaimed(_ file: ImportedPlan.File) -> Bool {
    category(file.json["status"]?.string ?? "")?.isFrozen == true
  }
}

extension ImportedPlan {
  fileprivate func with(files: [ImportedPlan.File]) -> ImportedPlan {
    ImportedPlan(
      planID: planID, title: title, files: files, executionOrder: executionOrder, retired: retired, findings: findings)
  }

  static let standard = ImportedPlan(
    title: StandardPlan.title, milestones: StandardPlan.milestones, executionOrder: StandardPlan.executionOrder,
    findings: [])
  static let empty = ImportedPlan(title: "Production readiness", milestones: [], executionOrder: [], findings: [])
}

/// Writes files into the work tree, all or none.
struct Layout {
  struct Written {
    let new: [String]
    let kept: [String]
    var all: [String] { (new + kept).sorted() }
  }

  private let top: String
  private let hasPlan: Bool

  /// - Throws: `GitError` in a bare repository; `UsageError` if a plan is staged that the work tree does not have.
  init(_ repository: Repository) throws {
    guard let workTree = repository.workTree else {
      throw GitError(
        .unsupported, "A bare repository has no work tree.", hint: "Run this in a clone.", function: "init")
    }
    top = workTree
    hasPlan = try repository.staged(PlanPaths.plan) != nil
    if !FileSystem.exists(top + PlanPaths.plan), hasPlan {
      throw UsageError(
        "This repository has a plan, and the work tree does not hold it; nothing was written.",
        hint:
          "Get it back: git restore :/.readiness :/ssot; in a sparse checkout, at its top: git sparse-checkout add .readiness ssot"
      )
    }
  }

  func lay(_ files: [StandardFiles.File], plan: ImportedPlan, isDry: Bool = false) throws -> Written {
    var files = files.map { (path: $0.path, bytes: Array($0.text.utf8)) }
    for milestone in plan.files {
      files.append((PlanPaths.milestone(milestone.id), milestone.json.layoutBytes))
    }
    files.append((PlanPaths.plan, try planBytes(plan)))
    if plan.files.isEmpty { files.append((PlanPaths.folder + "/.gitkeep", [])) }
    var new: [String] = []
    var kept: [String] = []
    for file in files {
      guard let present = try FileSystem.readIfPresent(top + file.path) else {
        new.append(file.path)
        continue
      }
      guard present == file.bytes else {
        if hasPlan {
          throw UsageError(
            "This repository has a plan already; nothing was written.",
            hint: "To look at it: readiness status. To add to it: readiness add or readiness import.")
        }
        throw UsageError(
          "\(file.path) is there already and differs; nothing was written.",
          hint: "Move it away, or keep it and take from readiness init in an empty repository what you need.")
      }
      kept.append(file.path)
    }
    if !isDry {
      let root = try LinkFreeFolder(top)
      for file in files where new.contains(file.path) {
        try root.write(
          file.bytes, at: file.path, mode: file.path.hasPrefix("hooks/") ? 0o755 : 0o644, isDurable: true)
      }
    }
    return Written(new: new, kept: kept)
  }

  /// Returns the plan file. An existing plan keeps its id; a new plan gets a new one.
  private func planBytes(_ plan: ImportedPlan) throws -> [UInt8] {
    func bytes(_ id: String) -> [UInt8] {
      Plan(planID: id, title: plan.title, executionOrder: plan.executionOrder, retired: plan.retired).json.layoutBytes
    }
    if let present = try FileSystem.readIfPresent(top + PlanPaths.plan) {
      let file = PlanFile(kind: .regular, bytes: present)
      if let known = file.plan { return bytes(known.planID) }
    }
    return bytes(plan.planID ?? Machine.uuid())
  }

  static func stage(_ paths: [String]) throws {
    guard !paths.isEmpty else { return }
    try require(GitProcess.run(["add", "--"] + paths.map { ":(top)" + $0 }), "git add")
  }

  /// Commits the staged files and nothing else. If no hook stamps the commit, this function does.
  static func commit(_ paths: [String], _ repository: Repository, now: String) throws -> String {
    let situation = try CommitSituation(repository, isAmend: false, environment: Environment.all(), now: now)
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
      throw GitError(
        .other, "\(command) failed: \(output.errorText)", hint: "Fix what git reports, then try again.",
        function: command)
    }
  }
}
