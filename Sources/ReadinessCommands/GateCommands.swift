import ArgumentParser
import ReadinessCore
import ReadinessEnforcement
import ReadinessReports
import StrictJSON

struct GateCommand: ReadingCommand {
  static let configuration = CommandConfiguration(
    commandName: "gate", abstract: "Go or no-go, with its reasons; exit status 1 for anything but go.")
  @Argument(help: ArgumentHelp("A gate of ssot/policies/gates.json.", valueName: "name"))
  var name = "release"
  @OptionGroup var options: GlobalOptions
  @OptionGroup var source: PlanSourceOptions

  func answer(_ plan: LoadedPlan, width: Int, _ style: Style) throws -> Answer {
    let decision = try plan.decide(name)
    let report = GateReport(decision, source: plan.source)
    return Answer(
      json: report.json, text: report.text(width: width, style), exit: decision.answer == .go ? 0 : 1)
  }
}

struct WhyNot: ReadingCommand {
  static let configuration = CommandConfiguration(
    commandName: "why-not", abstract: "The smallest set of facts that would flip a gate to go.")
  @Argument(help: ArgumentHelp("A gate of ssot/policies/gates.json.", valueName: "name"))
  var name = "release"
  @OptionGroup var options: GlobalOptions
  @OptionGroup var source: PlanSourceOptions

  func answer(_ plan: LoadedPlan, width: Int, _ style: Style) throws -> Answer {
    let report = WhyNotReport(try plan.decide(name))
    return Answer(json: report.json, text: report.text(width: width, style))
  }
}

extension LoadedPlan {
  /// What a gate says.
  /// - Throws: `UnknownName` with the nearest gate.
  fileprivate func decide(_ name: String) throws -> GateDecision {
    let gates = overview.policy.gates
    guard let gate = gates.gates[name] else { throw gates.unknown(name) }
    return try GateDecision(name, gate, overview, in: tree)
  }
}

extension Gates {
  /// The error of a name that no gate has, with the nearest that one has.
  func unknown(_ name: String) -> UnknownName {
    UnknownName(
      message: "There is no gate \"\(name)\".",
      hint: nearestName(to: name, in: Array(gates.keys)).map { "Is \($0) meant?" }
        ?? "The gates are \(gates.keys.sorted().joined(separator: ", ")); they stand in \(PlanPaths.gates).")
  }
}
