public import PlanHistory
public import GitRepository
public import Telemetry
public import ReadinessSystem

/// Collects metrics of one or more repositories, and writes them for node_exporter's textfile collector.
public struct MetricsCollection {
  private let version: String
  /// The current time, in milliseconds since 1970.
  private let now: Int64
  private let verifies: Bool
  private let spool: Spool?
  private let store: (Repository) -> VerifiedHistoryStore?

  /// - Parameters:
  ///   - version: the version of the program.
  ///   - now: the time of the collection, which also decides whether evidence and waivers have lapsed.
  ///   - verifies: true to audit the whole history.
  ///   - spool: the telemetry of the program's processes; nil if there is none.
  ///   - store: returns a repository's cache for audits.
  public init(
    version: String, now: Int64, verifies: Bool, spool: Spool?,
    store: @escaping (Repository) -> VerifiedHistoryStore?
  ) {
    (self.version, self.now, self.verifies, self.spool, self.store) = (version, now, verifies, spool, store)
  }

  /// Returns the name of a repository: the last component of the address of `origin` without `.git`, else of its
  /// folder.
  /// - Throws: `GitError` if the settings cannot be read.
  public static func name(of repository: Repository) throws -> String {
    let folder = repository.workTree ?? repository.gitFolder
    let text = try repository.configuration("remote.origin.url") ?? folder
    let last = text.split { $0 == "/" || $0 == ":" }.last.map(String.init) ?? text
    return last.hasSuffix(".git") && last.count > 4 ? String(last.dropLast(4)) : last
  }

  /// Returns true if a text may be a repository's label: not empty, and without control characters.
  public static func isName(_ text: String) -> Bool {
    !text.isEmpty && !text.unicodeScalars.contains { $0.properties.generalCategory == .control }
  }

  /// Returns the metrics of one repository.
  /// - Throws: `GitError` if it cannot be read; `SystemError`.
  public func families(of repository: Repository, named name: String) throws -> [MetricFamily] {
    let facts = try FactCollector(repository, now: now, store: store(repository)).facts(verifies: verifies)
    let commands = try spool.map { CommandMetrics.families(try CommandCounters.fold($0), repository: name) } ?? []
    return PlanMetrics.families(facts, repository: name, version: version, collectedAt: now / 1000) + commands
  }

  /// Writes the metrics of one repository into a file. If it cannot be read, the file reports that and retains its
  /// previous values.
  /// - Returns: the reason why the repository could not be read; nil if it was.
  /// - Throws: `SystemError` if the file cannot be written.
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

  /// Writes a file for each repository of a list. An unreadable one does not stop the others.
  ///
  /// Must be called before the first repository is opened and before any thread starts: it removes git's variables
  /// from the environment without a lock, and changes the working folder, which all threads share.
  /// - Parameter folder: an absolute path.
  /// - Returns: the unreadable repositories, each with the cause.
  /// - Throws: `SystemError` if a file cannot be written.
  public func write(_ list: RepositoryList, into folder: String) throws(SystemError)
    -> [(entry: RepositoryList.Entry, cause: any Error)]
  {
    // Git's variables would select one repository for all.
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
    // All repositories of a server share a spool, so its counts are written once.
    if let spool {
      let commands = CommandMetrics.families(try CommandCounters.fold(spool), repository: nil)
      try FileSystem.write(
        Array(MetricText.text(commands).utf8), to: folder + "/readiness-commands.prom", mode: 0o644, durability: .none)
    }
    return failed
  }
}
