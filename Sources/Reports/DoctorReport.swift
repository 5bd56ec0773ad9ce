import PlanModel
public import StrictJSON

/// The result of one health check.
public struct HealthCheck: Sendable {
  /// The state of the checked thing.
  public enum State: String, Sendable { case ok, fixed, warning, problem }

  let name: String
  let state: State
  let message: String
  let hint: String?

  /// - Parameters:
  ///   - name: the name of the check, in a word or two.
  ///   - hint: the next step, if one is needed.
  public init(_ name: String, _ state: State, _ message: String, hint: String? = nil) {
    self.name = name
    self.state = state
    self.message = message
    self.hint = hint
  }
}

/// The health of a clone: hooks, files and locks.
public struct DoctorReport {
  /// A hook and the form in which it is installed.
  public struct Hook: Sendable {
    let name: String
    let form: String

    /// Creates a hook entry.
    public init(name: String, form: String) { (self.name, self.form) = (name, form) }
  }

  private let checks: [HealthCheck]
  private let hooks: [Hook]

  /// Creates a report.
  public init(_ checks: [HealthCheck], hooks: [Hook]) { (self.checks, self.hooks) = (checks, hooks) }

  /// True if no check found a problem.
  public var isHealthy: Bool { !checks.contains { $0.state == .problem } }

  /// Renders the report for a terminal.
  public func text(width: Int, _ style: Style) -> String {
    let widest = checks.map(\.name.columns).max() ?? 0
    var lines = checks.flatMap { check -> [String] in
      let role: Style.Role =
        switch check.state {
        case .ok, .fixed: .good
        case .warning: .warn
        case .problem: .bad
        }
      let wrap = min(width, 80) - widest - 13
      let head = "  " + style(check.state.rawValue.padded(to: 8), role) + " " + check.name.padded(to: widest) + "  "
      let indent = String(repeating: " ", count: widest + 13)
      var lines = check.message.printable.wrapped(to: wrap, first: head, rest: indent)
      lines +=
        check.hint.map { style.hint($0, to: wrap - 3, first: "-> ", rest: "   ") }.map {
          $0.map { indent + style($0, .quiet) }
        } ?? []
      return lines
    }
    let names = hooks.map(\.name.columns).max() ?? 0
    if !hooks.isEmpty { lines.append("") }
    lines += hooks.map { "  " + style($0.name.padded(to: names), .quiet) + "  " + $0.form }
    let problems = checks.count { $0.state == .problem }
    lines += [
      "",
      problems == 0
        ? style("healthy", .good)
        : style("\(problems) problem\(problems == 1 ? "" : "s")", .bad)
          + "; readiness doctor --fix fixes what it safely can.",
    ]
    return lines.joined(separator: "\n")
  }

  /// The answer `doctor`: `healthy`, `checks[]` (`name, state, message, hint?`), `hooks[]` (`name, form`).
  public var json: JSONValue {
    let listed = checks.map { check -> JSONValue in
      var members = [
        JSONMember("name", .text(check.name)), JSONMember("state", .text(check.state.rawValue)),
        JSONMember("message", .text(check.message)),
      ]
      if let hint = check.hint { members.append(JSONMember("hint", .text(hint))) }
      return JSONValue(.object(members))
    }
    return Envelope.json(
      "doctor",
      [
        JSONMember("healthy", JSONValue(.bool(isHealthy))), JSONMember("checks", JSONValue(.array(listed))),
        JSONMember(
          "hooks", JSONValue(.array(hooks.map { ["name": .text($0.name), "form": .text($0.form)] }))),
      ])
  }
}
