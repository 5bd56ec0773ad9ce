import PlanModel
import StrictJSON
public import ReadinessSystem

/// How often each command ran in all processes of a spool, and how long they took. Kept in `counters.json` beside the
/// spool, because what is sent leaves it.
public struct CommandCounters: Sendable, Equatable {
  /// Upper bounds of the buckets, in seconds; the last bucket has none.
  public static let bounds = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 30]

  /// What a series is about.
  public struct Key: Sendable, Hashable, Comparable {
    /// Name of the process span, such as `readiness move` or `hook pre-receive`.
    public let command: String
    /// Its exit status.
    public let exit: Int

    /// Orders by command, then by exit status.
    public static func < (a: Key, b: Key) -> Bool { (a.command, a.exit) < (b.command, b.exit) }
  }

  /// What was counted.
  public struct Count: Sendable, Equatable {
    /// Processes.
    public fileprivate(set) var processes = 0
    /// How long they took in all, in nanoseconds.
    public fileprivate(set) var nanoseconds = 0
    /// Processes by how long they took, one number for each bound and one for what exceeds all; not cumulative.
    public fileprivate(set) var buckets = [Int](repeating: 0, count: CommandCounters.bounds.count + 1)
  }

  /// The counts; empty where nothing was recorded.
  public private(set) var counts: [Key: Count] = [:]
  /// Of each file that is still there, by its mark, how many bytes were counted.
  private var folded: [String: Int] = [:]

  /// Series at most; names come from files that others may write.
  private static let bound = 500

  /// Counts what the spool holds and was not counted yet, and keeps that.
  ///
  /// Returns what was kept before if another process holds the lock of the spool.
  /// - Throws: `SystemError`. O(bytes that are new).
  public static func fold(_ spool: Spool) throws(SystemError) -> CommandCounters {
    guard FileSystem.exists(spool.folder), let lock = try FileLock(path: spool.lockPath) else {
      return try load(spool)
    }
    defer { withExtendedLifetime(lock) {} }
    return try foldLocked(spool)
  }

  /// Counts, for a caller that holds the lock of the spool.
  /// - Throws: `SystemError`.
  public static func foldLocked(_ spool: Spool) throws(SystemError) -> CommandCounters {
    var counters = try load(spool)
    let before = counters
    var present: [String: Int] = [:]
    for path in [spool.sendingPath(of: .traces), spool.path(of: .traces)] {
      guard let bytes = try FileSystem.readIfPresent(path), let mark = mark(bytes) else { continue }
      var at = min(counters.folded[mark] ?? 0, bytes.count)
      while let end = bytes[at...].firstIndex(of: 0x0A) {
        counters.add(SpoolLine(bytes[at..<end], of: .traces))
        at = end + 1
      }
      present[mark] = at
    }
    counters.folded = present
    if counters != before { try FileSystem.write(counters.json.layoutBytes, to: path(spool)) }
    return counters
  }

  private static func path(_ spool: Spool) -> String { spool.folder + "/counters.json" }

  /// A file is known by its first line, which holds random identifiers: a rename keeps it, and numbers of files are used
  /// again at once.
  private static func mark(_ bytes: [UInt8]) -> String? {
    bytes.firstIndex(of: 0x0A).map { Digest(of: Array(bytes[..<$0])).hex }
  }

  private mutating func add(_ line: SpoolLine) {
    for (span, _) in line.records(of: .traces) {
      let attributes = (span["attributes"]?.array ?? []).compactMap { Attribute(json: $0) }
      guard case .int(let exit)? = attributes.first(where: { $0.name == "process.exit.code" })?.value,
        let name = span["name"]?.string, let start = span["startTimeUnixNano"]?.string.flatMap({ Int($0) }),
        let end = span["endTimeUnixNano"]?.string.flatMap({ Int($0) }), start >= 0, end >= start
      else { continue }
      let key = Key(command: name, exit: exit)
      guard counts[key] != nil || counts.count < Self.bound else { continue }
      let seconds = Double(end - start) / 1e9
      let bucket = Self.bounds.firstIndex { seconds <= $0 } ?? Self.bounds.count
      counts[key, default: Count()].processes += 1
      counts[key, default: Count()].nanoseconds &+= end - start
      counts[key, default: Count()].buckets[bucket] += 1
    }
  }

  // MARK: - The file

  private var json: JSONValue {
    let series = counts.sorted { $0.key < $1.key }.map { key, count -> JSONValue in
      [
        "command": .text(key.command), "exit": .int(key.exit), "processes": .int(count.processes),
        "nanoseconds": .text(String(count.nanoseconds)),
        "buckets": JSONValue(.array(count.buckets.map { .int($0) })),
      ]
    }
    let files = folded.sorted { $0.key < $1.key }.map { JSONMember($0.key, .int($0.value)) }
    return ["version": 1, "files": JSONValue(.object(files)), "series": JSONValue(.array(series))]
  }

  /// A file that cannot be read begins at nothing, as a counter after a restart does.
  private static func load(_ spool: Spool) throws(SystemError) -> CommandCounters {
    guard let bytes = try FileSystem.readIfPresent(path(spool)) else { return CommandCounters() }
    var counters = CommandCounters()
    do {
      let root = try JSONDocument(parsing: bytes, limits: .general).root
      for member in root["files"]?.object ?? [] { counters.folded[member.key] = max(0, member.value.integer ?? 0) }
      for series in root["series"]?.array ?? [] {
        let buckets = (series["buckets"]?.array ?? []).compactMap(\.integer)
        guard let command = series["command"]?.string, let exit = series["exit"]?.integer,
          let processes = series["processes"]?.integer, buckets.count == bounds.count + 1,
          let time = series["nanoseconds"]?.string.flatMap({ Int($0) })
        else { continue }
        var count = Count()
        (count.processes, count.nanoseconds, count.buckets) = (processes, time, buckets)
        counters.counts[Key(command: command, exit: exit)] = count
      }
    } catch {
      return CommandCounters()
    }
    return counters
  }
}
