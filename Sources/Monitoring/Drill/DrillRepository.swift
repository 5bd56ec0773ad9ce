import ReadinessSystem

/// A scratch repository of a drill, changed by git and this program as a person would.
struct DrillRepository {
  /// The error if a command ended unexpectedly.
  struct Unexpected: Error {
    let command: String
    let output: String
  }

  /// The label of its metrics, and the stem of its metrics file.
  let name: String
  private let folder: String
  private let metrics: String
  private let environment: [String: String]

  /// - Parameters:
  ///   - root: the drill's folder, which contains `bin/readiness`.
  ///   - outer: the environment of this process.
  init(_ name: String, root: String, _ outer: [String: String]) throws {
    self.name = name
    folder = "\(root)/\(name)"
    metrics = "\(root)/metrics/\(name).prom"
    // Git's and the user's settings are isolated.
    environment = [
      "PATH": root + "/bin:" + (outer["PATH"] ?? "/usr/bin:/bin"), "HOME": root, "TMPDIR": root, "LC_ALL": "C.UTF-8",
      "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_EDITOR": ":",
      "READINESS_TELEMETRY": root + "/telemetry", "GIT_AUTHOR_NAME": "Drill", "GIT_AUTHOR_EMAIL": "drill@example.com",
      "GIT_COMMITTER_NAME": "Drill",
      "GIT_COMMITTER_EMAIL": "drill@example.com",
    ]
    try FileSystem.makeFolders(folder)
    try git("init", "-q", "-b", "main", ".")
    try readiness("init", "--empty", "--commit")
    try readiness("install")
    try write("proof.txt", "as it was\n")
    try commit("proof")
    try readiness(
      "add", "D-1", "--workstream", "Drill", "--outcome", "It is shown", "--criterion", "the proof is there", "--owner",
      "drill", "--commit", "-m", "a milestone")
  }

  /// Moves the milestone to done, with a file as evidence.
  func finish() throws {
    try readiness("move", "D-1", "in-progress")
    try readiness("move", "D-1", "in-review", "--evidence", "proof.txt")
    try readiness("move", "D-1", "done")
  }

  /// Writes the metrics file.
  func collect(_ more: String...) throws {
    try run(["readiness", "metrics", "--name", name, "--textfile", metrics] + more)
  }

  /// Backdates the metrics file.
  func age(seconds: Int64) {
    let at = Machine.millisecondsSince1970() / 1000 - seconds
    FileSystem.setModified(metrics, FileTime(seconds: Int(at), nanoseconds: 0))
  }

  func write(_ path: String, _ text: String) throws {
    if let slash = path.lastIndex(of: "/") { try FileSystem.makeFolders("\(folder)/\(path[..<slash])") }
    try FileSystem.write(Array(text.utf8), to: "\(folder)/\(path)", mode: 0o644, durability: .none)
  }

  func read(_ path: String) throws -> String {
    String(decoding: try FileSystem.readIfPresent("\(folder)/\(path)") ?? [], as: UTF8.self)
  }

  /// Commits all changes.
  /// - Parameter date: the date of author and committer, in seconds since 1970; nil is now.
  func commit(_ subject: String, date: Int64? = nil) throws {
    try git("add", "-A")
    let dates = date.map { ["GIT_COMMITTER_DATE": "@\($0) +0000", "GIT_AUTHOR_DATE": "@\($0) +0000"] } ?? [:]
    try run(["git", "commit", "-qm", subject], dates)
  }

  @discardableResult
  func git(_ words: String..., input: String = "/dev/null") throws -> String {
    try run(["git"] + words, input: input)
  }

  func readiness(_ words: String...) throws { try run(["readiness"] + words) }

  /// Runs a command that must exit with a status of a list.
  @discardableResult
  func run(
    _ words: [String], _ more: [String: String] = [:], input: String = "/dev/null", exits: [Int] = [0]
  ) throws -> String {
    let ending = SupervisedProcess(
      arguments: words, environment: environment.merging(more) { $1 }, folder: folder, readable: ["/"],
      writable: [String(folder.prefix(upTo: folder.lastIndex(of: "/") ?? folder.startIndex)), "/dev/null"],
      input: input, timeout: 60_000, grace: 1_000, outputBound: 1 << 20, fileBound: 64 << 20
    ).run()
    let output = String(decoding: ending.output, as: UTF8.self)
    guard case .exit(let status) = ending.outcome, exits.contains(status) else {
      throw Unexpected(
        command: words.joined(separator: " "),
        output: String(decoding: (ending.output + ending.errors).suffix(600), as: UTF8.self))
    }
    return output.last == "\n" ? String(output.dropLast()) : output
  }

  /// Returns the path of a file in the work tree.
  func path(_ name: String) -> String { "\(folder)/\(name)" }
}
