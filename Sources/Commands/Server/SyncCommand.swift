import ArgumentParser
import PlanModel
import PlanGate
import GitRepository
import Reports
import StrictJSON

struct SyncCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    subcommand: "sync", abstract: "Fetches, merges, checks and pushes this branch; tries again if somebody was faster.",
    discussion: "Git does the work, with its hooks and credentials. Nothing is ever forced.")
  @Argument(help: ArgumentHelp("The remote; by default the branch's own, or origin.", valueName: "remote")) var remote:
    String?
  @OptionGroup var options: GlobalOptions

  mutating func run() throws {
    let context = try Context(options)
    let repository = try context.openForWriting()
    let outcome = try retrying { try Sync(repository, remote: remote).run() }
    let style = try context.style(repository)
    switch outcome {
    case .upToDate: context.print(json: json(0, 0, true), text: "Up to date.")
    case .synced(let came, let went):
      context.print(json: json(came, went, true), text: style("synced", .good) + "  \(came) came, \(went) went.")
    case .refused(let findings): try context.conclude(findings, repository: repository)
    case .conflict(let words):
      try refuse(
        "Git could not merge by itself; nothing was changed.", words, "git pull, resolve it, then readiness sync.",
        context
      )
    case .rejected(let words):
      try refuse("The other side rejected it.", words, "Fix what it names, then run readiness sync again.", context)
    }
  }

  private func json(_ came: Int, _ went: Int, _ synced: Bool) -> JSONValue {
    Envelope.json(
      "sync",
      [JSONMember("synced", JSONValue(.bool(synced))), JSONMember("came", .int(came)), JSONMember("went", .int(went))])
  }

  private func refuse(_ message: String, _ words: String, _ hint: String, _ context: Context) throws {
    if options.json {
      let members = [
        JSONMember("synced", false), JSONMember("message", .text(message)), JSONMember("git", .text(words)),
        JSONMember("hint", .text(hint)),
      ]
      Standard.answer(Envelope.json("sync", members))
    } else {
      let told = words.split(whereSeparator: \.isNewline).map { "  | " + String($0).printable }
      Standard.error((["readiness: " + message] + told + ["  -> " + hint]).joined(separator: "\n") + "\n")
    }
    throw ExitCode(1)
  }
}
