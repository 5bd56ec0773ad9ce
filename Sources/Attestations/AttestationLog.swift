import GitObjects
import PlanJudge
public import PlanModel
public import GitRepository
import PlanTrees
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
      let path = AttestationPath(inputs: statement.inputs, check: statement.check, keyid: key?.publicKey.fingerprint)
      if files.contains(where: { $0.path.hasPrefix(path.text.dropLast(".json".count)) }) { continue }
      if try isAttested(statement, from: lapses ? statement.at : nil, in: store, by: key?.publicKey) { continue }
      files.append(RecordBranch.File(path: try Self.free(path, at: statement.at, in: tree), bytes: bytes))
    }
    guard !files.isEmpty else { return [] }
    let names = statements.map(\.statement.name)
    let subject = names.count == 1 ? names[0] : "\(names.count) criteria"
    _ = try branch.add(files, onto: tip, replacing: tip, message: "readiness: attest \(subject)", author: author)
    return files.map(\.path)
  }

  /// Returns the number of statements that the ref does not hold, signed by the key; without a key, unsigned ones.
  ///
  /// Whoever says that something is attested asks this first.
  public func missing(_ statements: [CheckStatement], by key: PublicKey?) throws -> Int {
    let store = AttestationStore(repository, at: try branch.tip())
    return try statements.count { try !isAttested($0, from: nil, in: store, by: key) }
  }

  /// The most attestations of one check on one set of inputs that are verified.
  private static let verifiedBound = 32

  /// Returns true if the key itself attested that a check passed. What another put in its place does not count.
  /// - Parameter moment: the earliest moment that counts; nil for any.
  private func isAttested(
    _ statement: CheckStatement, from moment: Int64?, in store: AttestationStore, by key: PublicKey?
  ) throws -> Bool {
    let candidates = try store.attestations(of: statement.check, inputs: statement.inputs).lazy.filter { found in
      found.path.keyid == key?.fingerprint && found.check.isPassed && moment.map { found.check.at >= $0 } != false
    }
    for found in candidates.prefix(Self.verifiedBound) {
      guard let key else { return true }
      guard let envelope = found.envelope else { continue }
      for signature in envelope.signatures where signature.keyid == key.fingerprint {
        if try key.verifies(signature, of: envelope.payload) { return true }
      }
    }
    return false
  }

  /// Returns the first path of an attestation that holds nothing: its own, else one behind its moment.
  private static func free(_ path: AttestationPath, at moment: Int64, in tree: GitTree?) throws -> String {
    var (path, moment) = (path, moment)
    while try tree?.kind(at: path.text) != nil {
      path = AttestationPath(
        inputs: path.inputs, check: path.check, keyid: path.keyid, moment: AttestationPath.digits(of: moment))
      moment += 1
    }
    return path.text
  }

  /// Merges the local attestations with a remote's, and pushes them.
  ///
  /// The ref is only fast-forwarded. If both sides added attestations, the local ones are rebased on the remote's.
  /// - Parameter key: the key whose attestations on the remote replace local ones of the same check and inputs.
  /// - Throws: `GitError` if the remote rejects the push, or cannot be reached.
  public func push(to remote: String, author: Identity, key: PublicKey?) throws {
    var refusals = 0
    while true {
      let there = try remoteTip(remote)
      if let there { try join(there, from: remote, author: author, key: key) }
      guard let tip = try branch.tip(), tip != there else { return }
      // Without the pattern, git would take a branch of the remote that ends in this name for the ref, if that is new.
      let refspec = "\(branch.name)*:\(branch.name)*"
      let output = try GitProcess.run(["push", "-q", "--no-verify", remote, refspec])
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
    // The pattern also matches the end of longer names, such as a branch that somebody named like the ref.
    let lines = output.trimmed.split(separator: "\n").map { $0.split(separator: "\t") }
    return lines.first { $0.last.map(String.init) == branch.name }.flatMap { ObjectID(hex: String($0[0])) }
  }

  private func join(_ there: ObjectID, from remote: String, author: Identity, key: PublicKey?) throws {
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
    let store = AttestationStore(repository, at: there)
    let files = try missing.compactMap { file -> RecordBranch.File? in
      guard let id = file.new?.id, let path = try joined(file, theirs, store, key) else { return nil }
      return try repository.smallBlob(id, atMost: StoredAttestation.bound).map {
        RecordBranch.File(path: path, bytes: $0)
      }
    }
    guard !files.isEmpty else { return try branch.move(to: there, from: here) }
    _ = try branch.add(
      files, onto: there, replacing: here, message: "readiness: attest \(files.count) beside others", author: author)
  }

  /// Returns the path at which the remote's tree takes one of our files. Nil if it needs none.
  private func joined(_ file: TreeChange, _ theirs: GitTree, _ store: AttestationStore, _ key: PublicKey?) throws
    -> String?
  {
    guard file.old != nil else { return file.path }
    // Another file is at the path: another run of the same key, or what somebody put there first.
    guard case .success(let ours) = try AttestationStore.read(file, in: repository) else { return nil }
    if ours.path.keyid == key?.fingerprint, try isAttested(ours.check, from: ours.check.at, in: store, by: key) {
      return nil
    }
    let path = AttestationPath(inputs: ours.path.inputs, check: ours.path.check, keyid: ours.path.keyid)
    return try Self.free(path, at: ours.check.at, in: theirs)
  }
}
