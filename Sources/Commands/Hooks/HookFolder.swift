import GitRepository
import PlanModel
import ReadinessSystem

/// The folder in which git looks for hooks.
struct HookFolder {
  let path: String
  /// The folders of a server's layout, which are all the repository's own; nil where git names the folder.
  private let layout: [String]?

  /// Finds the folder by asking git, which knows `core.hooksPath` and linked work trees.
  init() throws {
    let output = try GitProcess.run(["rev-parse", "--git-path", "hooks"])
    guard output.status == 0, !output.trimmed.isEmpty else {
      throw GitError(.other, "Git does not say where its hooks are.", hint: output.errorText, function: "git rev-parse")
    }
    path = output.trimmed
    layout = nil
    if path.contains(".husky") { throw Self.owned(by: "husky", "prepare-commit-msg", path) }
  }

  /// Uses a folder that a server's own programs read.
  init(path: String) {
    self.path = path
    let parts = path.split(separator: "/")
    layout = path.hasPrefix("/") ? [] : parts.indices.map { parts[...$0].joined(separator: "/") }
  }

  /// Says that a link stands in the place of the folder; nil if none does, or git's configuration names the folder.
  func refusal() throws -> UsageError? {
    guard let link = (layout ?? [path]).compactMap({ LinkedFolder($0) }).first else { return nil }
    guard layout == nil else {
      return link.refusal(hint: "Make it a folder of this repository, then install again.")
    }
    if try GitProcess.run(["config", "--get", "core.hooksPath"]).status == 0 { return nil }
    let folder = Machine.absolutePath(link.path) ?? link.target
    return link.refusal(
      hint:
        "If shared hooks are meant, say so: git config core.hooksPath \(folder.shellQuoted), then readiness install. If not, remove the link: rm \(link.path.shellQuoted)"
    )
  }

  private static func owned(by owner: String, _ name: String, _ path: String) -> UsageError {
    let lines =
      switch owner {
      case "pre-commit", "prek":
        "add to .pre-commit-config.yaml a local hook with language: system, stages: [\(name)], entry: readiness hook \(name). The merge driver alone: readiness install --hooks none"
      case "lefthook": "add to lefthook.yml under \(name): commands: readiness: run: readiness hook \(name) {0}"
      default: "add to \(path)/\(name) the line: readiness hook \(name) \"$@\""
      }
    return UsageError("The hook \(name) belongs to \(owner), and is left as it is.", hint: lines)
  }

  /// Installs a hook. Returns true if the file had to be written.
  /// - Parameter fileName: the name of the file, if it is not the hook's.
  /// - Parameter telemetry: the folder for the hook's telemetry; nil for none.
  func put(_ name: String, as fileName: String? = nil, program: String, telemetry: String? = nil) throws -> Bool {
    if let refusal = try refusal() { throw refusal }
    try FileSystem.makeFolders(path)
    let file = path + "/" + (fileName ?? name)
    let kept = kept(fileName ?? name)
    if let present = try FileSystem.readIfPresent(file), !HookScript.isOurs(present) {
      if let owner = HookScript.owner(of: present) { throw Self.owned(by: owner, name, path) }
      guard !FileSystem.exists(kept) else {
        throw UsageError("Both \(file) and \(kept) exist.", hint: "Look at the two, and remove one.")
      }
      try FileSystem.makeFolders(path + "/" + HookScript.keptFolder, own: 1)
      try Self.moveHook(file, to: kept, isDeeper: true)
    }
    var script = HookScript(name: name, keptName: fileName ?? name, program: program, chains: FileSystem.exists(kept))
    script.telemetry = telemetry
    if name == "commit-msg" {
      script.followsStamping = if case .ours = try state(of: "prepare-commit-msg") { true } else { false }
    }
    let bytes = try script.launcher() ?? Array(script.text.utf8)
    if try FileSystem.readIfPresent(file) == bytes { return false }
    try FileSystem.write(bytes, to: file, mode: 0o755, durability: .contents)
    return true
  }

  /// Moves a hook one folder down or up again. A relative link is rewritten to lead to the same file.
  private static func moveHook(_ old: String, to new: String, isDeeper: Bool) throws {
    guard let target = FileSystem.linkTarget(old), !target.hasPrefix("/") else {
      return try FileSystem.rename(old, to: new)
    }
    let moved = isDeeper ? "../" + target : target.hasPrefix("../") ? String(target.dropFirst(3)) : target
    let next = new + ".new"
    FileSystem.removeQuietly(next)
    try FileSystem.link(next, to: moved)
    try FileSystem.rename(next, to: new)
    try FileSystem.remove(old)
  }

  /// Returns the path at which an earlier hook is kept.
  private func kept(_ name: String) -> String { "\(path)/\(HookScript.keptFolder)/\(name)" }

  /// Returns a sentence about others that run hooks from this folder. Nil if it belongs to this repository alone.
  static func sharing() throws -> String? {
    let output = try GitProcess.run(["config", "--show-scope", "--get", "core.hooksPath"])
    guard output.status == 0, let scope = output.trimmed.split(separator: "\t").first,
      ["global", "system"].contains(scope)
    else { return nil }
    return
      "core.hooksPath is set in git's \(scope) configuration, so every repository that uses it runs these hooks too."
  }

  /// Removes a hook. Returns true if one of ours was there.
  func takeOut(_ name: String) throws -> Bool {
    let file = path + "/" + name
    guard let present = try FileSystem.readIfPresent(file), HookScript.isOurs(present) else { return false }
    if let refusal = try refusal() { throw refusal }
    let kept = kept(name)
    if FileSystem.exists(kept) {
      try Self.moveHook(kept, to: file, isDeeper: false)
      // The folder stays while it contains another hook.
      FileSystem.removeEmptyFolder(path + "/" + HookScript.keptFolder)
    } else {
      try FileSystem.remove(file)
    }
    return true
  }

  /// Returns the hooks of others that `git commit` would run, including those that ours run.
  func othersInCommits() throws -> [String] {
    try ["pre-commit", "prepare-commit-msg", "commit-msg", "post-commit"].filter { name in
      if FileSystem.isExecutable(kept(name)) { return true }
      let file = path + "/" + name
      guard FileSystem.isExecutable(file), let bytes = try FileSystem.readIfPresent(file) else { return false }
      return !HookScript.isOurs(bytes)
    }
  }

  /// The state of a hook.
  enum State {
    case missing, foreign, unreadable, notExecutable
    case ours(program: String)
  }

  /// Returns the state of a hook. Git runs executable files and silently skips others.
  func state(of name: String) throws -> State {
    let file = path + "/" + name
    guard FileSystem.exists(file) else { return .missing }
    guard FileSystem.isRegular(file), FileSystem.isReadable(file) else { return .unreadable }
    let bytes = try FileSystem.read(file)
    guard HookScript.isOurs(bytes) else { return .foreign }
    return FileSystem.isExecutable(file) ? .ours(program: HookScript.program(in: bytes)) : .notExecutable
  }

  /// Returns the hook framework that owns a hook, if one does.
  func owner(of name: String) throws -> String? {
    try FileSystem.readIfPresent(path + "/" + name).flatMap(HookScript.owner)
  }
}
