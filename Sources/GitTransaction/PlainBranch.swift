import GitRepository
import GitObjects
import PlanModel
import ReadinessSystem

/// A loose branch whose reflog exists, as HEAD's does: nearly every branch. It is moved as git moves it (lock,
/// comparison, logs, rename), and syncs the value before and the name after, but not the logs. libgit2 moves every
/// other ref, and syncs each log twice.
struct PlainBranch {
  /// The outcome of a move.
  enum Outcome {
    /// It moved; false if the system did not confirm the sync.
    case moved(isOnDisk: Bool)
    /// It is at another commit.
    case changed
    /// Another command holds its lock.
    case locked
    /// It is no longer such a branch, and is unchanged.
    case unlike
  }

  private let path: String
  private let lock: String
  private let logs: [String]
  private let prepared: String

  /// Opens a branch. Returns nil if the ref is not a loose branch with a reflog.
  init?(_ repository: Repository, _ name: String) {
    guard name.hasPrefix("refs/heads/") else { return nil }
    path = repository.commonFolder + name
    lock = repository.lockPath(ofRef: name)
    logs = [repository.commonFolder + "logs/" + name, repository.gitFolder + "logs/HEAD"]
    prepared = repository.gitFolder + MoveJournal.temporaryName("ref")
    guard ([path] + logs).allSatisfy({ FileSystem.isRegular($0, followsLinks: false) }) else { return nil }
  }

  /// Prepares the new value.
  func prepare(_ commit: ObjectID, in batch: inout FileBatch) throws {
    try batch.add(Self.text(commit), mode: 0o666, temporary: prepared, place: nil)
  }

  private static func text(_ commit: ObjectID) -> [UInt8] { Array("\(commit)\n".utf8) }

  /// Moves the branch to the prepared value.
  /// - Parameters:
  ///   - old: its expected commit.
  ///   - line: the text of the reflog entry after the two ids.
  /// - Throws: `GitError` if a file cannot be written; then the branch has not moved.
  func move(from old: ObjectID, to new: ObjectID, line: String) throws -> Outcome {
    defer { FileSystem.removeQuietly(prepared) }
    // The lock always contains the value, so that an abandoned one identifies its command.
    do { try FileSystem.addName(lock, to: prepared) } catch { return error.kind == .exists ? .locked : .unlike }
    do {
      guard FileSystem.isRegular(path, followsLinks: false), let value = try FileSystem.readIfPresent(path) else {
        return give(.unlike)
      }
      guard value == Self.text(old) else { return give(value.count == 41 ? .changed : .unlike) }
      for log in logs {
        guard try FileSystem.extend(log, by: Array("\(old) \(new) \(line)\n".utf8)) else { return give(.unlike) }
      }
      try FileSystem.rename(lock, to: path)
    } catch {
      FileSystem.removeQuietly(lock)
      throw error
    }
    do { try FileSystem.syncFolder(of: path) } catch { return .moved(isOnDisk: false) }
    return .moved(isOnDisk: true)
  }

  private func give(_ outcome: Outcome) -> Outcome {
    FileSystem.removeQuietly(lock)
    return outcome
  }
}
