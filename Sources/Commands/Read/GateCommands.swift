import ArgumentParser
import PlanSLO
import PlanJudge
import PlanModel
import PlanGate
import GitRepository
import Reports
import StrictJSON
import ReadinessSystem

struct GateCommand: ReadingCommand, PlainCommand {
  static let configuration = CommandConfiguration(
    subcommand: "gate", abstract: "Go or no-go, with its reasons; exit status 1 for anything but go.")
  @Argument(help: ArgumentHelp("A gate of ssot/policies/gates.json.", valueName: "name"))
  var name = "release"
  var needsHistory: Bool { true }
  @Option(help: ArgumentHelp("A capture to use in place of the committed one.", valueName: "file"))
  var capture: [String] = []
  @OptionGroup var options: GlobalOptions
  @OptionGroup var source: PlanSourceOptions

  mutating func read(_ words: inout PlainWords) {
    (options, source) = (words.globals(), words.source())
    capture = words.value("--capture").map { [$0] } ?? []
    name = words.argument() ?? "release"
  }

  func answer(_ plan: LoadedPlan, width: Int, _ style: Style) throws -> Answer {
    let gate = try plan.gate(name)
    let given = try GivenCaptures(capture)
    let objectives = try plan.objectives(given.captures).verdicts(gate, now: plan.overview.now)
    if plan.overview.findings.isEmpty { try given.refuseUnused(objectives) }
    let decision = try GateDecision(
      name, gate, plan.overview, in: plan.tree, objectives: objectives.map(\.forGate))
    let report = GateReport(decision, objectives: objectives, captures: capture, source: plan.source)
    return Answer(
      json: report.json, bytes: report.bytes(width: width, style), exit: decision.answer == .go ? 0 : 1)
  }
}

struct WhyNot: ReadingCommand {
  static let configuration = CommandConfiguration(
    subcommand: "why-not", abstract: "The fewest steps after which a gate says go.")
  @Argument(help: ArgumentHelp("A gate of ssot/policies/gates.json.", valueName: "name"))
  var name = "release"
  var needsHistory: Bool { true }
  @Option(help: ArgumentHelp("A capture to use in place of the committed one.", valueName: "file"))
  var capture: [String] = []
  @OptionGroup var options: GlobalOptions
  @OptionGroup var source: PlanSourceOptions

  func answer(_ plan: LoadedPlan, width: Int, _ style: Style) throws -> Answer {
    let gate = try plan.gate(name)
    let given = try GivenCaptures(capture)
    let report = WhyNotReport(
      try GateDecision(name, gate, plan.overview, in: plan.tree, plan.objectives(given.captures)),
      try GateGap(gate, plan.overview, in: plan.tree), Lateness(plan.overview), plan.overview)
    return Answer(json: report.json, text: report.text(width: width, style))
  }
}

/// Captures in files outside the tree, such as in a CI job that captures and decides at once.
struct GivenCaptures {
  let captures: [String: [UInt8]]

  /// - Throws: `UsageError` if a file is missing or is no capture, or two are of one objective; `SystemError`.
  init(_ paths: [String]) throws {
    var captures: [String: [UInt8]] = [:]
    for path in paths {
      guard let bytes = try FileSystem.readIfPresent(path, atMost: Capture.fileBound) else {
        throw UsageError("There is no file \(path).", hint: "readiness slo capture NAME --output FILE writes one.")
      }
      let name: String
      do { name = try Capture.name(in: bytes) } catch {
        throw UsageError("\(path) is no capture: \(error.message).", hint: "readiness slo capture NAME writes one.")
      }
      guard captures.updateValue(bytes, forKey: name) == nil else {
        throw UsageError("Two captures are of \(name).", hint: "Give one of them.")
      }
    }
    self.captures = captures
  }

  /// Throws for a capture that the gate does not use, because a person would believe that it was judged.
  func refuseUnused(_ verdicts: [ObjectiveVerdict]) throws {
    for name in captures.keys.sorted() where !verdicts.contains(where: { $0.name == name }) {
      throw UsageError(
        "The gate asks nothing of the SLO \(name).",
        hint: "\"slos\" of the gate in \(PlanPaths.gates) says which count.")
    }
  }
}

extension LoadedPlan {
  /// Returns the judge of the plan's objectives, with captures that replace committed ones.
  func objectives(_ given: [String: [UInt8]] = [:]) -> ObjectiveGate {
    ObjectiveGate(tree, policy: overview.policy, verifier: GitSignatures(), given: given)
  }

  /// Returns a gate of the policy.
  /// - Throws: `UnknownName` with the nearest gate; `GitError` if the gates cannot be read.
  fileprivate func gate(_ name: String) throws -> Gates.Gate {
    let gates = overview.policy.gates
    if let gate = gates.gates[name] { return gate }
    if let fault = overview.findings.first(where: { $0.path == PlanPaths.gates }) {
      throw GitError(
        .damaged, "\(PlanPaths.gates) cannot be read: \(fault.message)", hint: "Fix it, then ask again.",
        function: "gate")
    }
    throw gates.unknown(name)
  }
}

extension Gates {
  /// Returns the error for an unknown gate, with the nearest known one.
  func unknown(_ name: String) -> UnknownName {
    UnknownName(
      message: "There is no gate \"\(name)\".",
      hint: nearestName(to: name, in: Array(gates.keys)).map { "Is \($0) meant?" }
        ?? "The gates are \(gates.keys.sorted().joined(separator: ", ")); they are defined in \(PlanPaths.gates).")
  }
}
