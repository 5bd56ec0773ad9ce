import GitObjects
import ArgumentParser
import PlanModel
import PlanGate
import GitRepository
import Reports
import StrictJSON
import ReadinessSystem

/// A change of the plan by a command, with its messages.
struct EditAct {
  let changes: [PlanEdit.Change]
  /// The message for the person who typed the command.
  let done: String
  /// The subject of a separate commit.
  let subject: String
  /// Staged files that the commit needs, because a criterion is based on them.
  var alongside: [EvidenceFile] = []

  init(_ changes: [PlanEdit.Change], done: String, subject: String) {
    (self.changes, self.done, self.subject) = (changes, done, subject)
  }
}

/// A command that edits files of the plan and stages them, or commits them on request.
protocol EditingCommand: ParsableCommand {
  var options: GlobalOptions { get }
  var commitOptions: CommitOptions { get }
  /// The reason, if the command itself states it.
  var reason: String? { get }
  /// Returns the changes and their messages.
  func changes(_ edit: PlanEdit, _ context: Context) throws -> EditAct
  /// Returns the findings against them, with this command's next step.
  func explained(_ findings: [Finding], _ edit: PlanEdit) throws -> [Finding]
}

extension EditingCommand {
  var reason: String? { nil }

  func explained(_ findings: [Finding], _ edit: PlanEdit) throws -> [Finding] { findings }

  mutating func run() throws { try edit() }

  func edit() throws {
    let context = try Context(options)
    let repository = try context.openForWriting()
    if let message = commitOptions.message { try checkReason(message) }
    let (act, findings, differs, made) = try retrying {
      let edit = try PlanEdit(repository, environment: context.environment, now: context.now)
      let act = try changes(edit, context)
      guard commitOptions.commits else {
        let (findings, differs) = try edit.apply(act.changes, reason: reason, isDry: false)
        return (act, try explained(findings, edit), differs, nil as (commit: ObjectID, run: Digest)?)
      }
      let message = commitOptions.message ?? act.subject + (reason.map { "\n\n" + $0 } ?? "")
      let (findings, made) = try edit.commit(
        act.changes, alongside: act.alongside, message: message, reason: commitOptions.message ?? reason,
        now: context.now)
      let asks = try findings.isEmpty ? false : asksForReason(act, edit)
      return (act, try explained(asks ? findings.map(Self.sayingWhy) : findings, edit), made != nil, made)
    }
    guard !findings.contains(where: { $0.severity == .error }) else {
      return try context.conclude(findings, repository: repository)
    }
    if !findings.isEmpty, !options.json {
      Standard.error(
        FindingReport.text(findings, width: context.width, try context.style(repository, descriptor: 2)) + "\n")
    }
    if made != nil, !options.json {
      try context.sayWhichHooksDidNotRun(
        repository, "--commit", toRunThem: "leave --commit out, then git commit")
    }
    var members = [JSONMember("changed", JSONValue(.bool(differs)))]
    if let made {
      members += [
        JSONMember("commit", .text(made.commit.description)), JSONMember("run", .text(made.run.hex)),
      ]
    }
    members.append(JSONMember("findings", FindingReport.json(findings)))
    let end =
      made.map { "commit \($0.commit.description.prefix(12))  run \($0.run.hex.prefix(12))" }
      ?? "Staged; commit it with a message of your own."
    context.print(
      json: Envelope.json(Self._commandName, members),
      text: differs
        ? (Self.lines(act.done.printable, context.width) + [end]).joined(separator: "\n")
        : "Nothing to do: the plan already says so.")
  }

  /// Keeps the spaces in a line that is short enough.
  private static func lines(_ text: String, _ width: Int) -> [String] {
    text.count <= min(width, 80) ? [text] : Style(color: false).hint(text, to: min(width, 80))
  }

  /// Returns true if only a reason is missing.
  private func asksForReason(_ act: EditAct, _ edit: PlanEdit) throws -> Bool {
    guard commitOptions.message == nil, reason == nil else { return false }
    return try !edit.apply(act.changes, reason: "why", isDry: true).findings.contains { $0.severity == .error }
  }

  /// Returns the finding with the typed command and a reason as its hint.
  private static func sayingWhy(_ finding: Finding) -> Finding {
    guard [.frozenField, .reasonMissing].contains(finding.code) else { return finding }
    let words = Machine.arguments.dropFirst().map(\.shellQuoted).joined(separator: " ")
    return finding.advising("Say why: readiness \(words) -m \"why\"")
  }
}
