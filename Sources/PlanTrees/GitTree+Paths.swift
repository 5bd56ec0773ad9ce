public import GitObjects
import GitRepository
public import PlanModel

/// Paths of the tree outside plan and policy.
extension GitTree {
  /// Returns the identity of the object at a path. Returns nil if there is none.
  public func identity(at path: String) throws -> FileIdentity? {
    var at = root
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    for (index, part) in parts.enumerated() {
      guard let entry = try entry(String(part), in: at) else { return nil }
      if index == parts.count - 1 { return entry }
      guard entry.kind == .folder else { return nil }
      at = entry.id
    }
    return nil
  }

  /// Returns an entry of a folder. Parses the folder at the fifth lookup, because evidence may name thousands of
  /// files in one folder.
  private func entry(_ name: String, in id: ObjectID) throws -> FileIdentity? {
    var look = looks[id] ?? (0, nil)
    look.count += 1
    if look.count == 5 { look.folder = try TreeObject(repository.store, id) }
    looks[id] = look
    if let folder = look.folder, folder.isSorted { return folder.identity(of: name) }
    return try repository.entry(name, in: id)
  }

  /// Returns the kind of the object at a path. Returns nil if there is none.
  public func kind(at path: String) throws -> FileKind? { try identity(at: path)?.kind }

  /// Returns the files that a selection covers. O(folders that may contain one).
  public func inputs(_ selection: PathSelection) throws -> InputListing {
    let key = PlanCache.InputKey(root: root, selection: selection)
    if let known = cache.inputs[key] { return known }
    let listing = try SelectedFiles(selection, repository.store).listing(of: root)
    cache.inputs[key] = listing
    return listing
  }

  /// Compares only the folders that differ.
  public func changedPaths(_ selection: PathSelection, since other: any PlanTree) throws -> [String] {
    guard let other = other as? GitTree else {
      return try inputs(selection).changes(since: other.inputs(selection))
    }
    return try SelectedFiles(selection, repository.store).changes(from: other.root, to: root)
  }

  /// Returns the files that a selection covers in another commit. Returns nil if that commit is missing.
  public func inputs(_ selection: PathSelection, at commit: String) throws -> InputListing? {
    guard let id = ObjectID(hex: commit), try repository.holds(id) else { return nil }
    return try repository.tree(of: repository.commit(id)).inputs(selection)
  }

  /// Returns the bytes of a regular file. Returns nil if there is none, or it exceeds the bound.
  public func bytes(at path: String, atMost bound: Int) throws -> [UInt8]? {
    guard let identity = try identity(at: path), identity.kind == .regular,
      case .bytes(let bytes) = try repository.content(of: identity.id, atMost: bound)
    else { return nil }
    return bytes
  }

  /// Passes on a small file whole, and a large file in the chunks of `git cat-file`.
  public func forEachChunk(at path: String, _ take: (ArraySlice<UInt8>) throws -> Void) throws {
    guard let identity = try identity(at: path), identity.kind == .regular else { return }
    try repository.forEachChunk(of: identity.id, take)
  }

  /// Searches each blob once, because a small push may name one large blob at a thousand paths.
  public func search(_ path: String, for secrets: Secrets) throws -> SecretSearch.Answer {
    var search = SecretSearch(secrets)
    guard let identity = try identity(at: path), identity.kind == .regular else { return try search.finish() }
    let key = PlanCache.SearchKey(blob: identity.id, secrets: secrets)
    if let known = cache.searches[key] { return known }
    try repository.forEachChunk(of: identity.id) { try search.add($0) }
    let answer = try search.finish()
    cache.searches[key] = answer
    return answer
  }

  /// Returns the SHA-256 of a regular file. Returns nil if there is none.
  public func digest(at path: String) throws -> Digest? {
    guard let identity = try identity(at: path), identity.kind == .regular else { return nil }
    if let known = cache.digests[identity.id] { return known }
    let digest =
      switch try repository.content(of: identity.id, atMost: 16 << 20) {
      case .bytes(let bytes): Digest(of: bytes)
      case .oversized(let oversized): oversized.digest
      }
    cache.digests[identity.id] = digest
    return digest
  }

  /// Returns the names in a folder with their identities; empty if there is no such folder. O(entries).
  public func entries(ofFolder path: String) throws -> [(name: String, identity: FileIdentity)] {
    guard let folder = try identity(at: path), folder.kind == .folder else { return [] }
    var found: [(name: String, identity: FileIdentity)] = []
    try repository.forEachEntry(of: folder.id) { found.append(($0, $1)) }
    return found
  }
}
