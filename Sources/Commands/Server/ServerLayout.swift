import ArgumentParser
import GitRepository
import ReadinessSystem

/// The layouts in which servers look for the gate of a bare repository.
enum ServerLayout: String, Choice {
  /// `hooks/pre-receive`.
  case plain
  /// Gitea and Forgejo: `hooks/pre-receive.d/`.
  case gitea
  /// GitLab: `custom_hooks/pre-receive.d/`.
  case gitlab
  /// gitolite: `VREF/` of its local code, which it calls for each ref.
  case gitolite

  /// Returns the layout that the current folder looks like.
  static func found() -> ServerLayout {
    if FileSystem.exists("hooks/pre-receive.d") { return .gitea }
    if FileSystem.exists("custom_hooks") { return .gitlab }
    if FileSystem.exists("VREF") { return .gitolite }
    return .plain
  }

  /// The folder of the gate, in the current folder. Nil if git determines it.
  var folder: String? {
    switch self {
    case .plain: nil
    case .gitea: "hooks/pre-receive.d"
    case .gitlab: "custom_hooks/pre-receive.d"
    case .gitolite: "VREF"
    }
  }

  /// The hook that serves as the gate.
  var hook: String { self == .gitolite ? "update" : "pre-receive" }

  /// The name of its file. Nil for the hook's own name.
  var fileName: String? { self == .plain ? nil : "readiness" }

  /// Installs the gate, and has git check pushed objects.
  /// - Parameter telemetry: the folder for the gate's telemetry; nil for none.
  /// - Returns: the gate's folder, and the hook and settings that were written.
  /// - Throws: `GitError`, `UsageError`.
  func install(program: String, telemetry: String? = nil) throws -> (folder: String, written: [String]) {
    let folder = try folder.map { HookFolder(path: $0) } ?? HookFolder()
    var written: [String] = []
    if try folder.put(hook, as: fileName, program: program, telemetry: telemetry) { written.append(hook) }
    guard self != .gitolite else { return (folder.path, written) }
    // Check pushed objects, and accept the push option that requests an emergency override.
    for key in ["receive.fsckObjects", "receive.advertisePushOptions"] {
      if try GitProcess.run(["config", "--type=bool", "--get", key]).trimmed == "true" { continue }
      let set = try GitProcess.run(["config", key, "true"])
      guard set.status == 0 else {
        throw GitError(.other, set.errorText, hint: "Set \(key) yourself.", function: "git config")
      }
      written.append(key)
    }
    return (folder.path, written)
  }

  /// Removes the gate from the folder of every layout.
  static func takeOut() throws -> [String] {
    try allCases.compactMap { layout in
      guard let folder = layout.folder, FileSystem.exists(folder + "/readiness") else { return nil }
      return try HookFolder(path: folder).takeOut("readiness") ? folder + "/readiness" : nil
    }
  }
}
