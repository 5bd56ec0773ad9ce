import PlanJudge
import ArgumentParser
import PlanSLO
import PlanChecks
import PlanModel
import PlanGate
import GitRepository
import Reports
import Profiles
import StrictJSON
import ReadinessSystem

struct SLOCaptureCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    subcommand: "capture",
    abstract: "Asks a Prometheus what it knows of objectives, and keeps the answers as they came.",
    discussion: "Exit status 0 once the answers are written, whatever they say; readiness gate decides.")
  @Argument(help: ArgumentHelp("SLOs; without one, all.", valueName: "name")) var names: [String] = []
  @Option(help: ArgumentHelp("The server, such as http://127.0.0.1:9090.", valueName: "url")) var endpoint: String
  @Option(help: ArgumentHelp("The moment that all queries are about, in place of now.", valueName: "time"))
  var at: String?
  @Flag(help: "For a server without the rules: count the period from the raw series.") var raw = false
  @Option(
    help: ArgumentHelp(
      "A header from a variable, such as 'Authorization=$TOKEN'; never stored.", valueName: "name=$var"))
  var header: [String] = []
  @Flag(help: "Sign it with user.signingkey.") var sign = false
  @Option(help: ArgumentHelp("Write here in place of ssot/slo/captures/; - is standard output.", valueName: "file"))
  var output: String?
  @Flag(inversion: .prefixedNo, help: "Stage the files.") var stage = true
  @OptionGroup var options: GlobalOptions

  private struct Written {
    let path: String
    let capture: Capture
    let verdict: ObjectiveVerdict
  }

  mutating func run() throws {
    let context = try Context(options)
    let repository = try context.openRepository()
    let selection = try SLOSelection(repository, at: nil, names: names)
    let objectives = try selection.sound(context)
    guard !objectives.isEmpty else {
      throw UnknownName(
        message: "There is no SLO in \(PlanPaths.objectives)/.", hint: "doc/guides/slo.md shows how to write one.")
    }
    if output != nil, objectives.count > 1 {
      throw UsageError("One file holds one capture, and there are \(objectives.count) SLOs.", hint: "Name one of them.")
    }
    let capturing = ObjectiveCapture(try settings(context, repository), environment: context.environment)
    // All or none: a failed request must not leave half of the files new.
    var captures: [(capture: Capture, bytes: [UInt8])] = []
    for (file, objective) in objectives {
      var capture = try capturing.run(objective, definition: try definition(file, repository))
      if sign { capture.signature = try GitSignatures.sign(capture.signedMessage, namespace: Capture.namespace) }
      let bytes = capture.json.layoutBytes
      guard bytes.count <= Capture.fileBound else {
        throw WebFault(
          message: "The answers of \(file.name) have \(bytes.count) bytes; a capture has at most \(Capture.fileBound).")
      }
      captures.append((capture, bytes))
    }
    if output == "-", let first = captures.first { return Standard.document(first.bytes) }
    try write(captures, selection, context, repository)
  }

  /// Returns the digest of the definition's bytes as git would store them, with line ends converted.
  private func definition(_ file: ObjectiveFile, _ repository: Repository) throws -> Digest {
    guard !repository.isBare, let id = try repository.hashOfWorkFile(file.path), try repository.holds(id) else {
      return file.digest
    }
    return Digest(of: try repository.blob(id))
  }

  private func settings(_ context: Context, _ repository: Repository) throws -> ObjectiveCapture.Settings {
    let headers = try header.map { text in
      let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
      let isName = parts[0].utf8.allSatisfy { byte in
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x2D
      }
      guard parts.count == 2, isName, parts[1].hasPrefix("$") else {
        throw UsageError(
          "A header is its name and a variable that holds its value.",
          hint: "Write --header 'Authorization=$TOKEN' with the quotes, so that the value is on no command line.")
      }
      guard let value = context.environment[String(parts[1].dropFirst())],
        !value.unicodeScalars.contains(where: { $0.value < 0x20 })
      else {
        throw UsageError("The variable \(parts[1]) is not set, or holds more than a line.", hint: "Set and export it.")
      }
      return "\(parts[0]): \(value)"
    }
    let moment = try at.map { try CommitDate.seconds($0, isEnd: false) * 1000 }
    if let moment, moment > context.milliseconds {
      throw UsageError("\(at ?? "") is in the future.", hint: "Leave --at out.")
    }
    let settings = ObjectiveCapture.Settings(
      endpoint: endpoint, headers: headers, isRaw: raw, at: moment,
      by: try CommitSituation.configuredAuthor(repository).email, tool: "readiness \(Program.version)")
    guard let settings else {
      throw UsageError("\(endpoint.printable) is no http or https URL.", hint: "Such as http://127.0.0.1:9090.")
    }
    return settings
  }

  private func write(
    _ captures: [(capture: Capture, bytes: [UInt8])], _ selection: SLOSelection, _ context: Context,
    _ repository: Repository
  ) throws {
    let top = repository.workTree
    guard output != nil || top != nil else {
      throw UsageError("A bare repository has no files.", hint: "Write elsewhere: --output FILE.")
    }
    var written: [Written] = []
    for (capture, bytes) in captures {
      let place = PlanPaths.capture(capture.slo)
      if let output {
        try FileSystem.write(bytes, to: output, mode: 0o644)
      } else if let top {
        try LinkFreeFolder(top).write(bytes, at: place, mode: 0o644, isDurable: true)
      }
      guard let file = selection.files.first(where: { $0.name == capture.slo }) else { continue }
      let verdict = try selection.gate(given: [capture.slo: bytes])
        .verdict(file, selection.conditions, now: context.milliseconds)
      written.append(Written(path: output ?? place, capture: capture, verdict: verdict))
    }
    let isStaged = output == nil && stage
    if isStaged, let top {
      let added = try GitProcess.run(["-C", top, "add", "--"] + written.map(\.path))
      guard added.status == 0 else {
        throw GitError(.other, added.errorText, hint: "The files are written; git add them.", function: "git add")
      }
    }
    try show(written, isStaged: isStaged, context, repository)
  }

  private func show(_ written: [Written], isStaged: Bool, _ context: Context, _ repository: Repository) throws {
    let style = try context.style(repository)
    var lines: [String] = []
    for each in written {
      let moment = Timestamp.text(millisecondsSince1970: each.capture.at).prefix(19)
      lines.append(
        "\(each.capture.slo)  captured  \(each.capture.answers.count) answers at \(moment)Z  \(each.path.printable)")
      lines.append("  " + ObjectiveVerdictReport.line(each.verdict, style))
      for reason in each.verdict.reasons {
        lines += reason.message.printable.wrapped(to: min(context.width, 80) - 4, first: "  - ", rest: "    ")
      }
    }
    if isStaged { lines.append("Staged; commit it with a message of your own.") }
    let json = written.map { each -> JSONValue in
      JSONValue(
        .object(
          [JSONMember("path", .text(each.path)), JSONMember("answers", .int(each.capture.answers.count))]
            + ObjectiveVerdictReport.members(each.verdict)))
    }
    context.print(
      json: Envelope.json(
        "slo-capture",
        [JSONMember("staged", JSONValue(.bool(isStaged))), JSONMember("captures", JSONValue(.array(json)))]),
      text: lines.joined(separator: "\n"))
  }
}
