import GitRepository
import GitObjects
import PlanModel
import ReadinessSystem

/// A branch that is a file of its own and whose log is kept, as HEAD's is: nearly every one. It is moved as git moves it
/// (lock, comparison, logs, rename), with its new value on the disk before and its name after; logs are not waited for.
/// Every other ref is libgit2's, which waits for each log twice.
struct PlainBranch {
  /// What came of a move.
  enum Outcome {
    /// It moved; false where the system did not confirm that the disk has it.
    case moved(isOnDisk: Bool)
    /// It is at another commit.
    case changed
    /// Somebody else holds its lock.
    case locked
    /// It is no longer of this kind, and was left as it is.
    case unlike
  }

  private let path: String
  private let lock: String
  private let logs: [String]
  private let prepared: String

  /// Nil where the ref is not of this kind.
  init?(_ repository: Repository, _ name: String) {
    guard name.hasPrefix("refs/heads/") else { return nil }
    path = repository.commonFolder + name
    lock = repository.lockPath(ofRef: name)
    logs = [repository.commonFolder + "logs/" + name, repository.gitFolder + "logs/HEAD"]
    prepared = repository.gitFolder + MoveJournal.temporaryName("ref")
    guard ([path] + logs).allSatisfy({ FileSystem.isRegular($0, followsLinks: false) }) else { return nil }
  }

  /// Prepares the value that it is to have.
  func prepare(_ commit: ObjectID, in batch: inout FileBatch) throws {
    try batch.add(Self.text(commit), mode: 0o666, temporary: prepared, place: nil)
  }

  private static func text(_ commit: ObjectID) -> [UInt8] { Array("\(commit)\n".utf8) }

  /// Moves it to what was prepared.
  /// - Parameters:
  ///   - old: where it has to be.
  ///   - line: what the logs say behind the two ids.
  /// - Throws: `GitError` where a file cannot be written; the branch has not moved then.
  func move(from old: ObjectID, to new: ObjectID, line: String) throws -> Outcome {
    defer { FileSystem.removeQuietly(prepared) }
    // The lock is never there without the value, so that one which is left behind says whose it was.
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
