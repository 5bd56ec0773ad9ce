import ReadinessSystem

/// The variables that git sets for hooks and libgit2 must not see.
///
/// libgit2 rejects `GIT_WORK_TREE` and `GIT_COMMON_DIR` when it opens a repository from the environment. If
/// `GIT_INDEX_FILE` is set, libgit2 reads the whole index first, and rejects a split or sparse one.
package enum GitEnvironment {
  /// The variables at the start of the program.
  package struct Outer: Sendable {
    /// `GIT_WORK_TREE`.
    package let workTree: String?
    /// `GIT_INDEX_FILE`.
    package let index: String?
  }

  /// Removes the variables from the environment once, while no other thread reads it: the first repository is opened
  /// before the first thread starts.
  package static let outer: Outer = {
    let outer = Outer(
      workTree: Environment.value("GIT_WORK_TREE"), index: Environment.value("GIT_INDEX_FILE"))
    Environment.remove(["GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_INDEX_FILE"])
    return outer
  }()
}
