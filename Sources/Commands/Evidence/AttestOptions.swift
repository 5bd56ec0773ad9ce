import ArgumentParser
import Attestations
import PlanChecks
import PlanGate
import PlanJudge
import PlanModel
import GitRepository
import ReadinessSystem

/// The key that signs attestations, and the remote that they are pushed to.
struct AttestOptions: ParsableArguments {
  @Flag(help: "Attest what passes under refs/readiness/attestations, and stage no evidence.") var attest = false
  @Option(
    help: ArgumentHelp("With --attest: a private key in PEM in place of readiness.attestationKey.", valueName: "pem"))
  var key: String?
  @Option(
    help: ArgumentHelp("With --attest: fetch the attestations of this remote, and push ours.", valueName: "remote"))
  var push: String?

  func validate() throws {
    if !attest, key != nil || push != nil { throw ValidationError("--key and --push go with --attest.") }
    if push?.hasPrefix("-") == true { throw ValidationError("--push takes the name of a remote.") }
  }

  /// Attests results of checks.
  /// - Returns: a sentence about the result.
  func write(_ results: [CheckResult], _ context: Context, _ repository: Repository) throws -> String {
    let passed = results.compactMap { result -> (statement: CheckStatement, lapses: Bool)? in
      guard result.outcome == .passed, case .check(let record)? = result.evidence?.kind else { return nil }
      return (CheckStatement(record, of: result.check.name), result.check.definition.validFor != nil)
    }
    let signer = try AttestationKey.signer(key, repository)
    let author = try CommitSituation.configuredAuthor(repository)
    let log = AttestationLog(repository)
    let added = try retrying { try log.add(passed, key: signer, author: author) }
    var done =
      added.isEmpty
      ? "Nothing is new: each is attested already, or did not pass."
      : "Attested \(added.count) under \(AttestationStore.ref), \(signer.map { "signed by \($0.publicKey.fingerprint.prefix(12))" } ?? "without a signature, which counts for nothing")."
    if let push {
      try retrying { try log.push(to: push, author: author, key: signer?.publicKey) }
      let missing = try log.missing(passed.map(\.statement), by: signer?.publicKey)
      guard missing == 0 else {
        throw GitError(
          .other, "\(missing) of \(passed.count) attestations are not among those that were pushed to \(push).",
          hint: "Run the command again; readiness attestations verify says what is stored.", function: "attest")
      }
      done += " Pushed to \(push)."
    }
    return done
  }
}

/// The key that signs attestations.
enum AttestationKey {
  /// Returns the key of the command line, or else of the configuration.
  /// - Parameter given: the path of the command line.
  /// - Returns: nil if neither the command line nor the configuration names a key.
  /// - Throws: `KeyFault` if it cannot be used, or may be committed.
  static func signer(_ given: String?, _ repository: Repository?) throws -> SigningKey? {
    let configured = try GitProcess.run(["config", "--type=path", "--get", "readiness.attestationKey"]).trimmed
    guard let path = given ?? (configured.isEmpty ? nil : configured) else { return nil }
    if let top = repository?.workTree { try refuseInTree(path, top) }
    return try SigningKey(path: path)
  }

  private static func refuseInTree(_ path: String, _ top: String) throws {
    guard let absolute = Machine.absolutePath(path), let root = Machine.absolutePath(top),
      absolute.hasPrefix(root + "/")
    else { return }
    // Exit status 0 means ignored. The folder .git is not checked, because it cannot be committed.
    let ignored = try GitProcess.run(["check-ignore", "-q", "--", absolute]).status == 0
    let isTracked = try GitProcess.run(["ls-files", "--error-unmatch", "--", absolute]).status == 0
    let isInGit = absolute.hasPrefix(root + "/.git/")
    guard isTracked || !ignored && !isInGit else { return }
    throw KeyFault(
      ReasonCode.keyInTree.id, "The private key \(path) is in the work tree and not ignored, so it may be committed.",
      hint: ReasonCode.keyInTree.remedy)
  }
}
