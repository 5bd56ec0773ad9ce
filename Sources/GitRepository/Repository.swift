public import GitObjects
import CLibgit2
import PlanModel
import ReadinessSystem

/// A git repository, open. Owns libgit2's pointer; everything made from it keeps it alive.
public final class Repository {
  package let pointer: OpaquePointer
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
  package var ownObjectFolder: String {
    Environment.value("GIT_OBJECT_DIRECTORY") ?? commonFolder + "objects"
  }

  /// Objects that are made here and not stored yet.
  package let newObjects = NewObjects()

  /// The folders that hold objects: this one's own, and those that it names as alternates (gitrepository-layout(5)).
  var objectFolders: [String] {
    var folders = [ownObjectFolder]
    folders += Alternates.paths(
      Environment.bytes("GIT_ALTERNATE_OBJECT_DIRECTORIES") ?? [], between: 0x3A)
    var index = 0
    while index < folders.count, folders.count < Self.mostFolders {
      let lines = FileSystem.readQuietly(folders[index] + "/info/alternates") ?? []
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
  package var store: ObjectStore {
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
    if let workTree, !workTree.isEmpty, !repository.isBare || Environment.isSet("GIT_DIR") {
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
    let status = FileSystem.status(commonFolder, followsLinks: true) ?? .unknown
    return "\(Machine.absolutePath(commonFolder) ?? commonFolder) \(status.device) \(status.index)"
  }

  /// The `.git` folder of this work tree, with a slash at its end.
  public var gitFolder: String { String(cString: git_repository_path(pointer)) }
  /// The `.git` folder that all work trees share, with a slash at its end.
  public var commonFolder: String { String(cString: git_repository_commondir(pointer)) }
  /// The top of the work tree, with a slash at its end; nil where there is none.
  public var workTree: String? { git_repository_workdir(pointer).map { String(cString: $0) } }

  // MARK: - Objects

  /// The raw bytes of an object of a type.
  package func bytes(of id: ObjectID, _ type: ObjectKind) throws -> [UInt8] {
    try store.with(id, type) { Array($0) }
  }

  /// True where the object is here.
  public func holds(_ id: ObjectID) throws -> Bool { try store.holds(id) }

  /// Has refs synced when they are written. libgit2 looks at its setting only when it opens the refs of a repository, and
  /// it opened these when HEAD was read.
  package func syncRefs() throws {
    readiness_git_enable_fsync()
    let refs = try Owned(git_refdb_free) { refs in
      try git("git_refdb_open", "The refs") { git_refdb_open(&refs, pointer) }
    }
    try git("git_repository_set_refdb", "The refs") { git_repository_set_refdb(pointer, refs.pointer) }
  }

  /// Looks again which packs there are.
  package func readObjectsAnew() throws {
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
    if let bytes = try store.quickly(id, .blob, atMost: bound, offset: offset) { return .bytes(bytes) }
    try store.refuseObstructed(id)
    let odb = try store.database
    var oid = id.git
    var size = 0
    var type = GIT_OBJECT_ANY
    let code = git_odb_read_header(&size, &type, odb, &oid)
    if git_error_code(code) == GIT_ENOTFOUND { throw absent(id, code) }
    try git("git_odb_read_header", "The object \(id)") { code }
    guard size > bound else { return .bytes(try blob(id)) }
    var sum = ObjectSum(.blob, size: size)
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
      hint: "Fetch what is read here: readiness backfill. Fetch all: git fetch --refetch --no-filter.",
      function: "git_odb_read")
  }

  /// True where objects may be missing on purpose.
  private var isPartial: Bool {
    let config: OpaquePointer
    do { config = try settings } catch { return false }
    let pattern = "^(extensions\\.partialclone|remote\\..*\\.promisor)$"
    let owned = Owned(git_config_iterator_free) { _ = git_config_iterator_glob_new(&$0, config, pattern) }
    guard let iterator = owned.pointer else { return false }
    var entry: UnsafeMutablePointer<git_config_entry>?
    return git_config_next(&entry, iterator) >= 0
  }

  /// The bytes of a blob.
  public func blob(_ id: ObjectID) throws -> [UInt8] { try bytes(of: id, .blob) }

  /// A commit, parsed.
  public func commit(_ id: ObjectID) throws -> Commit {
    try Commit(id: id, raw: bytes(of: id, .commit))
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
          .other, "The configuration cannot be read.", hint: "Run git config --list: it names the setting.",
          function: "git_repository_config_snapshot")
      }
      openSettings = config
      return config
    }
  }
}
