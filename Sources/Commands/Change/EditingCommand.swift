import GitObjects
import ArgumentParser
import PlanModel
import PlanGate
import GitRepository
import Reports
import StrictJSON

/// A change of the plan that a command asks for, and how to tell of it.
struct EditAct {
  let changes: [PlanEdit.Change]
  /// For the person who typed it.
  let done: String
  /// The subject of a commit of its own.
  let subject: String
  /// Staged files that the commit needs, because a criterion is based on them.
  var alongside: [EvidenceFile] = []

  init(_ changes: [PlanEdit.Change], done: String, subject: String) {
    (self.changes, self.done, self.subject) = (changes, done, subject)
  }
}

/// A command that edits files of the plan and stages them, or commits them where it is asked to.
protocol EditingCommand: ParsableCommand {
  var options: GlobalOptions { get }
  var commitOptions: CommitOptions { get }
  /// Why, where the command itself says so.
  var reason: String? { get }
  /// The changes, and how to tell of them.
  func changes(_ edit: PlanEdit, _ context: Context) throws -> EditAct
}

extension EditingCommand {
  var reason: String? { nil }

  mutating func run() throws { try edit() }

  func edit() throws {
    let context = try Context(options)
    let repository = try context.openForWriting()
    if let message = commitOptions.message { try checkReason(message) }
    let (act, findings, differs, made) = try retrying {
      let edit = try PlanEdit(repository, environment: context.environment, now: context.now)
      let act = try changes(edit, context)
      guard commitOptions.commit else {
        let (findings, differs) = try edit.apply(act.changes, reason: reason, isDry: false)
        return (act, findings, differs, nil as (commit: ObjectID, run: Digest)?)
      }
      let message = commitOptions.message ?? act.subject + (reason.map { "\n\n" + $0 } ?? "")
      let (findings, made) = try edit.commit(
        act.changes, alongside: act.alongside, message: message, reason: commitOptions.message ?? reason,
        now: context.now)
      return (act, findings, made != nil, made)
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
      text: differs ? act.done.printable + "\n" + end : "Nothing to do: it says so already.")
  }
}
