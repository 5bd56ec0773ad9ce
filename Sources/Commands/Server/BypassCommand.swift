import ArgumentParser
import PlanJudge
import PlanModel
import PlanGate
import Reports
import StrictJSON

struct BypassCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    subcommand: "bypass", abstract: "The pushes that went past this server's gate in an emergency.",
    subcommands: [BypassListCommand.self, BypassCloseCommand.self], defaultSubcommand: BypassListCommand.self)
}

struct BypassListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(subcommand: "list", abstract: "Each with its reason, open or closed.")
  @OptionGroup var options: GlobalOptions

  mutating func run() throws {
    let context = try Context(options)
    let entries = try EmergencyLog(context.openRepository()).entries()
    let json = entries.map { entry -> JSONValue in
      [
        "number": .int(entry.number), "at": .text(entry.at), "pusher": .text(entry.pusher),
        "reason": .text(entry.reason), "refs": .texts(entry.refs), "codes": .texts(entry.codes),
        "closedBy": entry.closed.map { .text($0.by) } ?? nil, "closedAt": entry.closed.map { .text($0.at) } ?? nil,
      ]
    }
    let text = entries.flatMap { entry in
      let state = entry.closed.map { "closed by \($0.by.printable) on \($0.at.prefix(10))" } ?? "open"
      return entry.line.printable.wrapped(to: context.width) + ["  " + state]
    }
    context.print(
      json: Envelope.json("bypass", [JSONMember("pushes", JSONValue(.array(json)))]),
      text: entries.isEmpty ? "No push went past the gate." : text.joined(separator: "\n"))
  }
}

struct BypassCloseCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    subcommand: "close", abstract: "Closes one, by somebody who may change the policy.")
  @Argument(help: ArgumentHelp("Its number.", valueName: "number")) var number: Int
  @OptionGroup var options: GlobalOptions

  mutating func run() throws {
    let context = try Context(options)
    let repository = try context.openRepository()
    let log = EmergencyLog(repository)
    guard let entry = try log.entries().first(where: { $0.number == number }) else {
      throw UnknownName(message: "There is no push \(number) in the log.", hint: "readiness bypass list shows them.")
    }
    let person = try CommitSituation.configuredAuthor(repository).email
    if let refusal = try Judge.assess(closingEmergencyBy: person, policies: ServerRefs(repository).policies()) {
      return try context.conclude([refusal], repository: repository)
    }
    let isOpen = entry.closed == nil
    if isOpen { try log.close(number, by: person, at: context.now) }
    context.print(
      json: Envelope.json(
        "bypass", [JSONMember("number", .int(number)), JSONMember("changed", JSONValue(.bool(isOpen)))]),
      text: isOpen ? "Push \(number) is closed." : "Nothing to do: push \(number) is closed already.")
  }
}
