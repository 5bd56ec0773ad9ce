import GitObjects
import Synchronization

/// Bounds the work of a gate on folders that it reads again, and on patterns beyond those that a check has by itself, in
/// all listings and comparisons of one process.
///
/// A few tree objects that name one another many times are files without number. Such a push costs its sender twenty small
/// objects, and a listing of them costs the server minutes; so do thousands of patterns, which a few kilobytes hold. Folders
/// that stand in one place only are not counted for a usual number of patterns, so the size of a repository does not use the
/// allowance up.
public final class RepeatedFolders: Sendable {
  /// That of this process, without a bound until `bound` is called.
  static let process = RepeatedFolders(cost: .max)
  private let left: Atomic<Int>

  init(cost: Int) { left = Atomic(cost) }

  /// Bounds this process from here on: as much as 100,000 entries, about a second. Call it before any thread is started.
  public static func bound() { process.left.store(FolderVisits.costBound, ordering: .relaxed) }

  /// Takes what one entry costs from what is left.
  /// - Throws: `GitError` where nothing is left: what a check depends on cannot be listed.
  func take(_ cost: Int) throws {
    guard left.subtract(cost, ordering: .relaxed).newValue > 0 else {
      throw GitError(
        .unsupported,
        "The tree holds the same folders in so many places, or there are so many patterns, that its files cannot be listed.",
        hint: FolderVisits.hint, function: "SelectedFiles")
    }
  }
}

/// Counts the entries that one listing or comparison of folders looks at.
struct FolderVisits {
  /// Git itself follows 2,048 folders in one another (`core.maxTreeDepth`).
  private static let (countBound, depthBound) = (4_000_000, 2_048)
  /// What an entry that is read again costs by itself, what its comparison with a pattern costs, and how many patterns cost
  /// nothing where an entry is read once.
  private static let (entryCost, patternCost, usualPatterns) = (100, 4, 128)
  /// The cost of 100,000 entries that are read again.
  static let costBound = 10_000_000
  static let hint =
    "Name fewer paths in the patterns of paths.json, or in the inputs of the check; or store the folder once."
  private let patterns: Int
  private var (count, spent) = (0, 0)
  private var seen: (new: Set<ObjectID>, old: Set<ObjectID>) = ([], [])

  /// - Parameter patterns: how many each entry is compared with.
  init(patterns: Int = 0) { self.patterns = patterns }

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
    let cost =
      isRepeated
      ? Self.entryCost + Self.patternCost * patterns : Self.patternCost * max(0, patterns - Self.usualPatterns)
    if cost > 0 {
      spent += cost
      try RepeatedFolders.process.take(cost)
    }
    guard count <= Self.countBound, spent <= Self.costBound, depth <= Self.depthBound else {
      throw GitError(
        .unsupported,
        "The tree has more than \(Self.countBound) files where a pattern looks for them, holds the same folders in too many places for so many patterns, or has more than \(Self.depthBound) folders in one another.",
        hint: Self.hint, function: "SelectedFiles")
    }
  }
}
