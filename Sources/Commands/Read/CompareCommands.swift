import GitObjects
import ArgumentParser
import Attestations
import PlanJudge
import PlanModel
import PlanGate
import GitRepository
import PlanTrees
import PlanHistory
import Reports
import StrictJSON
import ReadinessSystem

struct DiffCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    subcommand: "diff", abstract: "What differs between two plans, in terms of milestones.")
  @Argument(help: ArgumentHelp("The commit before, or a range A..B.", valueName: "a")) var from: String
  @Argument(help: ArgumentHelp("The commit after; HEAD by default.", valueName: "b")) var to: String?
  @OptionGroup var options: GlobalOptions

  mutating func run() throws {
    let context = try Context(options)
    let repository = try context.openRepository()
    var (first, second) = (from, to ?? "HEAD")
    if to == nil, let dots = from.firstRange(of: "..") {
      first = dots.lowerBound == from.startIndex ? "HEAD" : String(from[..<dots.lowerBound])
      second = dots.upperBound == from.endIndex ? "HEAD" : String(from[dots.upperBound...])
    }
    let (old, new) = (try repository.commit(named: first), try repository.commit(named: second))
    let diff = try PlanDiff(
      from: repository.tree(of: repository.commit(old)), to: repository.tree(of: repository.commit(new)))
    let report = DiffReport(diff, from: old.description, to: new.description)
    try context.print(json: report.json, text: report.text(width: context.width, context.style(repository)))
  }
}

struct WeeklyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    subcommand: "weekly", abstract: "The weekly update, from history: done, blocked, risks, graph, go or no-go.",
    discussion: "Days are those of UTC. The same commit and week give the same bytes.")
  @Option(help: ArgumentHelp("An ISO week, such as 2026-W47; this week by default.", valueName: "week"))
  var week: String?
  @Option(help: ArgumentHelp("The first day, YYYY-MM-DD.", valueName: "day")) var since: String?
  @Option(help: ArgumentHelp("The last day, YYYY-MM-DD.", valueName: "day")) var until: String?
  @Option(help: ArgumentHelp("The gate that recommends.", valueName: "name")) var gate = "release"
  @Option(help: ArgumentHelp("Read back from this commit.", valueName: "rev")) var at: String?
  @Option(help: ArgumentHelp("markdown or json; --json says the same.", valueName: "form"))
  var format: WeeklyFormat = .markdown
  @OptionGroup var options: GlobalOptions

  func validate() throws {
    if week != nil, since != nil || until != nil { throw ValidationError("--week and --since exclude each other.") }
    if (since == nil) != (until == nil) { throw ValidationError("--since and --until go together.") }
  }

  mutating func run() throws {
    if format == .json { options.json = true }
    let context = try Context(options)
    let span = try span()
    let repository = try context.openRepository()
    let tip = try repository.commit(named: at ?? "HEAD")
    let policy = try repository.tree(of: repository.commit(tip)).policy().policy
    // The week's own policy decides; a name that no policy has is a typing error.
    if gate != "release", let gates = policy?.gates, gates.gates[gate] == nil { throw gates.unknown(gate) }
    let facts = try WeeklyFacts(
      repository, tip: tip, span: span, gate: gate, attestations: AttestationStore(repository))
    let report = WeeklyReport(
      WeeklyReport.Facts(
        span: facts.span, completed: facts.completed.map { ($0.milestone.text, $0.run, $0.isSuspect) },
        blocked: facts.blocked.map { ($0.milestone.text, $0.reason) },
        risks: facts.risksIntroduced.map { ($0.milestone.text, $0.risk, $0.isGone) },
        added: facts.graphChanges.added.map { ($0.0.text, $0.1.text) },
        removed: facts.graphChanges.removed.map { ($0.0.text, $0.1.text) },
        members: (facts.members.added.map(\.text), facts.members.retired.map(\.text)), decision: facts.decision,
        refusals: facts.refusals, lateness: facts.lateness))
    context.print(json: report.json, text: report.markdown)
  }

  private func span() throws -> DaySpan {
    if let week {
      guard let span = DaySpan(week: week) else {
        throw UsageError("\"\(week)\" is no ISO week.", hint: "Write it as 2026-W47; a year has 52 or 53.")
      }
      return span
    }
    if let since, let until {
      guard let span = DaySpan(from: since, to: until) else {
        throw UsageError(
          "\"\(since)\" to \"\(until)\" is no span of days.", hint: "Write days as 2026-11-22, the first one first.")
      }
      return span
    }
    return DaySpan(weekOf: Machine.millisecondsSince1970())
  }
}

enum WeeklyFormat: String, Choice {
  case markdown, json
}
