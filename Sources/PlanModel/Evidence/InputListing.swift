public import GitObjects

/// The files that a check's answer hangs on, as one tree holds them.
public struct InputListing: Sendable, Equatable {
  /// One file: what `git ls-tree -r` prints of it.
  public struct Entry: Sendable, Equatable {
    /// The path, in git's bytes.
    public let path: [UInt8]
    /// The mode as git writes it: `100644`, `100755`, `120000` or `160000`.
    public let mode: String
    /// The object.
    public let id: ObjectID

    /// Makes an entry.
    public init(path: [UInt8], mode: String, id: ObjectID) {
      self.path = path
      self.mode = mode
      self.id = id
    }

    /// The path, for people.
    public var name: String { String(decoding: path, as: UTF8.self) }
  }

  /// By the bytes of their paths, as git sorts them.
  public let entries: [Entry]

  /// Sorts what was found.
  public init(_ entries: [Entry]) {
    self.entries = entries.sorted { $0.path.lexicographicallyPrecedes($1.path) }
  }

  /// Of what `git ls-tree -r -z --full-tree COMMIT` prints of these files, so that anyone recomputes it. O(files).
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

  /// The paths that are not the same in both, sorted.
  public func changes(since other: InputListing) -> [String] {
    func map(_ listing: InputListing) -> [[UInt8]: Entry] {
      Dictionary(listing.entries.map { ($0.path, $0) }) { first, _ in first }
    }
    let (new, old) = (map(self), map(other))
    return Set(new.keys).union(old.keys).filter { new[$0] != old[$0] }
      .sorted { $0.lexicographicallyPrecedes($1) }.map { String(decoding: $0, as: UTF8.self) }
  }
}
