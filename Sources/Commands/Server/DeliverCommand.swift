import GitObjects
import ArgumentParser
import PlanChecks
import PlanModel
import PlanGate
import PlanEvents
import GitRepository
import PlanTrees
import Reports
import Profiles
import StrictJSON
import ReadinessSystem

/// The sinks of a commit's policy, each with its profile.
struct SinkSelection {
  let sinks: [String: Sinks.Sink]
  private let runtime: RuntimeFiles
  private let context: Context
  private let settings: [(name: String, value: String)]
  private let trusted: Set<String>

  /// - Throws: `ConfigurationError`, `GitError`, `SystemError`.
  init(_ repository: Repository, at commit: ObjectID, _ context: Context, _ flags: [(name: String, value: String)])
    throws
  {
    let tree = repository.tree(of: try repository.commit(commit))
    let snapshot = try tree.policy()
    guard let policy = snapshot.policy else {
      let finding = snapshot.findings.first
      throw GitError(
        .damaged, "\(finding?.path ?? ""): \(finding?.message ?? "The policy cannot be read.")",
        hint: finding?.hint ?? "Fix it.", function: "PolicySnapshot")
    }
    sinks = policy.sinks.sinks
    runtime = try RuntimeFiles(in: tree)
    trusted = try TrustStore(repository) { StateKey.load(Environment.all(), creates: $0) }.trusted()
    self.context = context
    settings = flags
  }

  /// A sink that is named.
  /// - Throws: `UnknownName` with the nearest; `UsageError` where nobody has trusted it and its profile as they are;
  ///   `RuntimeProfile.Failure`.
  func sink(_ name: String) throws -> (sink: Sinks.Sink, profile: RuntimeProfile) {
    guard let sink = sinks[name] else {
      throw UnknownName(
        message: "There is no sink \"\(name)\".",
        hint: nearestName(to: name, in: sinks.keys.sorted()).map { "Is \($0) meant?" }
          ?? (sinks.isEmpty
            ? "\(PlanPaths.sinks) names none; doc/guides/events.md shows how."
            : "There are \(sinks.keys.sorted().joined(separator: ", "))."))
    }
    guard trusted.contains(try trustDigest(of: sink).tagged) else {
      throw UsageError(
        "Nobody has trusted the sink \"\(name)\" and its profile, as they are now, on this machine.",
        hint: "readiness trust --sinks shows them, and trusts them.")
    }
    let profile = try RuntimeProfile(
      Self.profileName(of: sink), files: runtime.files, environment: context.environment, flags: settings)
    return (sink, profile)
  }

  private static func profileName(of sink: Sinks.Sink) -> String { sink.profile ?? "delivery" }

  /// The profile as the files have it, which is what is trusted.
  /// - Throws: `RuntimeProfile.Failure`.
  func plainProfile(of sink: Sinks.Sink) throws -> RuntimeProfile {
    try RuntimeProfile(Self.profileName(of: sink), files: runtime.files)
  }

  /// What a person trusts: the sink, and its profile as the files have it.
  /// - Throws: `RuntimeProfile.Failure`.
  func trustDigest(of sink: Sinks.Sink) throws -> Digest {
    TrustStore.digest(of: sink.json, kind: "sink", under: try plainProfile(of: sink))
  }
}

struct DeliverCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    subcommand: "deliver", abstract: "Delivers runs to the sinks of ssot/policies/sinks.json, at least once, in order.",
    discussion:
      "What a sink does not accept becomes a dead letter: readiness dlq. Exit status 1 if some were not delivered.")
  @Argument(help: ArgumentHelp("Sinks; without one, all.", valueName: "sink")) var names: [String] = []
  @Option(help: ArgumentHelp("Up to this commit.", valueName: "rev")) var at: String?
  @OptionGroup var settings: SettingOptions
  @OptionGroup var options: GlobalOptions

  mutating func run() throws {
    let context = try Context(options)
    let repository = try context.openRepository()
    let tip = try repository.commit(named: at ?? "HEAD")
    let selection = try SinkSelection(repository, at: tip, context, settings.flags)
    let wanted = names.isEmpty ? selection.sinks.keys.sorted() : names
    let sinks = try wanted.map { (name: $0, found: try selection.sink($0)) }
    guard !sinks.isEmpty else {
      return context.print(
        json: Envelope.json("deliver", [JSONMember("sinks", [])]), text: "\(PlanPaths.sinks) names no sink.")
    }
    let deliverer = Deliverer(repository, environment: context.environment)
    var outcomes: [Deliverer.Outcome] = []
    for (name, found) in sinks {
      let bar = ProgressBar(
        "telling \(name)", isShown: !options.json && Terminal.isWatched(context.environment), context.environment)
      defer { bar.end() }
      outcomes.append(
        try deliverer.deliver(to: name, found.sink, under: found.profile, upTo: tip) { bar.show($0, of: $1) })
    }
    context.print(json: Self.json(outcomes), text: Self.text(outcomes))
    if outcomes.contains(where: { $0.dead > 0 || !$0.message.isEmpty }) { throw ExitCode(1) }
  }

  private static func text(_ outcomes: [Deliverer.Outcome]) -> String {
    outcomes.map { outcome -> String in
      var parts = ["\(outcome.delivered) \(outcome.delivered == 1 ? "run" : "runs") told"]
      if outcome.dead > 0 { parts.append("\(outcome.dead) to the dead letters: readiness dlq list") }
      if outcome.pending > 0 { parts.append("\(outcome.pending) left") }
      let message = outcome.message.isEmpty ? "" : "\n  \(outcome.message)"
      return "\(outcome.sink): \(parts.joined(separator: ", "))\(message)"
    }.joined(separator: "\n")
  }

  private static func json(_ outcomes: [Deliverer.Outcome]) -> JSONValue {
    let sinks = outcomes.map { outcome -> JSONValue in
      [
        "sink": .text(outcome.sink), "delivered": .int(outcome.delivered), "dead": .int(outcome.dead),
        "pending": .int(outcome.pending), "message": .text(outcome.message),
      ]
    }
    return Envelope.json("deliver", [JSONMember("sinks", JSONValue(.array(sinks)))])
  }
}
