import ArgumentParser
import PlanJudge
import PlanGate
import GitRepository

struct MoveCommand: PlainCommand {
  static let configuration = CommandConfiguration(
    subcommand: "move", abstract: "Moves milestones to other states, in one commit.",
    discussion:
      "States are written in any case, with - or _ for a space. With one milestone it takes --owner and --evidence."
  )
  @Argument(
    help: ArgumentHelp("Pairs of a milestone and its new state.", valueName: "id state"),
    completion: .custom(Offered.moves))
  var steps: [String]
  @Option(name: [.customShort("m"), .long], help: "Why, where the workflow asks for a reason, or to be remembered.")
  var reason: String?
  @Option(
    help: ArgumentHelp(
      "Make an exception from this rule, if policy allows you to; takes --reason and --until.",
      valueName: "code"))
  var waive: [String] = []
  @Option(help: ArgumentHelp("The last day of the exception that --waive makes.", valueName: "day"))
  var until: String?
  @Flag(help: "Edit and stage only, so that the status rides in your own commit.")
  var noCommit = false
  @Flag(help: "Check only; write nothing.")
  var dryRun = false
  @Flag(help: "Commit with git commit, so that your own commit hooks run.")
  var runHooks = false
  @Option(help: ArgumentHelp("Set the owner in the same commit; me is you.", valueName: "name"))
  var owner: String?
  @Option(
    help: ArgumentHelp(
      "Attach a staged or committed file to a criterion, by id or number, in the same commit.",
      valueName: "[criterion=]path"), completion: .file())
  var evidence: [String] = []
  @OptionGroup var options: GlobalOptions

  mutating func read(_ words: inout PlainWords) {
    reason = words.value("-m", "--reason")
    waive = words.value("--waive").map { [$0] } ?? []
    until = words.value("--until")
    noCommit = words.flag("--no-commit")
    dryRun = words.flag("--dry-run")
    runHooks = words.flag("--run-hooks")
    owner = words.value("--owner")
    evidence = words.value("--evidence").map { [$0] } ?? []
    options = words.globals()
    steps = words.arguments()
  }

  func validate() throws {
    guard !steps.isEmpty, steps.count % 2 == 0 else {
      throw ValidationError("Write pairs of a milestone and its new state, such as M-04 in-review.")
    }
    if owner != nil || !evidence.isEmpty, steps.count > 2 {
      throw ValidationError("--owner and --evidence go with one milestone.")
    }
    try act.validate()
  }

  mutating func run() throws { try act.run() }

  private var act: MoveAct {
    MoveAct(
      pairs: stride(from: 0, to: steps.count - 1, by: 2).map { (steps[$0], .state(steps[$0 + 1])) }, owner: owner,
      evidence: evidence, reason: reason, waive: waive, until: until, noCommit: noCommit, dryRun: dryRun,
      runHooks: runHooks, options: options)
  }
}
