public import GitRepository
import ReadinessSystem

/// Completes or reverts killed commands of this program. Reports other programs' locks and never removes them.
public struct Recovery {
  private let repository: Repository

  /// Creates a recovery.
  public init(_ repository: Repository) { self.repository = repository }

  private var indexLock: String { repository.gitFolder + "index.lock" }

  /// Returns the unfinished work, in sentences; empty if there is none. Reads only.
  public func unfinished() throws -> [String] {
    var found: [String] = []
    if let journal = try MoveJournal.left(in: repository) {
      found.append("A command was killed in the middle of a \(journal.name).")
    }
    if let lock = LockFile(indexLock), lock.isAbandoned { found.append("\(lock.path) is locked\(lock.age).") }
    found += try MoveJournal.leftovers(in: repository).map {
      "\($0) was being prepared by a command that runs no longer."
    }
    return found
  }

  /// Recovers. If several commands recover at the same time, one does the work and the others wait.
  /// - Returns: the actions, in sentences; empty if there was nothing to do.
  public func run() throws -> [String] {
    guard try !unfinished().isEmpty else { return [] }
    let recovering = try FileLock(waitingFor: repository.gitFolder + "readiness-recovery")
    defer { withExtendedLifetime(recovering) {} }
    var done: [String] = []
    if let journal = try MoveJournal.left(in: repository) {
      let stands = try journal.end(in: repository)
      done.append(
        stands
          ? "The killed \(journal.name) stands; index and files follow it now."
          : "The killed \(journal.name) never happened; what it had prepared is gone.")
    }
    if let lock = LockFile(indexLock), lock.isAbandoned {
      FileSystem.removeQuietly(lock.path)
      done.append("\(lock.path) was left by a killed command, and is gone.")
    }
    for leftover in try MoveJournal.leftovers(in: repository) {
      FileSystem.removeQuietly(leftover)
      done.append("\(leftover) was left by a killed command, and is gone.")
    }
    return done
  }

  /// Returns the locks of index, HEAD, configuration, packed refs and refs, with their ages.
  public func locks() throws -> [LockFile] {
    var paths = ["index.lock", "HEAD.lock", "config.lock"].map { repository.gitFolder + $0 }
    paths += ["packed-refs.lock", "config.lock", "shallow.lock"].map { repository.commonFolder + $0 }
    paths += try Self.locks(under: repository.commonFolder + "refs")
    return Set(paths).sorted().compactMap { LockFile($0) }
  }

  private static func locks(under folder: String) throws -> [String] {
    try FileSystem.names(in: folder).flatMap { name -> [String] in
      let path = folder + "/" + name
      return name.hasSuffix(".lock") ? [path] : try locks(under: path)
    }
  }
}
