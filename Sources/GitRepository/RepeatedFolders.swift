import GitObjects
import Synchronization

/// Bounds how many entries of folders a gate reads again, in all listings and comparisons of one process.
///
/// A few tree objects that name one another many times are files without number. Such a push costs its sender twenty small
/// objects, and a listing of them costs the server minutes. Folders that stand in one place only are not counted, so the
/// size of a repository does not use the allowance up.
public final class RepeatedFolders: Sendable {
  /// That of this process, without a bound until `bound` is called.
  static let process = RepeatedFolders(entries: .max)
  private let left: Atomic<Int>

  init(entries: Int) { left = Atomic(entries) }

  /// Bounds this process from here on: 100,000 entries, about a second. Call it before any thread is started.
  public static func bound() { process.left.store(100_000, ordering: .relaxed) }

  /// Takes one entry from what is left.
  /// - Throws: `GitError` where nothing is left: what a check depends on cannot be listed.
  func take() throws {
    guard left.subtract(1, ordering: .relaxed).newValue > 0 else {
      throw GitError(
        .unsupported, "The tree holds the same folders in so many places that its files cannot be listed.",
        hint: FolderVisits.hint, function: "SelectedFiles")
    }
  }
}

/// Counts the entries that one listing or comparison of folders looks at.
struct FolderVisits {
  /// Git itself follows 2,048 folders in one another (`core.maxTreeDepth`).
  private static let (countBound, repeatBound, depthBound) = (4_000_000, 100_000, 2_048)
  static let hint =
    "Name fewer paths in the patterns of paths.json, or in the inputs of the check; or store the folder once."
  private var (count, repeated) = (0, 0)
  private var seen: (new: Set<ObjectID>, old: Set<ObjectID>) = ([], [])

  /// Notes a folder, or the two sides of a compared one.
  /// - Returns: true if one of them was read before.
  mutating func enters(_ new: ObjectID?, _ old: ObjectID? = nil) -> Bool {
    let isNew = new.map { seen.new.insert($0).inserted } ?? true
    let isOld = old.map { seen.old.insert($0).inserted } ?? true
    return !isNew || !isOld
  }

  /// Takes one entry.
  /// - Throws: `GitError` at the bound: what cannot be listed is not judged.
  mutating func take(depth: Int, isRepeated: Bool) throws {
    count += 1
    if isRepeated {
      repeated += 1
      try RepeatedFolders.process.take()
    }
    guard count <= Self.countBound, repeated <= Self.repeatBound, depth <= Self.depthBound else {
      throw GitError(
        .unsupported,
        "The tree has more than \(Self.countBound) files where a pattern looks for them, holds the same folders in too many places, or has more than \(Self.depthBound) folders in one another.",
        hint: Self.hint, function: "SelectedFiles")
    }
  }
}
