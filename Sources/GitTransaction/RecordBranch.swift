public import GitRepository
public import GitObjects
import CLibgit2
public import PlanModel

/// Writes a ref for records outside the plan: a chain of commits, moved by compare-and-swap.
///
/// Does not change index or work tree. A kill leaves the old commit or the new one.
public struct RecordBranch {
  /// A file of a record.
  public struct File: Sendable {
    /// The path from the top of the tree.
    public let path: String
    /// The content.
    public let bytes: [UInt8]

    /// Creates a file.
    public init(path: String, bytes: [UInt8]) { (self.path, self.bytes) = (path, bytes) }
  }

  /// The full name of the ref.
  public let name: String
  private let repository: Repository

  /// Names a ref, which need not exist yet.
  public init(_ name: String, _ repository: Repository) { (self.name, self.repository) = (name, repository) }

  /// Returns the commit of the ref. Returns nil if the ref does not exist.
  public func tip() throws -> ObjectID? { try repository.commit(ofRef: name) }

  /// Adds files in one commit and moves the ref to it.
  /// - Parameters:
  ///   - parent: the parent of the new commit; nil for the first.
  ///   - old: the expected commit of the ref; nil if it must not exist.
  /// - Throws: `GitError` of kind `locked` or `changedMeanwhile` if another writer was faster; then the ref is
  ///   unchanged.
  /// - Returns: the new commit.
  public func add(
    _ files: [File], onto parent: ObjectID?, replacing old: ObjectID?, message: String, author: Identity
  ) throws -> ObjectID {
    let writer = CommitWriter(repository)
    let objects = repository.newObjects
    let root = try parent.map { try repository.commit($0).tree } ?? objects.make(.tree, [])
    let tree = try writer.tree(
      root, with: files.map { CommitPlan.Change(path: $0.path, replacing: nil, bytes: $0.bytes) })
    let parents = parent.map { "parent \($0)\n" } ?? ""
    let authorLine = try CommitWriter.ident(author, "GIT_AUTHOR_IDENT", dateVariable: "GIT_AUTHOR_DATE")
    let committer = try CommitWriter.ident(
      repository.configuredIdentity(.committer) ?? author, "GIT_COMMITTER_IDENT", dateVariable: "GIT_COMMITTER_DATE")
    let commit = try objects.make(
      .commit,
      Array("tree \(tree)\n\(parents)author \(authorLine)\ncommitter \(committer)\n\n\(message)\n".utf8))
    var batch = FileBatch()
    defer { batch.cancel() }
    try objects.add(to: &batch, in: repository.ownObjectFolder)
    try batch.put()
    objects.forget()
    try move(to: commit, from: old)
    return commit
  }

  /// Moves the ref if it is still at the expected commit.
  /// - Throws: `GitError` of kind `locked` or `changedMeanwhile` if another writer was faster.
  public func move(to new: ObjectID, from old: ObjectID?) throws {
    let output = try GitProcess.run([
      "-c", "core.fsync=reference", "update-ref", "-m", "readiness: attest", name, new.description,
      (old ?? .zero).description,
    ])
    guard output.status != 0 else { return }
    if try tip() != old {
      throw GitError(.changedMeanwhile, "\(name) moved meanwhile.", hint: "Try again.", function: "git update-ref")
    }
    let isLocked = output.errorText.contains(".lock") || output.errorText.contains("cannot lock ref")
    throw GitError(
      isLocked ? .locked : .other, "\(name) cannot be moved: \(output.errorText)",
      hint: isLocked ? "Another git command is running; try again." : "Check the ref with git show-ref.",
      function: "git update-ref")
  }
}
