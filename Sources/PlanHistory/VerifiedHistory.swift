import ReadinessSystem
public import GitObjects
public import PlanModel
public import GitRepository

/// A cache of the history that an audit found to be without findings, so that the next audit judges only new commits
/// (decisions 0019, 0038). Without it, or if it is damaged, everything is judged again.
///
/// The file, with numbers in big-endian order:
/// - eight bytes of magic, 32 of the key, and 20 of the commit;
/// - 64 bits each: the number of walked commits, of their runs, and of stamps that grant an exception;
/// - for each of 256 buckets its number of rows, 32 bits, and the SHA-256 of the rows;
/// - the HMAC-SHA256 of the bytes so far, by a key that no repository holds;
/// - the rows: 32 bytes of a run's ID, whose first byte is the bucket, and 20 of a commit that holds it.
public final class VerifiedHistory: RunHolders {
  /// The commit up to which there are no findings.
  public let tip: ObjectID
  /// The number of those commits.
  public let walked: Int
  /// The number of different runs that they hold.
  public let runs: Int
  /// The number of stamps that grant an exception.
  let waivingRuns: Int
  private let file: MappedFile
  private let counts: [Int]
  private let sums: [Digest]

  /// A run and a commit that holds it.
  typealias Row = (run: Digest, commit: ObjectID)

  /// Thrown if the rows differ from those that were written.
  struct Damaged: Error {}

  private static let magic = Array("RDYVRF03".utf8)
  private static let bucketSize = 4 + 32
  private static let headSize = 8 + 32 + 20 + 24 + 256 * bucketSize + 32
  private static let rowSize = 52

  /// Reads the file. Returns nil if it is missing, damaged, of another key, or written by somebody else.
  /// - Parameters:
  ///   - key: identifies the program and the policy that judged.
  ///   - code: authenticates the file.
  init?(_ path: String, key: Digest, code: MessageCode) {
    guard let file = MappedFile(path, followsLinks: false), file.bytes.count >= Self.headSize else { return nil }
    let raw = file.bytes
    func number(_ at: Int) -> UInt32 { UInt32(bigEndian: raw.loadUnaligned(fromByteOffset: at, as: UInt32.self)) }
    func wide(_ at: Int) -> Int { Int(number(at)) << 32 | Int(number(at + 4)) }
    guard raw[..<8].elementsEqual(Self.magic), raw[8..<40].elementsEqual(key.bytes),
      raw[(Self.headSize - 32)..<Self.headSize].elementsEqual(code.code(of: raw[..<(Self.headSize - 32)]).bytes)
    else { return nil }
    tip = ObjectID(raw: UnsafeRawBufferPointer(rebasing: raw[40..<60]))
    (walked, runs, waivingRuns) = (wide(60), wide(68), wide(76))
    let buckets = (0..<256).map { 84 + Self.bucketSize * $0 }
    counts = buckets.map { Int(number($0)) }
    sums = buckets.map { Digest(raw: UnsafeRawBufferPointer(rebasing: raw[($0 + 4)..<($0 + 36)])) }
    guard raw.count == Self.headSize + counts.reduce(0, +) * Self.rowSize else { return nil }
    self.file = file
  }

  /// Returns true if a commit is that one or has it among its ancestors.
  func isBehind(_ commit: ObjectID, in repository: Repository) throws -> Bool {
    if tip == commit { return true }
    return try repository.holds(tip) && repository.isDescendant(commit, of: tip)
  }

  /// Returns the commits that hold a run. O(runs / 256).
  /// - Throws: `Damaged`.
  public func holders(of run: Digest) throws -> [ObjectID] {
    try rows(ofBucket: Int(run.bytes[0])).filter { $0.run == run }.map(\.commit)
  }

  private func rows(ofBucket bucket: Int) throws -> [Row] {
    let start = Self.headSize + counts[..<bucket].reduce(0, +) * Self.rowSize
    let bytes = UnsafeRawBufferPointer(rebasing: file.bytes[start..<(start + counts[bucket] * Self.rowSize)])
    guard Digest(of: Array(bytes)) == sums[bucket] else { throw Damaged() }
    return (0..<counts[bucket]).map { place in
      let row = bytes[(place * Self.rowSize)..<((place + 1) * Self.rowSize)]
      return (
        Digest(raw: UnsafeRawBufferPointer(rebasing: row.prefix(32))), ObjectID(raw: .init(rebasing: row.suffix(20)))
      )
    }
  }

  /// Returns the commit that begins the plan. Nil if it is unknown. Its row names no run.
  func baseline() throws -> ObjectID? { try holders(of: Self.baselineMark).first }

  /// The value in place of a run in the row of the baseline.
  static let baselineMark = Digest(of: Array("baseline".utf8))

  /// Returns all rows.
  /// - Throws: `Damaged`.
  func allRows() throws -> [Row] { try (0..<256).flatMap(rows(ofBucket:)) }

  /// Returns the file's bytes. O(n log n).
  static func bytes(of report: HistoryReport, tip: ObjectID, rows: [Row], key: Digest, code: MessageCode) -> [UInt8] {
    var buckets = [[UInt8]](repeating: [], count: 256)
    for row in rows.sorted(by: { $0.run < $1.run }) {
      let run = row.run.bytes
      buckets[Int(run[0])] += run + row.commit.bytes
    }
    var out = magic + key.bytes + tip.bytes
    func append(_ value: UInt32) { withUnsafeBytes(of: value.bigEndian) { out += $0 } }
    for value in [report.walked, report.stampedRuns, report.waivingRuns] {
      append(UInt32(truncatingIfNeeded: value >> 32))
      append(UInt32(truncatingIfNeeded: value))
    }
    for bucket in buckets {
      append(UInt32(bucket.count / rowSize))
      out += Digest(of: bucket).bytes
    }
    out += code.code(of: out).bytes
    out.reserveCapacity(out.count + rows.count * rowSize)
    for bucket in buckets { out += bucket }
    return out
  }
}

/// Stores the result of an audit, and the key under which it is valid.
public struct VerifiedHistoryStore {
  private let repository: Repository
  private let program: String
  private let key: (_ creates: Bool) -> [UInt8]?
  private var path: String { repository.commonFolder + "readiness/verified" }

  /// The number of commits from which on a history is cached: shorter ones are judged in a few milliseconds.
  private static let worthwhile = 200
  /// The number of new commits after which the file is written again.
  private static let stale = 100

  /// - Parameters:
  ///   - program: distinguishes this program from any other that may judge otherwise.
  ///   - key: returns a secret of this user that no repository holds, created when needed; nil if there is none, and
  ///     then nothing is stored.
  public init(_ repository: Repository, program: String, key: @escaping (_ creates: Bool) -> [UInt8]?) {
    self.repository = repository
    self.program = program
    self.key = key
  }

  private func code(creates: Bool) -> MessageCode? {
    key(creates).map { MessageCode(key: $0).derived(for: "verified history \(repository.identity)") }
  }

  /// Returns the key. It covers the policy's files, because the policy sets where judgement begins.
  func key(policy: [String: FileIdentity]) -> Digest {
    Digest(of: Array("\(program)\n\(policy.fingerprint)".utf8))
  }

  func load(_ key: Digest) -> VerifiedHistory? {
    code(creates: false).flatMap { VerifiedHistory(path, key: key, code: $0) }
  }

  /// Stores the result if there are no findings. A failure to write costs only time.
  func keep(
    _ report: HistoryReport, _ rows: [VerifiedHistory.Row], after known: VerifiedHistory?, tip: ObjectID, _ key: Digest
  ) {
    guard report.findings.isEmpty, report.walked >= Self.worthwhile else { return }
    if let known, report.walked - known.walked < Self.stale { return }
    var baseline: [VerifiedHistory.Row] = []
    if known == nil, let trust = report.trust, trust.start == .baseline {
      baseline = [(VerifiedHistory.baselineMark, trust.commit)]
    }
    guard let code = code(creates: true) else { return }
    do {
      let bytes = VerifiedHistory.bytes(
        of: report, tip: tip, rows: try rows + baseline + (known?.allRows() ?? []), key: key, code: code)
      try LinkFreeFolder(repository.commonFolder).folder("readiness", creates: true)?
        .write(bytes, as: "verified", isDurable: false)
    } catch {
      return
    }
  }
}
