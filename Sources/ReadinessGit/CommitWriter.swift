import CLibgit2
import Glibc
import ReadinessCore
import ReadinessRuntime

/// A change of a few files that becomes a commit on HEAD, leaving everything else as the user has it.
public struct CommitPlan {
  /// What becomes of one path.
  public struct Change {
    /// From the top of the repository.
    public let path: String
    /// What index and file hold now, nil for nothing; where they hold something else by the time the lock is taken,
    /// nothing is written.
    public let replacing: ObjectID?
    /// The new bytes.
    public let bytes: [UInt8]

    /// Makes a change.
    public init(path: String, replacing: ObjectID?, bytes: [UInt8]) {
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

  /// Makes a writer. Objects are synced from here on, and so are the refs that it moves.
  public init(_ repository: Repository) {
    self.repository = repository
    readiness_git_enable_fsync()
  }

  /// The tree that the plan would give; its objects are stored, and nothing refers to them yet.
  public func tree(_ plan: CommitPlan) throws -> ObjectID { try tree(plan.parent.tree, with: plan.changes) }

  /// A tree with changes put in.
  public func tree(_ root: ObjectID, with changes: [CommitPlan.Change]) throws -> ObjectID {
    try changes.reduce(root) { tree, change in
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
  /// - Parameter signs: whether git signs it, with the user's key; it does in any case where `commit.gpgSign` is set.
  /// - Throws: `GitError` of kind `locked` or `changedMeanwhile` where somebody else was faster; nothing has changed
  ///   then, and the caller reads and judges again.
  /// - Returns: the commit's id.
  public func commit(_ plan: CommitPlan, tree: ObjectID, message: String, author: Identity, signs: Bool = false) throws
    -> ObjectID
  {
    // An empty commit leaves the index alone, so it needs neither lock nor work tree.
    let lock = try plan.changes.isEmpty ? nil : IndexUpdate(repository, changes: plan.changes)
    defer { lock?.release() }
    let isConfigured = try ["true", "yes", "on", "1"].contains(
      repository.configuration("commit.gpgsign")?.lowercased() ?? "")
    let commit =
      signs || isConfigured
      ? try sealed(plan, tree: tree, message: message) : try plain(plan, tree: tree, message: message, author: author)
    let ref = try repository.refBehindHead()
    try lock?.journal(MoveJournal.Step(parent: plan.parent.id, commit: commit, ref: ref))
    let isOnDisk = try move(ref, to: commit, from: plan.parent.id, message)
    try lock?.commit()
    guard isOnDisk else {
      throw GitError(
        .other,
        "\(ref) is at \(commit.description.prefix(12)) now, but the system did not confirm that the disk holds it.",
        hint: "Look at the disk; after a power cut, see git log whether it is still there.", function: "fsync")
    }
    return commit
  }

  /// By git, which knows how the user signs.
  private func sealed(_ plan: CommitPlan, tree: ObjectID, message: String) throws -> ObjectID {
    let path = repository.gitFolder + MoveJournal.temporaryName("message")
    try FileBytes.create(path, Array(message.utf8))
    defer { unlink(path) }
    let output = try GitProcess.run([
      "-c", "i18n.commitEncoding=UTF-8", "commit-tree", "-S", "-p", plan.parent.id.description, "-F", path,
      tree.description,
    ])
    guard output.status == 0, let commit = ObjectID(hex: output.trimmed) else {
      throw GitError(
        .other, "The commit cannot be signed: \(output.errorText)",
        hint: "See user.signingkey and gpg.format; git commit -S has to work here.", function: "git commit-tree")
    }
    return commit
  }

  private func plain(_ plan: CommitPlan, tree: ObjectID, message: String, author: Identity) throws -> ObjectID {
    let signature = try Self.signature(author, dateVariable: "GIT_AUTHOR_DATE", ident: "GIT_AUTHOR_IDENT")
    defer { git_signature_free(signature) }
    let committer = try repository.configuredIdentity(.committer) ?? author
    let committerSignature = try Self.signature(
      committer, dateVariable: "GIT_COMMITTER_DATE", ident: "GIT_COMMITTER_IDENT")
    defer { git_signature_free(committerSignature) }
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
    try git("git_commit_create", "The commit") {
      parents.withUnsafeMutableBufferPointer {
        git_commit_create(
          &oid, repository.pointer, nil, signature, committerSignature, nil, message, treeObject, 1, $0.baseAddress)
      }
    }
    return ObjectID(oid)
  }

  /// Moves a ref from one commit to another, by compare-and-swap.
  /// - Returns: false where it moved, and what syncs it failed behind that.
  private func move(_ name: String, to new: ObjectID, from old: ObjectID, _ message: String) throws -> Bool {
    try repository.syncRefs()
    let subject = message.prefix { $0 != "\n" }
    var (target, current) = (new.git, old.git)
    var moved: OpaquePointer?
    func create() -> Int32 {
      git_reference_create_matching(&moved, repository.pointer, name, &target, 1, &current, "commit: \(subject)")
    }
    func hasMoved() -> Bool {
      var found = git_oid()
      return git_reference_name_to_id(&found, repository.pointer, name) == 0 && ObjectID(found) == new
    }
    var code = create()
    if code < 0, hasMoved() { return false }
    // While `git gc` puts one pack in the place of others, libgit2 can miss what is there for a moment.
    for _ in 0..<5 where git_error_code(code) == GIT_ERROR {
      Machine.sleep(milliseconds: 20)
      try repository.readObjectsAnew()
      code = create()
      if code < 0, hasMoved() { return false }
    }
    defer { git_reference_free(moved) }
    // Where the ref is gone, or is another's by now, somebody was faster.
    if [GIT_EMODIFIED, GIT_ENOTFOUND].contains(git_error_code(code)) {
      throw GitError(.changedMeanwhile, "HEAD moved meanwhile.", hint: "Try again.", function: "git_reference")
    }
    if git_error_code(code) == GIT_ELOCKED {
      let path = repository.lockPath(ofRef: name)
      throw GitError(
        .locked, "\(name) is locked by \(path)\(LockFile(path)?.age ?? "").",
        hint: "Another git command is at work. If none is, remove that file.", function: "git_reference_create_matching"
      )
    }
    if git_error_code(code) == GIT_ERROR, try !repository.holds(new) {
      throw GitError(
        .changedMeanwhile, "Git's housekeeping is at work on the objects.", hint: "Try again.",
        function: "git_odb_exists")
    }
    try git("git_reference_create_matching", name) { code }
    return true
  }

  /// Writes the changes, whose blobs `tree` has made, into index and work tree, and makes no commit. What was staged of other files stays staged.
  /// - Throws: `GitError` of kind `locked` or `changedMeanwhile` where somebody else was faster.
  public func stage(_ changes: [CommitPlan.Change]) throws {
    guard !changes.isEmpty else { return }
    let update = try IndexUpdate(repository, changes: changes)
    defer { update.release() }
    try update.journal(nil)
    try update.commit()
  }

  /// A person and a moment: now, or what the variable says; git reads it, in any form that git knows.
  private static func signature(_ person: Identity, dateVariable: String, ident: StaticString) throws
    -> UnsafeMutablePointer<git_signature>?
  {
    var signature: UnsafeMutablePointer<git_signature>?
    if getenv(dateVariable) != nil {
      let words = try GitProcess.run(["var", "\(ident)"]).trimmed.split(separator: " ")
      if words.count > 2, let seconds = Int64(words[words.count - 2]), let zone = Int(words[words.count - 1]) {
        let minutes = Int32(zone / 100 * 60 + zone % 100)
        try git("git_signature_new", "The person \(person)") {
          git_signature_new(&signature, person.name, person.email, seconds, minutes)
        }
        return signature
      }
    }
    try git("git_signature_now", "The person \(person)") { git_signature_now(&signature, person.name, person.email) }
    return signature
  }
}
