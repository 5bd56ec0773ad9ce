public import PlanModel
public import StrictJSON

/// Findings for people and for programs.
public enum FindingReport {
  /// The maximum number of findings for a person; programs get all.
  private static let shown = 200

  /// Renders findings for a person: code and position, message, next step.
  public static func text(_ findings: [Finding], width: Int, _ style: Style) -> String {
    let rest = findings.count - shown
    return findings.prefix(shown).map { text($0, width: width, style) }.joined(separator: "\n")
      + (rest > 0 ? "\n… and \(rest) more; --json has them all." : "")
  }

  /// Returns the command that undoes the refused commits. Nil if no commit is refused, or a new stamp repairs all of
  /// them.
  /// - Parameters:
  ///   - tip: the newest commit that was checked.
  ///   - isPublished: true if others may have the commits.
  public static func undoing(_ findings: [Finding], tip: String?, isPublished: Bool) -> String? {
    let refused = findings.filter { finding in
      finding.severity == .error && finding.commit != nil && !ReasonCode.repairedByStamps.contains(finding.code)
    }
    guard let first = refused.first?.commit else { return nil }
    let name = "\(first.prefix(12))"
    if isPublished { return "\(name) is pushed already. To take back what it changed: git revert --no-edit \(name)" }
    return first == tip
      ? "To undo the last commit and keep its changes staged: git reset --soft HEAD~1"
      : "To change the commit \(name) and those after it: git rebase -i \(name)~1"
  }

  private static func text(_ finding: Finding, width: Int, _ style: Style) -> String {
    var place = finding.path.map { $0.printable.cut(to: 200) } ?? ""
    if let line = finding.line, finding.path != nil { place += ":\(line)" }
    if let commit = finding.commit { place += (place.isEmpty ? "" : "  ") + "commit \(commit.prefix(12))" }
    let head =
      style(finding.severity.rawValue, ink(finding.severity)) + " " + style(finding.code.id, .strong)
      + (place.isEmpty ? "" : "  " + place)
    let body = finding.message.printable.cut(to: 2000).wrapped(to: min(width, 80) - 4).map { "    " + $0 }
    let hint = style.hint(finding.hint, to: min(width, 80) - 7, first: "    -> ", rest: "       ")
      .map { style($0, .quiet) }
    return ([head] + body + hint).joined(separator: "\n")
  }

  private static func ink(_ severity: Finding.Severity) -> Style.Role {
    switch severity {
    case .error: .bad
    case .warning: .warn
    case .note: .quiet
    }
  }

  /// Returns `findings[]` of a verdict (contract 4.1).
  public static func json(_ findings: [Finding]) -> JSONValue {
    JSONValue(
      .array(
        findings.map { finding in
          var members = [
            JSONMember("code", .text(finding.code.id)), JSONMember("severity", .text(finding.severity.rawValue)),
            JSONMember("message", .text(finding.message)), JSONMember("hint", .text(finding.hint)),
          ]
          if let id = finding.milestone { members.append(JSONMember("milestone", .text(id.text))) }
          if let path = finding.path { members.append(JSONMember("path", .text(path))) }
          if let line = finding.line { members.append(JSONMember("line", .int(line))) }
          if let commit = finding.commit { members.append(JSONMember("commit", .text(commit))) }
          return JSONValue(.object(members))
        }))
  }

  /// Returns a verdict for `--json`.
  public static func verdict(_ findings: [Finding], commits: Int, more: [JSONMember] = []) -> JSONValue {
    Envelope.json(
      "verdict",
      [
        JSONMember("accepted", JSONValue(.bool(!findings.contains { $0.severity == .error }))),
        JSONMember("commits", .int(commits)), JSONMember("findings", json(findings)),
      ] + more)
  }
}

/// The beginning of every JSON answer.
public enum Envelope {
  /// Returns `{ "schemaVersion": 1, "kind": … , … }` (contract 4).
  public static func json(_ kind: String, _ members: [JSONMember]) -> JSONValue {
    JSONValue(.object([JSONMember("schemaVersion", 1), JSONMember("kind", .text(kind))] + members))
  }
}
