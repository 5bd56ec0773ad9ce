import GitObjects
import ArgumentParser
import PlanJudge
import PlanModel
import PlanGate
import Reports
import StrictJSON

struct ApproveCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    subcommand: "approve", abstract: "Adds your approval of what a milestone says, in a commit of your own.",
    discussion: "It is of outcome, dependencies and exit criteria, and lapses when one of them changes.")
  @Argument(help: ArgumentHelp("The milestone.", valueName: "id"), completion: .custom(Offered.milestones)) var id:
    String
  @Flag(help: "Sign it with user.signingkey, so that anyone may bring it in.") var sign = false
  @Flag(help: "Check only; write nothing.") var dryRun = false
  @OptionGroup var options: GlobalOptions

  mutating func run() throws {
    let context = try Context(options)
    let repository = try context.openForWriting(isDry: dryRun)
    let id = MilestoneID(id.uppercased())
    let outcome = try retrying {
      try Approve(repository, author: CommitSituation.configuredAuthor(repository))
        .run(id, signs: sign, isDry: dryRun, now: context.now)
    }
    guard !outcome.findings.contains(where: { $0.severity == .error }) else {
      return try context.conclude(outcome.findings, repository: repository)
    }
    var members = [
      JSONMember("milestone", .text(id.text)), JSONMember("digest", .text(outcome.digest.tagged)),
      JSONMember("changed", JSONValue(.bool(outcome.commit != nil))),
    ]
    if let commit = outcome.commit { members.append(JSONMember("commit", .text(commit.description))) }
    if let run = outcome.run { members.append(JSONMember("run", .text(run.hex))) }
    let style = try context.style(repository)
    var text = "\(id) approved, \(outcome.digest.hex.prefix(12))…"
    if outcome.stoodAlready { text = "Nothing to do: you have approved this text already." }
    if let commit = outcome.commit, let run = outcome.run {
      text += "\n" + style("commit \(commit.description.prefix(12))  run \(run.hex.prefix(12))", .quiet)
    } else if dryRun {
      text += "\nLegal; nothing was written."
    }
    context.print(json: Envelope.json("approve", members), text: text)
  }
}
