import ArgumentParser
import PlanSLO
import PlanModel
import Reports
import Profiles
import ReadinessSystem

struct SLOCheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    subcommand: "check",
    abstract: "Checks objectives, and says when their alerts fire. Exit status 1 if one is unsound.")
  @Argument(help: ArgumentHelp("SLOs; without one, all.", valueName: "name")) var names: [String] = []
  @Flag(help: "Also compile the rules and run their unit tests with promtool.") var promtool = false
  @OptionGroup var source: SLOSourceOptions
  @OptionGroup var options: GlobalOptions

  mutating func run() throws {
    let context = try Context(options)
    let repository = try context.openRepository()
    let selection = try SLOSelection(repository, at: source.at, names: names)
    let report = ObjectiveReport(selection.files)
    let failure = promtool ? try Promtool.failure(selection.files.compactMap(\.objective), context) : nil
    try context.print(
      json: report.json,
      text: report.text(width: context.width, context.style(repository)) + (failure.map { "\n\($0)" } ?? ""))
    if failure != nil || !selection.files.allSatisfy(\.isSound) { throw ExitCode(1) }
  }
}

/// Runs Prometheus' own tool on compiled rules.
private enum Promtool {
  /// Returns promtool's own words about a fault of the rules. Nil if there is none.
  /// - Throws: `WebFault` if it cannot be run; `SystemError`.
  static func failure(_ objectives: [Objective], _ context: Context) throws -> String? {
    guard !objectives.isEmpty else { return nil }
    let folder = try FileSystem.makeTemporaryFolder("readiness-rules-")
    defer { do { try FileSystem.removeFolder(folder) } catch {} }
    var names: [String] = []
    for file in objectives.flatMap({ RuleFile.files($0, as: .yaml) }) {
      try FileSystem.write(Array(file.text.utf8), to: folder + "/" + file.name)
      names.append(file.name)
    }
    let calls = [
      ("check", names.filter { $0.hasSuffix(".rules.yml") }), ("test", names.filter { $0.hasSuffix(".test.yml") }),
    ]
    for (verb, files) in calls {
      let ending = SupervisedProcess(
        arguments: ["promtool", verb, "rules"] + files,
        environment: context.environment.filter { ["PATH", "HOME"].contains($0.key) }, folder: folder,
        readable: ["/"], writable: [folder, "/tmp", "/dev/null"], timeout: 600_000, grace: 1000, outputBound: 1 << 20,
        fileBound: 1 << 30
      ).run()
      switch ending.outcome {
      case .exit(0): continue
      case .spawn(let why): throw WebFault(message: why)
      default:
        let said = String(decoding: ending.errors + ending.output, as: UTF8.self)
        return "promtool \(verb) rules:\n" + said.printableLines
      }
    }
    return nil
  }
}

extension String {
  /// The text line by line, with characters that are not plain text made visible.
  fileprivate var printableLines: String {
    split(separator: "\n").prefix(100).map { String($0).printable }.joined(separator: "\n")
  }
}
