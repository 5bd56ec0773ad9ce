import ArgumentParser
import Glibc
import ReadinessGit
import ReadinessReports
import ReadinessRuntime
import StrictJSON

struct Install: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "install",
    abstract: "Installs hooks and merge driver in this clone, or with --server the gate of a bare repository.")
  @Option(help: ArgumentHelp("Which hooks, separated by commas; none for the merge driver alone.", valueName: "list"))
  var hooks: String?
  @Option(help: ArgumentHelp("The bare repository whose pushes are to be judged.", valueName: "dir"))
  var server: String?
  @OptionGroup var options: GlobalOptions

  mutating func run() throws {
    let context = try Context(options)
    if let server, chdir(server) != 0 {
      throw UsageError("The folder \(server) cannot be entered.", hint: "Name the bare repository's folder.")
    }
    _ = try context.openRepository()
    let names = try names()
    let folder = try HookFolder()
    let program = Machine.programPath() ?? "readiness"
    var written: [String] = []
    for name in names {
      if try folder.put(name, program: program) { written.append(name) }
    }
    if server == nil, try MergeDriverSetup().put(program: program) { written.append("merge driver") }
    let lines =
      written.isEmpty
      ? ["The hooks are installed already, in \(folder.path)"]
      : ["Installed in \(folder.path)", "  " + written.joined(separator: ", ")]
    context.print(
      json: Envelope.json(
        "install",
        [
          JSONMember("folder", .text(folder.path)), JSONMember("hooks", .texts(names)),
          JSONMember("written", .texts(written)),
        ]),
      text: lines.joined(separator: "\n"))
  }

  private func names() throws -> [String] {
    // A framework may own the hooks; the merge driver is ours all the same.
    if hooks == "none" { return [] }
    guard let hooks else { return server == nil ? HookScript.usual : ["pre-receive"] }
    let names = hooks.split(separator: ",").map(String.init)
    for name in names where !HookScript.names.contains(name) {
      throw UsageError(
        "There is no hook \"\(name)\".", hint: "The hooks are \(HookScript.names.joined(separator: ", ")).")
    }
    return names
  }
}

struct Uninstall: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "uninstall", abstract: "Takes hooks and merge driver out again and gives back what was there before.")
  @OptionGroup var options: GlobalOptions

  mutating func run() throws {
    let context = try Context(options)
    _ = try context.openRepository()
    let folder = try HookFolder()
    var removed = try HookScript.names.filter { try folder.takeOut($0) }
    if try MergeDriverSetup().takeOut() { removed.append("merge driver") }
    context.print(
      json: Envelope.json(
        "uninstall", [JSONMember("folder", .text(folder.path)), JSONMember("removed", .texts(removed))]),
      text: removed.isEmpty ? "No hook of readiness is installed." : "Taken out: " + removed.joined(separator: ", "))
  }
}
