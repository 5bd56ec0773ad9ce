import GitObjects
import PlanJudge
public import PlanModel
public import GitRepository
import GitTransaction
import ReadinessSystem

/// Adds attestations to their ref, and pushes them to a remote.
public struct AttestationLog {
  private let repository: Repository
  private let branch: RecordBranch

  /// Opens the log of a repository. The ref need not exist yet.
  public init(_ repository: Repository) {
    self.repository = repository
    branch = RecordBranch(AttestationStore.ref, repository)
  }

  /// Adds new attestations, in one commit.
  ///
  /// A check whose evidence never lapses is attested once for the same inputs and key. A check whose evidence lapses
  /// is attested each time.
  /// - Parameter key: the signing key; nil writes Statements without a signature, which never count.
  /// - Throws: `GitError` of kind `locked` or `changedMeanwhile` if another writer was faster; the caller retries.
  /// - Returns: the paths of the added files.
  public func add(_ statements: [(statement: CheckStatement, lapses: Bool)], key: SigningKey?, author: Identity) throws
    -> [String]
  {
    let tip = try branch.tip()
    let store = AttestationStore(repository, at: tip)
    let tree = try tip.map { try repository.tree(ofCommit: $0) }
    var files: [RecordBranch.File] = []
    for (statement, lapses) in statements {
      let bytes = try key.map { try $0.envelope(statement.statement).bytes } ?? statement.statement.bytes
      guard bytes.count <= StoredAttestation.bound else {
        throw KeyFault(
          "attestation-malformed", "The attestation of \(statement.name) has more than 16 KiB.",
          hint: "Give the criterion a shorter id.")
      }
      var path = AttestationPath(inputs: statement.inputs, check: statement.check, keyid: key?.publicKey.fingerprint)
      if try tree?.kind(at: path.text) != nil {
        if try !lapses && isAttested(path, in: store, by: key?.publicKey) { continue }
        path = AttestationPath(
          inputs: path.inputs, check: path.check, keyid: path.keyid, moment: AttestationPath.digits(of: statement.at))
        if try tree?.kind(at: path.text) != nil { continue }
      }
      if files.contains(where: { $0.path == path.text }) { continue }
      files.append(RecordBranch.File(path: path.text, bytes: bytes))
    }
    guard !files.isEmpty else { return [] }
    let names = statements.map(\.statement.name)
    let subject = names.count == 1 ? names[0] : "\(names.count) criteria"
    _ = try branch.add(files, onto: tip, replacing: tip, message: "readiness: attest \(subject)", author: author)
    return files.map(\.path)
  }

  /// Returns true if the key itself attested it. Another writer's file at the path does not prevent an attestation.
  private func isAttested(_ path: AttestationPath, in store: AttestationStore, by key: PublicKey?) throws -> Bool {
    for found in try store.attestations(of: path.check, inputs: path.inputs) where found.path == path {
      guard let key else { return true }
      guard let envelope = found.envelope, found.check.isPassed else { continue }
      for signature in envelope.signatures where try key.verifies(signature, of: envelope.payload) { return true }
    }
    return false
  }

  /// Merges the local attestations with a remote's, and pushes them.
  ///
  /// The ref is only fast-forwarded. If both sides added attestations, the local ones are rebased on the remote's.
  /// - Throws: `GitError` if the remote rejects the push, or cannot be reached.
  public func push(to remote: String, author: Identity) throws {
    var refusals = 0
    while true {
      let there = try remoteTip(remote)
      if let there { try join(there, from: remote, author: author) }
      guard let tip = try branch.tip(), tip != there else { return }
      let output = try GitProcess.run(["push", "-q", "--no-verify", remote, "\(tip):\(branch.name)"])
      if output.status == 0 { return }
      // If another writer is faster, the remote has moved, and both are merged again.
      let hasMoved = try remoteTip(remote) != there
      refusals += hasMoved ? 0 : 1
      guard refusals < 3 else {
        throw GitError(
          .other, "The attestations cannot be pushed to \(remote): \(output.errorText)",
          hint: "They are kept here; push them again: git push \(remote) \(branch.name)", function: "git push")
      }
      Machine.sleep(milliseconds: .random(in: 20...200))
    }
  }

  private func remoteTip(_ remote: String) throws -> ObjectID? {
    let output = try GitProcess.run(["ls-remote", "-q", "--", remote, branch.name])
    guard output.status == 0 else {
      throw GitError(
        .other, "The remote \(remote) cannot be read: \(output.errorText)",
        hint: "Run git remote -v: it lists the remotes.",
        function: "git ls-remote")
    }
    return ObjectID(hex: String(output.trimmed.prefix(40)))
  }

  private func join(_ there: ObjectID, from remote: String, author: Identity) throws {
    if try !repository.holds(there) {
      let output = try GitProcess.run(["fetch", "-q", "--no-tags", "--no-write-fetch-head", remote, branch.name])
      guard output.status == 0 else {
        throw GitError(
          .other, "The attestations of \(remote) cannot be fetched: \(output.errorText)", hint: "Try again.",
          function: "git fetch")
      }
    }
    guard let here = try branch.tip() else { return try branch.move(to: there, from: nil) }
    if try here == there || repository.isDescendant(here, of: there) { return }
    if try repository.isDescendant(there, of: here) { return try branch.move(to: there, from: here) }
    let (ours, theirs) = (try repository.tree(ofCommit: here), try repository.tree(ofCommit: there))
    let missing = try repository.changes(from: theirs.root, to: ours.root, atMost: 100_000, depth: 3)
    let files = try missing.compactMap { file -> RecordBranch.File? in
      guard file.old == nil, let id = file.new?.id else { return nil }
      return try repository.smallBlob(id, atMost: StoredAttestation.bound)
        .map { RecordBranch.File(path: file.path, bytes: $0) }
    }
    guard !files.isEmpty else { return try branch.move(to: there, from: here) }
    _ = try branch.add(
      files, onto: there, replacing: here, message: "readiness: attest \(files.count) beside others", author: author)
  }
}
