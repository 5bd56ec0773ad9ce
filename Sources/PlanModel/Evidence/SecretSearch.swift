/// A search for secrets in a file of any size, chunk by chunk. It reads UTF-8, UTF-16 and UTF-32. It does not look into
/// archives, compressed or encrypted files (`doc/security.md`).
public struct SecretSearch {
  /// A possible secret and its line, from 1.
  public struct Place: Sendable {
    package let hit: Secrets.Hit
    package let line: Int
  }

  /// The result of a search.
  public struct Answer: Sendable {
    /// The possible secrets, at most twenty.
    package let places: [Place]
    /// The type of a file that cannot be searched, such as `a gzip file`; nil if it was searched.
    package let packing: String?
  }

  /// The maximum number of places reported for one file.
  private static let most = 20
  /// The number of bytes searched at once.
  private static let window = 1 << 18
  /// The number of bytes searched twice within a very long word, so that no token is split.
  private static let overlap = 1 << 13

  private let secrets: Secrets
  private var places: [Place] = []
  private var packing: String?
  private var seen = Set<Secrets.Hit>()
  private var pending: [UInt8] = []
  private var line = 1
  /// True if zero bytes pad each character; nil before the first chunk.
  private var isWide: Bool?

  /// The first bytes of file types that cannot be searched (file(1), `magic`).
  private static let packings: [(start: [UInt8], name: String)] = [
    ([0x1F, 0x8B], "a gzip file"), ([0x50, 0x4B, 0x03, 0x04], "a zip archive"),
    ([0xFD, 0x37, 0x7A, 0x58, 0x5A], "an xz file"), ([0x28, 0xB5, 0x2F, 0xFD], "a zstd file"),
    (Array("BZh".utf8), "a bzip2 file"), ([0x37, 0x7A, 0xBC, 0xAF], "a 7z archive"), (Array("%PDF-".utf8), "a PDF"),
    ([0x89, 0x50, 0x4E, 0x47], "a picture"), ([0xFF, 0xD8, 0xFF], "a picture"),
    (Array("age-encryption.org".utf8), "an encrypted file"),
    (Array("-----BEGIN PGP MESSAGE".utf8), "an encrypted file"),
  ]

  /// Starts a search of one file.
  public init(_ secrets: Secrets) { self.secrets = secrets }

  /// Searches the next bytes. O(bytes).
  /// - Throws: the errors of `Secrets.hits`.
  public mutating func add(_ piece: ArraySlice<UInt8>) throws {
    guard places.count < Self.most, !piece.isEmpty else { return }
    if isWide == nil {
      let head = piece.prefix(1024)
      isWide = head.count { $0 == 0 } * 3 >= head.count
      packing = Self.packings.first { head.starts(with: $0.start) }?.name
    }
    var rest = piece
    while !rest.isEmpty {
      let next = rest.prefix(Self.window)
      rest = rest.dropFirst(next.count)
      if isWide == true { pending += next.lazy.filter { $0 != 0 } } else { pending += next }
      guard pending.count >= 2 * Self.window else { continue }
      let end = pending[..<Self.window].lastIndex { $0 <= 0x20 }
      try look(at: end.map { $0 + 1 } ?? Self.window, keeping: end == nil ? Self.overlap : 0)
    }
  }

  /// Searches the rest and returns the result.
  public mutating func finish() throws -> Answer {
    try look(at: pending.count, keeping: 0)
    return Answer(places: places, packing: packing)
  }

  private mutating func look(at count: Int, keeping overlap: Int) throws {
    let bytes = Array(pending[..<count])
    for hit in try secrets.hits(in: bytes) where places.count < Self.most && seen.insert(hit).inserted {
      places.append(Place(hit: hit, line: line + bytes[..<hit.offset].count { $0 == 0x0A }))
    }
    line += bytes.dropLast(overlap).count { $0 == 0x0A }
    pending.removeFirst(count - overlap)
  }
}
