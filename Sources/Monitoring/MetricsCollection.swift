public import PlanHistory
public import GitRepository
public import Telemetry
public import ReadinessSystem

/// Collects metrics of one repository or of many, and writes them for node_exporter's textfile collector.
public struct MetricsCollection {
  private let version: String
  /// In milliseconds since 1970.
  private let now: Int64
  private let verifies: Bool
  private let spool: Spool?
  private let store: (Repository) -> VerifiedHistoryStore?

  /// - Parameters:
  ///   - version: of the program.
  ///   - now: the moment by which evidence and waivers lapse, and which is told as that of the collection.
  ///   - verifies: true to audit all of history.
  ///   - spool: where processes of the program tell about themselves; nil where they do not.
  ///   - store: where audits of a repository keep what they found.
  public init(
    version: String, now: Int64, verifies: Bool, spool: Spool?,
    store: @escaping (Repository) -> VerifiedHistoryStore?
  ) {
    (self.version, self.now, self.verifies, self.spool, self.store) = (version, now, verifies, spool, store)
  }

  /// The name of a repository: the last part of the address of `origin` without `.git`, else that of its folder.
  /// - Throws: `GitError` where the settings cannot be read.
  public static func name(of repository: Repository) throws -> String {
    let folder = repository.workTree ?? repository.gitFolder
    let text = try repository.configuration("remote.origin.url") ?? folder
    let last = text.split { $0 == "/" || $0 == ":" }.last.map(String.init) ?? text
    return last.hasSuffix(".git") && last.count > 4 ? String(last.dropLast(4)) : last
  }

  /// Returns true if a text may be the label of a repository: not empty, and without control characters.
  public static func isName(_ text: String) -> Bool {
    !text.isEmpty && !text.unicodeScalars.contains { $0.properties.generalCategory == .control }
  }

  /// The metrics of one repository.
  /// - Throws: `GitError` where it cannot be read; `SystemError`.
  public func families(of repository: Repository, named name: String) throws -> [MetricFamily] {
    let facts = try FactCollector(repository, now: now, store: store(repository)).facts(verifies: verifies)
    let commands = try spool.map { CommandMetrics.families(try CommandCounters.fold($0), repository: name) } ?? []
    return PlanMetrics.families(facts, repository: name, version: version, collectedAt: now / 1000) + commands
  }

  /// Writes the metrics of one repository into a file. Where it cannot be read, the file says so and keeps what it said
  /// before.
  /// - Returns: why the repository could not be read; nil if it was.
  /// - Throws: `SystemError` where the file cannot be written.
  public func write(to path: String, named name: String, open: () throws -> Repository) throws(SystemError)
    -> (any Error)?
  {
    let text: String
    var cause: (any Error)?
    do {
      text = MetricText.text(try families(of: open(), named: name))
    } catch {
      cause = error
      let old = try FileSystem.readIfPresent(path).map { String(decoding: $0, as: UTF8.self) }
      text = PlanMetrics.failed(name, after: old)
    }
    try FileSystem.write(Array(text.utf8), to: path, mode: 0o644, durability: .none)
    return cause
  }

  /// Writes a file for each repository of a list; one that cannot be read keeps no other from being written.
  ///
  /// Call it before the first repository is opened and before any thread is started. It removes git's variables from the
  /// environment, which no lock guards, and it enters each repository's folder, which all threads share.
  /// - Parameter folder: absolute.
  /// - Returns: those that could not be read, each with the cause.
  /// - Throws: `SystemError` where a file cannot be written.
  public func write(_ list: RepositoryList, into folder: String) throws(SystemError)
    -> [(entry: RepositoryList.Entry, cause: any Error)]
  {
    // Git's variables would lead to one repository for all.
    Environment.remove(["GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY"])
    var failed: [(RepositoryList.Entry, any Error)] = []
    let plans = MetricsCollection(version: version, now: now, verifies: verifies, spool: nil, store: store)
    for entry in list.entries {
      let cause = try plans.write(to: folder + "/" + entry.file, named: entry.name) {
        try Machine.enter(entry.path)
        let repository = try Repository.open()
        guard repository.gitFolder.hasPrefix(entry.path + "/") else {
          throw GitError(
            .noRepository, "\(entry.path) is no git repository.", hint: "Leave it out of the pattern.",
            function: "MetricsCollection")
        }
        return repository
      }
      if let cause { failed.append((entry, cause)) }
    }
    // All repositories of a server share a spool, so its counts are told once.
    if let spool {
      let commands = CommandMetrics.families(try CommandCounters.fold(spool), repository: nil)
      try FileSystem.write(
        Array(MetricText.text(commands).utf8), to: folder + "/readiness-commands.prom", mode: 0o644, durability: .none)
    }
    return failed
  }
}
