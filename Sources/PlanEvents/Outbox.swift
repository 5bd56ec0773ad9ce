public import GitObjects
import PlanModel
public import GitRepository
import PlanTrees
import PlanHistory
import Reports
import StrictJSON
import ReadinessSystem

/// The progress of a sink. History is the outbox: between `base` and `target` the first `done` runs are delivered.
struct SinkCursor: Equatable {
  /// The commit up to which all runs are delivered; nil at the beginning.
  var base: ObjectID?
  /// The commit of the delivery in progress; nil if there is none.
  var target: ObjectID?
  /// The number of delivered runs of that delivery.
  var done = 0

  var json: JSONValue {
    [
      "base": base.map { .text($0.description) } ?? nil, "target": target.map { .text($0.description) } ?? nil,
      "done": .int(done),
    ]
  }
}

/// The cursors of sinks, under `.git/readiness/sinks/`: one file each, completely written and synced before a
/// delivery counts.
struct CursorStore {
  private let folder: String

  init(gitFolder: String) { folder = gitFolder + "readiness/sinks" }

  private func path(_ sink: String) -> String { "\(folder)/\(sink).json" }

  /// - Throws: `SystemError`. A malformed file is read as the beginning, because duplicates are better than losses.
  func load(_ sink: String) throws -> SinkCursor {
    guard let bytes = try FileSystem.readIfPresent(path(sink)) else { return SinkCursor() }
    let root: JSONValue
    do { root = try JSONDocument(parsing: bytes).root } catch { return SinkCursor() }
    return SinkCursor(
      base: root["base"]?.string.flatMap { ObjectID(hex: $0) },
      target: root["target"]?.string.flatMap { ObjectID(hex: $0) }, done: root["done"]?.integer ?? 0)
  }

  /// - Throws: `SystemError`.
  func keep(_ cursor: SinkCursor, _ sink: String) throws {
    try FileSystem.makeFolders(folder, own: 2)
    try FileSystem.write(cursor.json.layoutBytes, to: path(sink))
  }

  /// Locks a sink for this process. Returns nil if another process delivers to it.
  /// - Throws: `SystemError`.
  func lock(_ sink: String) throws -> FileLock? {
    try FileSystem.makeFolders(folder, own: 2)
    return try FileLock(path: "\(folder)/\(sink).lock")
  }
}

/// The runs of a history in its order, parents first, as events.
public struct Outbox {
  private let repository: Repository

  /// Creates an outbox.
  public init(_ repository: Repository) { self.repository = repository }

  /// Returns the events that are reachable from `tip` and not from `base`.
  /// - Throws: `GitError` if history is shallow or cannot be read. O(commits between the two).
  func events(of tip: ObjectID, after base: ObjectID?) throws -> [RunEvent] {
    return try runs(of: tip, after: base).map { record in
      let line = RunLine(
        run: record.run, id: record.id, commit: record.commit, isStamped: record.isStamped,
        heals: record.heals)
      let plan = try repository.tree(of: repository.commit(record.commit)).planFile()?.plan?.planID
      return RunEvent(
        line, plan: plan, codes: record.codes.sorted(),
        committedAt: Timestamp.text(millisecondsSince1970: record.committedAt * 1000))
    }
  }

  /// Returns the runs that are reachable from `tip` and not from `base`.
  private func runs(of tip: ObjectID, after base: ObjectID?) throws -> [RunRecord] {
    let base = try base.flatMap { try repository.holds($0) ? $0 : nil }
    let range = try base.map { try AuditRange.after([$0], to: [tip], in: repository) } ?? .whole(tip)
    return try range.audit(repository).runs
  }

  /// Returns the number of runs of `tip` that a sink has neither accepted nor rejected.
  /// - Throws: `GitError` if history is shallow or cannot be read; `SystemError`. O(undelivered commits).
  public func behind(_ sink: String, of tip: ObjectID) throws -> Int {
    let cursor = try CursorStore(gitFolder: repository.commonFolder).load(sink)
    guard let target = cursor.target, try repository.holds(target) else {
      return cursor.base == tip ? 0 : try runs(of: tip, after: cursor.base).count
    }
    let left = try runs(of: target, after: cursor.base).count - cursor.done
    return try left + (target == tip ? 0 : runs(of: tip, after: target).count)
  }
}
