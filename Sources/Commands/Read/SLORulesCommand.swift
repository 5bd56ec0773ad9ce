import ArgumentParser
import PlanSLO
import PlanModel
import Reports
import StrictJSON

enum RuleFormat: String, Choice {
  case yaml, json
  case `operator`

  var format: RuleFile.Format {
    switch self {
    case .yaml: .yaml
    case .json: .json
    case .operator: .operator
    }
  }
}

struct SLORulesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    subcommand: "rules", abstract: "Compiles objectives to recording rules and burn alerts of Prometheus.",
    discussion: "With --output, each SLO gets NAME.rules.yml and its unit tests NAME.test.yml for promtool.")
  @Argument(help: ArgumentHelp("SLOs; without one, all.", valueName: "name")) var names: [String] = []
  @Option(help: ArgumentHelp("Write files into this folder.", valueName: "dir")) var output: String?
  @Option(help: ArgumentHelp("yaml, json, or operator for a PrometheusRule of Kubernetes.", valueName: "format"))
  var format: RuleFormat = .yaml
  @Flag(help: "Write nothing; exit status 1 if a file in the folder differs.") var check = false
  @OptionGroup var source: SLOSourceOptions
  @OptionGroup var options: GlobalOptions

  func validate() throws {
    if check, output == nil { throw ValidationError("--check compares files: name their folder with --output.") }
  }

  mutating func run() throws {
    let context = try Context(options)
    let repository = try context.openRepository()
    let objectives = try SLOSelection(repository, at: source.at, names: names).sound(context).map(\.objective)
    guard let output else {
      let text = RuleFile.rules(objectives, as: format.format)
      return context.print(
        json: Envelope.json("slo-rules", [JSONMember("rules", .text(text))]), text: String(text.dropLast()))
    }
    let files = objectives.flatMap { RuleFile.files($0, as: format.format) }
    try GeneratedFiles(files, in: output, of: repository).settle(
      kind: "slo-rules", subject: "\(objectives.count) \(objectives.count == 1 ? "SLO" : "SLOs")", isCheck: check,
      context)
  }
}
