import CLibgit2
import Glibc
import ReadinessCore
import ReadinessSystem

/// A git repository, open. Owns libgit2's pointer; everything made from it keeps it alive.
public final class Repository {
  let pointer: OpaquePointer
  /// Objects that were read once.
  let cache = ObjectCache()
  /// Checks signatures, each once.
  public let signatures = GitSignatures()
  /// The parents of merges whose plan goes on, as far as somebody asked: read and written by those who decide it.
  public var keptParents: [ObjectID: [ObjectID]] = [:]
  private var openStore: ObjectStore?
  private var openSettings: OpaquePointer?
  /// The store of the repository that this one was opened beside; its packs are read here as well.
  private(set) var origin: ObjectStore?

  /// The same repository once more for each other thread that is worth starting, packs read directly. They are kept: to
  /// give back what they hold, object by object, takes longer than to open them.
  public func companions() throws -> [Repository] {
    if openCompanions.isEmpty {
      readPacks()
      openCompanions = try (1..<Cores.bound).map { _ in
        let other = try another()
        other.readPacks()
        return other
      }
    }
    return openCompanions
  }
  private var openCompanions: [Repository] = []

  /// True in an audit: the id of each object that is read is recomputed, and its copies are compared.
  private(set) var recomputesIDs = false

  /// Begins an audit: from here on an object that is not what its id says is an error, whoever reads it. What git checked
  /// on receipt is enough for a gate; an audit may be given a repository that somebody else wrote into (contract 3).
  ///
  /// Changes a setting of libgit2 for the whole process; call it before any thread is started.
  public func recomputeIDs() {
    recomputesIDs = true
    readiness_git_verify_hashes(1)
    for other in openCompanions { other.recomputesIDs = true }
  }

  /// Reads packs directly from here on: for walks over long histories.
  public func readPacks() { store.readPacks() }

  /// The folder that new objects go into.
  var ownObjectFolder: String {
    getenv("GIT_OBJECT_DIRECTORY").map { String(cString: $0) } ?? commonFolder + "objects"
  }

  /// Objects that are made here and not stored yet.
  let newObjects = NewObjects()

  /// The folders that hold objects: this one's own, and those that it names as alternates (gitrepository-layout(5)).
  var objectFolders: [String] {
    var folders = [ownObjectFolder]
    folders += Alternates.paths(
      getenv("GIT_ALTERNATE_OBJECT_DIRECTORIES").map { Array(String(cString: $0).utf8) } ?? [], between: 0x3A)
    var index = 0
    while index < folders.count, folders.count < Self.mostFolders {
      let lines = FileBytes.readQuietly(folders[index] + "/info/alternates") ?? []
      for line in Alternates.paths(lines, between: 0x0A) {
        let path = line.hasPrefix("/") ? line : folders[index] + "/" + line
        if !folders.contains(path) { folders.append(path) }
      }
      index += 1
    }
    return folders
  }

  private static let mostFolders = 1024

  /// Raw objects.
  var store: ObjectStore {
    if let openStore { return openStore }
    let store = ObjectStore(self)
    openStore = store
    return store
  }

  private init(_ pointer: OpaquePointer) { self.pointer = pointer }

  deinit {
    git_config_free(openSettings)
    git_repository_free(pointer)
  }

  /// Opens the repository of the current folder as git itself would, from the environment that git gives to hooks.
  ///
  /// What libgit2 refuses in the environment is removed first, and the work tree is set afterwards. Call it before any
  /// thread is started.
  public static func open() throws -> Repository {
    _ = Library.isStarted
    let workTree = GitEnvironment.outer.workTree
    var pointer: OpaquePointer?
    func tryOpen() -> Int32 {
      git_repository_open_ext(&pointer, nil, GIT_REPOSITORY_OPEN_FROM_ENV.rawValue, nil)
    }
    var code = tryOpen()
    if [GIT_ENOTFOUND, GIT_EOWNER].contains(git_error_code(code)) {
      // libgit2 knows fewer forms of safe.directory than git, and does not always say that the owner is the obstacle.
      let answer = try GitProcess.run(["rev-parse", "--git-dir"])
      if answer.errorText.contains("safe.directory") {
        throw GitError(code: GIT_EOWNER.rawValue, function: "git_repository_open_ext", about: "The repository")
      }
      if answer.status == 0 {
        readiness_git_accept_any_owner()
        code = tryOpen()
      }
    }
    guard code >= 0, let pointer else {
      if git_error_code(code) == GIT_ENOTFOUND {
        throw GitError(
          .noRepository, "This folder is not in a git repository.",
          hint: "Change into one, name one with -C, or make one: git init.", function: "git_repository_open_ext")
      }
      throw GitError(code: code, function: "git_repository_open_ext", about: "The repository cannot be opened")
    }
    let repository = Repository(pointer)
    if let workTree, !workTree.isEmpty, !repository.isBare || getenv("GIT_DIR") != nil {
      try git("git_repository_set_workdir", "The work tree \(workTree)") {
        git_repository_set_workdir(pointer, workTree, 0)
      }
    }
    return repository
  }

  /// The same repository once more, for another thread. It sees the objects that this one sees; call it before that
  /// thread is started.
  public func another() throws -> Repository {
    var pointer: OpaquePointer?
    try git("git_repository_open_ext", "The repository") {
      git_repository_open_ext(&pointer, nil, GIT_REPOSITORY_OPEN_FROM_ENV.rawValue, nil)
    }
    guard let pointer else {
      throw GitError(
        .other, "The repository cannot be opened again.", hint: "Try again.", function: "git_repository_open_ext")
    }
    let other = Repository(pointer)
    other.origin = openStore
    other.recomputesIDs = recomputesIDs
    return other
  }

  /// True where there is no work tree.
  public var isBare: Bool { git_repository_is_bare(pointer) == 1 }
  /// True where history ends at a boundary that was not fetched.
  public var isShallow: Bool { git_repository_is_shallow(pointer) == 1 }
  /// Tells this repository from any other on this machine, also from one that was put in its place: the path of the
  /// folder that all work trees share, and what the file system knows it by.
  public var identity: String {
    var status = stat()
    stat(commonFolder, &status)
    let resolved = realpath(commonFolder, nil)
    defer { free(resolved) }
    return "\(resolved.map { String(cString: $0) } ?? commonFolder) \(status.st_dev) \(status.st_ino)"
  }

  /// The `.git` folder of this work tree, with a slash at its end.
  public var gitFolder: String { String(cString: git_repository_path(pointer)) }
  /// The `.git` folder that all work trees share, with a slash at its end.
  public var commonFolder: String { String(cString: git_repository_commondir(pointer)) }
  /// The top of the work tree, with a slash at its end; nil where there is none.
  public var workTree: String? { git_repository_workdir(pointer).map { String(cString: $0) } }

  // MARK: - Refs

  /// What HEAD points at.
  public enum Head: Sendable {
    /// A branch without a commit yet.
    case unborn
    /// A commit, on a branch or detached.
    case commit(ObjectID)
  }

  /// What HEAD points at.
  public func head() throws -> Head {
    var reference: OpaquePointer?
    let code = git_repository_head(&reference, pointer)
    switch git_error_code(code) {
    case GIT_EUNBORNBRANCH, GIT_ENOTFOUND: return .unborn
    default: break
    }
    guard code >= 0, let reference else { throw GitError(code: code, function: "git_repository_head", about: "HEAD") }
    defer { git_reference_free(reference) }
    guard let target = git_reference_target(reference) else { return .unborn }
    return .commit(ObjectID(target))
  }

  /// The ref that a name leads to, through symbolic refs; the name itself where it leads nowhere yet.
  /// - Throws: `GitError` where refs cannot be read, or lead in a circle.
  public func refBehind(_ name: String) throws -> String {
    var name = name
    for _ in 0..<10 {
      var reference: OpaquePointer?
      let code = git_reference_lookup(&reference, pointer, name)
      if git_error_code(code) == GIT_ENOTFOUND || git_error_code(code) == GIT_EINVALIDSPEC { return name }
      try git("git_reference_lookup", "The ref \(name)") { code }
      defer { git_reference_free(reference) }
      guard let target = git_reference_symbolic_target(reference) else { return name }
      name = String(cString: target)
    }
    throw GitError(
      .damaged, "The symbolic ref \(name) leads in a circle.", hint: "See git symbolic-ref.",
      function: "git_reference_lookup")
  }

  /// The branches, each with its commit.
  public func branches() throws -> [(name: String, tip: ObjectID)] {
    var branches: [(name: String, tip: ObjectID)] = []
    try forEachRef { name, tip in if name.hasPrefix("refs/heads/") { branches.append((name, tip)) } }
    return branches.sorted { $0.name < $1.name }
  }

  /// The commit that a ref points at; nil where it is not there, or points at something else.
  public func commit(ofRef name: String) throws -> ObjectID? {
    var oid = git_oid()
    let code = git_reference_name_to_id(&oid, pointer, name)
    if git_error_code(code) == GIT_ENOTFOUND || git_error_code(code) == GIT_EINVALIDSPEC { return nil }
    try git("git_reference_name_to_id", "The ref \(name)") { code }
    return try commit(behind: ObjectID(oid))
  }

  /// The branch that HEAD is on, or `HEAD` itself where it is detached.
  func refBehindHead() throws -> String {
    var head: OpaquePointer?
    try git("git_reference_lookup", "HEAD") { git_reference_lookup(&head, pointer, "HEAD") }
    defer { git_reference_free(head) }
    return git_reference_symbolic_target(head).map { String(cString: $0) } ?? "HEAD"
  }

  /// The file by which a ref is locked.
  func lockPath(ofRef name: String) -> String { (name == "HEAD" ? gitFolder : commonFolder) + name + ".lock" }

  /// The commit that a name stands for: a branch, a tag, an abbreviated id, `HEAD~2`.
  /// - Throws: `GitError` of kind `unknownRevision` where it stands for none.
  public func commit(named name: String) throws -> ObjectID {
    var object: OpaquePointer?
    let code = git_revparse_single(&object, pointer, name)
    guard code >= 0 else {
      var ref: OpaquePointer?
      defer { git_reference_free(ref) }
      let isUnknown = [GIT_ENOTFOUND, GIT_EINVALIDSPEC, GIT_EAMBIGUOUS].contains(git_error_code(code))
      // A ref whose commit is not there is damage, not a name that nobody gave.
      if recomputesIDs, !isUnknown || git_reference_dwim(&ref, pointer, name) == 0 {
        throw GitError(
          .damaged, "What the revision \"\(name)\" leads to is damaged.",
          hint: "git fsck --full names what is damaged; fetch it again from a repository that you trust.",
          function: "git_revparse_single")
      }
      throw GitError(
        .unknownRevision, "The revision \"\(name)\" names no commit here.",
        hint: "Name a branch, a tag or a commit id; git log --oneline shows some.", function: "git_revparse_single")
    }
    defer { git_object_free(object) }
    return try peeledToCommit(object, name)
  }

  /// The commit behind an object, through tags; nil where it is a blob or a tree.
  public func commit(behind id: ObjectID) throws -> ObjectID? {
    var oid = id.git
    var object: OpaquePointer?
    try git("git_object_lookup", "The object \(id)") { git_object_lookup(&object, pointer, &oid, GIT_OBJECT_ANY) }
    defer { git_object_free(object) }
    var commit: OpaquePointer?
    guard git_object_peel(&commit, object, GIT_OBJECT_COMMIT) >= 0 else { return nil }
    defer { git_object_free(commit) }
    return git_object_id(commit).map { ObjectID($0) }
  }

  private func peeledToCommit(_ object: OpaquePointer?, _ name: String) throws -> ObjectID {
    var commit: OpaquePointer?
    try git("git_object_peel", "The revision \(name)") { git_object_peel(&commit, object, GIT_OBJECT_COMMIT) }
    defer { git_object_free(commit) }
    guard let id = git_object_id(commit) else {
      throw GitError(.notFound, "The revision \(name) is no commit.", hint: "Name a commit.", function: "git_object_id")
    }
    return ObjectID(id)
  }

  /// The heads of an operation in progress, such as `MERGE_HEAD` or `CHERRY_PICK_HEAD`; empty where there is none.
  public func heads(in file: String) throws -> [ObjectID] {
    guard let bytes = try FileBytes.readIfPresent(gitFolder + file) else { return [] }
    return String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
      .compactMap { ObjectID(hex: String($0.prefix(40))) }
  }

  // MARK: - Objects

  /// The raw bytes of an object of a type.
  func bytes(of id: ObjectID, _ type: git_object_t) throws -> [UInt8] {
    try store.with(id, type) { Array($0) }
  }

  /// True where the object is here.
  public func holds(_ id: ObjectID) throws -> Bool { try store.holds(id) }

  /// Has refs synced when they are written. libgit2 looks at its setting only when it opens the refs of a repository, and
  /// it opened these when HEAD was read.
  func syncRefs() throws {
    readiness_git_enable_fsync()
    var refs: OpaquePointer?
    try git("git_refdb_open", "The refs") { git_refdb_open(&refs, pointer) }
    defer { git_refdb_free(refs) }
    try git("git_repository_set_refdb", "The refs") { git_repository_set_refdb(pointer, refs) }
  }

  /// Looks again which packs there are.
  func readObjectsAnew() throws {
    let odb = try store.database
    try git("git_odb_refresh", "The object database") { git_odb_refresh(odb) }
  }

  /// A blob, as far as it may be held in memory.
  enum Content {
    case bytes([UInt8])
    case oversized(OversizedFile)
  }

  /// A blob that may be of any size. Git itself streams what is too large.
  func content(of id: ObjectID, atMost bound: Int, offset: Int? = nil) throws -> Content {
    if let bytes = try store.quickly(id, GIT_OBJECT_BLOB, atMost: bound, offset: offset) { return .bytes(bytes) }
    try store.refuseObstructed(id)
    let odb = try store.database
    var oid = id.git
    var size = 0
    var type = GIT_OBJECT_ANY
    let code = git_odb_read_header(&size, &type, odb, &oid)
    if git_error_code(code) == GIT_ENOTFOUND { throw absent(id, code) }
    try git("git_odb_read_header", "The object \(id)") { code }
    guard size > bound else { return .bytes(try blob(id)) }
    var sum = ObjectSum(GIT_OBJECT_BLOB, size: size)
    let digest = try GitProcess.digest(["cat-file", "blob", id.description]) { sum.add($0) }
    try store.confirm(id, sum: sum.id())
    return .oversized(OversizedFile(size: size, digest: digest))
  }

  /// Hands over the bytes of a blob of any size, piece by piece, without holding more than 16 MiB of it.
  func forEachPiece(of id: ObjectID, _ take: (ArraySlice<UInt8>) throws -> Void) throws {
    guard case .bytes(let bytes) = try content(of: id, atMost: 16 << 20) else {
      return try GitProcess.forEachPiece(["cat-file", "blob", id.description], take)
    }
    try take(bytes[...])
  }

  /// The error of an object that is not here: in a partial clone it never was.
  func absent(_ id: ObjectID, _ code: Int32) -> GitError {
    let error = GitError(code: code, function: "git_odb_read", about: "The object \(id)")
    guard isPartial else { return error }
    return GitError(
      .shallow, "This is a partial clone, and the object \(id) was not fetched, so nothing can be said about it.",
      hint: "Fetch the rest: git fetch --refetch --no-filter.", function: "git_odb_read")
  }

  /// True where objects may be missing on purpose.
  private var isPartial: Bool {
    let config: OpaquePointer
    do { config = try settings } catch { return false }
    var iterator: OpaquePointer?
    guard git_config_iterator_glob_new(&iterator, config, "^(extensions\\.partialclone|remote\\..*\\.promisor)$") >= 0
    else { return false }
    defer { git_config_iterator_free(iterator) }
    var entry: UnsafeMutablePointer<git_config_entry>?
    return git_config_next(&entry, iterator) >= 0
  }

  /// The bytes of a blob.
  public func blob(_ id: ObjectID) throws -> [UInt8] { try bytes(of: id, GIT_OBJECT_BLOB) }

  /// A commit, parsed.
  public func commit(_ id: ObjectID) throws -> Commit {
    try Commit(id: id, raw: bytes(of: id, GIT_OBJECT_COMMIT))
  }

  /// The tree of a commit, as the judge sees it.
  public func tree(of commit: Commit) -> GitTree { GitTree(repository: self, root: commit.tree) }

  /// The tree of a commit of which nothing else is asked.
  public func tree(ofCommit id: ObjectID) throws -> GitTree { tree(try store.tree(ofCommit: id)) }

  /// A tree, as the judge sees it.
  public func tree(_ id: ObjectID) -> GitTree { GitTree(repository: self, root: id) }

  // MARK: - Configuration

  /// A value of git's configuration files; nil where it is not set. What `git -c` says is not seen.
  public func configuration(_ key: String) throws -> String? {
    let config = try settings
    var value: UnsafePointer<CChar>?
    let code = git_config_get_string(&value, config, key)
    if git_error_code(code) == GIT_ENOTFOUND { return nil }
    try git("git_config_get_string", "The setting \(key)") { code }
    return value.map { String(cString: $0) }
  }

  /// Git's configuration files, read once.
  var settings: OpaquePointer {
    get throws {
      if let openSettings { return openSettings }
      var config: OpaquePointer?
      try git("git_repository_config_snapshot", "The configuration") {
        git_repository_config_snapshot(&config, pointer)
      }
      guard let config else {
        throw GitError(
          .other, "The configuration cannot be read.", hint: "See git config --list.",
          function: "git_repository_config_snapshot")
      }
      openSettings = config
      return config
    }
  }
}
