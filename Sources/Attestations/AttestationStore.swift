public import GitObjects
import PlanJudge
public import PlanModel
public import GitRepository
import PlanTrees

/// Reads the attestations of a repository and decides which of them count.
public final class AttestationStore: RenewalSource {
  /// The ref of attestations.
  public static let ref = "refs/readiness/attestations"
  /// The largest number of attestations that are verified for one check and its inputs, newest first.
  private static let verifiedBound = 32

  private let repository: Repository
  private let given: ObjectID?
  private var opened: Opened?

  private struct Opened {
    let commit: ObjectID?
    let tree: GitTree?
  }

  /// Opens the attestations. They are read on first use.
  /// - Parameter commit: replaces the ref's commit.
  public init(_ repository: Repository, at commit: ObjectID? = nil) {
    self.repository = repository
    given = commit
  }

  private func open() throws -> Opened {
    if let opened { return opened }
    let commit = try given ?? repository.commit(ofRef: Self.ref)
    let found = Opened(commit: commit, tree: try commit.map { try repository.tree(ofCommit: $0) })
    opened = found
    return found
  }

  /// The commit of the attestations; nil if there are none.
  /// - Throws: `GitError` if the ref or the commit cannot be read.
  public var commit: ObjectID? { get throws { try open().commit } }

  /// Returns the newest accepted attestation. Reads one folder, and runs `openssl` once for each candidate.
  public func renewal(
    of check: CheckDefinition, inputs: Digest, for name: String, policy: AttestationPolicy, now: Int64?
  ) throws -> Renewal? {
    guard let commit = try commit else { return nil }
    // Attestations of other keys, or of the future, never count; they do not crowd out those that may.
    let ids = Set(policy.keys.flatMap { [$0.id, $0.publicKey.fingerprint] })
    let candidates = try attestations(of: check.digest, inputs: inputs).lazy.filter { found in
      found.path.keyid.map(ids.contains) == true && now.map { found.check.at <= $0 + Self.skew } != false
    }
    for found in candidates.prefix(Self.verifiedBound) {
      let verdict = try verdict(on: found, check: check, for: name, policy: policy, now: now)
      guard verdict.fault == nil, let key = verdict.key else { continue }
      return Renewal(
        criterion: String(name.drop { $0 != "/" }.dropFirst()), key: key.shortName, at: found.check.at, commit: commit,
        path: found.path.text)
    }
    return nil
  }

  /// Returns the attestations of a check for its inputs, newest first. Skips malformed ones.
  public func attestations(of check: Digest, inputs: Digest) throws -> [StoredAttestation] {
    guard let tree = try open().tree else { return [] }
    let folder = AttestationPath.folder(inputs)
    var found: [StoredAttestation] = []
    for (name, identity) in try tree.entries(ofFolder: folder) where name.hasPrefix(check.hex) {
      guard identity.kind == .regular,
        let bytes = try repository.smallBlob(identity.id, atMost: StoredAttestation.bound)
      else { continue }
      do { found.append(try StoredAttestation(bytes, at: "\(folder)/\(name)")) } catch { continue }
    }
    return found.sorted { ($1.check.at, $0.path.text) < ($0.check.at, $1.path.text) }
  }

  /// Judges an attestation for a criterion. Returns its key, and the reason if it does not count.
  /// - Parameter check: the definition in the tree that is judged.
  public func verdict(
    on attestation: StoredAttestation, check: CheckDefinition, for name: String, policy: AttestationPolicy?, now: Int64?
  ) throws -> (key: AttestationPolicy.Key?, fault: RenewalFault?) {
    let (key, fault) = try signer(of: attestation, policy)
    if let fault { return (key, fault) }
    guard let key else { return (nil, .unknownKey) }
    guard key.covers(name) else { return (key, .otherCriterion) }
    guard attestation.check.isPassed else { return (key, .notPassed) }
    let at = attestation.check.at
    guard key.counts(at: at), now.map(key.counts) ?? true else { return (key, .keyOutOfDate) }
    guard let now else { return (key, nil) }
    if at > now + Self.skew { return (key, .future) }
    if let days = check.validFor, now >= at + Int64(days) * 86_400_000 { return (key, .lapsed) }
    return (key, nil)
  }

  /// The tolerance for a clock that is ahead: one hour (specification, provenance).
  private static let skew: Int64 = 3_600_000

  /// Returns the policy key whose signature verifies. A key in the envelope is never used.
  private func signer(of attestation: StoredAttestation, _ policy: AttestationPolicy?) throws -> (
    key: AttestationPolicy.Key?, fault: RenewalFault?
  ) {
    guard let envelope = attestation.envelope else { return (nil, .unsigned) }
    var fault = RenewalFault.unknownKey
    for key in policy?.keys ?? [] {
      for signature in envelope.signatures where [key.id, key.publicKey.fingerprint].contains(signature.keyid) {
        if try key.publicKey.verifies(signature, of: envelope.payload) { return (key, nil) }
        fault = .badSignature
      }
    }
    return (nil, fault)
  }

  /// Visits every attestation file, sorted by path. O(attestations).
  public func forEachFile(_ body: (String, Result<StoredAttestation, AttestationFault>) throws -> Void) throws {
    guard let tree = try open().tree else { return }
    for file in try repository.changes(from: nil, to: tree.root, atMost: 1_000_000, depth: 3) {
      try body(file.path, Self.read(file, in: repository))
    }
  }

  /// Reads an attestation file.
  public static func read(_ file: TreeChange, in repository: Repository) throws -> Result<
    StoredAttestation, AttestationFault
  > {
    guard let identity = file.new, identity.kind == .regular else {
      return .failure(AttestationFault("It is no regular file."))
    }
    guard let bytes = try repository.smallBlob(identity.id, atMost: StoredAttestation.bound) else {
      return .failure(AttestationFault("It has more than 16 KiB."))
    }
    do throws(AttestationFault) { return .success(try StoredAttestation(bytes, at: file.path)) } catch {
      return .failure(error)
    }
  }
}
