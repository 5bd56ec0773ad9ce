import ArgumentParser
import GitRepository
import ReadinessSystem

/// Where servers look for the gate of a bare repository.
enum ServerLayout: String, Choice {
  /// `hooks/pre-receive`.
  case plain
  /// Gitea and Forgejo: `hooks/pre-receive.d/`.
  case gitea
  /// GitLab: `custom_hooks/pre-receive.d/`.
  case gitlab
  /// gitolite: `VREF/` of its local code, which it calls for each ref.
  case gitolite

  /// What a folder looks like.
  static func found() -> ServerLayout {
    if FileSystem.exists("hooks/pre-receive.d") { return .gitea }
    if FileSystem.exists("custom_hooks") { return .gitlab }
    if FileSystem.exists("VREF") { return .gitolite }
    return .plain
  }

  /// Where the gate goes, in the current folder; nil where git says it.
  var folder: String? {
    switch self {
    case .plain: nil
    case .gitea: "hooks/pre-receive.d"
    case .gitlab: "custom_hooks/pre-receive.d"
    case .gitolite: "VREF"
    }
  }

  /// The hook that it is.
  var hook: String { self == .gitolite ? "update" : "pre-receive" }

  /// The name of its file.
  var fileName: String? { self == .plain ? nil : "readiness" }

  /// Puts the gate there, and has git look at what is pushed.
  /// - Returns: what was written.
  /// - Throws: `GitError`, `UsageError`.
  /// - Parameter telemetry: the folder in which the gate leaves its telemetry; nil for none.
  func install(program: String, telemetry: String? = nil) throws -> (folder: String, written: [String]) {
    let folder = try folder.map { HookFolder(path: $0) } ?? HookFolder()
    var written: [String] = []
    if try folder.put(hook, as: fileName, program: program, telemetry: telemetry) { written.append(hook) }
    guard self != .gitolite else { return (folder.path, written) }
    // What is pushed is looked at, and may say why it has to pass in an emergency.
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

  /// Takes the gate out of every layout's place.
  static func takeOut() throws -> [String] {
    try allCases.compactMap { layout in
      guard let folder = layout.folder, FileSystem.exists(folder + "/readiness") else { return nil }
      return try HookFolder(path: folder).takeOut("readiness") ? folder + "/readiness" : nil
    }
  }
}
