import PlanModel
import StrictJSON
public import ReadinessSystem

/// The count and duration of each command over all processes of a spool. Stored in `counters.json` next to the spool,
/// because sent lines leave the spool.
public struct CommandCounters: Sendable, Equatable {
  /// The upper bounds of the buckets, in seconds; the last bucket has none.
  public static let bounds = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 30]

  /// The key of a series.
  public struct Key: Sendable, Hashable, Comparable {
    /// The name of the process span, such as `readiness move` or `hook pre-receive`.
    public let command: String
    /// The exit status.
    public let exit: Int

    /// Orders by command, then by exit status.
    public static func < (a: Key, b: Key) -> Bool { (a.command, a.exit) < (b.command, b.exit) }
  }

  /// The counts of a series.
  public struct Count: Sendable, Equatable {
    /// The number of processes.
    public fileprivate(set) var processes = 0
    /// The total duration, in nanoseconds.
    public fileprivate(set) var nanoseconds = 0
    /// The number of processes by duration, for each bound and beyond the last; not cumulative.
    public fileprivate(set) var buckets = [Int](repeating: 0, count: CommandCounters.bounds.count + 1)
  }

  /// The counts; empty if nothing was recorded.
  public private(set) var counts: [Key: Count] = [:]
  /// The number of counted bytes of each existing file, by its mark.
  private var folded: [String: Int] = [:]

  /// The largest number of series, because names come from files that others may write.
  private static let bound = 500

  /// Counts the new lines of the spool, and stores the counts.
  ///
  /// Returns the stored counts if another process holds the lock of the spool.
  /// - Throws: `SystemError`. O(new bytes).
  public static func fold(_ spool: Spool) throws(SystemError) -> CommandCounters {
    guard FileSystem.exists(spool.folder), let lock = try FileLock(path: spool.lockPath) else {
      return try load(spool)
    }
    defer { withExtendedLifetime(lock) {} }
    return try foldLocked(spool)
  }

  /// Counts new lines, for a caller that holds the lock of the spool.
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

  /// Returns the mark of a file: the digest of its first line, which contains random ids. A rename preserves it,
  /// while inode numbers are reused at once.
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

  /// Loads the stored counts. A malformed file starts at zero, like a counter after a restart.
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
