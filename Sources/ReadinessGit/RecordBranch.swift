import CLibgit2
import PlanJudge
import PlanModel

/// Writes a ref that holds records beside the plan: commits of one parent each, moved by compare-and-swap.
///
/// Index and work tree are not touched. A kill leaves the old commit or the new one.
public struct RecordBranch {
  /// A file of a record.
  public struct File: Sendable {
    /// From the top of the tree.
    public let path: String
    /// Its bytes.
    public let bytes: [UInt8]

    /// Makes a file.
    public init(path: String, bytes: [UInt8]) { (self.path, self.bytes) = (path, bytes) }
  }

  /// The full name of the ref.
  public let name: String
  private let repository: Repository

  /// Names a ref; it need not be there yet.
  public init(_ name: String, _ repository: Repository) { (self.name, self.repository) = (name, repository) }

  /// The commit of the ref; nil if it is not there.
  public func tip() throws -> ObjectID? { try repository.commit(ofRef: name) }

  /// Adds files in one commit and moves the ref to it.
  /// - Parameters:
  ///   - parent: the commit that the new one continues; nil for the first.
  ///   - old: the commit that the ref has to be at; nil if it must not be there.
  /// - Throws: `GitError` of kind `locked` or `changedMeanwhile` if another writer was faster; the ref is unchanged then.
  /// - Returns: the new commit.
  public func add(
    _ files: [File], onto parent: ObjectID?, replacing old: ObjectID?, message: String, author: Identity
  ) throws -> ObjectID {
    let writer = CommitWriter(repository)
    let objects = repository.newObjects
    let root = try parent.map { try repository.commit($0).tree } ?? objects.make(GIT_OBJECT_TREE, [])
    let tree = try writer.tree(
      root, with: files.map { CommitPlan.Change(path: $0.path, replacing: nil, bytes: $0.bytes) })
    let parents = parent.map { "parent \($0)\n" } ?? ""
    let authorLine = try CommitWriter.ident(author, "GIT_AUTHOR_IDENT", dateVariable: "GIT_AUTHOR_DATE")
    let committer = try CommitWriter.ident(
      repository.configuredIdentity(.committer) ?? author, "GIT_COMMITTER_IDENT", dateVariable: "GIT_COMMITTER_DATE")
    let commit = try objects.make(
      GIT_OBJECT_COMMIT,
      Array("tree \(tree)\n\(parents)author \(authorLine)\ncommitter \(committer)\n\n\(message)\n".utf8))
    var batch = FileBatch()
    defer { batch.cancel() }
    try objects.add(to: &batch, in: repository.ownObjectFolder)
    try batch.put()
    objects.forget()
    try move(to: commit, from: old)
    return commit
  }

  /// Moves the ref, if it is still at a commit.
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
      hint: isLocked ? "Another git command is at work; try again." : "See git update-ref.",
      function: "git update-ref")
  }
}

/// A path that two trees do not hold alike.
public struct TreeChange: Sendable {
  /// From the top of the tree; names that are no UTF-8 are repaired, and so fit no rule.
  public let path: String
  /// What the old tree holds there; nil for nothing.
  public let old: FileIdentity?
  /// What the new tree holds there; nil for nothing. A folder beyond the depth is named itself.
  public let new: FileIdentity?
}

extension Repository {
  /// Compares two trees, and reads only folders that differ.
  /// - Parameters:
  ///   - old: nil is an empty tree.
  ///   - bound: the most changes that are collected; one more says that there are more.
  ///   - depth: the most folders in one another that are opened.
  public func changes(from old: ObjectID?, to new: ObjectID, atMost bound: Int, depth: Int) throws -> [TreeChange] {
    var changes: [TreeChange] = []
    try compare(old, new, "", depth, bound + 1, into: &changes)
    return changes
  }

  private func compare(
    _ old: ObjectID?, _ new: ObjectID?, _ prefix: String, _ depth: Int, _ bound: Int, into changes: inout [TreeChange]
  ) throws {
    if old == new { return }
    func entries(_ tree: ObjectID?) throws -> [String: FileIdentity] {
      var found: [String: FileIdentity] = [:]
      if let tree { try forEachEntry(of: tree) { found[$0] = $1 } }
      return found
    }
    let (before, after) = (try entries(old), try entries(new))
    for name in Set(before.keys).union(after.keys).sorted() where before[name] != after[name] {
      guard changes.count < bound else { return }
      let (a, b) = (before[name], after[name])
      let isOpened = depth > 0 && [a, b].contains { $0?.kind == .folder }
      if !isOpened || [a, b].contains(where: { $0 != nil && $0?.kind != .folder }) {
        changes.append(TreeChange(path: prefix + name, old: a, new: b))
      }
      guard isOpened else { continue }
      try compare(
        a?.kind == .folder ? a?.id : nil, b?.kind == .folder ? b?.id : nil, prefix + name + "/", depth - 1, bound,
        into: &changes)
    }
  }

  /// The bytes of a blob of at most so many bytes; nil if it has more.
  public func smallBlob(_ id: ObjectID, atMost bound: Int) throws -> [UInt8]? {
    guard case .bytes(let bytes) = try content(of: id, atMost: bound) else { return nil }
    return bytes
  }
}

extension GitTree {
  /// The names in a folder, each with what it holds; empty if there is no such folder. O(entries).
  public func entries(ofFolder path: String) throws -> [(name: String, identity: FileIdentity)] {
    guard let folder = try identity(at: path), folder.kind == .folder else { return [] }
    var found: [(name: String, identity: FileIdentity)] = []
    try repository.forEachEntry(of: folder.id) { found.append(($0, $1)) }
    return found
  }
}
