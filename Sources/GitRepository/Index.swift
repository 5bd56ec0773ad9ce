public import GitObjects
import CLibgit2
import PlanModel
import ReadinessSystem

extension Repository {
  /// Returns the tree that a commit of the index would have, for the index that the hook's environment names.
  ///
  /// Git wrote the same tree before it ran the hook, so no new object is stored. Git itself handles split and sparse
  /// indexes, and intent-to-add entries.
  public func candidateTree() throws -> ObjectID {
    // Git has usually written it already.
    if let root = IndexFile(indexPath)?.root, try holds(root) { return root }
    let opened = openIndex()
    guard let index = opened.pointer else { return try writeTreeByGit() }
    for position in 0..<git_index_entrycount(index) {
      guard let entry = git_index_get_byindex(index, position) else { continue }
      if entry.pointee.flags_extended & UInt16(GIT_INDEX_ENTRY_INTENT_TO_ADD.rawValue) != 0 {
        return try writeTreeByGit()
      }
    }
    var oid = git_oid()
    guard git_index_write_tree_to(&oid, index, pointer) >= 0 else { return try writeTreeByGit() }
    return ObjectID(oid)
  }

  /// Opens the current index. The pointer is nil if libgit2 cannot read it, such as a split or sparse index.
  func openIndex() -> Owned<OpaquePointer> {
    Owned(git_index_free) { index in
      guard git_index_open(&index, indexPath) < 0 else { return }
      git_index_free(index)
      index = nil
    }
  }

  package var indexPath: String { GitEnvironment.outer.index ?? gitFolder + "index" }

  private func writeTreeByGit() throws -> ObjectID {
    let output = try GitProcess.run(["write-tree"])
    guard let id = ObjectID(hex: output.trimmed) else {
      throw GitError(
        .other, "The index cannot be written as a tree: \(output.errorText)",
        hint: "Resolve what git status names as unmerged, then try again.", function: "git write-tree")
    }
    return id
  }

  /// Throws if another process is writing the index.
  /// - Throws: `GitError` of kind `locked`, with the lock's age.
  public func refuseLockedIndex() throws {
    let path = indexPath + ".lock"
    guard let lock = LockFile(path) else { return }
    throw GitError(
      .locked, "The index is locked by \(path)\(lock.age).",
      hint: "Another git command is running. If none is, remove that file.", function: "open")
  }

  /// Returns the staged file at a path. Returns nil if there is none. Git itself reads split and sparse indexes.
  public func staged(_ path: String) throws -> FileIdentity? {
    if let index = IndexFile(indexPath), index.tellsNames { return index.identity(of: path) }
    let opened = openIndex()
    guard let index = opened.pointer else { return try stagedByGit(path) }
    guard let entry = git_index_get_bypath(index, path, 0) else { return nil }
    return FileIdentity(
      kind: FileKind(mode: entry.pointee.mode), id: ObjectID(entry.pointee.id))
  }

  /// Parses `git ls-files --stage`: mode, object and stage before a tab.
  private func stagedByGit(_ path: String) throws -> FileIdentity? {
    let output = try GitProcess.run(["ls-files", "--stage", "--full-name", "--", ":(top,literal)" + path])
    guard output.status == 0 else {
      throw GitError(
        .damaged, output.errorText, hint: "Run git status: it says what is in the way.", function: "git ls-files")
    }
    let words = output.trimmed.prefix { $0 != "\t" }.split(separator: " ")
    guard words.count == 3, words[2] == "0", let id = ObjectID(hex: String(words[1])),
      let mode = UInt32(words[0], radix: 8)
    else { return nil }
    return FileIdentity(kind: FileKind(mode: mode), id: id)
  }

  /// Returns true if a file of the work tree equals a blob byte for byte, so that no filter is needed.
  public func workFile(_ path: String, holds blob: ObjectID) -> Bool {
    var oid = git_oid()
    // Git streams a large file itself.
    guard let workTree, let status = FileSystem.status(workTree + path), status.kind == .regular,
      status.size <= 1 << 20, let bytes = FileSystem.readQuietly(workTree + path)
    else { return false }
    return git_odb_hash(&oid, bytes, bytes.count, GIT_OBJECT_BLOB) == 0 && ObjectID(oid) == blob
  }

  /// Returns the object that a file of the work tree would become, by git's own filters. Returns the staged object of
  /// a file that a sparse checkout excludes, and nil if there is none.
  public func hashOfWorkFile(_ path: String) throws -> ObjectID? {
    guard let workTree else { return nil }
    guard FileSystem.exists(workTree + path) else { return try leftOut(at: path).first?.identity.id }
    var oid = git_oid()
    if git_repository_hashfile(&oid, pointer, path, GIT_OBJECT_BLOB, nil) >= 0 { return ObjectID(oid) }
    // libgit2 reads the index for attributes; git handles an index that libgit2 cannot read.
    let output = try GitProcess.run(["hash-object", "--path=\(path)", "--", workTree + path])
    guard output.status == 0, let id = ObjectID(hex: output.trimmed) else {
      throw GitError(
        .other, "\(path): \(output.errorText)", hint: "Run git status: it says what is in the way.",
        function: "git hash-object")
    }
    return id
  }
}
