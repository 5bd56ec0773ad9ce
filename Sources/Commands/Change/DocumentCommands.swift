public import ArgumentParser
import PlanModel
import PlanGate
import Reports
import StrictJSON

/// The formats in which people exchange a plan.
enum DocumentFormat: String, Choice {
  case markdown, csv, json
}

struct Export: ReadingCommand {
  static let configuration = CommandConfiguration(subcommand: "export", abstract: "The plan as a document.")
  @Option(help: ArgumentHelp("markdown, csv or json; import reads all three.", valueName: "form"))
  var format: DocumentFormat = .markdown
  @OptionGroup var options: GlobalOptions
  @OptionGroup var source: PlanSourceOptions

  func answer(_ plan: LoadedPlan, width: Int, _ style: Style) -> Answer {
    if format == .json {
      let json = TrackerJSON.render(plan.overview)
      return Answer(json: json, text: String(decoding: json.answerBytes.dropLast(), as: UTF8.self))
    }
    let document = format == .csv ? TrackerTable.render(plan.overview) : TrackerDocument.render(plan.overview)
    let json = Envelope.json(
      "export", [JSONMember("format", .text(format.rawValue)), JSONMember("document", .text(document))])
    // The document ends in its own newline. A table ends in CRLF, of which printing adds the last half.
    return Answer(
      json: json, text: format == .csv ? String(document.unicodeScalars.dropLast()) : String(document.dropLast()))
  }
}

struct Graph: ReadingCommand {
  static let configuration = CommandConfiguration(subcommand: "graph", abstract: "The dependency graph in layers.")
  @Option(help: ArgumentHelp("text, mermaid, dot, or svg.", valueName: "form"))
  var format: GraphReport.Form = .text
  @OptionGroup var options: GlobalOptions
  @OptionGroup var source: PlanSourceOptions

  func answer(_ plan: LoadedPlan, width: Int, _ style: Style) -> Answer {
    let report = GraphReport(plan.overview)
    return Answer(json: report.json, text: report.render(format, width: width, style))
  }
}

extension GraphReport.Form: ExpressibleByArgument {}

struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    subcommand: "explain", abstract: "What a reason code means and what to do.")
  @Argument(
    help: "The code, such as unmet-dependency; without one, all are listed.", completion: .custom(Offered.codes))
  var code: String?
  @Flag(help: .hidden) var page = false
  @OptionGroup var options: GlobalOptions

  mutating func run() throws {
    let context = try Context(options)
    if page { return Standard.output(ExplainReport.page) }
    guard let code else {
      let all = ReasonCode.all.sorted { $0.id < $1.id }
      return context.print(
        json: Envelope.json("explain", [JSONMember("codes", .texts(all.map(\.id)))]),
        text: all.map(\.id).joined(separator: "\n"))
    }
    guard let found = ReasonCode.named(code) else {
      throw UnknownName(
        message: "There is no reason code \"\(code)\".",
        hint: nearestName(to: code, in: ReasonCode.all.map(\.id)).map { "Is \($0) meant?" }
          ?? "readiness explain lists them all.")
    }
    let report = ExplainReport(found)
    try context.print(json: report.json, text: report.text(width: context.width, context.style(nil)))
  }
}
