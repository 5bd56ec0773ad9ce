import ArgumentParser
import Glibc
import ReadinessGit
import ReadinessReports
import ReadinessRuntime
import StrictJSON

struct Install: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Installs hooks and merge driver in this clone, or with --server the gate of a bare repository.")
  @Option(help: ArgumentHelp("Which hooks, separated by commas.", valueName: "list"))
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
    abstract: "Takes hooks and merge driver out again and gives back what was there before.")
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

/// The folder in which git looks for hooks.
private struct HookFolder {
  let path: String

  /// Asks git, which knows `core.hooksPath` and linked work trees.
  init() throws {
    let output = try GitProcess.run(["rev-parse", "--git-path", "hooks"])
    guard output.status == 0, !output.trimmed.isEmpty else {
      throw GitError(.other, "Git does not say where its hooks are.", hint: output.errorText, function: "git rev-parse")
    }
    path = output.trimmed
    if path.contains(".husky") { throw Self.owned(by: "husky", "prepare-commit-msg", path) }
  }

  private static func owned(by owner: String, _ name: String, _ path: String) -> UsageError {
    let lines =
      switch owner {
      case "pre-commit", "prek":
        "add to .pre-commit-config.yaml a local hook with language: system, stages: [\(name)], entry: readiness hook \(name)"
      case "lefthook": "add to lefthook.yml under \(name): commands: readiness: run: readiness hook \(name) {0}"
      default: "add to \(path)/\(name) the line: readiness hook \(name) \"$@\""
      }
    return UsageError("The hook \(name) belongs to \(owner), and is left as it is.", hint: lines)
  }

  /// True where the file had to be written.
  func put(_ name: String, program: String) throws -> Bool {
    try FileBytes.makeFolder(path)
    let file = path + "/" + name
    let kept = file + HookScript.keptSuffix
    if let present = try FileBytes.readIfPresent(file), !HookScript.isOurs(present) {
      if let owner = HookScript.owner(of: present) { throw Self.owned(by: owner, name, path) }
      guard !FileBytes.exists(kept) else {
        throw UsageError("Both \(file) and \(kept) are there.", hint: "Look at the two, and remove one.")
      }
      guard rename(file, kept) == 0 else { throw FileBytes.systemError("rename", file) }
    }
    let script = HookScript(name: name, program: program, chains: FileBytes.exists(kept))
    let bytes = Array(script.text.utf8)
    if try FileBytes.readIfPresent(file) == bytes { return false }
    try FileBytes.write(bytes, to: file, mode: 0o755)
    return true
  }

  /// True where a hook of ours was there.
  func takeOut(_ name: String) throws -> Bool {
    let file = path + "/" + name
    guard let present = try FileBytes.readIfPresent(file), HookScript.isOurs(present) else { return false }
    let kept = file + HookScript.keptSuffix
    if FileBytes.exists(kept) {
      guard rename(kept, file) == 0 else { throw FileBytes.systemError("rename", kept) }
    } else {
      guard unlink(file) == 0 else { throw FileBytes.systemError("unlink", file) }
    }
    return true
  }
}
