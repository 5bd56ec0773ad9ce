import ArgumentParser
import Reports
import StrictJSON
import Telemetry
import ReadinessSystem

enum DashboardName: String, Choice { case fleet, slo }

struct DashboardCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    subcommand: "dashboard", abstract: "Dashboards of Grafana over the plan's metrics.",
    subcommands: [DashboardExportCommand.self])
}

struct DashboardExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    subcommand: "export", abstract: "A dashboard as Grafana imports it.")
  @Argument(help: ArgumentHelp("fleet for the plans of all repositories, slo for service levels.", valueName: "name"))
  var name: DashboardName = .fleet
  @Option(help: ArgumentHelp("Write into this file, in place of printing.", valueName: "file")) var output: String?
  @OptionGroup var options: GlobalOptions

  mutating func run() throws {
    let context = try Context(options)
    let json = (name == .fleet ? Dashboard.fleet : Dashboard.objectives).json
    guard let output else { return Standard.document(json.layoutBytes) }
    try FileSystem.write(json.layoutBytes, to: output, mode: 0o644)
    context.print(
      json: Envelope.json("dashboard", [JSONMember("files", .texts([output]))]), text: "written  \(output.printable)")
  }
}
