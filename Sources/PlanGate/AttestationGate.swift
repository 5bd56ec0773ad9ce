import GitObjects
import Attestations
import PlanJudge
import PlanModel
import GitRepository

/// Reads the attestations that a push adds, for the judge.
struct AttestationGate {
  private let repository: Repository
  /// The keys that the server's policy accepts, by fingerprint.
  private let keys: [String: PublicKey]
  /// The signatures that were verified, because one attestation may be stored at many paths.
  private var verified: Set<Digest> = []
  /// True after the first false signature: the push is refused, and the other signatures are not verified.
  private var isForged = false

  /// - Throws: `GitError` if the policy of the server's branches cannot be read.
  init(_ repository: Repository, _ server: ServerRefs) throws {
    self.repository = repository
    let keys = try server.policies().flatMap { $0.attestations?.keys ?? [] }.map(\.publicKey)
    self.keys = Dictionary(keys.map { ($0.fingerprint, $0) }) { first, _ in first }
  }

  /// Judges the commits that are new on the ref.
  /// - Throws: `GitError` if something cannot be read, or `openssl` is needed and not there.
  /// - Complexity: O(new commits and the folders that they touch), and `openssl` runs once for each new attestation by
  ///   a key of the policy.
  mutating func judge(_ name: String, from old: ObjectID?, to new: ObjectID) throws -> [Finding] {
    var commits: [AttestationCommit] = []
    var room = Judge.attestationsInPush
    var next: ObjectID? = new
    // First parents lead to every commit of a chain. If the history is no chain, that is the finding.
    while let id = next, id != old, commits.count <= Judge.attestationsInPush, room >= 0 {
      let commit = try repository.commit(id)
      let parent = try commit.parents.first.map { try repository.commit($0) }
      let changes = try repository.changes(from: parent?.tree, to: commit.tree, atMost: room, depth: 3)
      room -= changes.count
      commits.append(
        AttestationCommit(
          id: id, parentCount: commit.parents.count, mayBeFirst: old == nil,
          changes: try changes.map { try change($0) }))
      next = commit.parents.count == 1 ? commit.parents[0] : nil
    }
    return Judge.assess(commits, of: name)
  }

  private mutating func change(_ file: TreeChange) throws -> AttestationCommit.Change {
    guard file.old == nil else { return .init(path: file.path, wasThere: true, fault: nil) }
    let fault: String? =
      switch try AttestationStore.read(file, in: repository) {
      case .success(let attestation): try signatureFault(of: attestation)
      case .failure(let fault): fault.message
      }
    return .init(path: file.path, wasThere: false, fault: fault)
  }

  /// Returns why an attestation is not by the key that its path names, if the server's policy accepts that key. Nobody
  /// else can store a file under its name, so nobody is in the way of what the key attests.
  private mutating func signatureFault(of attestation: StoredAttestation) throws -> String? {
    guard !isForged, let keyid = attestation.path.keyid, let key = keys[keyid], let envelope = attestation.envelope
    else { return nil }
    for signature in envelope.signatures where signature.keyid == keyid {
      let digest = Digest(of: Array(keyid.utf8) + Envelope.signedBytes(envelope.payload) + signature.bytes)
      if verified.contains(digest) { return nil }
      if try key.verifies(signature, of: envelope.payload) {
        verified.insert(digest)
        return nil
      }
    }
    isForged = true
    return "Its signature is not by the key that its path names."
  }
}
