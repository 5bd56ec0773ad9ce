import PlanJudge
import GitObjects
import ArgumentParser
import PlanModel
import PlanGate
import GitRepository
import Reports
import StrictJSON

struct RestampCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    subcommand: "restamp", abstract: "Gives commits that are not published yet the stamps that they lack.",
    discussion: "The commits get new ids; index and files stay as they are. What is published is healed instead.")
  @Argument(
    help: ArgumentHelp("A range A..B; what no remote-tracking branch has, by default.", valueName: "range"))
  var range: String?
  @Flag(help: "Say what would be done, and move nothing.")
  var dryRun = false
  @OptionGroup var options: GlobalOptions

  mutating func run() throws {
    let context = try Context(options)
    let repository = try context.openForWriting(isDry: dryRun)
    let outcome = try Restamp(repository).run(range, isDry: dryRun, now: context.now)
    guard outcome.findings.isEmpty else {
      if !options.json { Standard.error("readiness: nothing was rewritten; these changes cannot be stamped.\n") }
      return try context.conclude(outcome.findings, repository: repository)
    }
    let style = try context.style(repository)
    let restamped = outcome.rewritten.filter(\.isRestamped)
    var lines = restamped.map {
      "\($0.old.description.prefix(12)) -> \($0.new.description.prefix(12))  \($0.subject.printable)"
    }
    if restamped.isEmpty {
      lines.append("Nothing to do: every stamp is true.")
    } else {
      let followers = outcome.rewritten.count - restamped.count
      let verb = outcome.ref == nil ? "would be stamped again" : "stamped again"
      lines.append(
        style("\(restamped.count) \(verb)", .good)
          + (followers == 0 ? "" : ", \(followers) rewritten because they follow")
          + (outcome.ref.map { "; \($0) moved" } ?? "") + ".")
    }
    if outcome.unsigned > 0 { lines.append("\(outcome.unsigned) lost a signature of the old bytes: sign again.") }
    let commits = outcome.rewritten.map { commit -> JSONValue in
      [
        "old": .text(commit.old.description), "new": .text(commit.new.description),
        "restamped": JSONValue(.bool(commit.isRestamped)),
      ]
    }
    context.print(
      json: Envelope.json(
        "restamp",
        [
          JSONMember("changed", JSONValue(.bool(outcome.ref != nil))),
          JSONMember("commits", JSONValue(.array(commits))),
          JSONMember("unsigned", .int(outcome.unsigned)),
        ]), text: lines.joined(separator: "\n"))
  }
}

struct HealCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    subcommand: "heal", abstract: "Records, in an empty commit, what published commits changed without a stamp.",
    discussion: "Where roles exist, it takes the authority to change the policy.")
  @Option(name: [.customShort("m"), .long], help: "Why.")
  var reason = "heal"
  @Flag(help: "Say what would be recorded, and write nothing.")
  var dryRun = false
  @OptionGroup var options: GlobalOptions

  mutating func run() throws {
    let context = try Context(options)
    let repository = try context.openForWriting(isDry: dryRun)
    try checkReason(reason)
    let outcome = try retrying {
      try Heal(repository, author: CommitSituation.configuredAuthor(repository))
        .run(reason: reason, isDry: dryRun, now: context.now)
    }
    if outcome.findings.contains(where: { $0.severity == .error }) {
      return try context.conclude(outcome.findings, repository: repository)
    }
    let style = try context.style(repository)
    var lines: [String] = []
    for t in outcome.run?.transitions ?? [] {
      lines.append("\(t.milestone)  \(t.words.printable)")
    }
    for e in outcome.run?.edits ?? [] { lines.append("\(e.milestone?.text ?? "plan")  edited") }
    if outcome.run?.policyChange != nil { lines.append("policy changed") }
    if let commit = outcome.commit {
      lines.append(style("Recorded", .good) + " in commit \(commit.description.prefix(12)).")
    } else {
      lines.append(outcome.run == nil ? "Nothing to heal: every stamp is true or recorded." : "Nothing was written.")
    }
    if !outcome.remaining.isEmpty {
      let count = outcome.remaining.count
      lines.append(
        "\(count) error\(count == 1 ? "" : "s") of other kinds \(count == 1 ? "stays" : "stay"), which no stamp repairs: readiness verify"
      )
    }
    var members = [JSONMember("changed", JSONValue(.bool(outcome.commit != nil)))]
    if let commit = outcome.commit { members.append(JSONMember("commit", .text(commit.description))) }
    members.append(JSONMember("healed", .int(outcome.run?.facts.count ?? 0)))
    members.append(JSONMember("remaining", FindingReport.json(outcome.remaining)))
    context.print(json: Envelope.json("heal", members), text: lines.joined(separator: "\n"))
  }
}
