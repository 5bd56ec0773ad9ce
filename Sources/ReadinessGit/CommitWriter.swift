import CLibgit2
import Glibc
import ReadinessCore

/// A change of a few files that becomes a commit on HEAD, leaving everything else as the user has it.
public struct CommitPlan {
  /// What becomes of one path.
  public struct Change {
    /// From the top of the repository.
    public let path: String
    /// What index and file hold now; where they hold something else by the time the lock is taken, nothing is written.
    public let replacing: ObjectID
    /// The new bytes.
    public let bytes: [UInt8]

    /// Makes a change.
    public init(path: String, replacing: ObjectID, bytes: [UInt8]) {
      self.path = path
      self.replacing = replacing
      self.bytes = bytes
    }
  }

  /// The commit that HEAD has to be at.
  public let parent: Commit
  /// The files.
  public let changes: [Change]

  /// Makes a plan.
  public init(parent: Commit, changes: [Change]) {
    self.parent = parent
    self.changes = changes
  }
}

/// Writes commits. Order: objects, synced; the index's lock; the ref, by compare-and-swap; the index; the files. What
/// is killed half-way leaves the old state or the new one (`doc/decisions/0007-move-order.md`).
public struct CommitWriter {
  private let repository: Repository

  /// Makes a writer. Objects and refs are synced from here on.
  public init(_ repository: Repository) {
    self.repository = repository
    readiness_git_enable_fsync()
  }

  /// The tree that the plan would give; its objects are stored, and nothing refers to them yet.
  public func tree(_ plan: CommitPlan) throws -> ObjectID {
    try plan.changes.reduce(plan.parent.tree) { tree, change in
      var blob = git_oid()
      try git("git_blob_create_from_buffer", change.path) {
        git_blob_create_from_buffer(&blob, repository.pointer, change.bytes, change.bytes.count)
      }
      return try insert(ObjectID(blob), at: change.path.split(separator: "/").map(String.init)[...], into: tree)
    }
  }

  /// A tree with one blob put in. Folders on the way are made.
  private func insert(_ blob: ObjectID, at path: ArraySlice<String>, into tree: ObjectID?) throws -> ObjectID {
    guard let name = path.first else { return blob }
    let rest = path.dropFirst()
    var builder: OpaquePointer?
    var source: OpaquePointer?
    if let tree {
      var oid = tree.git
      try git("git_tree_lookup", "The tree \(tree)") { git_tree_lookup(&source, repository.pointer, &oid) }
    }
    defer { git_tree_free(source) }
    try git("git_treebuilder_new", name) { git_treebuilder_new(&builder, repository.pointer, source) }
    defer { git_treebuilder_free(builder) }
    var child = blob
    if !rest.isEmpty {
      let existing = try tree.flatMap { try repository.entry(name, in: $0) }
      child = try insert(blob, at: rest, into: existing?.kind == .folder ? existing?.id : nil)
    }
    var oid = child.git
    try git("git_treebuilder_insert", name) {
      git_treebuilder_insert(
        nil, builder, name, &oid, rest.isEmpty ? GIT_FILEMODE_BLOB : GIT_FILEMODE_TREE)
    }
    var written = git_oid()
    try git("git_treebuilder_write", name) { git_treebuilder_write(&written, builder) }
    return ObjectID(written)
  }

  /// Makes the commit and moves HEAD to it.
  /// - Throws: `GitError` of kind `locked` or `changedMeanwhile` where somebody else was faster; nothing has changed
  ///   then, and the caller reads and judges again.
  /// - Returns: the commit's id.
  public func commit(_ plan: CommitPlan, tree: ObjectID, message: String, author: Identity) throws -> ObjectID {
    var signature: UnsafeMutablePointer<git_signature>?
    try git("git_signature_now", "The author \(author)") {
      git_signature_now(&signature, author.name, author.email)
    }
    defer { git_signature_free(signature) }
    let committer = try Self.committer() ?? author
    var committerSignature: UnsafeMutablePointer<git_signature>?
    try git("git_signature_now", "The committer \(committer)") {
      git_signature_now(&committerSignature, committer.name, committer.email)
    }
    defer { git_signature_free(committerSignature) }
    // An empty commit leaves the index alone, so it needs neither lock nor work tree.
    let lock = try plan.changes.isEmpty ? nil : IndexUpdate(repository, changes: plan.changes)
    defer { lock?.release() }
    var treeObject: OpaquePointer?
    var treeID = tree.git
    try git("git_tree_lookup", "The tree \(tree)") { git_tree_lookup(&treeObject, repository.pointer, &treeID) }
    defer { git_tree_free(treeObject) }
    var parentObject: OpaquePointer?
    var parentID = plan.parent.id.git
    try git("git_commit_lookup", "The commit \(plan.parent.id)") {
      git_commit_lookup(&parentObject, repository.pointer, &parentID)
    }
    defer { git_commit_free(parentObject) }
    var oid = git_oid()
    var parents: [OpaquePointer?] = [parentObject]
    let code = parents.withUnsafeMutableBufferPointer {
      git_commit_create(
        &oid, repository.pointer, "HEAD", signature, committerSignature, nil, message, treeObject, 1,
        $0.baseAddress)
    }
    if git_error_code(code) == GIT_EMODIFIED {
      throw GitError(.changedMeanwhile, "HEAD moved meanwhile.", hint: "Try again.", function: "git_commit_create")
    }
    try git("git_commit_create", "The commit") { code }
    try lock?.commit()
    return ObjectID(oid)
  }

  private static func committer() throws -> Identity? {
    let output = try GitProcess.run(["var", "GIT_COMMITTER_IDENT"])
    return output.status == 0 ? Identity(signature: output.trimmed) : nil
  }
}

extension Identity {
  /// Reads `Name <address> seconds zone`, as `git var GIT_AUTHOR_IDENT` prints it.
  public init?(signature text: String) {
    guard let close = text.lastIndex(of: ">"), let open = text[..<close].lastIndex(of: "<") else { return nil }
    let name = text[..<open]
    self.init(
      name: String(name.hasSuffix(" ") ? name.dropLast() : name), email: String(text[text.index(after: open)..<close]))
  }
}

/// The index's lock, held while the ref moves, with the new index ready beside it.
private final class IndexUpdate {
  private let lockPath: String
  private let indexPath: String
  private let nextPath: String
  private var files: [(temporary: String, path: String)] = []
  private var isDone = false
  private var holdsLock = false

  /// Takes the lock, copies the index, and stages the changes in the copy. The user's other entries stay as they are.
  init(_ repository: Repository, changes: [CommitPlan.Change]) throws {
    guard let workTree = repository.workTree else {
      throw GitError(
        .unsupported, "A bare repository has no work tree to change.", hint: "Move in a clone.", function: "move")
    }
    indexPath = getenv("GIT_INDEX_FILE").map { String(cString: $0) } ?? repository.gitFolder + "index"
    lockPath = indexPath + ".lock"
    nextPath = indexPath + ".readiness-\(getpid())"
    do {
      try FileBytes.create(lockPath, [])
      holdsLock = true
    } catch let error as GitError where error.kind == .locked {
      throw GitError(
        .locked, "The index is locked by \(lockPath)\(Self.age(of: lockPath)).",
        hint: "Another git command is at work. If none is, remove that file.", function: "open")
    }
    do {
      try stage(changes, workTree)
      for change in changes where try repository.hashOfWorkFile(change.path) != change.replacing {
        throw Self.changed(change.path)
      }
    } catch {
      release()
      throw error
    }
  }

  private static func changed(_ path: String) -> GitError {
    GitError(.changedMeanwhile, "\(path) changed meanwhile.", hint: "Try again.", function: "stage")
  }

  private static func age(of path: String) -> String {
    var status = stat()
    guard lstat(path, &status) == 0 else { return "" }
    return ", \(max(0, time(nil) - status.st_mtim.tv_sec)) s old"
  }

  private func stage(_ changes: [CommitPlan.Change], _ workTree: String) throws {
    if FileBytes.exists(indexPath) { try FileBytes.create(nextPath, FileBytes.read(indexPath)) }
    var index: OpaquePointer?
    try git("git_index_open", "The index") { git_index_open(&index, nextPath) }
    defer { git_index_free(index) }
    for change in changes {
      let staged = git_index_get_bypath(index, change.path, 0).map { ObjectID($0.pointee.id) }
      guard staged == change.replacing else { throw Self.changed(change.path) }
      let temporary = workTree + change.path + ".readiness-\(getpid())"
      try FileBytes.create(temporary, change.bytes)
      files.append((temporary, workTree + change.path))
      var oid = git_oid()
      try git("git_odb_hash", change.path) {
        git_odb_hash(&oid, change.bytes, change.bytes.count, GIT_OBJECT_BLOB)
      }
      var entry = git_index_entry()
      var status = stat()
      guard lstat(temporary, &status) == 0 else { throw FileBytes.systemError("lstat", temporary) }
      entry.ctime.seconds = Int32(truncatingIfNeeded: status.st_ctim.tv_sec)
      entry.mtime.seconds = Int32(truncatingIfNeeded: status.st_mtim.tv_sec)
      entry.mtime.nanoseconds = UInt32(truncatingIfNeeded: status.st_mtim.tv_nsec)
      entry.dev = UInt32(truncatingIfNeeded: status.st_dev)
      entry.ino = UInt32(truncatingIfNeeded: status.st_ino)
      entry.uid = status.st_uid
      entry.gid = status.st_gid
      entry.file_size = UInt32(change.bytes.count)
      entry.mode = UInt32(GIT_FILEMODE_BLOB.rawValue)
      entry.id = oid
      try change.path.withCString { path in
        entry.path = path
        try git("git_index_add", change.path) { git_index_add(index, &entry) }
      }
    }
    try git("git_index_write", "The index") { git_index_write(index) }
  }

  /// The ref has moved: the index and the files follow.
  func commit() throws {
    guard rename(nextPath, indexPath) == 0 else { throw FileBytes.systemError("rename", indexPath) }
    for file in files {
      guard rename(file.temporary, file.path) == 0 else { throw FileBytes.systemError("rename", file.path) }
    }
    isDone = true
    release()
  }

  /// Gives the lock back and removes what was prepared.
  func release() {
    if !isDone {
      unlink(nextPath)
      for file in files { unlink(file.temporary) }
    }
    if holdsLock { unlink(lockPath) }
    holdsLock = false
    isDone = true
    files = []
  }
}
