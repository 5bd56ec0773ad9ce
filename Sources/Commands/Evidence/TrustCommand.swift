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
    let sinks = try selection.sinks.sorted { $0.key < $1.key }.map { name, sink in
      TrustedSink(
        name: name, sink: sink, profile: try selection.plainProfile(of: sink),
        digest: try selection.trustDigest(of: sink).tagged)
    }
    if !dryRun { try store.trust(sinks.map { try selection.trustDigest(of: $0.sink) }) }
    let json = sinks.map { each -> JSONValue in
      [
        "sink": .text(each.name), "definition": each.sink.json, "profile": each.profile.json,
        "digest": .text(each.digest), "trusted": JSONValue(.bool(!dryRun || known.contains(each.digest))),
      ]
    }
    let style = try context.style(repository)
    let lines = sinks.map { each in
      let state = known.contains(each.digest) ? "trusted already" : dryRun ? "not trusted" : "trusted now"
      return ([style(each.name, .strong) + "  " + style(state, .quiet)] + each.lines).joined(separator: "\n")
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
        lines.append("  runs    " + command.arguments.map(\.quotedForReading).joined(separator: " "))
        if let profile = check.plain {
          let area = profile.usesWorkTree ? "the work tree" : "a clean copy of the commit"
          lines.append("  in      \(area), profile \(profile.name)")
          lines += profile.reachLines
        }
      case .milestone(let repository, _, _, _): lines.append("  reads   \(repository.printable) with git clone")
      default: break
      }
    }
    return lines.joined(separator: "\n")
  }
}

/// A sink as a person is shown it before it is trusted.
private struct TrustedSink {
  let name: String
  let sink: Sinks.Sink
  let profile: RuntimeProfile
  let digest: String

  /// What is done with an event, and all that it may see and write.
  var lines: [String] {
    let under = "  under   profile \(profile.name)"
    switch sink.kind {
    case .file(let path): return ["  adds lines to \(path.printable)", under]
    case .command(let words):
      return ["  runs    " + words.map(\.quotedForReading).joined(separator: " "), under] + profile.reachLines
    case .webhook(let url, let headers):
      let sent = headers.map { header in
        let isVariable = header.value.hasPrefix("$")
        let value = header.value.printable
        return "  header  \(header.name): " + (isVariable ? "the variable \(value.dropFirst())" : value)
      }
      return ["  posts to \(url.printable)"] + sent + [under]
    }
  }
}

extension RuntimeProfile {
  /// What a command sees and writes.
  fileprivate var reachLines: [String] {
    [
      "  sees    " + environment.joined(separator: ", ").printable,
      "  writes  " + writablePaths.joined(separator: ", ").printable,
    ]
  }
}

extension String {
  /// A word as a shell would have to be given it, for reading.
  fileprivate var quotedForReading: String {
    let plain = printable
    let isSimple = !plain.isEmpty && !plain.contains { " '\"$`\\*?()[]{}<>|&;~#!".contains($0) }
    return isSimple ? plain : "'" + plain + "'"
  }
}
