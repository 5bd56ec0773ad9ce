import Reports
import ArgumentParser
import PlanModel
import GitRepository
import PlanHistory
import Telemetry
import StrictJSON
import ReadinessSystem

/// The program's two entry points: hooks, and everything else.
public enum Program {
  /// The version in the file `VERSION`.
  public static var version: String { ProgramIdentity.running.version }

  /// Returns the store of this program's audit results for a history.
  static func store(in repository: Repository) -> VerifiedHistoryStore {
    VerifiedHistoryStore(repository, program: version + Machine.programMark()) {
      StateKey.load(Environment.all(), creates: $0)
    }
  }

  /// Runs the program and ends the process with its exit status.
  public static func main(_ arguments: [String]) -> Never { Machine.exit(run(arguments)) }

  /// Runs the program and returns its exit status.
  public static func run(_ arguments: [String]) -> Int32 {
    Machine.ignoreClosedPipes()
    if arguments.dropFirst().first == "hook" {
      let status = HookEntryPoint.run(Array(arguments.dropFirst(2)))
      // A hook reports no failure of its telemetry: the person who commits can do nothing about it.
      _ = Telemetry.end(status: status)
      return status
    }
    let status = runCommand(Array(arguments.dropFirst()))
    endTelemetry(status)
    return status
  }

  /// Ends the recording, if there is one, and reports on standard error if its folder cannot be written.
  static func endTelemetry(_ status: Int32) {
    guard let fault = Telemetry.end(status: status) else { return }
    telemetryFailed("\(fault.subject): \(fault.reason)")
  }

  private static func telemetryFailed(_ why: String) {
    Standard.error("readiness: No telemetry was kept: \(why.printable). (\(ReasonCode.telemetryUnwritable.id))\n")
  }

  private static func runCommand(_ arguments: [String]) -> Int32 {
    let rest = withGlobalsBehind(arguments)
    let fault = Telemetry.begin(isHook: false, version: version) { processName(rest).map { ($0, .internal) } }
    if let fault { telemetryFailed(fault) }
    let isJSON = rest.contains("--json")
    do {
      var command = try parse(rest)
      try command.run()
      return 0
    } catch {
      return conclude(error, isJSON: isJSON, words: rest)
    }
  }

  /// Parses a command's own words alone, which takes a third of the time. If they do not fit, or ask for help, the
  /// root command parses them.
  private static func parse(_ words: [String]) throws -> any ParsableCommand {
    if let command = plain(words) { return command }
    let commands = Root.configuration.groupedSubcommands.lazy.flatMap(\.subcommands)
    guard let type = commands.first(where: { $0._commandName == words.first }) else {
      try refuseUnknown(words.first, commands.map { $0._commandName })
      return try Root.parseAsRoot(words)
    }
    do { return try type.parse(Array(words.dropFirst())) } catch { return try Root.parseAsRoot(words) }
  }

  /// Returns one of the most used commands, parsed without the library. Nil for all other words.
  static func plain(_ words: [String]) -> (any PlainCommand)? {
    let rest = words.dropFirst()
    switch words.first {
    case "gate": return GateCommand.plain(rest)
    case "log": return LogCommand.plain(rest)
    case "move": return MoveCommand.plain(rest)
    case "next": return NextCommand.plain(rest)
    case "order": return OrderCommand.plain(rest)
    case "replay": return ReplayCommand.plain(rest)
    case "status": return StatusCommand.plain(rest)
    case "verify": return VerifyCommand.plain(rest)
    default: return nil
    }
  }

  /// Throws for a name that is no command, with the nearest command.
  private static func refuseUnknown(_ name: String?, _ names: some Sequence<String>) throws {
    guard let name, !name.hasPrefix("-"), name != "help" else { return }
    let near = nearestName(to: name, in: names).map { "Is \($0) meant? " } ?? ""
    throw UsageError("There is no command \"\(name)\".", hint: near + "readiness --help lists them.")
  }

  /// Moves options after the subcommand, because users of git type `readiness -C dir status`.
  static func withGlobalsBehind(_ arguments: [String]) -> [String] {
    var globals: [String] = []
    var rest = arguments[...]
    while let first = rest.first {
      if first == "-C" || first == "--color", rest.count > 1 {
        globals += rest.prefix(2)
        rest = rest.dropFirst(2)
      } else if first == "--json" || first.hasPrefix("--color=") {
        globals.append(first)
        rest = rest.dropFirst()
      } else {
        break
      }
    }
    guard let name = rest.first, !name.hasPrefix("-") else { return arguments }
    if globals.isEmpty { return arguments }
    // They go after the subcommand of a command that has some: `slo check`.
    let commands = Root.configuration.groupedSubcommands.lazy.flatMap(\.subcommands)
    let inner = commands.first { $0._commandName == name }?.configuration.subcommands ?? []
    let count = rest.count > 1 && inner.contains { $0._commandName == rest[rest.startIndex + 1] } ? 2 : 1
    return rest.prefix(count) + globals + rest.dropFirst(count)
  }

  /// Returns the name of the process span. There are few different ones, because a word that is no command might
  /// contain anything. Nil for commands that read or send the spool, which would otherwise never become empty.
  private static func processName(_ words: [String]) -> String? {
    let names = Root.configuration.groupedSubcommands.lazy.flatMap(\.subcommands).map { $0._commandName }
    guard let name = words.first, names.contains(name) else { return "readiness" }
    return ["telemetry", "trace", "metrics"].contains(name) ? nil : "readiness " + name
  }

  private static func conclude(_ error: any Error, isJSON: Bool, words: [String]) -> Int32 {
    if let exit = error as? ExitCode { return exit.rawValue }
    let status = Root.exitCode(for: error)
    // ArgumentParser's error for help is already text.
    if status == .success {
      let asksForHelp = words.first == "help" || words.contains("--help") || words.contains("-h")
      let example = asksForHelp ? CommandExample.line(for: words) : nil
      Standard.output(Root.fullMessage(for: error) + "\n" + (example.map { "\n\($0)\n" } ?? ""))
      return 0
    }
    let help = words.first.flatMap { $0.hasPrefix("-") ? nil : "readiness help \($0) shows how it is used." }
    let failure =
      status == .validationFailure
      ? Failure(UsageError(Root.message(for: error), hint: help ?? "readiness --help lists the commands."))
      : Failure(error)
    Telemetry.recorder?.failed(failure.code)
    if isJSON {
      Standard.answer(failure.json)
    } else {
      Standard.error(
        failure.text(
          width: Terminal.textWidth(Environment.all()) - 2, folder: CurrentFolder.prefix(for: failure.hint)))
    }
    return failure.exit
  }
}

extension CommandConfiguration {
  /// Creates a command of readiness. A command with a super command is not searched for `--generate-completion-script`,
  /// which would take half of the parsing time: `readiness completions` prints the scripts.
  init(
    subcommand name: String, abstract: String, discussion: String = "", shouldDisplay: Bool = true,
    subcommands: [any ParsableCommand.Type] = [], defaultSubcommand: (any ParsableCommand.Type)? = nil
  ) {
    self.init(
      commandName: name, _superCommandName: "readiness", abstract: abstract, discussion: discussion,
      shouldDisplay: shouldDisplay, subcommands: subcommands, defaultSubcommand: defaultSubcommand)
  }
}

/// The command and its subcommands.
struct Root: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "readiness",
    abstract: "A production-readiness plan that lives in git and cannot lie quietly.",
    discussion: """
      The first day: readiness init --commit creates the plan, readiness install adds the hooks, readiness status lists \
      the milestones, readiness start M-01 --owner me takes one, readiness submit M-01 --evidence FILE submits it.
      """,
    version: ProgramIdentity.running.line,
    groupedSubcommands: [
      CommandGroup(
        name: "Begin",
        subcommands: [
          DemoCommand.self, InitCommand.self, ImportCommand.self, Export.self, InstallCommand.self,
          UninstallCommand.self,
        ]),
      CommandGroup(
        name: "Read the plan",
        subcommands: [
          StatusCommand.self, Show.self, NextCommand.self, Waiting.self, OrderCommand.self, Matrix.self, Graph.self,
          GateCommand.self,
          WhyNot.self,
        ]),
      CommandGroup(
        name: "Change it",
        subcommands: [
          StartCommand.self, SubmitCommand.self, MoveCommand.self, BlockCommand.self, UnblockCommand.self,
          ApproveCommand.self, Add.self, SetCommand.self, CriteriaCommand.self, RiskCommand.self, RetireCommand.self,
          FormatCommand.self,
        ]),
      CommandGroup(
        name: "Prove it",
        subcommands: [
          CheckCommand.self, AttestationsCommand.self, AttestCommand.self, ReproduceCommand.self, TrustCommand.self,
          ConfigCommand.self, SLOCommand.self,
        ]),
      CommandGroup(
        name: "Tell others", subcommands: [SyncCommand.self, DeliverCommand.self, DeadLettersCommand.self]),
      CommandGroup(
        name: "See it from outside",
        subcommands: [
          MetricsCommand.self, AlertsCommand.self, DashboardCommand.self, TraceCommand.self, TelemetryCommand.self,
        ]),
      CommandGroup(
        name: "Repair history",
        subcommands: [RestampCommand.self, HealCommand.self, BypassCommand.self, MergeDriverCommand.self]),
      CommandGroup(
        name: "Read history",
        subcommands: [
          LogCommand.self, DiffCommand.self, WeeklyCommand.self, VerifyCommand.self, ReplayCommand.self,
          ProvenanceCommand.self,
          BackfillCommand.self,
        ]),
      CommandGroup(
        name: "Help",
        subcommands: [
          DoctorCommand.self, ExplainCommand.self, VersionCommand.self, CompletionsCommand.self, ManualCommand.self,
        ]),
    ])
}
