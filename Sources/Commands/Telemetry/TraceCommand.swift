import ArgumentParser
import PlanGate
import PlanHistory
import PlanModel
import GitRepository
import Reports
import StrictJSON
import Telemetry

struct TraceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    subcommand: "trace", abstract: "What became of one run, from every process that touched it.",
    discussion:
      "Reads the folder of READINESS_TELEMETRY, and others that --spool names. What was sent is at the collector, under "
      + "the first 32 digits of the run ID.")
  @Argument(help: ArgumentHelp("The run ID, or seven of its first digits and more.", valueName: "run"))
  var id: String
  @Option(help: ArgumentHelp("A further spool, such as the server's.", valueName: "dir")) var spool: [String] = []
  @OptionGroup var options: GlobalOptions

  mutating func run() throws {
    let context = try Context(options)
    let prefix = id.lowercased()
    guard (7...64).contains(prefix.utf8.count), prefix.utf8.allSatisfy(Self.isDigit) else {
      throw UsageError(
        "A run is named by 7 to 64 hexadecimal digits of its ID.", hint: "readiness log shows the runs of this history."
      )
    }
    let spools = try SpoolSelection(more: spool).spools
    let (traces, torn) = try RunTrace.find(prefix, in: spools)
    guard let trace = traces.first else {
      throw UnknownName(
        message: "No span of a run that begins with \(prefix) is in the spool.",
        hint: "What readiness telemetry flush has sent is at the collector, in the trace that begins so.")
    }
    guard traces.count == 1 else {
      throw UsageError(
        "Several runs begin with \(prefix): \(traces.prefix(5).map { String($0.run.prefix(16)) }.joined(separator: ", "))"
          + (traces.count > 5 ? ", …" : "."), hint: "Type more digits of the run ID.")
    }
    let report = RunTraceReport(
      run: trace.run, line: told(trace.run),
      lines: trace.entries.map { entry in
        RunTraceReport.Line(
          name: entry.name, process: entry.process, start: entry.start, duration: entry.end - entry.start,
          facts: entry.attributes.map { ($0.name, entry.text($0.name) ?? "") })
      }, torn: torn)
    try context.print(json: report.json, text: report.text(context.style(nil)))
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte)
  }

  /// Returns the run in the history here. Nil if there is none: a spool may be read outside a repository.
  private func told(_ id: String) -> RunLine? {
    do {
      let repository = try Repository.open()
      let report = try HistoryScope(repository, nil).audit(repository)
      return report.runs.first { $0.id?.hex == id }.map(RunLine.init)
    } catch {
      return nil
    }
  }
}

/// The spools that a command reads.
struct SpoolSelection {
  let spools: [Spool]

  /// - Throws: `UsageError` if none is named.
  init(more: [String] = []) throws {
    let folders = (Telemetry.folder.map { [$0] } ?? []) + more
    guard !folders.isEmpty else {
      throw UsageError(
        "No spool is named.", hint: "Set READINESS_TELEMETRY to the folder of telemetry, or give --spool DIR.")
    }
    spools = folders.reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }.map { Spool(folder: $0) }
  }
}
