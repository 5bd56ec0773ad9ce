public import GitObjects
import CLibgit2
import PlanModel
import ReadinessSystem

/// Refs, and revisions.
extension Repository {
  /// The target of HEAD.
  public enum Head: Sendable {
    /// A branch without a commit yet.
    case unborn
    /// A commit, on a branch or detached.
    case commit(ObjectID)
  }

  /// Returns the target of HEAD.
  public func head() throws -> Head {
    var code: Int32 = 0
    let reference = Owned(git_reference_free) { code = git_repository_head(&$0, pointer) }
    switch git_error_code(code) {
    case GIT_EUNBORNBRANCH, GIT_ENOTFOUND: return .unborn
    default: break
    }
    try git("git_repository_head", "HEAD") { code }
    guard let target = git_reference_target(reference.pointer) else { return .unborn }
    return .commit(ObjectID(target))
  }

  /// Returns the target of a symbolic ref, through further symbolic refs. Returns a name that does not exist
  /// unchanged.
  /// - Throws: `GitError` if refs cannot be read, or form a cycle.
  public func refBehind(_ name: String) throws -> String {
    var name = name
    for _ in 0..<10 {
      var code: Int32 = 0
      let reference = Owned(git_reference_free) { code = git_reference_lookup(&$0, pointer, name) }
      if git_error_code(code) == GIT_ENOTFOUND || git_error_code(code) == GIT_EINVALIDSPEC { return name }
      try git("git_reference_lookup", "The ref \(name)") { code }
      guard let target = git_reference_symbolic_target(reference.pointer) else { return name }
      name = String(cString: target)
    }
    throw GitError(
      .damaged, "The symbolic ref \(name) leads in a circle.", hint: "Check .git/HEAD.",
      function: "git_reference_lookup")
  }

  /// Returns the branches, each with its commit.
  public func branches() throws -> [(name: String, tip: ObjectID)] {
    var branches: [(name: String, tip: ObjectID)] = []
    try forEachRef { name, tip in if name.hasPrefix("refs/heads/") { branches.append((name, tip)) } }
    return branches.sorted { $0.name < $1.name }
  }

  /// Returns the commit of a ref. Returns nil if it does not exist, or points to another kind of object.
  public func commit(ofRef name: String) throws -> ObjectID? {
    var oid = git_oid()
    let code = git_reference_name_to_id(&oid, pointer, name)
    if git_error_code(code) == GIT_ENOTFOUND || git_error_code(code) == GIT_EINVALIDSPEC { return nil }
    try git("git_reference_name_to_id", "The ref \(name)") { code }
    return try commit(behind: ObjectID(oid))
  }

  /// Returns the branch of HEAD, or `HEAD` itself if it is detached.
  package func refBehindHead() throws -> String {
    let head = try Owned(git_reference_free) { head in
      try git("git_reference_lookup", "HEAD") { git_reference_lookup(&head, pointer, "HEAD") }
    }
    return git_reference_symbolic_target(head.pointer).map { String(cString: $0) } ?? "HEAD"
  }

  /// Returns the path of a ref's lock file.
  package func lockPath(ofRef name: String) -> String { (name == "HEAD" ? gitFolder : commonFolder) + name + ".lock" }

  /// Returns the commit of a revision: a branch, a tag, an abbreviated id, `HEAD~2`. If a branch and a tag have the same
  /// name, returns that of the branch (`unambiguous`).
  /// - Throws: `GitError` of kind `unknownRevision` if there is none.
  public func commit(named name: String) throws -> ObjectID {
    let name = try unambiguous(name)
    var code: Int32 = 0
    let object = Owned(git_object_free) { code = git_revparse_single(&$0, pointer, name) }
    guard code >= 0 else {
      let isUnknown = [GIT_ENOTFOUND, GIT_EINVALIDSPEC, GIT_EAMBIGUOUS].contains(git_error_code(code))
      // A ref to a missing commit is damage, not an unknown name.
      let refName = String(name.prefix { !"~^@:".contains($0) })
      let ref = Owned(git_reference_free) { ref in _ = git_reference_dwim(&ref, pointer, refName) }
      let isRef = ref.pointer != nil
      let target = isRef ? git_reference_target(ref.pointer).map { ObjectID($0) } : nil
      let isLost = try target.map { try !holds($0) } ?? false
      if isLost || recomputesIDs && (!isUnknown || isRef && refName == name) {
        throw GitError(
          .damaged, "What the revision \"\(name)\" leads to is damaged.",
          hint: "git fsck --full names what is damaged; fetch it again from a repository that you trust.",
          function: "git_revparse_single")
      }
      throw GitError(
        .unknownRevision, "The revision \"\(name)\" names no commit here.",
        hint: "Name a branch, a tag or a commit id; git log --oneline shows some.", function: "git_revparse_single")
    }
    return try peeledToCommit(object.pointer, name)
  }

  /// Returns the commit behind an object, through tags. Returns nil if it is a blob or a tree.
  public func commit(behind id: ObjectID) throws -> ObjectID? { try peeled(id, to: GIT_OBJECT_COMMIT) }

  /// Returns the tree behind an object, through tags and commits. Returns nil if it is a file.
  public func tree(behind id: ObjectID) throws -> ObjectID? { try peeled(id, to: GIT_OBJECT_TREE) }

  private func peeled(_ id: ObjectID, to kind: git_object_t) throws -> ObjectID? {
    var oid = id.git
    let object = try Owned(git_object_free) { object in
      try git("git_object_lookup", "The object \(id)") { git_object_lookup(&object, pointer, &oid, GIT_OBJECT_ANY) }
    }
    let found = Owned(git_object_free) { found in _ = git_object_peel(&found, object.pointer, kind) }
    return found.pointer.flatMap(git_object_id).map { ObjectID($0) }
  }

  private func peeledToCommit(_ object: OpaquePointer?, _ name: String) throws -> ObjectID {
    let commit = try Owned(git_object_free) { commit in
      try git("git_object_peel", "The revision \(name)") { git_object_peel(&commit, object, GIT_OBJECT_COMMIT) }
    }
    guard let id = git_object_id(commit.pointer) else {
      throw GitError(.notFound, "The revision \(name) is no commit.", hint: "Name a commit.", function: "git_object_id")
    }
    return ObjectID(id)
  }

  /// Returns the heads of an operation in progress, such as `MERGE_HEAD` or `CHERRY_PICK_HEAD`; empty if there is
  /// none.
  public func heads(in file: String) throws -> [ObjectID] {
    guard let bytes = try FileSystem.readIfPresent(gitFolder + file) else { return [] }
    return String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
      .compactMap { ObjectID(hex: String($0.prefix(40))) }
  }
}
