public import GitObjects
import CLibgit2
package import PlanModel
import ReadinessSystem

/// An open git repository. It owns libgit2's pointer; every object created from it retains it.
public final class Repository {
  package let pointer: OpaquePointer
  private var cache = CommitCache()
  /// An object of a module above this one, which is kept as long as the repository is open.
  package var attached: AnyObject?
  /// Checks signatures, and caches the results.
  public let signatures = GitSignatures()
  /// The parents of merges whose plan continues: a cache for the code that decides it.
  public var keptParents: [ObjectID: [ObjectID]] = [:]
  /// Is told of each short name that several refs have, and of which one is used.
  public var onAmbiguousName: ((AmbiguousName) -> Void)?
  private var openStore: ObjectStore?
  private var openSettings: OpaquePointer?
  /// The store of the repository from which this one was reopened; its packs are shared.
  private(set) var origin: ObjectStore?

  /// Returns a per-thread copy of this repository for each further thread worth starting, with packs read directly.
  /// The copies are cached, because freeing their contents object by object takes longer than opening them.
  public func perThreadCopies() throws -> [Repository] {
    if openCopies.isEmpty {
      readPacks()
      openCopies = try (1..<Cores.bound).map { _ in
        let other = try another()
        other.readPacks()
        return other
      }
    }
    return openCopies
  }
  private var openCopies: [Repository] = []

  /// True in an audit: the id of each object is recomputed, and its copies are compared.
  package private(set) var recomputesIDs = false

  /// Starts an audit: from now on every read throws if an object does not match its id. A gate relies on git's check
  /// on receipt; an audit may face a repository that somebody else wrote into (contract 3).
  ///
  /// Changes a libgit2 setting for the whole process. Must be called before any thread starts.
  public func recomputeIDs() {
    recomputesIDs = true
    readiness_git_verify_hashes(1)
    for other in openCopies { other.recomputesIDs = true }
  }

  /// Reads packs directly from now on: for walks over long histories.
  public func readPacks() { store.readPacks() }

  /// The folder for new objects.
  package var ownObjectFolder: String {
    Environment.value("GIT_OBJECT_DIRECTORY") ?? commonFolder + "objects"
  }

  /// The objects that are created here and not stored yet.
  package let newObjects = NewObjects()

  /// The object folders: this repository's own, and its alternates (gitrepository-layout(5)).
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

  /// The raw objects.
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

  /// Opens the repository of the current folder as git itself would, from the environment that git sets for hooks.
  ///
  /// Removes variables that libgit2 rejects first, and sets the work tree afterwards. Must be called before any
  /// thread starts.
  public static func open() throws -> Repository {
    _ = Library.isStarted
    let workTree = GitEnvironment.outer.workTree
    var pointer: OpaquePointer?
    func tryOpen() -> Int32 {
      git_repository_open_ext(&pointer, nil, GIT_REPOSITORY_OPEN_FROM_ENV.rawValue, nil)
    }
    var code = tryOpen()
    if [GIT_ENOTFOUND, GIT_EOWNER].contains(git_error_code(code)) {
      // libgit2 knows fewer forms of safe.directory than git, and does not always report the owner as the reason.
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

  /// Opens this repository again for another thread, with the same objects. Must be called before that thread starts.
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

  /// True if there is no work tree.
  public var isBare: Bool { git_repository_is_bare(pointer) == 1 }
  /// True if history ends at a boundary that was not fetched.
  public var isShallow: Bool { git_repository_is_shallow(pointer) == 1 }
  /// The identity of this repository on this machine, different from a replacement at the same path: the path of the
  /// shared folder, its device and its inode number.
  public var identity: String {
    let status = FileSystem.status(commonFolder, followsLinks: true) ?? .unknown
    return "\(Machine.absolutePath(commonFolder) ?? commonFolder) \(status.device) \(status.index)"
  }

  /// The `.git` folder of this work tree, with a trailing slash.
  public var gitFolder: String { String(cString: git_repository_path(pointer)) }
  /// The `.git` folder that all work trees share, with a trailing slash.
  public var commonFolder: String { String(cString: git_repository_commondir(pointer)) }
  /// The top of the work tree, with a trailing slash; nil if there is none.
  public var workTree: String? { git_repository_workdir(pointer).map { String(cString: $0) } }

  // MARK: - Objects

  /// Returns the raw bytes of an object of a type.
  package func bytes(of id: ObjectID, _ type: ObjectKind) throws -> [UInt8] {
    try store.with(id, type) { Array($0) }
  }

  /// Returns true if the object exists.
  public func holds(_ id: ObjectID) throws -> Bool { try store.holds(id) }

  /// Enables fsync for refs. Reopens the ref database, because libgit2 reads the setting only when it opens one,
  /// which it did to read HEAD.
  package func syncRefs() throws {
    readiness_git_enable_fsync()
    let refs = try Owned(git_refdb_free) { refs in
      try git("git_refdb_open", "The refs") { git_refdb_open(&refs, pointer) }
    }
    try git("git_repository_set_refdb", "The refs") { git_repository_set_refdb(pointer, refs.pointer) }
  }

  /// Lists the packs again.
  package func readObjectsAnew() throws {
    let odb = try store.database
    try git("git_odb_refresh", "The object database") { git_odb_refresh(odb) }
  }

  /// A blob, held in memory only up to a bound.
  package enum Content {
    case bytes([UInt8])
    case oversized(OversizedFile)
  }

  /// Returns a blob of any size. Git streams a blob above the bound.
  package func content(of id: ObjectID, atMost bound: Int, offset: Int? = nil) throws -> Content {
    if let bytes = try store.quickly(id, .blob, atMost: bound, offset: offset) { return .bytes(bytes) }
    let size = try blobSize(id)
    guard size > bound else { return .bytes(try blob(id)) }
    try ReadAllowance.process.takeFile(size)
    var sum = ObjectSum(.blob, size: size)
    let digest = try GitProcess.digest(["cat-file", "blob", id.description]) { sum.add($0) }
    try store.confirm(id, sum: sum.id())
    return .oversized(OversizedFile(size: size, digest: digest))
  }

  /// Passes on the bytes of a blob of any size, chunk by chunk, with at most 16 MiB in memory.
  package func forEachChunk(of id: ObjectID, _ take: (ArraySlice<UInt8>) throws -> Void) throws {
    let bound = 16 << 20
    if let bytes = try store.quickly(id, .blob, atMost: bound, offset: nil) { return try take(bytes[...]) }
    let size = try blobSize(id)
    guard size > bound else { return try take(blob(id)[...]) }
    try ReadAllowance.process.takeFile(size)
    var sum = ObjectSum(.blob, size: size)
    try GitProcess.forEachChunk(["cat-file", "blob", id.description]) { chunk in
      chunk.withUnsafeBytes { sum.add($0) }
      try take(chunk)
    }
    try store.confirm(id, sum: sum.id())
  }

  private func blobSize(_ id: ObjectID) throws -> Int {
    try store.refuseObstructed(id)
    var oid = id.git
    var size = 0
    var type = GIT_OBJECT_ANY
    let code = git_odb_read_header(&size, &type, try store.database, &oid)
    if git_error_code(code) == GIT_ENOTFOUND { throw absent(id, code) }
    try git("git_odb_read_header", "The object \(id)") { code }
    return size
  }

  /// Returns the error for a missing object, which in a partial clone was never fetched.
  func absent(_ id: ObjectID, _ code: Int32) -> GitError {
    let error = GitError(code: code, function: "git_odb_read", about: "The object \(id)")
    guard isPartial else { return error }
    return GitError(
      .shallow, "This is a partial clone, and the object \(id) was not fetched, so nothing can be said about it.",
      hint: "Fetch what is read here: readiness backfill. Fetch all: git fetch --refetch --no-filter.",
      function: "git_odb_read")
  }

  /// True if the clone may omit objects.
  private var isPartial: Bool {
    let config: OpaquePointer
    do { config = try settings } catch { return false }
    let pattern = "^(extensions\\.partialclone|remote\\..*\\.promisor)$"
    let owned = Owned(git_config_iterator_free) { _ = git_config_iterator_glob_new(&$0, config, pattern) }
    guard let iterator = owned.pointer else { return false }
    var entry: UnsafeMutablePointer<git_config_entry>?
    return git_config_next(&entry, iterator) >= 0
  }

  /// Returns the bytes of a blob.
  public func blob(_ id: ObjectID) throws -> [UInt8] { try bytes(of: id, .blob) }

  /// Returns a commit, parsed.
  public func commit(_ id: ObjectID) throws -> Commit {
    if let known = cache.commits[id] { return known }
    return try commit(id, raw: bytes(of: id, .commit))
  }

  /// Parses a commit. Caches one with a long message, with its stamps, because each descendant may need them.
  func commit(_ id: ObjectID, raw: [UInt8]) throws -> Commit {
    if let known = cache.commits[id] { return known }
    let commit = try Commit(id: id, raw: raw)
    if raw.count > 2 << 10 {
      try ReadAllowance.process.takeMessage(raw.count, stamps: commit.blocks.count)
      cache.keep(commit, raw.count)
    }
    return commit
  }

  // MARK: - Configuration

  /// Returns a value of git's configuration files. Returns nil if it is not set. Ignores `git -c`.
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
