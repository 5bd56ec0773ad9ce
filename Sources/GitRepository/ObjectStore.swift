package import GitObjects
import CLibgit2
import PlanModel

/// Raw objects, read one at a time without copying. For walks over long histories.
package final class ObjectStore {
  // The repository owns its store.
  private unowned let repository: Repository
  private var odb: OpaquePointer?
  /// Set only for long walks: mapping the packs costs more than reading a few objects.
  package private(set) var packs: PackStore?

  private lazy var loose = LooseStore(folders: repository.objectFolders)

  /// Reads packs directly from now on.
  func readPacks() {
    guard packs == nil else { return }
    packs = repository.origin?.packs.map { PackStore(sharing: $0) } ?? PackStore(folders: repository.objectFolders)
  }

  /// Returns the positions of ids in pack order, so that deltas follow each other, each with its offset for
  /// `quickly`.
  package func packOrder(of ids: [ObjectID]) -> [(place: Int, offset: Int)] {
    packs?.order(of: ids) ?? ids.indices.map { ($0, Int.max) }
  }

  /// Returns the bytes of an object within a bound, by the fast paths alone. Returns nil if they do not find it.
  /// - Parameter offset: its offset in the packs; nil if it is not known.
  func quickly(_ id: ObjectID, _ type: ObjectKind, atMost bound: Int, offset: Int?) throws -> [UInt8]? {
    let bytes = try unconfirmed(id, type, atMost: bound, offset: offset)
    if let bytes { try count(type, bytes.count) }
    if let bytes, repository.recomputesIDs { try bytes.withUnsafeBytes { try confirm(id, type, $0) } }
    return bytes
  }

  private func unconfirmed(_ id: ObjectID, _ type: ObjectKind, atMost bound: Int, offset: Int?) throws -> [UInt8]? {
    func bytes(_ kind: ObjectKind, _ bytes: UnsafeRawBufferPointer) -> [UInt8]? {
      kind == type && bytes.count <= bound ? Array(bytes) : nil
    }
    let packed = offset.map { packs?.bytes(at: $0, type, atMost: bound) } ?? packs?.bytes(of: id, type, atMost: bound)
    if let packed { return packed }
    if let made = repository.newObjects.bytes(of: id, type), made.count <= bound { return made }
    return loose.with(id, bytes) ?? nil
  }

  /// Returns true if an object exists.
  func holds(_ id: ObjectID) throws -> Bool {
    if loose.holds(id) { return true }
    var oid = id.git
    return git_odb_exists(try database, &oid) == 1
  }

  /// Returns the tree of a commit. Reads only the beginning if possible, because the commit that creates a plan of
  /// thousands has a stamp of megabytes.
  package func tree(ofCommit id: ObjectID) throws -> ObjectID {
    if !repository.recomputesIDs,
      let tree = packs?.withBeginning(id, { $0 == .commit ? CommitHead.tree($1) : nil })
    {
      return tree
    }
    return try repository.commit(id).tree
  }

  init(_ repository: Repository) { self.repository = repository }

  private var openProof: ObjectProof?

  /// The proof of an audit's objects, created on first use.
  private var proof: ObjectProof {
    get throws {
      if let openProof { return openProof }
      readPacks()
      guard let packs else { throw ObjectProof.damaged(.zero, "cannot be read") }
      let proof = try ObjectProof(packs, folders: repository.objectFolders)
      openProof = proof
      return proof
    }
  }

  /// Recomputes the id of an object and compares its copies; only in an audit.
  /// - Throws: `GitError` of kind `damaged`.
  func confirm(_ id: ObjectID, _ type: ObjectKind, _ bytes: UnsafeRawBufferPointer) throws {
    if repository.recomputesIDs { try proof.confirm(id, type, bytes) }
  }

  /// Confirms a large object by the sum computed while streaming it.
  func confirm(_ id: ObjectID, sum: ObjectID) throws {
    if repository.recomputesIDs { try proof.confirm(id, sum: sum) }
  }

  /// - Throws: `GitError` of kind `damaged` if a pipe or the like replaces an object's file.
  func refuseObstructed(_ id: ObjectID) throws {
    if loose.isObstructed(id) { throw ObjectProof.damaged(id, "is no file") }
  }

  /// The largest commit or tree, in bytes. A push of a few kilobytes can expand to gigabytes.
  static let bound = 96 << 20

  /// libgit2's object database, opened if the fast paths fail.
  var database: OpaquePointer {
    get throws {
      if let odb { return odb }
      try git("git_repository_odb", "The object database") { git_repository_odb(&odb, repository.pointer) }
      guard let odb else {
        throw GitError(
          .other, "There is no object database.", hint: "Run git fsck: it says what is damaged.",
          function: "git_repository_odb")
      }
      return odb
    }
  }

  deinit { git_odb_free(odb) }

  /// Calls a body with the bytes of an object of a type.
  /// - Throws: `GitError` if it is missing, damaged, or of another type.
  package func with<T>(_ id: ObjectID, _ type: ObjectKind, _ body: (UnsafeRawBufferPointer) throws -> T) throws -> T {
    func lend(_ kind: ObjectKind, _ bytes: UnsafeRawBufferPointer) throws -> T? {
      guard kind == type else { return nil }
      try count(type, bytes.count)
      try confirm(id, type, bytes)
      return try body(bytes)
    }
    let bound = type == .blob ? 1 << 30 : Self.bound
    if let found = try packs?.with(id, atMost: bound, lend), let result = found { return result }
    if let made = repository.newObjects.bytes(of: id, type) { return try made.withUnsafeBytes(body) }
    if let found = try loose.with(id, lend), let result = found { return result }
    try refuseObstructed(id)
    var oid = id.git
    var (size, kind) = (0, GIT_OBJECT_ANY)
    if git_odb_read_header(&size, &kind, try database, &oid) >= 0, size > bound {
      throw GitError(
        .unsupported, "The object \(id) has \(size) bytes; at most \(bound) are read.",
        hint: "Make the commit again without it.", function: "git_odb_read_header")
    }
    var code: Int32 = 0
    let found = try Owned(git_odb_object_free) { code = git_odb_read(&$0, try database, &oid) }
    guard let object = found.pointer else {
      if git_error_code(code) == GIT_ENOTFOUND {
        throw repository.isShallow ? repository.shallowHistory : repository.absent(id, code)
      }
      if repository.recomputesIDs { throw ObjectProof.damaged(id, "cannot be read") }
      throw GitError(code: code, function: "git_odb_read", about: "The object \(id)")
    }
    guard git_odb_object_type(object).rawValue == type.rawValue else {
      throw GitError(
        .damaged, "The object \(id) is not of the type that refers to it.",
        hint: "Run git fsck: it says what is damaged.",
        function: "git_odb_read")
    }
    let bytes = UnsafeRawBufferPointer(start: git_odb_object_data(object), count: git_odb_object_size(object))
    try count(type, bytes.count)
    try confirm(id, type, bytes)
    return try body(bytes)
  }

  private func count(_ type: ObjectKind, _ bytes: Int) throws {
    if type == .blob { try ReadAllowance.process.takeFile(bytes) } else { try ReadAllowance.process.takeObject(bytes) }
  }
}
