import GitRepository
import GitObjects
import CLibgit2
import PlanModel
import ReadinessSystem

/// The index's lock, held while the ref moves, with the new index and the new files prepared.
final class IndexUpdate {
  private let repository: Repository
  private let workTree: String
  private let lockPath: String
  private let indexPath: String
  private let nextPath: String
  private let changes: [CommitPlan.Change]
  private var files: [(temporary: String, path: String, bytes: [UInt8]?)] = []
  private var isDone = false
  private var holdsLock = false
  private var isJournaled = false
  /// True after the ref has moved, until index and files have followed.
  private var isBehind = false
  private var isLeftToGit = false
  private let signals = BlockedSignals()

  /// Takes the lock, copies the index, and stages the changes in the copy. The user's other entries stay unchanged.
  /// - Parameter journal: the journal of a killed command that this update completes. Takes over the command's lock,
  ///   and skips its completed steps.
  init(_ repository: Repository, changes: [CommitPlan.Change], ending journal: MoveJournal? = nil) throws {
    guard let workTree = repository.workTree else {
      throw GitError(
        .unsupported, "A bare repository has no work tree to change.", hint: "Move in a clone.", function: "move")
    }
    self.repository = repository
    self.workTree = workTree
    self.changes = changes
    lockPath = Self.lockPath(in: repository)
    indexPath = String(lockPath.dropLast(".lock".count))
    nextPath = repository.gitFolder + MoveJournal.temporaryName("index")
    if journal.map({ $0.owns(lockPath) }) == true { FileSystem.removeQuietly(lockPath) }
    try Self.takeLock(lockPath)
    holdsLock = true
    do {
      try stage(isEnding: journal != nil)
    } catch {
      release()
      throw error
    }
  }

  private static func takeLock(_ path: String) throws {
    do { try FileSystem.create(path, Array(LivingProcess.this.text.utf8)) } catch {
      guard error.kind == .exists else { throw error }
      throw GitError(
        .locked, "The index is locked by \(path)\(LockFile(path)?.age ?? "").",
        hint: "Another git command is running. If none is, remove that file.", function: "open")
    }
  }

  /// Returns the path of the lock of this process's index.
  static func lockPath(in repository: Repository) -> String {
    (GitEnvironment.outer.index ?? repository.gitFolder + "index") + ".lock"
  }

  private static func changed(_ path: String) -> GitError {
    GitError(.changedMeanwhile, "\(path) changed meanwhile.", hint: "Try again.", function: "stage")
  }

  private func stage(isEnding: Bool) throws {
    // Index and files are not synced, like git's own: they can be restored from the history and the journal, which
    // are.
    if FileSystem.exists(indexPath) { try FileSystem.create(nextPath, FileSystem.read(indexPath, atMost: 1 << 32)) }
    // A split or a sparse index cannot be opened, and is left to git.
    let opened = Owned(git_index_free) { index in isLeftToGit = git_index_open(&index, nextPath) < 0 }
    let index = opened.pointer
    smudgeRacyEntries(of: index)
    let top = try LinkFreeFolder(workTree)
    for change in changes {
      // Checked before anything moves: a plan folder that is a link leads out of the work tree.
      _ = try top.folder(Self.folder(of: change.path))
      let staged =
        isLeftToGit
        ? try repository.staged(change.path)?.id
        : git_index_get_bypath(index, change.path, 0).map { ObjectID($0.pointee.id) }
      // Most files equal their committed blob, which needs no filter.
      let isKept = change.replacing.map { repository.workFile(change.path, holds: $0) } ?? false
      let inFile = isKept ? change.replacing : try repository.hashOfWorkFile(change.path)
      if inFile != nil, try !isKept && isLeftOut(change.path) {
        // Git treats a file outside a sparse checkout as unchanged, so it stays excluded.
        guard staged == change.replacing else {
          if isEnding { continue }
          throw Self.changed(change.path)
        }
        try put(change, .unknown, into: index, isLeftOut: true)
      } else if isEnding {
        // A file that is neither old nor new is the user's, and stays.
        let writesFile = inFile == change.replacing
        guard writesFile || staged == change.replacing else { continue }
        // Without stat data, git itself compares the bytes.
        let status = writesFile ? try prepareFile(change) : .unknown
        if staged == change.replacing { try put(change, status, into: index) }
      } else {
        guard staged == change.replacing, inFile == change.replacing else { throw Self.changed(change.path) }
        try put(change, prepareFile(change), into: index)
      }
    }
    if !isLeftToGit { try git("git_index_write", "The index") { git_index_write(index) } }
  }

  /// Clears the sizes of racy entries: a file that changed in or after the second of its entry may have the entry's
  /// size and time. Git compares whole seconds, and reads such a file only while the index is not younger. The new
  /// index is younger, so the entry loses its size, as in git (read-cache.c, `ce_smudge_racily_clean_entry`).
  private func smudgeRacyEntries(of index: OpaquePointer?) {
    guard !isLeftToGit, let written = FileSystem.status(indexPath)?.modified else { return }
    for place in 0..<git_index_entrycount(index) {
      guard let entry = git_index_get_byindex(index, place), Int(entry.pointee.mtime.seconds) >= written.seconds else {
        continue
      }
      let known = entry.pointee
      let staged = FileTime(seconds: Int(known.mtime.seconds), nanoseconds: Int(known.mtime.nanoseconds))
      let file = FileSystem.status(workTree + String(cString: known.path))
      let isSame = file.map { $0.modified == staged && UInt32(truncatingIfNeeded: $0.index) == known.ino } ?? false
      // The system reports finer times than git compares.
      if !isSame || staged >= written { UnsafeMutablePointer(mutating: entry).pointee.file_size = 0 }
    }
  }

  /// Writes the new bytes into git's own folder, where nobody adds them by accident.
  private func prepareFile(_ change: CommitPlan.Change) throws -> FileStatus {
    let temporary = repository.gitFolder + MoveJournal.temporaryName("file-\(files.count)")
    guard let bytes = change.bytes else {
      files.append((temporary, change.path, nil))
      return .unknown
    }
    try FileSystem.create(temporary, bytes)
    files.append((temporary, change.path, change.bytes))
    return try FileSystem.existingStatus(temporary)
  }

  private static func folder(of path: String) -> Substring { path.lastIndex(of: "/").map { path[..<$0] } ?? "" }

  private func isLeftOut(_ path: String) throws -> Bool {
    try !FileSystem.exists(workTree + path) && !repository.leftOut(at: path).isEmpty
  }

  private func put(
    _ change: CommitPlan.Change, _ status: FileStatus, into index: OpaquePointer?, isLeftOut: Bool = false
  ) throws {
    let id = try change.bytes.map { try ObjectID(of: $0, .blob) }
    if isLeftToGit {
      let words =
        id.map { ["--add", "--cacheinfo", "100644,\($0),\(change.path)"] } ?? ["--force-remove", change.path]
      let output = try GitProcess.run(["update-index"] + words, index: nextPath)
      guard output.status == 0 else {
        throw GitError(
          .other, output.errorText, hint: "Run git status: it says what is in the way.", function: "git update-index")
      }
      if isLeftOut, id != nil {
        _ = try GitProcess.run(["update-index", "--skip-worktree", "--", change.path], index: nextPath)
      }
      return
    }
    guard let id else {
      try git("git_index_remove_bypath", change.path) { git_index_remove_bypath(index, change.path) }
      return
    }
    var entry = git_index_entry()
    entry.ctime.seconds = Int32(truncatingIfNeeded: status.changed.seconds)
    entry.mtime.seconds = Int32(truncatingIfNeeded: status.modified.seconds)
    entry.mtime.nanoseconds = UInt32(truncatingIfNeeded: status.modified.nanoseconds)
    entry.dev = UInt32(truncatingIfNeeded: status.device)
    entry.ino = UInt32(truncatingIfNeeded: status.index)
    entry.uid = status.owner
    entry.gid = status.group
    entry.file_size = UInt32(truncatingIfNeeded: status.size)
    entry.mode = UInt32(GIT_FILEMODE_BLOB.rawValue)
    entry.id = id.git
    if isLeftOut { entry.flags_extended = UInt16(GIT_INDEX_ENTRY_SKIP_WORKTREE.rawValue) }
    try change.path.withCString { path in
      entry.path = path
      try git("git_index_add", change.path) { git_index_add(index, &entry) }
    }
  }

  /// Writes a journal of the coming changes, so that another command can complete them.
  /// - Parameters:
  ///   - step: the move of HEAD; nil if files are only staged.
  ///   - batch: a batch that already contains the blobs.
  func journal(_ step: MoveJournal.Step?, in batch: inout FileBatch) throws {
    isJournaled = true
    try MoveJournal(
      process: .this, step: step, lock: lockPath,
      paths: changes.map { change in
        MoveJournal.Path(
          path: change.path, replacing: change.replacing,
          becoming: try change.bytes.map { try ObjectID(of: $0, .blob) })
      }
    ).add(to: &batch, in: repository)
  }

  /// Puts the index and the files in place, after the ref has moved.
  func commit() throws {
    isBehind = true
    try FileSystem.rename(nextPath, to: indexPath)
    let top = try LinkFreeFolder(workTree)
    for file in files {
      let name = file.path.split(separator: "/").last.map(String.init) ?? ""
      guard let bytes = file.bytes else {
        try top.folder(Self.folder(of: file.path))?.remove(name)
        continue
      }
      let folder = try top.folder(Self.folder(of: file.path), creates: true)
      try folder?.put(file.temporary, bytes, as: name)
    }
    (isDone, isBehind) = (true, false)
    release()
  }

  /// Releases the lock and removes the prepared files. If index or files could not follow the ref, the journal stays:
  /// the next command completes it, and hooks reject commits from the outdated index.
  func release() {
    if !isDone {
      FileSystem.removeQuietly(nextPath)
    }
    for file in files { FileSystem.removeQuietly(file.temporary) }
    if holdsLock { FileSystem.removeQuietly(lockPath) }
    if isJournaled, !isBehind { MoveJournal.remove(in: repository) }
    (holdsLock, isJournaled, isDone, files) = (false, false, true, [])
    signals.unblock()
  }
}
