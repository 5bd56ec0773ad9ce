import Synchronization

/// Bounds how many entries of folders a gate reads again within one listing.
///
/// A few tree objects that name one another many times are files without number. Such a push costs its sender twenty small
/// objects, and a listing of them costs the server minutes. Folders that stand in one place only are not counted, so the
/// size of a repository does not use the allowance up.
public final class RepeatedFolders: Sendable {
  /// That of this process, without a bound until `bound` is called.
  static let process = RepeatedFolders(entries: .max)
  private let left: Atomic<Int>

  init(entries: Int) { left = Atomic(entries) }

  /// Bounds this process from here on: 400,000 entries, about a second. Call it before any thread is started.
  public static func bound() { process.left.store(400_000, ordering: .relaxed) }

  /// Takes one entry from what is left.
  /// - Throws: `GitError` where nothing is left: what a check depends on cannot be listed.
  func take() throws {
    guard left.subtract(1, ordering: .relaxed).newValue > 0 else {
      throw GitError(
        .unsupported, "The tree holds the same folders in so many places that a check's inputs cannot be listed.",
        hint: "Name fewer paths in the inputs of the check.", function: "SelectedFiles")
    }
  }
}
