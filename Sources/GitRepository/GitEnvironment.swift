import ReadinessSystem

/// Holds variables that git gives to hooks and libgit2 must not see.
///
/// libgit2 refuses `GIT_WORK_TREE` and `GIT_COMMON_DIR` when it opens a repository from the environment, and where
/// `GIT_INDEX_FILE` is set it reads all of that index to open one, and refuses one that is split or sparse.
package enum GitEnvironment {
  /// The variables as they were when the program began.
  package struct Outer: Sendable {
    /// `GIT_WORK_TREE`.
    package let workTree: String?
    /// `GIT_INDEX_FILE`.
    package let index: String?
  }

  /// Removes the variables from the environment once, which no thread may read meanwhile: the first repository is opened
  /// before the first thread is started.
  package static let outer: Outer = {
    let outer = Outer(
      workTree: Environment.value("GIT_WORK_TREE"), index: Environment.value("GIT_INDEX_FILE"))
    Environment.remove(["GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_INDEX_FILE"])
    return outer
  }()
}
