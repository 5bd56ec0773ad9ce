public import GitObjects
import CLibgit2
public import PlanModel
import ReadinessSystem

extension Repository {
  /// The tree that a commit of the index would have, as the hook's environment names the index.
  ///
  /// Git wrote the same tree before it ran the hook, so nothing new is stored. Split and sparse indexes, and entries
  /// that are only intended, are left to git itself.
  public func candidateTree() throws -> ObjectID {
    // Git has mostly written it already.
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

  /// Opens the index as it is now; without a pointer where libgit2 cannot read it, as a split or a sparse one.
  func openIndex() -> Owned<OpaquePointer> {
    Owned(git_index_free) { index in
      guard git_index_open(&index, indexPath) < 0 else { return }
      git_index_free(index)
      index = nil
    }
  }

  var indexPath: String { GitEnvironment.outer.index ?? gitFolder + "index" }

  /// The milestones whose files may differ from what is staged; nil where that cannot be told without reading them all.
  /// The search asks the file system about each, so it is made for a thread of its own.
  public func searchForMilestonesThatMayDiffer() -> () -> [MilestoneID]? {
    let (workTree, indexPath) = (workTree, indexPath)
    return {
      guard let workTree else { return nil }
      return IndexFile.suspects(inIndex: indexPath, folder: PlanPaths.folder + "/", of: workTree)?
        .compactMap { PlanPaths.stem(ofName: $0).map { MilestoneID($0) } }
    }
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
    let path = indexPath + ".lock"
    guard let lock = LockFile(path) else { return }
    throw GitError(
      .locked, "The index is locked by \(path)\(lock.age).",
      hint: "Another git command is running. If none is, remove that file.", function: "open")
  }

  /// What the index holds at a path; nil where there is nothing. Split and sparse indexes are left to git itself.
  public func staged(_ path: String) throws -> FileIdentity? {
    if let index = IndexFile(indexPath), index.tellsNames { return index.identity(of: path) }
    let opened = openIndex()
    guard let index = opened.pointer else { return try stagedByGit(path) }
    guard let entry = git_index_get_bypath(index, path, 0) else { return nil }
    return FileIdentity(
      kind: FileKind(mode: entry.pointee.mode), id: ObjectID(entry.pointee.id))
  }

  /// `git ls-files --stage` prints mode, object and stage before a tab.
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

  /// True where a file of the work tree is to the byte what a blob holds, so that no filter needs to be asked.
  public func workFile(_ path: String, holds blob: ObjectID) -> Bool {
    var oid = git_oid()
    // A large one is left to git, which streams it.
    guard let workTree, let status = FileSystem.status(workTree + path), status.kind == .regular,
      status.size <= 1 << 20, let bytes = FileSystem.readQuietly(workTree + path)
    else { return false }
    return git_odb_hash(&oid, bytes, bytes.count, GIT_OBJECT_BLOB) == 0 && ObjectID(oid) == blob
  }

  /// The object that a file of the work tree would become, by git's own filters. A file that a sparse
  /// checkout leaves out counts as it is staged; nil where there is none.
  public func hashOfWorkFile(_ path: String) throws -> ObjectID? {
    guard let workTree else { return nil }
    guard FileSystem.exists(workTree + path) else { return try leftOut(at: path).first?.identity.id }
    var oid = git_oid()
    if git_repository_hashfile(&oid, pointer, path, GIT_OBJECT_BLOB, nil) >= 0 { return ObjectID(oid) }
    // libgit2 reads the index for attributes; one that it cannot read is left to git.
    let output = try GitProcess.run(["hash-object", "--path=\(path)", "--", workTree + path])
    guard output.status == 0, let id = ObjectID(hex: output.trimmed) else {
      throw GitError(
        .other, "\(path): \(output.errorText)", hint: "Run git status: it says what is in the way.",
        function: "git hash-object")
    }
    return id
  }
}
