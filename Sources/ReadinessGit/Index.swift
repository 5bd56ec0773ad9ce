import CLibgit2
import Glibc
import ReadinessCore

extension Repository {
  /// The tree that a commit of the index would have, as the hook's environment names the index.
  ///
  /// Git wrote the same tree before it ran the hook, so nothing new is stored. Split and sparse indexes, and entries
  /// that are only intended, are left to git itself.
  public func candidateTree() throws -> ObjectID {
    if leavesIndexToGit { return try writeTreeByGit() }
    var index: OpaquePointer?
    guard git_repository_index(&index, pointer) >= 0, let index else { return try writeTreeByGit() }
    defer { git_index_free(index) }
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

  private func writeTreeByGit() throws -> ObjectID {
    let output = try GitProcess.run(["write-tree"])
    guard let id = ObjectID(hex: output.trimmed) else {
      throw GitError(
        .other, "The index cannot be written as a tree: \(output.errorText)",
        hint: "Resolve what git status names as unmerged, then try again.", function: "git write-tree")
    }
    return id
  }

  /// An index that somebody is writing says nothing yet.
  /// - Throws: `GitError` of kind `locked`, with the lock's age.
  public func refuseLockedIndex() throws {
    let path = (getenv("GIT_INDEX_FILE").map { String(cString: $0) } ?? gitFolder + "index") + ".lock"
    guard let lock = LockFile(path) else { return }
    throw GitError(
      .locked, "The index is locked by \(path)\(lock.age).",
      hint: "Another git command is at work. If none is, remove that file.", function: "open")
  }

  /// What the index holds at a path; nil where there is nothing.
  public func staged(_ path: String) throws -> FileIdentity? {
    var index: OpaquePointer?
    try git("git_repository_index", "The index") { git_repository_index(&index, pointer) }
    defer { git_index_free(index) }
    // libgit2 keeps the index that it read first; others may have written it since.
    try git("git_index_read", "The index") { git_index_read(index, 1) }
    guard let entry = git_index_get_bypath(index, path, 0) else { return nil }
    return FileIdentity(
      kind: FileKind(mode: git_filemode_t(rawValue: entry.pointee.mode)), id: ObjectID(entry.pointee.id))
  }

  /// The object that a file of the work tree would become, by git's own filters; nil where there is no file.
  public func hashOfWorkFile(_ path: String) throws -> ObjectID? {
    guard let workTree, FileBytes.exists(workTree + path) else { return nil }
    var oid = git_oid()
    try git("git_repository_hashfile", "The file \(path)") {
      git_repository_hashfile(&oid, pointer, path, GIT_OBJECT_BLOB, nil)
    }
    return ObjectID(oid)
  }
}
