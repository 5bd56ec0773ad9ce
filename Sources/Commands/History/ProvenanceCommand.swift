import GitObjects
import ArgumentParser
import Attestations
import PlanGate
import PlanHistory
import PlanModel
import GitRepository
import PlanTrees
import Reports
import StrictJSON
import ReadinessSystem

enum ProvenanceFormat: String, Choice {
  case text, json
  case inToto = "in-toto"
}

struct ProvenanceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    subcommand: "provenance", abstract: "What a milestone, a run or a range is based on, down to its first run.",
    discussion: """
      History is checked again first. Exit status 1 if a recomputed digest is not the recorded one, or a run was \
      rejected; evidence that changed since is named, and changes nothing. in-toto prints a Statement a line, or an \
      envelope a line with --key; the same history gives the same bytes.
      """)
  @Argument(
    help: ArgumentHelp(
      "A milestone, such as M-04; a run ID or its first 7 digits; a range A..B. The whole plan by default.",
      valueName: "what"),
    completion: .custom(Offered.milestones))
  var what: String?
  @Option(help: ArgumentHelp("For the plan of this commit.", valueName: "rev")) var at: String?
  @Option(help: ArgumentHelp("text, json or in-toto.", valueName: "form")) var format: ProvenanceFormat = .text
  @Option(help: ArgumentHelp("With in-toto: one file for each in this folder.", valueName: "dir")) var out: String?
  @Option(help: ArgumentHelp("With in-toto: a private key in PEM that signs each.", valueName: "pem")) var key: String?
  @Option(help: ArgumentHelp("Levels of dependencies; 1 stops at what was asked for.", valueName: "n")) var depth: Int?
  @OptionGroup var options: GlobalOptions

  func validate() throws {
    if format != .inToto, out != nil || key != nil {
      throw ValidationError("--out and --key go with --format in-toto.")
    }
    if let depth, depth < 1 { throw ValidationError("--depth is at least 1.") }
    if at != nil, what?.contains("..") == true { throw ValidationError("A range names its commits; leave --at out.") }
  }

  mutating func run() throws {
    if format == .json { options.json = true }
    let context = try Context(options)
    let repository = try context.openForAudit()
    let signer = try key.map { try AttestationKey.signer($0, repository) } ?? nil
    let lineage = try lineage(context, repository)
    if format == .inToto {
      try state(lineage, signer)
    } else {
      let report = LineageReport(lineage, asked: what ?? "")
      try context.print(json: report.json, text: report.text(width: context.width, context.style(repository)))
    }
    if !lineage.holds { throw ExitCode(1) }
  }

  private func lineage(_ context: Context, _ repository: Repository) throws -> Lineage {
    let isRange = what?.contains("..") == true
    let scope = try HistoryScope(repository, isRange ? what : at)
    let report = try context.audit(scope, repository)
    let name = try repository.unambiguous(at ?? "HEAD")
    let ref = try GitProcess.run(["rev-parse", "--symbolic-full-name", name]).trimmed
    let reader = LineageReader(
      repository, report, tip: scope.tip, ref: !isRange && ref.hasPrefix("refs/") ? ref : nil)
    if isRange { return try reader.range() }
    guard let what else { return try reader.lineage(of: nil, depth: depth) }
    let id = MilestoneID(what.uppercased())
    if try repository.tree(ofCommit: scope.tip).milestone(id) != nil {
      return try reader.lineage(of: [id], depth: depth)
    }
    return try reader.lineage(of: HistoryName(what, reader, scope.tip, repository).run, depth: depth)
  }

  private func state(_ lineage: Lineage, _ signer: SigningKey?) throws {
    let statements = LineageStatements(lineage, version: Program.version)
    if let out { try FileSystem.makeFolders(out) }
    var lines: [UInt8] = []
    try statements.forEach { named in
      let bytes = try signer.map { try $0.envelope(named.statement).bytes } ?? named.bytes
      if let out {
        let path = "\(out)/\(named.name)\(signer == nil ? "" : ".dsse").json"
        try FileSystem.write(bytes, to: path, mode: 0o644)
      } else {
        lines += bytes
        lines.append(0x0A)
      }
    }
    // Untrusted text does not reach a terminal unescaped; the RFC 8785 form of each line is the Statement.
    if !lines.isEmpty { Standard.document(JSONValue.answer(lines)) }
    for commit in statements.missing {
      Standard.note("\(commit.description.prefix(12)) changed the plan without a stamp: no statement of it.")
    }
  }
}

/// The run that a person names by its id or the beginning of one.
struct HistoryName {
  let run: RunRecord

  /// - Throws: `UnknownName` if it is no run of the history, or the beginning of several, which are listed.
  init(_ what: String, _ reader: LineageReader, _ tip: ObjectID, _ repository: Repository) throws {
    let digits = what.lowercased()
    let isHex = digits.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    guard isHex, (7...64).contains(digits.utf8.count) else {
      let known = try repository.tree(ofCommit: tip).milestones().keys.map(\.text)
      throw UnknownName(
        message: "\(what) is neither a milestone at \(tip.description.prefix(12)) nor 7 or more digits of a run ID.",
        hint: nearestName(to: what.uppercased(), in: known).map { "Is \($0) meant?" }
          ?? "readiness status lists the milestones, readiness log the runs.")
    }
    let found = reader.runs(beginning: digits)
    guard let run = found.first else {
      throw UnknownName(
        message: "No run of this history begins with \(digits).", hint: "readiness log shows every run.")
    }
    guard found.count == 1 else {
      let names = found.prefix(10).compactMap { $0.id?.hex }.joined(separator: ", ")
      throw UnknownName(message: "\(found.count) runs begin with \(digits).", hint: "Name one of them: \(names)")
    }
    self.run = run
  }
}
