import Profiles
import ArgumentParser
import PlanChecks
import PlanModel
import GitRepository
import Reports
import StrictJSON
import ReadinessSystem

struct TrustCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    subcommand: "trust", abstract: "Shows what checks would run, and trusts it on this machine.",
    discussion:
      "Definitions count as they are staged. A definition or profile that changes is untrusted again. Trust is kept under .git."
  )
  @Argument(help: ArgumentHelp("Milestones, or ID/CRITERION; without one, every check.", valueName: "id"))
  var names: [String] = []
  @Flag(help: "Only show it.") var dryRun = false
  @Flag(help: "Trust the sinks that readiness deliver sends to, not checks.") var sinks = false
  @Flag(help: "Trust nothing any more.") var forget = false
  @Option(help: ArgumentHelp("The plan of this commit.", valueName: "rev")) var at: String?
  @Option(help: ArgumentHelp("As check --profile would run them.", valueName: "name")) var profile: String?
  @OptionGroup var options: GlobalOptions

  mutating func run() throws {
    let context = try Context(options)
    let repository = try context.openRepository()
    let store = TrustStore(repository) { StateKey.load(Environment.all(), creates: $0) }
    if forget {
      try store.forget()
      return context.print(
        json: Envelope.json("trust", [JSONMember("trusted", [])]), text: "Nothing is trusted here any more.")
    }
    if sinks { return try trustSinks(store, context, repository) }
    let selection = try CheckSelection(repository, at: at, takesStaged: true, now: context.milliseconds)
    let checks = try selection.checks(names, profile: profile, environment: context.environment).filter(\.needsTrust)
    let known = try store.trusted()
    if !dryRun { try store.trust(checks.map(\.trustDigest)) }
    let style = try context.style(repository)
    let json = Envelope.json(
      "trust",
      [
        JSONMember(
          "checks",
          JSONValue(
            .array(
              checks.map { check in
                [
                  "milestone": .text(check.milestone.text), "criterion": .text(check.criterion),
                  "definition": check.definition.json, "profile": check.plain?.json ?? nil,
                  "digest": .text(check.trustDigest.tagged),
                  "trusted": JSONValue(.bool(!dryRun || known.contains(check.trustDigest.tagged))),
                ]
              })))
      ])
    context.print(json: json, text: text(checks, known, style))
  }

  private func trustSinks(_ store: TrustStore, _ context: Context, _ repository: Repository) throws {
    let commit = try repository.commit(named: at ?? "HEAD")
    let selection = try SinkSelection(repository, at: commit, context, [])
    let known = try store.trusted()
    let sinks = selection.sinks.sorted { $0.key < $1.key }
    if !dryRun { try store.trust(sinks.map(\.value.digest)) }
    let json = sinks.map { name, sink -> JSONValue in
      ["sink": .text(name), "definition": sink.json, "digest": .text(sink.digest.tagged)]
    }
    let style = try context.style(repository)
    let lines = sinks.map { name, sink in
      let state = known.contains(sink.digest.tagged) ? "trusted already" : dryRun ? "not trusted" : "trusted now"
      let what =
        switch sink.kind {
        case .file(let path): "adds lines to \(path.printable)"
        case .command(let words): "runs " + words.map(Self.quoted).joined(separator: " ")
        case .webhook(let url, _): "posts to \(url.printable)"
        }
      return style(name, .strong) + "  " + style(state, .quiet) + "\n  " + what
    }
    context.print(
      json: Envelope.json("trust", [JSONMember("sinks", JSONValue(.array(json)))]),
      text: lines.isEmpty ? "\(PlanPaths.sinks) names no sink." : lines.joined(separator: "\n"))
  }

  private func text(_ checks: [PlannedCheck], _ known: Set<String>, _ style: Style) -> String {
    guard !checks.isEmpty else { return "No check of this plan runs anything." }
    var lines: [String] = []
    for check in checks {
      let state = known.contains(check.trustDigest.tagged) ? "trusted already" : dryRun ? "not trusted" : "trusted now"
      lines.append(style(check.name, .strong) + "  " + style(state, state == "not trusted" ? .warn : .quiet))
      switch check.definition.kind {
      case .command(let command):
        lines.append("  runs    " + command.arguments.map(Self.quoted).joined(separator: " "))
        if let profile = check.plain {
          let area = profile.usesWorkTree ? "the work tree" : "a clean copy of the commit"
          lines.append("  in      \(area), profile \(profile.name)")
          lines.append("  sees    " + profile.environment.joined(separator: ", ").printable)
          lines.append("  writes  " + profile.writablePaths.joined(separator: ", ").printable)
        }
      case .milestone(let repository, _, _, _): lines.append("  reads   \(repository.printable) with git clone")
      default: break
      }
    }
    return lines.joined(separator: "\n")
  }

  /// Returns a word quoted as a shell would need it, for reading.
  private static func quoted(_ word: String) -> String {
    let plain = word.printable
    let isSimple = !plain.isEmpty && !plain.contains { " '\"$`\\*?()[]{}<>|&;~#!".contains($0) }
    return isSimple ? plain : "'" + plain + "'"
  }
}
