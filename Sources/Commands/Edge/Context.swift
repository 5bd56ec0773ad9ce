import ArgumentParser
import PlanModel
import PlanGate
import GitRepository
import GitTransaction
import PlanHistory
import Reports
import Profiles
import Telemetry
import StrictJSON
import ReadinessSystem

/// The options that every command has.
struct GlobalOptions: ParsableArguments {
  @Option(name: .customShort("C"), help: ArgumentHelp("Work as if started in this folder.", valueName: "dir"))
  var directory: String?

  @Flag(help: "Print one JSON object instead of text.")
  var json = false

  @Option(help: ArgumentHelp("Colour: auto, always or never.", valueName: "when"))
  var color: ColorChoice = .auto
}

/// An option that takes one of a few words. The library lists these words by printing each, which takes as long as the
/// rest of a command line.
protocol Choice: ExpressibleByArgument, CaseIterable, RawRepresentable where RawValue == String {}

extension Choice {
  var defaultValueDescription: String { rawValue }
  static var allValueStrings: [String] { allCases.map(\.rawValue) }
  static var allValueDescriptions: [String: String] { [:] }
}

enum ColorChoice: String, Choice { case auto, always, never }

/// The environment of a command: the repository, the terminal, and the output.
struct Context {
  let options: GlobalOptions
  let environment: [String: String]
  let width: Int

  /// Enters the folder that `-C` names.
  init(_ options: GlobalOptions) throws {
    self.options = options
    environment = Environment.all()
    width = Terminal.width(environment)
    if let directory = options.directory, !CurrentFolder.enter(directory) {
      throw UsageError("The folder \(directory) cannot be entered.", hint: "Check the path after -C.")
    }
  }

  func openRepository() throws -> Repository {
    let repository = try Repository.open()
    repository.onAmbiguousName = { Standard.note($0.text) }
    return repository
  }

  /// Opens the repository for an audit, which hashes every object that the answer is based on.
  func openForAudit() throws -> Repository {
    let repository = try openRepository()
    repository.recomputeIDs()
    return repository
  }

  /// Opens the repository for a command that writes, and first completes the work of a killed command.
  /// - Parameter isDry: true if nothing may be written; that work is then only reported.
  func openForWriting(isDry: Bool = false) throws -> Repository {
    let repository = try openRepository()
    if let setting = try repository.configuration("core.sharedrepository") {
      SharedMode.apply(setting)
    }
    if isDry {
      for line in try Recovery(repository).unfinished() where !options.json {
        note("\(line) The next command that writes ends it.")
      }
      return repository
    }
    for line in try retrying({ try Recovery(repository).run() }) where !options.json {
      note(line)
    }
    return repository
  }

  /// Converts a path that a person typed, relative to the current folder, into one from the top of the repository.
  /// - Throws: `UsageError` if the path is a URL or leads out of the work tree.
  func repositoryPath(_ given: String, top: String) throws -> String {
    if given.contains("://") {
      throw UsageError(
        "\(given) is a URL, and evidence of kind file is a file of this repository.",
        hint: "Commit what it shows as a file, or use --statement with the URL in its text.")
    }
    // Git's own notation for the top of the work tree. Commands that a message proposes use it.
    let isFromTop = given.hasPrefix(":/")
    let absolute =
      isFromTop ? top + given.dropFirst(2) : given.hasPrefix("/") ? given : try Self.currentFolder() + "/" + given
    var parts: [Substring] = []
    for part in absolute.split(separator: "/") where part != "." {
      if part == ".." { _ = parts.popLast() } else { parts.append(part) }
    }
    let path = "/" + parts.joined(separator: "/") + (given.hasSuffix("/") ? "/" : "")
    guard path.hasPrefix(top) else {
      throw UsageError("\(given) is not in this work tree.", hint: "Name a file below \(top)")
    }
    return String(path.dropFirst(top.count))
  }

  /// Returns true if the current folder is the top of the work tree.
  func isAtTop(_ repository: Repository) throws -> Bool {
    try repository.workTree.map { try $0 == Self.currentFolder() + "/" } ?? true
  }

  private static func currentFolder() throws -> String {
    guard let path = Machine.currentFolder() else { throw SystemError("getcwd", ".") }
    return path
  }

  /// Returns the style of standard output, by the repository's settings if there is one.
  func style(_ repository: Repository?, descriptor: Int32 = 1) throws -> Style {
    let configured = try repository?.configuration("color.readiness") ?? repository?.configuration("color.ui")
    let isColored = Terminal.isColored(
      flag: options.color.rawValue, environment, configured: configured, descriptor: descriptor)
    return Style(color: isColored, folder: CurrentFolder.prefix(below: repository?.workTree))
  }

  /// The moment in the format of stamps.
  var now: String { Timestamp.text(millisecondsSince1970: milliseconds) }

  /// The moment, in milliseconds since 1970.
  var milliseconds: Int64 { Machine.millisecondsSince1970() }

  /// Prints the answer: JSON if requested, else text.
  func print(json: @autoclosure () throws -> JSONValue, text: @autoclosure () throws -> String) rethrows {
    try print(json: json(), bytes: Array(text().utf8))
  }

  /// Prints an answer that may be megabytes.
  func print(json: @autoclosure () throws -> JSONValue, bytes: @autoclosure () throws -> [UInt8]) rethrows {
    if options.json { return Standard.answer(try json()) }
    let bytes = Standard.cleaned(try bytes())
    if page(bytes) { return }
    Standard.document(bytes, ending: [0x0A])
  }

  /// Shows text that is longer than the terminal in git's pager. Returns false if there is no pager or no terminal.
  private func page(_ bytes: [UInt8]) -> Bool {
    guard let rows = Terminal.rows(), bytes.count(where: { $0 == 0x0A }) + 1 >= rows else { return false }
    let pager: String
    do { pager = try GitProcess.run(["var", "GIT_PAGER"]).trimmed } catch { return false }
    return !pager.isEmpty && pager != "cat" && Pager.show(String(decoding: bytes, as: UTF8.self) + "\n", with: pager)
  }

  /// Prints a note in addition to the answer, unless the answer is JSON.
  func note(_ text: String) {
    if !options.json { Standard.note(text) }
  }

  /// Audits history, with a progress bar if somebody watches.
  func audit(
    _ scope: HistoryScope, _ repository: Repository, detail: AuditDetail = .told, store: VerifiedHistoryStore? = nil
  ) throws -> HistoryReport {
    let bar = ProgressBar("verifying", isShown: !options.json && Terminal.isWatched(environment), environment)
    defer { bar.end() }
    return try scope.audit(repository, detail: detail, store: store) { done, all in bar.show(done, of: all) }
  }

  /// Prints findings, and ends with exit status 1 if one is an error.
  func conclude(_ findings: [Finding], repository: Repository?) throws {
    Telemetry.recorder?.found(findings)
    if options.json {
      Standard.answer(FindingReport.verdict(findings, commits: 0))
    } else if !findings.isEmpty {
      Standard.error(FindingReport.text(findings, width: width, try style(repository, descriptor: 2)) + "\n")
    }
    if findings.contains(where: { $0.severity == .error }) { throw ExitCode(1) }
  }
}

/// Runs an attempt again, a bounded number of times, if another writer was faster.
func retrying<T>(_ attempt: () throws -> T) throws -> T {
  var schedule = RetrySchedule(.contention, now: Machine.monotonicMilliseconds())
  var random = SystemRandomNumberGenerator()
  while true {
    do {
      return try attempt()
    } catch let error as GitError where error.kind == .changedMeanwhile || error.kind == .locked {
      guard let wait = schedule.next(now: Machine.monotonicMilliseconds(), using: &random) else { throw error }
      Machine.sleep(milliseconds: wait)
    }
  }
}

/// Throws if a reason is not one line, because a stamp stores it on one.
func checkReason(_ reason: String) throws {
  let isClean = !reason.unicodeScalars.contains { $0.properties.generalCategory == .control }
  guard isClean, reason.first?.isWhitespace == false, reason.last?.isWhitespace == false else {
    throw UsageError(
      "A reason is one line of text, without space at its ends.",
      hint: "Leave line breaks and control characters out.")
  }
}

/// An error for wrong usage, or for a name that does not exist.
struct UsageError: Error {
  let message: String
  let hint: String

  init(_ message: String, hint: String) {
    self.message = message
    self.hint = hint
  }
}
