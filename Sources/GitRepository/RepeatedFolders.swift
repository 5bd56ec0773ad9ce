import GitObjects
import Synchronization

/// Bounds the work of a gate on folders that it reads repeatedly, and on patterns beyond the usual number, over all
/// listings and comparisons of one process.
///
/// A few tree objects that refer to each other many times expand to unlimited files. Such a push costs its sender
/// twenty small objects, and the server minutes; so do thousands of patterns, which fit into a few kilobytes. A
/// folder that occurs once is free for a usual number of patterns, so the size of a repository does not consume the
/// allowance.
public final class RepeatedFolders: Sendable {
  /// The allowance of this process, unbounded until `bound` is called.
  static let process = RepeatedFolders(cost: .max)
  private let left: Atomic<Int>

  init(cost: Int) { left = Atomic(cost) }

  /// Bounds this process from now on: 100,000 entries, about a second. Must be called before any thread starts.
  public static func bound() { process.left.store(FolderVisits.costBound, ordering: .relaxed) }

  /// Deducts the cost of an entry from the allowance.
  /// - Throws: `GitError` if the allowance is exhausted, because the inputs of a check cannot be listed.
  func take(_ cost: Int) throws {
    guard left.subtract(cost, ordering: .relaxed).newValue > 0 else {
      throw GitError(
        .unsupported,
        "The tree holds the same folders in so many places, or there are so many patterns, that its files cannot be listed.",
        hint: FolderVisits.hint, function: "SelectedFiles")
    }
  }
}

/// Counts the entries that one listing or comparison of folders examines.
struct FolderVisits {
  /// Git itself follows a depth of 2,048 folders (`core.maxTreeDepth`).
  private static let (countBound, depthBound) = (4_000_000, 2_048)
  /// The cost of a repeated entry, the cost of its comparison with a pattern, and the number of patterns that are
  /// free if an entry is read once.
  private static let (entryCost, patternCost, usualPatterns) = (100, 4, 128)
  /// The cost of 100,000 repeated entries.
  static let costBound = 10_000_000
  static let hint =
    "Name fewer paths in the patterns of paths.json, or in the inputs of the check; or store the folder once."
  private let patterns: Int
  private var (count, spent) = (0, 0)
  private var seen: (new: Set<ObjectID>, old: Set<ObjectID>) = ([], [])

  /// - Parameter patterns: the number of patterns for each entry.
  init(patterns: Int = 0) { self.patterns = patterns }

  /// Records a folder, or both sides of a comparison.
  /// - Returns: true if one of them was read before.
  mutating func enters(_ new: ObjectID?, _ old: ObjectID? = nil) -> Bool {
    let isNew = new.map { seen.new.insert($0).inserted } ?? true
    let isOld = old.map { seen.old.insert($0).inserted } ?? true
    return !isNew || !isOld
  }

  /// Counts one entry.
  /// - Throws: `GitError` at a bound, because files that cannot be listed are not judged.
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
