import ArgumentParser
import PlanGate
import PlanModel
import GitRepository
import Reports
import StrictJSON
import ReadinessSystem

struct ImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    subcommand: "import", abstract: "Reads a tracker document into the plan, and stages what changes.",
    discussion:
      "A milestone that exists is updated by its id, property by property; nothing that the document does not name is removed, and no status changes. Before the first commit of a plan, states are taken as they are; later a new milestone begins in the first one. The columns of a table are \(TrackerTable.header.joined(separator: ", ")); in dependsOn ids are separated by spaces, in exitCriteria each line is a criterion. What the document calls done is met by the statement \"imported from FILE\", which the gate lists."
  )
  @Argument(help: "The document.") var file: String
  @Option(
    help: ArgumentHelp("The form of the document: markdown, csv or json; guessed from the file.", valueName: "form"))
  var format: DocumentFormat?
  @Flag(help: "Say what would change, and write nothing.")
  var dryRun = false
  @OptionGroup var options: GlobalOptions

  mutating func run() throws {
    let context = try Context(options)
    let repository = try context.openForWriting(isDry: dryRun)
    let told = try ImportedPlan.read(file, format)
    if !told.findings.isEmpty { return try context.conclude(told.findings, repository: repository) }
    let (outcome, findings) = try retrying {
      let edit = try PlanEdit(repository, environment: context.environment, now: context.now)
      let outcome = try ImportOutcome(told, from: file, edit)
      guard outcome.unknownStates.isEmpty else { return (outcome, outcome.unknownStates) }
      guard outcome.joins else {
        let broken = try edit.broken(outcome.edits)
        guard broken.isEmpty else { return (outcome, broken) }
        try outcome.layDown(in: repository, isDry: dryRun)
        return (outcome, [Finding]())
      }
      return (outcome, try edit.apply(outcome.edits, reason: nil, isDry: dryRun).findings)
    }
    guard !findings.contains(where: { $0.severity == .error }) else {
      return try context.conclude(findings.map { outcome.placed($0, in: file) }, repository: repository)
    }
    if !findings.isEmpty, !options.json {
      Standard.error(
        FindingReport.text(findings, width: context.width, try context.style(repository, descriptor: 2)) + "\n")
    }
    for note in told.notes + outcome.notes { context.note(note) }
    try context.print(
      json: outcome.json(isDry: dryRun),
      text: outcome.text(isDry: dryRun, width: context.width, context.style(repository)))
  }
}

/// The effect of a document on a plan.
private struct ImportOutcome {
  /// True if a plan already exists.
  let joins: Bool
  /// The changes to write.
  let edits: [PlanEdit.Change]
  private(set) var notes: [String] = []
  /// States that the workflow does not have.
  private(set) var unknownStates: [Finding] = []
  private var plan: ImportedPlan
  private var new: [ImportedPlan.File] = []
  private var updated: [(id: MilestoneID, changes: [ImportMerge.Change])] = []
  private var unchanged: [MilestoneID] = []
  private var differs: [(id: MilestoneID, properties: [String])] = []

  init(_ told: ImportedPlan, from file: String, _ edit: PlanEdit) throws {
    let workflow = try edit.policy.workflow
    let known = try edit.plan
    let isBaseline = try edit.beginsPlan
    let name = file.split(separator: "/").last.map(String.init) ?? file
    var person: String?
    func vouched(_ file: ImportedPlan.File, _ status: String) throws -> ImportedPlan.File {
      if workflow.category(status) == .blocked { return isBaseline ? file.waiting(document: name) : file }
      guard workflow.category(status)?.isFrozen == true else { return file }
      // Without an identity nobody can answer for it yet; the commit will require one.
      guard let by = try person ?? edit.repository.configuredIdentity(.author)?.email else { return file }
      person = by
      return file.vouched(true, document: name, by: by)
    }
    var edits: [PlanEdit.Change] = []
    for var file in told.files {
      let written = file.json["status"]?.string ?? ""
      let status = workflow.state(meant: written)?.name ?? (written == "Not Started" ? workflow.initial.name : written)
      if workflow.state(status) == nil {
        unknownStates.append(
          workflow.unknownState(
            status, "\(file.id) has the state \"\(status)\", which the workflow does not have.", milestone: file.id,
            line: file.line))
      }
      file = file.inState(status)
      if known != nil, try edit.holds(file.id) {
        let (_, milestone) = try edit.milestone(file.id.text)
        let merge = ImportMerge(file.json, into: milestone)
        if merge.changes.isEmpty {
          unchanged.append(file.id)
        } else {
          updated.append((file.id, merge.changes))
          edits.append(PlanEdit.Change(PlanPaths.milestone(file.id), merge.json))
        }
        var properties = merge.changes.map { String($0.property.prefix { $0 != "/" }) }
        if let other = merge.otherStatus {
          properties.append("status")
          notes.append(
            "\(file.id) stays \(milestone.status), and the document says \(other). To move it: readiness move \(file.id) \(Workflow.word(for: other).shellQuoted)"
          )
        }
        if !properties.isEmpty {
          differs.append((file.id, properties.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }))
        }
        continue
      }
      file = try vouched(file, status)
      if known != nil, !isBaseline, status != workflow.initial.name {
        let claim =
          workflow.category(status)?.isFrozen == true
          ? ", which its criteria hold as the statement \"imported from \(name)\"" : ""
        notes.append(
          "\(file.id) begins as \(workflow.initial.name), as each new milestone does; the document says \(status)\(claim). To move it: readiness start \(file.id)"
        )
        file = file.inState(workflow.initial.name)
      }
      new.append(file)
      edits.append(PlanEdit.Change(PlanPaths.milestone(file.id), Milestone.ordered(file.json)))
    }
    plan = ImportedPlan(
      planID: told.planID, title: told.title, files: new, executionOrder: told.executionOrder, retired: told.retired,
      findings: [])
    plan.notes = told.notes
    joins = known != nil
    if let known {
      let isEmpty = known.executionOrder.isEmpty
      let longer = Plan(
        planID: known.planID, title: isEmpty ? told.title : known.title,
        executionOrder: known.executionOrder + told.executionOrder.filter { !known.executionOrder.contains($0) },
        retired: known.retired + told.retired.filter { !known.retired.contains($0) })
      if longer.json.canonicalBytes != known.json.canonicalBytes {
        edits.append(PlanEdit.Change(PlanPaths.plan, longer.json))
      }
    } else {
      edits.append(PlanEdit.Change(PlanPaths.plan, plan.planJSON))
    }
    self.edits = edits
  }

  /// Writes and stages a plan if there is none.
  func layDown(in repository: Repository, isDry: Bool) throws {
    let written = try Layout(repository).lay([], plan: plan, isDry: isDry)
    if !isDry { try Layout.stage(written.all) }
  }

  /// Returns a finding about a new milestone with its position in the document.
  func placed(_ finding: Finding, in file: String) -> Finding {
    let one = new.first { $0.id == finding.milestone }
    guard let line = one?.line ?? (finding.path == nil ? finding.line : nil) else { return finding }
    let isName = [.unknownStatus, .danglingDependency].contains(finding.code)
    return Finding(
      finding.code, finding.message,
      hint: (isName ? finding.hint + " " : "") + "Correct \(file), line \(line), then import again.",
      severity: finding.severity, milestone: finding.milestone, path: file, line: line)
  }

  func text(isDry: Bool, width: Int, _ style: Style) -> String {
    var lines: [String] = []
    for file in new {
      lines.append(
        style(file.id.text, .strong) + "  " + style("new", .good) + ", \((file.json["status"]?.string ?? "").printable)"
      )
    }
    for (id, changes) in updated {
      lines.append(style(id.text, .strong) + "  updated")
      for change in changes {
        let text =
          change.before.map { "~ \(change.property): \($0) -> \(change.after)" }
          ?? "+ \(change.property): \(change.after)"
        lines += text.printable.wrapped(to: min(width, 80) - 4, first: "    ", rest: "      ")
      }
    }
    let counts = [("new", new.count), ("updated", updated.count), ("unchanged", unchanged.count)]
      .filter { $0.1 > 0 }.map { "\($0.1) \($0.0)" }
    if !lines.isEmpty { lines.append("") }
    lines.append(counts.joined(separator: ", ") + (isDry ? "; nothing was written." : "."))
    if !isDry, !new.isEmpty || !updated.isEmpty {
      lines += ["Staged; commit it with a message of your own: git commit"]
    }
    return lines.joined(separator: "\n")
  }

  func json(isDry: Bool) -> JSONValue {
    let changed = new.map { PlanPaths.milestone($0.id) } + updated.map { PlanPaths.milestone($0.id) }
    return Envelope.json(
      "import",
      [
        JSONMember("milestones", .texts((new.map(\.id) + updated.map(\.id) + unchanged).sorted().map(\.text))),
        JSONMember("written", .texts(changed.sorted())),
        JSONMember("kept", .texts(unchanged.map(PlanPaths.milestone).sorted())),
        JSONMember("notes", .texts(plan.notes + notes)), JSONMember("dryRun", JSONValue(.bool(isDry))),
        JSONMember(
          "differs",
          JSONValue(.array(differs.map { ["milestone": .text($0.id.text), "properties": .texts($0.properties)] }))),
        JSONMember(
          "changes",
          JSONValue(
            .array(
              updated.flatMap { id, changes in
                changes.map {
                  [
                    "milestone": .text(id.text), "property": .text($0.property),
                    "before": $0.before.map { .text($0) } ?? nil, "after": .text($0.after),
                  ]
                }
              }))),
      ])
  }
}

extension ImportedPlan {
  /// Reads a document. Its content decides its format: a JSON object, a table with a column `id` and a separator, else
  /// Markdown.
  /// - Throws: `UsageError` if it is not UTF-8 text; `GitError` if it cannot be read.
  static func read(_ path: String, _ given: DocumentFormat? = nil) throws -> ImportedPlan {
    let bytes = try FileSystem.read(path)
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw UsageError(
        "\(path) is not a text in UTF-8.", hint: "Save it as \"CSV UTF-8\", or convert it: iconv -t UTF-8")
    }
    switch given ?? guess(text, path: path) {
    case .markdown: return TrackerDocument.parse(text, path: path)
    case .csv: return TrackerTable.parse(text, path: path)
    case .json: return TrackerJSON.parse(bytes, path: path)
    }
  }

  private static func guess(_ text: String, path: String) -> DocumentFormat {
    if text.unicodeScalars.first(where: { !$0.properties.isWhitespace && $0 != "\u{FEFF}" }) == "{" { return .json }
    if TrackerTable.isTable(text) { return .csv }
    return switch path.lowercased().split(separator: ".").last {
    case "csv", "tsv": .csv
    case "json": .json
    default: .markdown
    }
  }
}
