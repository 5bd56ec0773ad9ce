import ReadinessSystem
public import GitObjects
public import PlanModel
public import GitRepository

/// An index of the commits of a server that hold a run, so that its gate refuses a run that is used again (contract 3).
///
/// The index is a file in the repository's own folder, where no push can write. It is rebuilt if it is missing or
/// damaged. Without a file, as in an audit of a range, it is built from history at the first question.
///
/// The file, with numbers in big-endian order:
/// - eight bytes of magic;
/// - 32 bits each: the number of commits, the number of rows, and the CRC-32 of both lists;
/// - the commits whose histories are covered, 20 bytes each;
/// - the sorted rows: 32 bytes of a run's ID, and 20 of a commit that holds it.
public final class RunIndex: RunHolders {
  private let repository: Repository
  private let tips: [ObjectID]
  private let path: String?
  private var recent: [Digest: [ObjectID]] = [:]
  private var file: MappedFile?
  private var rows = 0
  private var firstRow = 0
  private var isReady = false

  private static let magic = Array("RDYRUN01".utf8)
  private static let headSize = 20
  private static let rowSize = 52
  /// The maximum number of covered commits in a file. Those of older pushes are usually ancestors of newer ones.
  private static let tipBound = 64
  /// The number of new rows from which on the file is written again.
  private static let stale = 100

  /// - Parameters:
  ///   - tips: the commits whose histories the questions cover.
  ///   - isKept: true if the index is stored in a file, as at a server's gate.
  public init(_ repository: Repository, covering tips: [ObjectID], isKept: Bool) {
    self.repository = repository
    self.tips = tips
    path = isKept ? repository.commonFolder + "readiness/runs" : nil
  }

  /// Returns the commits that hold a run. O(log runs); the first question walks the commits that the file does not
  /// cover.
  /// - Throws: `GitError` if history cannot be read.
  public func holders(of run: Digest) throws -> [ObjectID] {
    if !isReady { try prepare() }
    // A branch may have been deleted, and its commits with it.
    return try (recent[run] ?? []) + kept(run).filter { try repository.holds($0) }
  }

  private func prepare() throws {
    let covered = try load().filter { try repository.holds($0) }
    let graph = try CommitGraph(repository, from: tips, notFrom: covered)
    for index in graph.ids.indices where graph.isOfInterest(index) {
      let commit = try graph.commit(index, in: repository)
      for id in Set(commit.blocks.compactMap(\.claimedID)) {
        recent[id, default: []].append(commit.id)
      }
    }
    isReady = true
    if file == nil || recent.count >= Self.stale { keep(covered) }
  }

  // MARK: - The file

  /// Reads the file.
  /// - Returns: the commits whose histories the file covers.
  private func load() -> [ObjectID] {
    guard let path, let file = MappedFile(path), file.bytes.count >= Self.headSize else { return [] }
    let raw = file.bytes
    func number(_ at: Int) -> UInt32 { UInt32(bigEndian: raw.loadUnaligned(fromByteOffset: at, as: UInt32.self)) }
    let (tips, rows) = (Int(number(8)), Int(number(12)))
    guard raw[..<8].elementsEqual(Self.magic), tips <= Self.tipBound,
      raw.count == Self.headSize + tips * 20 + rows * Self.rowSize,
      number(16) == Checksum.crc32(UnsafeRawBufferPointer(rebasing: raw[Self.headSize...]))
    else { return [] }
    (self.file, self.rows, firstRow) = (file, rows, Self.headSize + tips * 20)
    return (0..<tips).map { id(at: Self.headSize + $0 * 20) }
  }

  private func id(at offset: Int) -> ObjectID {
    guard let file else { return .zero }
    return ObjectID(raw: UnsafeRawBufferPointer(rebasing: file.bytes[offset..<(offset + 20)]))
  }

  private func run(at row: Int) -> Digest {
    guard let file else { return Digest(of: []) }
    let start = firstRow + row * Self.rowSize
    return Digest(raw: UnsafeRawBufferPointer(rebasing: file.bytes[start..<(start + 32)]))
  }

  private func kept(_ run: Digest) -> [ObjectID] {
    var (low, high) = (0, rows)
    while low < high {
      let middle = (low + high) / 2
      if self.run(at: middle) < run { low = middle + 1 } else { high = middle }
    }
    var found: [ObjectID] = []
    while low < rows, self.run(at: low) == run {
      found.append(id(at: firstRow + low * Self.rowSize + 32))
      low += 1
    }
    return found
  }

  /// Writes the file. After a failure the next push builds the index again.
  private func keep(_ covered: [ObjectID]) {
    guard let path else { return }
    var all = recent.flatMap { run, commits in commits.map { (run: run, commit: $0) } }
    all += (0..<rows).map { (run(at: $0), id(at: firstRow + $0 * Self.rowSize + 32)) }
    all.sort { ($0.run, $0.commit.description) < ($1.run, $1.commit.description) }
    let fresh = (tips + covered.filter { !tips.contains($0) }).prefix(Self.tipBound)
    var body = fresh.flatMap(\.bytes)
    body.reserveCapacity(body.count + all.count * Self.rowSize)
    var count: UInt32 = 0
    for (place, row) in all.enumerated() where place == 0 || all[place - 1] != row {
      body += row.run.bytes + row.commit.bytes
      count += 1
    }
    var out = Self.magic
    for value in [UInt32(fresh.count), count, body.withUnsafeBytes(Checksum.crc32)] {
      withUnsafeBytes(of: value.bigEndian) { out += $0 }
    }
    do {
      try FileSystem.makeFolders(repository.commonFolder + "readiness", own: 1)
      try FileSystem.write(out + body, to: path, mode: 0o666, durability: .none)
    } catch {
      return
    }
  }
}
