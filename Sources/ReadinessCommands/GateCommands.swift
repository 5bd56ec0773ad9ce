import ArgumentParser
import ReadinessCore
import ReadinessEnforcement
import ReadinessReports
import StrictJSON

struct GateCommand: ReadingCommand, PlainCommand {
  static let configuration = CommandConfiguration(
    subcommand: "gate", abstract: "Go or no-go, with its reasons; exit status 1 for anything but go.")
  @Argument(help: ArgumentHelp("A gate of ssot/policies/gates.json.", valueName: "name"))
  var name = "release"
  let needsHistory = true
  @OptionGroup var options: GlobalOptions
  @OptionGroup var source: PlanSourceOptions

  mutating func read(_ words: inout PlainWords) {
    (options, source) = (words.globals(), words.source())
    name = words.argument() ?? "release"
  }

  func answer(_ plan: LoadedPlan, width: Int, _ style: Style) throws -> Answer {
    let decision = try GateDecision(name, plan.gate(name), plan.overview, in: plan.tree)
    let report = GateReport(decision, source: plan.source)
    return Answer(
      json: report.json, bytes: report.bytes(width: width, style), exit: decision.answer == .go ? 0 : 1)
  }
}

struct WhyNot: ReadingCommand {
  static let configuration = CommandConfiguration(
    subcommand: "why-not", abstract: "The smallest set of facts that would flip a gate to go.")
  @Argument(help: ArgumentHelp("A gate of ssot/policies/gates.json.", valueName: "name"))
  var name = "release"
  let needsHistory = true
  @OptionGroup var options: GlobalOptions
  @OptionGroup var source: PlanSourceOptions

  func answer(_ plan: LoadedPlan, width: Int, _ style: Style) throws -> Answer {
    let gate = try plan.gate(name)
    let report = WhyNotReport(
      try GateDecision(name, gate, plan.overview, in: plan.tree), try GateGap(gate, plan.overview, in: plan.tree))
    return Answer(json: report.json, text: report.text(width: width, style))
  }
}

extension LoadedPlan {
  /// A gate of the policy.
  /// - Throws: `UnknownName` with the nearest gate.
  fileprivate func gate(_ name: String) throws -> Gates.Gate {
    let gates = overview.policy.gates
    guard let gate = gates.gates[name] else { throw gates.unknown(name) }
    return gate
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
