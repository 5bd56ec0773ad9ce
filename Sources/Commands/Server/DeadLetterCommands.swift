import ArgumentParser
import PlanModel
import PlanGate
import PlanEvents
import GitRepository
import Reports
import Profiles
import StrictJSON

struct DeadLettersCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    subcommand: "dlq", abstract: "The dead letters: runs that a sink did not take.",
    subcommands: [
      DeadLetterListCommand.self, DeadLetterShowCommand.self, DeadLetterRetryCommand.self, DeadLetterDropCommand.self,
    ],
    defaultSubcommand: DeadLetterListCommand.self)
}

/// The dead letters that a command selects.
struct LetterOptions: ParsableArguments {
  @Argument(help: ArgumentHelp("The sink.", valueName: "sink")) var sink: String?
  @Argument(help: ArgumentHelp("The event, or the beginning of its id.", valueName: "event")) var event: String?

  /// Returns the selected letters.
  /// - Throws: `UnknownName` if a name matches none, or several where it should match one.
  func letters(_ queue: DeadLetterQueue) throws -> [DeadLetterQueue.Letter] {
    let (all, unreadable) = try queue.letters()
    for path in unreadable { Standard.note("\(path) is no dead letter; look at it, then remove it.") }
    guard let sink else { return all }
    let of = all.filter { $0.sink == sink }
    guard let event else {
      if of.isEmpty, let near = nearestName(to: sink, in: Set(all.map(\.sink))), near != sink {
        throw UnknownName(message: "There is no dead letter of the sink \"\(sink)\".", hint: "Is \(near) meant?")
      }
      return of
    }
    let found = of.filter { $0.event.hasPrefix(event) }
    if found.count == 1 { return found }
    throw UnknownName(
      message: found.isEmpty
        ? "There is no dead letter \(event) of the sink \"\(sink)\"." : "\(event) begins \(found.count) ids.",
      hint: "readiness dlq list shows what there is.")
  }
}

extension DeadLetterQueue.Letter {
  fileprivate var line: JSONValue {
    [
      "sink": .text(sink), "event": .text(event), "reason": .text(reason), "attempts": .int(attempts), "at": .text(at),
    ]
  }
}

struct DeadLetterListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(subcommand: "list", abstract: "Every dead letter, with its reason.")
  @OptionGroup var letters: LetterOptions
  @OptionGroup var options: GlobalOptions

  mutating func run() throws {
    let context = try Context(options)
    let repository = try context.openRepository()
    let found = try letters.letters(Deliverer.queue(repository))
    let json = Envelope.json("dlq", [JSONMember("letters", JSONValue(.array(found.map(\.line))))])
    let rows = found.map {
      [$0.sink, String($0.event.prefix(12)), String($0.at.prefix(16)) + "Z", "\($0.attempts)", $0.reason]
    }
    let listing = Listing(["SINK", "EVENT", "SINCE", "TRIED", "WHY"], rows, flexible: [4])
    try context.print(
      json: json,
      text: found.isEmpty ? "No dead letter." : listing.text(width: context.width, try context.style(repository)))
  }
}

struct DeadLetterShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(subcommand: "show", abstract: "One dead letter with its event.")
  @OptionGroup var letters: LetterOptions
  @OptionGroup var options: GlobalOptions

  mutating func run() throws {
    let context = try Context(options)
    let found = try letters.letters(Deliverer.queue(context.openRepository()))
    guard let letter = found.first, found.count == 1 else {
      throw UsageError("Name the sink and the event.", hint: "readiness dlq list shows what there is.")
    }
    let json = Envelope.json("dlq", [JSONMember("letter", letter.json)])
    let body = String(decoding: letter.body.layoutBytes, as: UTF8.self)
    let lines = body.split(separator: "\n").map { String($0).printable }
    context.print(
      json: json,
      text: ([
        "\(letter.sink)  \(letter.event)", "\(letter.at)  \(letter.attempts) attempts", letter.reason.printable, "",
      ]
        + lines).joined(separator: "\n"))
  }
}

struct DeadLetterRetryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    subcommand: "retry", abstract: "Tries dead letters again; what a sink takes leaves the queue.")
  @OptionGroup var letters: LetterOptions
  @OptionGroup var settings: SettingOptions
  @OptionGroup var options: GlobalOptions

  mutating func run() throws {
    let context = try Context(options)
    let repository = try context.openRepository()
    let found = try letters.letters(Deliverer.queue(repository))
    let selection = try SinkSelection(repository, at: repository.commit(named: "HEAD"), context, settings.flags)
    let deliverer = Deliverer(repository, environment: context.environment)
    var results: [(letter: DeadLetterQueue.Letter, fault: String?)] = []
    for letter in found {
      let (sink, profile) = try selection.sink(letter.sink)
      results.append((letter, try deliverer.retry(letter, sink, under: profile)))
    }
    let json = results.map { result -> JSONValue in
      [
        "sink": .text(result.letter.sink), "event": .text(result.letter.event),
        "delivered": JSONValue(.bool(result.fault == nil)), "reason": result.fault.map { .text($0) } ?? nil,
      ]
    }
    let lines = results.map {
      "\($0.letter.sink)  \($0.letter.event.prefix(12))  \($0.fault.map { "not taken: \($0)" } ?? "told")"
    }
    context.print(
      json: Envelope.json("dlq", [JSONMember("results", JSONValue(.array(json)))]),
      text: lines.isEmpty ? "No dead letter." : lines.map(\.printable).joined(separator: "\n"))
    if results.contains(where: { $0.fault != nil }) { throw ExitCode(1) }
  }
}

struct DeadLetterDropCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    subcommand: "drop", abstract: "Removes dead letters; they are never delivered.")
  @OptionGroup var letters: LetterOptions
  @Flag(help: "All of the sink, or of every sink.") var all = false
  @OptionGroup var options: GlobalOptions

  func validate() throws {
    if letters.event == nil, !all { throw ValidationError("Name sink and event, or give --all.") }
  }

  mutating func run() throws {
    let context = try Context(options)
    let queue = try Deliverer.queue(context.openRepository())
    let found = try letters.letters(queue)
    for letter in found { try queue.drop(sink: letter.sink, event: letter.event) }
    context.print(
      json: Envelope.json("dlq", [JSONMember("dropped", .int(found.count))]),
      text: "\(found.count) dead \(found.count == 1 ? "letter" : "letters") given up.")
  }
}
