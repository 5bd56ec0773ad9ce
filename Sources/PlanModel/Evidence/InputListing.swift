public import GitObjects

/// The input files of a check in one tree.
public struct InputListing: Sendable, Equatable {
  /// A file, as `git ls-tree -r` prints it.
  public struct Entry: Sendable, Equatable {
    /// The path as raw bytes.
    public let path: [UInt8]
    /// The mode as git writes it: `100644`, `100755`, `120000` or `160000`.
    public let mode: String
    /// The object id.
    public let id: ObjectID

    /// Creates an entry.
    public init(path: [UInt8], mode: String, id: ObjectID) {
      self.path = path
      self.mode = mode
      self.id = id
    }

    /// The path as text.
    public var name: String { String(decoding: path, as: UTF8.self) }
  }

  /// The entries, in the byte order of their paths, as git sorts them.
  public let entries: [Entry]

  /// Creates a listing of the entries, sorted.
  public init(_ entries: [Entry]) {
    self.entries = entries.sorted { $0.path.lexicographicallyPrecedes($1.path) }
  }

  /// The digest of what `git ls-tree -r -z --full-tree COMMIT` prints for these files, which anyone can recompute.
  /// O(files).
  public var digest: Digest {
    var bytes: [UInt8] = []
    for entry in entries {
      bytes += entry.mode.utf8
      bytes += entry.mode == "160000" ? " commit ".utf8 : " blob ".utf8
      bytes += entry.id.description.utf8
      bytes.append(0x09)
      bytes += entry.path
      bytes.append(0)
    }
    return Digest(of: bytes)
  }

  /// Returns the paths that differ between the listings, sorted.
  public func changes(since other: InputListing) -> [String] {
    func map(_ listing: InputListing) -> [[UInt8]: Entry] {
      Dictionary(listing.entries.map { ($0.path, $0) }) { first, _ in first }
    }
    let (new, old) = (map(self), map(other))
    return Set(new.keys).union(old.keys).filter { new[$0] != old[$0] }
      .sorted { $0.lexicographicallyPrecedes($1) }.map { String(decoding: $0, as: UTF8.self) }
  }
}
