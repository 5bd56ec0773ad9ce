public import GitRepository
public import GitObjects
import CLibgit2
public import PlanModel
import ReadinessSystem

/// A change of a few files that becomes a commit on HEAD and leaves the user's other changes untouched.
public struct CommitPlan {
  /// The change of one path.
  public struct Change {
    /// The path from the top of the repository.
    public let path: String
    /// The current object in index and file, nil if there is none. If they differ once the lock is taken, nothing is
    /// written.
    public let replacing: ObjectID?
    /// The new bytes; nil to remove the file.
    public let bytes: [UInt8]?

    /// Creates a change.
    public init(path: String, replacing: ObjectID?, bytes: [UInt8]?) {
      self.path = path
      self.replacing = replacing
      self.bytes = bytes
    }
  }

  /// The expected commit of HEAD.
  public let parent: Commit
  /// The changes of files.
  public let changes: [Change]
  /// Staged regular files that the commit includes. Index and work tree keep them.
  public let staged: [(path: String, blob: ObjectID)]

  /// Creates a plan.
  public init(parent: Commit, changes: [Change], staged: [(path: String, blob: ObjectID)] = []) {
    self.parent = parent
    self.changes = changes
    self.staged = staged
  }
}

/// Writes commits, in this order: the index's lock; objects and journal, synced; the ref, by compare-and-swap; the
/// index; the files. A kill leaves the old state or the new one (`doc/design/decisions/0007-move-order.md`).
public struct CommitWriter {
  private let repository: Repository
  private let objects: NewObjects

  /// Creates a writer. Discards new objects that another writer did not commit.
  public init(_ repository: Repository) {
    self.repository = repository
    objects = repository.newObjects
    objects.forget()
  }

  /// Returns the tree of the plan, in memory.
  public func tree(_ plan: CommitPlan) throws -> ObjectID {
    try tree(plan.parent.tree, with: plan.changes, staged: plan.staged)
  }

  /// Returns a tree with changes applied, in memory.
  public func tree(
    _ root: ObjectID, with changes: [CommitPlan.Change], staged: [(path: String, blob: ObjectID)] = []
  ) throws -> ObjectID {
    var blobs = try changes.map { change -> Placed in
      let path = change.path.split(separator: "/").map(String.init)
      return (path[...], try change.bytes.map { try objects.make(.blob, $0) })
    }
    blobs += staged.map { ($0.path.split(separator: "/").map(String.init)[...], $0.blob) }
    if blobs.count > 1 { blobs.sort { $0.path.lexicographicallyPrecedes($1.path) } }
    return try blobs.isEmpty ? root : tree(root, with: blobs[...]) ?? objects.make(.tree, [])
  }

  /// A file at its path; a nil id removes the file.
  private typealias Placed = (path: ArraySlice<String>, id: ObjectID?)

  /// Returns a tree with blobs applied, which are sorted by path. Creates missing folders.
  /// - Returns: nil if the tree is empty.
  private func tree(_ tree: ObjectID?, with blobs: ArraySlice<Placed>) throws -> ObjectID? {
    var folder = try tree.map { try TreeObject(repository.store, $0) } ?? TreeObject([], .zero)
    var rest = blobs
    while let first = rest.first, let name = first.path.first {
      guard ![".", "..", ".git"].contains(name.lowercased()) else {
        throw GitError(.other, "No file of git's is called \(name).", hint: "Choose another name.", function: "tree")
      }
      let isFolder = first.path.count > 1
      let own = rest.prefix { $0.path.first == name && isFolder == ($0.path.count > 1) }
      rest = rest.dropFirst(own.count)
      var child = first.id
      if isFolder {
        let existing = try tree.flatMap { try repository.entry(name, in: $0) }
        child = try self.tree(
          existing?.kind == .folder ? existing?.id : nil, with: own.map { ($0.path.dropFirst(), $0.id) }[...])
      }
      folder = try TreeObject(
        child.map { folder.putting(name, $0, isFolder: isFolder) } ?? folder.removing(name), .zero)
    }
    return try folder.bytes.isEmpty ? nil : objects.make(.tree, folder.bytes)
  }

  /// Creates the commit and moves HEAD to it.
  /// - Parameter signs: true if git signs it with the user's key; it also does if `commit.gpgSign` is set.
  /// - Throws: `GitError` of kind `locked` or `changedMeanwhile` if another command was faster. Then nothing has
  ///   changed, and the caller reads and judges again.
  /// - Returns: the commit's id.
  public func commit(_ plan: CommitPlan, tree: ObjectID, message: String, author: Identity, signs: Bool = false) throws
    -> ObjectID
  {
    // An empty commit does not change the index, so it needs neither lock nor work tree.
    let lock = try plan.changes.isEmpty ? nil : IndexUpdate(repository, changes: plan.changes)
    defer { lock?.release() }
    let isConfigured = try ["true", "yes", "on", "1"].contains(
      repository.configuration("commit.gpgsign")?.lowercased() ?? "")
    let committer = try Self.ident(
      repository.configuredIdentity(.committer) ?? author, "GIT_COMMITTER_IDENT", dateVariable: "GIT_COMMITTER_DATE")
    let commit =
      signs || isConfigured
      ? try sealed(plan, tree: tree, message: message)
      : try plain(plan, tree: tree, message: message, author: author, committer: committer)
    let ref = try repository.refBehindHead()
    let branch = PlainBranch(repository, ref)
    var batch = FileBatch()
    defer { batch.cancel() }
    try objects.add(to: &batch, in: repository.ownObjectFolder)
    try lock?.journal(MoveJournal.Step(parent: plan.parent.id, commit: commit, ref: ref), in: &batch)
    try branch?.prepare(commit, in: &batch)
    try batch.put()
    let isOnDisk =
      try branch.flatMap { try move($0, ref, to: commit, from: plan.parent.id, message, committer) }
      ?? move(ref, to: commit, from: plan.parent.id, message)
    try lock?.commit()
    guard isOnDisk else {
      throw GitError(
        .other,
        "\(ref) is at \(commit.description.prefix(12)) now, but the system did not confirm that the disk holds it.",
        hint: "Look at the disk; after a power cut, see git log whether it is still there.", function: "fsync")
    }
    return commit
  }

  /// Creates the commit with git, which knows how the user signs, and reads the tree from the disk.
  private func sealed(_ plan: CommitPlan, tree: ObjectID, message: String) throws -> ObjectID {
    var batch = FileBatch()
    defer { batch.cancel() }
    try objects.add(to: &batch, in: repository.ownObjectFolder)
    try batch.put()
    objects.forget()
    let path = repository.gitFolder + MoveJournal.temporaryName("message")
    try FileSystem.create(path, Array(message.utf8))
    defer { FileSystem.removeQuietly(path) }
    let output = try GitProcess.run([
      "-c", "core.fsync=loose-object", "-c", "i18n.commitEncoding=UTF-8", "commit-tree", "-S", "-p",
      plan.parent.id.description, "-F", path, tree.description,
    ])
    guard output.status == 0, let commit = ObjectID(hex: output.trimmed) else {
      throw GitError(
        .other, "The commit cannot be signed: \(output.errorText)",
        hint: "See user.signingkey and gpg.format; git commit -S has to work here.", function: "git commit-tree")
    }
    return commit
  }

  private func plain(_ plan: CommitPlan, tree: ObjectID, message: String, author: Identity, committer: String) throws
    -> ObjectID
  {
    let author = try Self.ident(author, "GIT_AUTHOR_IDENT", dateVariable: "GIT_AUTHOR_DATE")
    let text =
      "tree \(tree)\nparent \(plan.parent.id)\nauthor \(author)\ncommitter \(committer)\n\n" + message
    return try objects.make(.commit, Array(text.utf8))
  }

  /// Moves a branch to its prepared value, by compare-and-swap.
  /// - Returns: false if it moved and its sync failed; nil if libgit2 must move it.
  private func move(
    _ branch: PlainBranch, _ name: String, to new: ObjectID, from old: ObjectID, _ message: String, _ committer: String
  ) throws -> Bool? {
    let subject = message.prefix { $0 != "\n" }.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    switch try branch.move(from: old, to: new, line: "\(committer)\tcommit: \(subject)") {
    case .moved(let isOnDisk): return isOnDisk
    case .changed: throw Self.movedMeanwhile
    case .locked: throw locked(name)
    case .unlike: return nil
    }
  }

  private static var movedMeanwhile: GitError {
    GitError(
      .changedMeanwhile, "Another command moved HEAD in the meantime.", hint: "Try again.", function: "git_reference")
  }

  private func locked(_ ref: String) -> GitError {
    let path = repository.lockPath(ofRef: ref)
    return GitError(
      .locked, "\(ref) is locked by \(path)\(LockFile(path)?.age ?? "").",
      hint: "Another git command is running. If none is, remove that file.", function: "git_reference_create_matching")
  }

  /// Moves a ref from one commit to another, by compare-and-swap.
  /// - Returns: false if it moved and a later sync failed.
  private func move(_ name: String, to new: ObjectID, from old: ObjectID, _ message: String) throws -> Bool {
    try repository.syncRefs()
    let subject = message.prefix { $0 != "\n" }
    var (target, current) = (new.git, old.git)
    func create() -> Int32 {
      var code: Int32 = 0
      _ = Owned(git_reference_free) { moved in
        code = git_reference_create_matching(
          &moved, repository.pointer, name, &target, 1, &current, "commit: \(subject)")
      }
      return code
    }
    func hasMoved() -> Bool {
      var found = git_oid()
      return git_reference_name_to_id(&found, repository.pointer, name) == 0 && ObjectID(found) == new
    }
    var code = create()
    if code < 0, hasMoved() { return false }
    // While `git gc` replaces packs, libgit2 can briefly miss existing objects.
    for _ in 0..<5 where git_error_code(code) == GIT_ERROR {
      Machine.sleep(milliseconds: 20)
      try repository.readObjectsAnew()
      code = create()
      if code < 0, hasMoved() { return false }
    }
    // If the ref is gone, or belongs to another commit, another command was faster.
    if [GIT_EMODIFIED, GIT_ENOTFOUND].contains(git_error_code(code)) { throw Self.movedMeanwhile }
    if git_error_code(code) == GIT_ELOCKED { throw locked(name) }
    if git_error_code(code) == GIT_ERROR, try !repository.holds(new) {
      throw GitError(
        .changedMeanwhile, "git gc is running on the objects.", hint: "Try again.",
        function: "git_odb_exists")
    }
    try git("git_reference_create_matching", name) { code }
    return true
  }

  /// Writes the changes into index and work tree without a commit. Requires that `tree` has created their blobs.
  /// Other staged changes stay staged.
  /// - Throws: `GitError` of kind `locked` or `changedMeanwhile` if another command was faster.
  public func stage(_ changes: [CommitPlan.Change]) throws {
    guard !changes.isEmpty else { return }
    let update = try IndexUpdate(repository, changes: changes)
    defer { update.release() }
    var batch = FileBatch()
    defer { batch.cancel() }
    try objects.add(to: &batch, in: repository.ownObjectFolder)
    try update.journal(nil, in: &batch)
    try batch.put()
    try update.commit()
  }

  /// Formats an identity and a time for a commit. The time is now, or the variable's, which git parses in any form
  /// that it knows.
  static func ident(_ person: Identity, _ variable: String, dateVariable: String) throws -> String {
    let signature = try Owned(git_signature_free) { signature in
      try git("git_signature_now", "The person \(person)") { git_signature_now(&signature, person.name, person.email) }
    }
    guard let signed = signature.pointer?.pointee else { return "\(person) 0 +0000" }
    let name = "\(String(cString: signed.name)) <\(String(cString: signed.email))>"
    if Environment.isSet(dateVariable) {
      let words = try GitProcess.run(["var", variable]).trimmed.split(separator: " ")
      if words.count > 2 { return "\(name) \(words[words.count - 2]) \(words[words.count - 1])" }
    }
    let minutes = Int(signed.when.offset.magnitude)
    let zone = String(10_000 + minutes / 60 * 100 + minutes % 60).dropFirst()
    return "\(name) \(signed.when.time) \(signed.when.offset < 0 ? "-" : "+")\(zone)"
  }
}
