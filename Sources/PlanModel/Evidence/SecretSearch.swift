/// Seeks secrets in a file of any size, piece by piece. Text in UTF-16 and UTF-32 is read as well as UTF-8; what is
/// packed or encrypted is not looked into (`doc/security.md`).
public struct SecretSearch {
  /// A place that looks like a secret, and its line, from 1.
  public struct Place: Sendable {
    package let hit: Secrets.Hit
    package let line: Int
  }

  /// What is known of a file that was searched.
  public struct Answer: Sendable {
    /// The places that look like secrets, at most twenty.
    package let places: [Place]
    /// What the file is where its text cannot be seen, such as `a gzip file`; nil where it was searched.
    package let packing: String?
  }

  /// More than these are not told of one file.
  private static let most = 20
  /// How much is looked at together, in bytes.
  private static let window = 1 << 18
  /// How much of a word without end is looked at twice, so that no token is cut.
  private static let overlap = 1 << 13

  private let secrets: Secrets
  private var places: [Place] = []
  private var packing: String?
  private var seen = Set<Secrets.Hit>()
  private var pending: [UInt8] = []
  private var line = 1
  /// True where each character has zeros beside it; nil before the first piece.
  private var isWide: Bool?

  /// How files begin whose text cannot be seen (file(1), `magic`).
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

  /// Looks at the next bytes. O(bytes).
  /// - Throws: as `Secrets.hits`.
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

  /// Looks at what is left.
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
