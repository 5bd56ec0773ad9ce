import GitObjects
import PlanModel
import GitRepository
import ReadinessSystem

/// The folder for a check: the repository's own work tree or a clean copy of a commit, with a folder for temporary
/// files. Created and removed on one thread, used on another.
struct WorkingArea: Sendable {
  /// The working folder of the check.
  let folder: String
  /// A private folder for temporary files.
  let temporary: String
  /// The folder that is removed at the end.
  private let root: String
  /// Held while the area is used. A free lock tells other processes that the folder is abandoned.
  private let lock: FileLock

  /// Uses the work tree itself.
  /// - Throws: `GitError` in a bare repository; `SystemError`.
  static func workTree(of repository: Repository) throws -> WorkingArea {
    guard let top = repository.workTree else {
      throw GitError(
        .unsupported, "A bare repository has no work tree to run a check in.",
        hint: "Use a profile whose workingArea is export.", function: "git_repository_workdir")
    }
    let (root, lock) = try makeRoot()
    return WorkingArea(folder: String(top.dropLast()), temporary: root + "/tmp", root: root, lock: lock)
  }

  /// Copies the content of a commit with git's own checkout, without `.git`.
  /// - Throws: `GitError`, `SystemError`.
  static func export(of commit: ObjectID, from repository: Repository) throws -> WorkingArea {
    let (root, lock) = try makeRoot()
    let area = WorkingArea(folder: root + "/tree", temporary: root + "/tmp", root: root, lock: lock)
    do {
      try FileSystem.makeFolders(area.folder)
      let index = root + "/index"
      for arguments in [
        ["read-tree", commit.description], ["--work-tree=\(area.folder)", "checkout-index", "-a", "-f", "-q"],
      ] {
        let output = try GitProcess.run(["--git-dir=\(repository.gitFolder)"] + arguments, index: index)
        guard output.status == 0 else {
          throw GitError(
            .other, "The commit \(commit) cannot be copied out: \(output.errorText)",
            hint: "Run git fsck: it says what is damaged.",
            function: "git \(arguments[0])")
        }
      }
      try FileSystem.remove(index)
    } catch {
      try area.remove()
      throw error
    }
    return area
  }

  private static let prefix = "readiness-check-"

  private static func makeRoot() throws(SystemError) -> (String, FileLock) {
    while true {
      let root = try FileSystem.makeTemporaryFolder(prefix)
      // Another process that removes abandoned areas may be faster.
      guard let lock = try FileLock(path: root + "/lock") else { continue }
      try FileSystem.makeFolders(root + "/tmp")
      removeAbandoned(beside: root)
      return (root, lock)
    }
  }

  /// Removes the areas of killed processes: this user's folders with a free lock. A folder that cannot be removed is
  /// left to the next run.
  private static func removeAbandoned(beside root: String) {
    let above = root.lastIndex(of: "/").map { String(root[..<$0]) } ?? "."
    let names: [String]
    do { names = try FileSystem.names(in: above) } catch { return }
    for name in names where name.hasPrefix(prefix) {
      let folder = above + "/" + name
      guard folder != root, let status = FileSystem.status(folder), status.kind == .folder,
        status.owner == Machine.userID, FileSystem.exists(folder + "/lock")
      else { continue }
      do {
        if try FileLock(path: folder + "/lock") != nil { try FileSystem.removeFolder(folder) }
      } catch { continue }
    }
  }

  /// Removes the area.
  /// - Throws: `SystemError`.
  func remove() throws { try FileSystem.removeFolder(root) }
}
