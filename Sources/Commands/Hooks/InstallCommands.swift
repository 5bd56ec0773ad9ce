import ArgumentParser
import PlanGate
import GitRepository
import Reports
import StrictJSON
import ReadinessSystem

struct InstallCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    subcommand: "install",
    abstract: "Installs hooks and merge driver in this clone, or with --server the gate of a bare repository.")
  @Option(help: ArgumentHelp("Which hooks, separated by commas; none for the merge driver alone.", valueName: "list"))
  var hooks: String?
  @Flag(help: "Check every branch that moves, also by plumbing, am, rebase and fast-forwards.") var strict = false
  @Flag(help: "Check guarded paths in every commit here too, not only on the server and in verify.")
  var guardPaths = false
  @Option(help: ArgumentHelp("The bare repository whose pushes are to be checked.", valueName: "dir"))
  var server: String?
  @Option(
    help: ArgumentHelp("plain, gitea, gitlab or gitolite; what the folder looks like by default.", valueName: "layout"))
  var layout: ServerLayout?
  @Option(help: ArgumentHelp("With --server: the folder in which the gate leaves traces and logs.", valueName: "dir"))
  var telemetry: String?
  @OptionGroup var options: GlobalOptions

  func validate() throws {
    if layout != nil, server == nil { throw ValidationError("--layout goes with --server.") }
    if let telemetry {
      if server == nil { throw ValidationError("--telemetry goes with --server.") }
      let isLine = !telemetry.unicodeScalars.contains { $0.value < 0x20 }
      if !telemetry.hasPrefix("/") || !isLine { throw ValidationError("--telemetry takes an absolute path.") }
    }
    if server != nil, hooks != nil || strict || guardPaths {
      throw ValidationError("--server installs the gate and nothing else.")
    }
  }

  mutating func run() throws {
    let context = try Context(options)
    let program = Machine.programPath() ?? "readiness"
    if let server { return try installGate(server, program, context) }
    _ = try context.openRepository()
    let names = try names()
    let folder = try HookFolder()
    let setup = try MergeDriverSetup()
    // Before anything is written.
    if let refusal = try names.isEmpty ? setup.refusal() : folder.refusal() ?? setup.refusal() { throw refusal }
    var written: [String] = []
    for name in names {
      if try folder.put(name, program: program) { written.append(name) }
    }
    if try setup.put(program: program) { written.append("merge driver") }
    if try AttestationRefspec().put() { written.append("refspec of attestations") }
    say(folder.path, names, written, context)
    if let sharing = try HookFolder.sharing() {
      context.note("\(sharing) For this repository alone: git config core.hooksPath .git/hooks, then readiness install")
    }
  }

  private func installGate(_ server: String, _ program: String, _ context: Context) throws {
    do { try Machine.enter(server) } catch {
      throw UsageError("The folder \(server) cannot be entered.", hint: "Name the bare repository's folder.")
    }
    if let telemetry { try FileSystem.makeFolders(telemetry) }
    let layout = layout ?? ServerLayout.found()
    // gitolite's folder of local code is no repository.
    let repository = layout == .gitolite ? nil : try context.openRepository()
    let (folder, written) = try layout.install(program: program, telemetry: telemetry)
    say(folder, [layout.hook], written, protected: try repository.map { try ServerRefs($0).protectedNames() }, context)
    if let repository, !repository.isBare {
      context.note(
        "This is a clone with a work tree, not a bare repository. The gate checks what others push into it, and none of its own commits: for those, run readiness install. Git refuses a push to the branch that is checked out unless receive.denyCurrentBranch allows it."
      )
    }
  }

  /// - Parameter protected: the refs that a gate protects; nil if it is none, or they are unknown.
  private func say(
    _ folder: String, _ names: [String], _ written: [String], protected: [String]? = nil, _ context: Context
  ) {
    var lines =
      written.isEmpty
      ? ["The hooks are installed already, in \(folder)"]
      : ["Installed in \(folder)", "  " + written.joined(separator: ", ")]
    if let protected, !protected.isEmpty {
      lines.append("Protected from deletion and force: \(protected.joined(separator: ", "))")
    }
    context.print(
      json: Envelope.json(
        "install",
        [
          JSONMember("folder", .text(folder)), JSONMember("hooks", .texts(names)),
          JSONMember("written", .texts(written)), JSONMember("protected", .texts(protected ?? [])),
        ]),
      text: lines.joined(separator: "\n"))
  }

  private func names() throws -> [String] {
    // A framework may own the hooks, but the merge driver is always ours.
    let more = (strict ? HookScript.strict : []) + (guardPaths ? HookScript.guarding : [])
    if hooks == "none" { return more }
    guard let hooks else { return HookScript.usual + more }
    let names = hooks.split(separator: ",").map(String.init) + more
    for name in names where !HookScript.names.contains(name) {
      throw UsageError(
        "There is no hook \"\(name)\".", hint: "The hooks are \(HookScript.names.joined(separator: ", ")).")
    }
    return names
  }
}

struct UninstallCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    subcommand: "uninstall", abstract: "Takes hooks and merge driver out again and gives back what was there before.")
  @OptionGroup var options: GlobalOptions

  mutating func run() throws {
    let context = try Context(options)
    _ = try context.openRepository()
    let folder = try HookFolder()
    var removed = try HookScript.names.filter { try folder.takeOut($0) }
    removed += try ServerLayout.takeOut()
    if try MergeDriverSetup().takeOut() { removed.append("merge driver") }
    if try AttestationRefspec().takeOut() { removed.append("refspec of attestations") }
    context.print(
      json: Envelope.json(
        "uninstall", [JSONMember("folder", .text(folder.path)), JSONMember("removed", .texts(removed))]),
      text: removed.isEmpty ? "No hook of readiness is installed." : "Taken out: " + removed.joined(separator: ", "))
  }
}
