import PrometheusRules
import ArgumentParser
import Monitoring
import PlanGate
import PlanModel
import GitRepository
import PlanTrees
import Reports
import StrictJSON
import Telemetry

struct AlertsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    subcommand: "alerts", abstract: "Alerts about the plan: rules for Prometheus, their unit tests, and what they say.",
    discussion: "doc/observability.md is the playbook. Thresholds are policy: ssot/policies/alerts.json.",
    subcommands: [AlertListCommand.self, AlertRulesCommand.self, AlertTestCommand.self, AlertDrillCommand.self],
    defaultSubcommand: AlertListCommand.self)
}

/// The source of the thresholds.
struct AlertSourceOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The policy of this commit, in place of the files of the work tree.", valueName: "rev"))
  var at: String?
}

/// The alerts of a tree's policy.
struct AlertSelection {
  let repository: Repository
  let policy: AlertPolicy
  let alerts: [PlanAlert]
  /// The faults of policy and runbooks.
  let findings: [Finding]

  /// - Throws: `GitError` if the tree cannot be read.
  init(_ repository: Repository, at revision: String?) throws {
    self.repository = repository
    let tree: any PlanTree =
      if let revision = revision ?? (repository.isBare ? "HEAD" : nil) {
        try repository.tree(ofCommit: repository.commit(named: revision))
      } else {
        try WorkTree(repository)
      }
    let snapshot = try tree.policy()
    policy = snapshot.policy?.alerts ?? .standard
    alerts = PlanAlerts.all(policy)
    findings = try snapshot.findings + AlertRunbook.findings(alerts, policy, in: tree)
  }

  /// Ends with exit status 1 if policy or runbooks have an error.
  func check(_ context: Context) throws {
    if findings.contains(where: { $0.severity == .error }) { try context.conclude(findings, repository: repository) }
  }

  /// The rule file and its unit tests.
  var files: [(name: String, text: String)] {
    [(AlertFiles.rulesName, AlertFiles.rules(alerts)), (AlertFiles.testsName, AlertFiles.tests(alerts))]
  }
}

struct AlertListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    subcommand: "list", abstract: "Every alert: when it fires, how urgent it is, and its runbook.")
  @OptionGroup var source: AlertSourceOptions
  @OptionGroup var options: GlobalOptions

  mutating func run() throws {
    let context = try Context(options)
    let repository = try context.openRepository()
    let alerts = try AlertSelection(repository, at: source.at).alerts
    let json = alerts.map { alert -> JSONValue in
      [
        "name": .text(alert.name), "severity": .text(alert.severity.rawValue), "expr": .text(alert.rule.expression),
        "for": .text(alert.rule.holdsFor ?? "0s"), "runbook": .text(alert.rule.runbook),
      ]
    }
    let rows = alerts.map { [$0.name, $0.severity.rawValue, $0.rule.holdsFor ?? "", $0.rule.expression] }
    let listing = Listing(["ALERT", "SEVERITY", "FOR", "WHEN"], rows, flexible: [3])
    try context.print(
      json: Envelope.json("alerts", [JSONMember("alerts", JSONValue(.array(json)))]),
      text: listing.text(width: context.width, context.style(repository)))
  }
}

struct AlertRulesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    subcommand: "rules", abstract: "The alerts as a rule file of Prometheus.",
    discussion: "With --output, the folder gets the rule file and its unit tests for promtool.")
  @Option(help: ArgumentHelp("Write files into this folder.", valueName: "dir")) var output: String?
  @Flag(help: "Write nothing; exit status 1 if a file in the folder differs.") var check = false
  @OptionGroup var source: AlertSourceOptions
  @OptionGroup var options: GlobalOptions

  func validate() throws {
    if check, output == nil { throw ValidationError("--check compares files: name their folder with --output.") }
  }

  mutating func run() throws {
    let context = try Context(options)
    let repository = try context.openRepository()
    let selection = try AlertSelection(repository, at: source.at)
    try selection.check(context)
    guard let output else {
      let text = selection.files[0].text
      return context.print(
        json: Envelope.json("alert-rules", [JSONMember("rules", .text(text))]), text: String(text.dropLast()))
    }
    try GeneratedFiles(selection.files, in: output, of: repository).settle(
      kind: "alert-rules", subject: "\(selection.alerts.count) alerts", isCheck: check, context)
  }
}

struct AlertTestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    subcommand: "test", abstract: "Runs the unit tests of the rules under promtool; exit status 1 where one fails.")
  @OptionGroup var source: AlertSourceOptions
  @OptionGroup var options: GlobalOptions

  mutating func run() throws {
    let context = try Context(options)
    let selection = try AlertSelection(context.openRepository(), at: source.at)
    try selection.check(context)
    let (passed, output) = try Promtool.test(selection.files, context.environment)
    let names = selection.alerts.map(\.name)
    context.print(
      json: Envelope.json(
        "alert-test",
        [
          JSONMember("passed", JSONValue(.bool(passed))), JSONMember("alerts", .texts(names)),
          JSONMember("output", .text(output)),
        ]),
      text: passed ? "\(names.count) alerts: each is quiet before its threshold, and fires behind it." : output)
    if !passed { throw ExitCode(1) }
  }
}
