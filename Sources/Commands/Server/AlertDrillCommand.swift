import GitObjects
import ArgumentParser
import Monitoring
import PlanGate
import PlanModel
import GitRepository
import Reports
import StrictJSON
import Telemetry
import ReadinessSystem

struct AlertDrillCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    subcommand: "drill", abstract: "Makes each alert's fault, and watches it fire, arrive and resolve.",
    discussion: """
      Runs a real Prometheus and a real Alertmanager on 127.0.0.1 and makes the faults in scratch repositories. \
      Exit status 1 where an alert does not fire or does not resolve; 3 where a program is missing.
      """)
  @Argument(help: ArgumentHelp("Alerts; without one, all.", valueName: "name")) var names: [String] = []
  @Option(help: ArgumentHelp("Write the record, which is evidence, into this file.", valueName: "file"))
  var record: String?
  @Option(
    help: ArgumentHelp("Write the outcomes as JUnit into this file, for a check of kind junit.", valueName: "file"))
  var junit: String?
  @Option(help: ArgumentHelp("Drill this rule file, in place of what alerts rules writes.", valueName: "file"))
  var rules: String?
  @Option(help: ArgumentHelp("How long an alert may take to arrive, and to resolve.", valueName: "seconds"))
  var wait = 60
  @Flag(help: "Keep the programs running at the end, until standard input ends.") var stay = false
  @OptionGroup var source: AlertSourceOptions
  @OptionGroup var options: GlobalOptions

  func validate() throws {
    if !(1...600).contains(wait) { throw ValidationError("--wait is from 1 to 600 seconds.") }
  }

  mutating func run() throws {
    let context = try Context(options)
    let repository = try context.openRepository()
    let selection = try AlertSelection(repository, at: source.at)
    try selection.check(context)
    let known = selection.alerts.map(\.name)
    for name in names where !known.contains(name) {
      throw UnknownName(
        message: "There is no alert \(name.printable).",
        hint: nearestName(to: name, in: known).map { "Is \($0) meant?" } ?? "readiness alerts list shows them.")
    }
    var text = selection.files[0].text
    if let rules {
      guard let bytes = try FileSystem.readIfPresent(rules) else {
        throw UsageError("There is no file \(rules.printable).", hint: "readiness alerts rules --output DIR writes it.")
      }
      text = String(decoding: bytes, as: UTF8.self)
    }
    let commit = if case .commit(let id) = try repository.head() { id.description } else { "none" }
    let drill = try AlertDrill(
      AlertDrill.Plan(
        rules: text, policy: selection.policy, commit: commit, names: names, seconds: wait, showsObjectives: stay),
      context.environment)
    let made = try watched(drill, context, count: names.isEmpty ? known.count : Set(names).count)
    let report = AlertDrillReport(made)
    if let record { try FileSystem.write(made.json.canonicalBytes + [0x0A], to: record, mode: 0o644) }
    if let junit { try FileSystem.write(Array(report.junit.utf8), to: junit, mode: 0o644) }
    try context.print(
      json: report.json, text: report.text(record: record, width: context.width, context.style(repository)))
    if made.outcomes.contains(where: { $0.code != nil }) { throw ExitCode(1) }
  }

  private func watched(_ drill: AlertDrill, _ context: Context, count: Int) throws -> DrillRecord {
    let bar = ProgressBar(
      "drilling", isShown: !options.json && Terminal.isWatched(context.environment), context.environment)
    defer { bar.end() }
    var done = 0
    return try drill.run(
      progress: { _ in
        done += 1
        bar.show(done, of: count)
      },
      staying: { address in
        guard stay else { return }
        Standard.note("Prometheus is at \(address) until standard input ends.")
        while readLine() != nil {}
      })
  }
}

/// Renders the record of a drill.
struct AlertDrillReport {
  private let record: DrillRecord

  init(_ record: DrillRecord) { self.record = record }

  var json: JSONValue {
    let passed = record.outcomes.allSatisfy { $0.code == nil }
    return Envelope.json(
      "alert-drill", [JSONMember("passed", JSONValue(.bool(passed))), JSONMember("record", record.json)])
  }

  func text(record path: String?, width: Int, _ style: Style) -> String {
    func seconds(_ from: Int64?, _ to: Int64?) -> String {
      guard let from, let to else { return "no" }
      let tenths = max(0, (to - from + 50) / 100)
      return "\(tenths / 10).\(tenths % 10) s"
    }
    let rows = record.outcomes.map { outcome in
      [
        outcome.name, outcome.fault, seconds(outcome.injectedAt, outcome.firedAt),
        seconds(outcome.repairedAt, outcome.resolvedAt),
      ]
    }
    let listing = Listing(["ALERT", "FAULT INJECTED", "FIRED", "RESOLVED"], rows, flexible: [1])
    let fired = record.outcomes.count { $0.firedAt != nil }
    let resolved = record.outcomes.count { $0.resolvedAt != nil }
    let faults = record.outcomes.compactMap { outcome in
      outcome.code.flatMap { code in outcome.message.map { "error \(code.id): \($0)" } }
    }
    let count = record.outcomes.count
    let lines =
      [listing.text(width: width, style), "\(fired) of \(count) fired, \(resolved) of \(count) resolved."] + faults
      + ["Prometheus \(record.prometheus), Alertmanager \(record.alertmanager)."]
      + (path.map { ["Record: \($0.printable)"] } ?? [])
    return lines.joined(separator: "\n")
  }

  /// The outcomes as JUnit, with one case per alert.
  var junit: String {
    JUnitText.suite(
      "alert-drill",
      record.outcomes.map { outcome in
        let failure = outcome.code.flatMap { code in outcome.message.map { (code: code.id, message: $0) } }
        return (outcome.name, failure)
      })
  }
}
