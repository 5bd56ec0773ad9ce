import GitObjects
import ArgumentParser
import Attestations
import PlanModel
import GitRepository
import Reports
import StrictJSON
import ReadinessSystem

struct AttestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    subcommand: "attest", abstract: "Makes, signs and verifies in-toto Statements.",
    subcommands: [
      AttestSignCommand.self, AttestVerifyCommand.self, AttestDrillCommand.self, AttestMaterialsCommand.self,
    ])
}

/// Reads a file that a person names. A missing file is wrong usage.
func bytes(
  of path: String, hint: String = "Name a file; readiness provenance --out DIR writes some."
) throws -> [UInt8] {
  guard let bytes = try FileSystem.readIfPresent(path, atMost: 16 << 20) else {
    throw UsageError("There is no file \(path).", hint: hint)
  }
  return bytes
}

struct AttestSignCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sign", _superCommandName: "readiness attest",
    abstract: "Prints a DSSE envelope around a Statement, whose bytes it keeps.")
  @Argument(help: ArgumentHelp("An in-toto Statement.", valueName: "file"), completion: .file()) var file: String
  @Option(
    help: ArgumentHelp("A private key in PEM in place of readiness.attestationKey.", valueName: "pem"),
    completion: .file())
  var key: String?
  @OptionGroup var options: GlobalOptions

  mutating func run() throws {
    let context = try Context(options)
    let payload = try bytes(of: file)
    do throws(AttestationFault) {
      _ = try Statement(parsing: payload)
    } catch {
      return try context.conclude(
        [error.finding("\(file) is no in-toto Statement.")], repository: nil)
    }
    let repository: Repository?
    do { repository = try context.openRepository() } catch let error as GitError where error.kind == .noRepository {
      repository = nil
    }
    guard let signer = try AttestationKey.signer(key, repository) else {
      throw UsageError(
        "No key is named.", hint: "Give --key KEY.pem, or set readiness.attestationKey; openssl genpkey makes one.")
    }
    Standard.document(try signer.envelope(payload: payload).bytes, ending: [0x0A])
  }
}

struct AttestVerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", _superCommandName: "readiness attest",
    abstract: "Says whether an envelope is signed by a key that you trust; exit status 1 if not.")
  @Argument(help: ArgumentHelp("A DSSE envelope.", valueName: "file"), completion: .file()) var file: String
  @Option(help: ArgumentHelp("The public key in PEM that you trust.", valueName: "pem"), completion: .file())
  var key: String
  @Option(help: ArgumentHelp("Accept only this predicate type.", valueName: "uri")) var predicate: String?
  @Option(help: ArgumentHelp("Ask for a Statement about this commit.", valueName: "commit")) var subject: String?
  @OptionGroup var options: GlobalOptions

  mutating func run() throws {
    let context = try Context(options)
    let trusted = try PublicKey(path: key)
    let commit = try subject.map { name -> String in
      if ObjectID(hex: name) != nil { return name.lowercased() }
      return try context.openRepository().commit(named: name).description
    }
    let verdict = try EnvelopeVerdict(bytes(of: file), key: trusted, predicate: predicate, commit: commit)
    let report = EnvelopeReport(verdict)
    try context.print(json: report.json, text: report.text(context.style(nil)))
    if verdict.fault != nil { throw ExitCode(1) }
  }
}

/// Renders the verdict on an envelope.
private struct EnvelopeReport {
  private let verdict: EnvelopeVerdict

  init(_ verdict: EnvelopeVerdict) { self.verdict = verdict }

  private var reason: (code: String, message: String)? {
    switch verdict.fault {
    case .malformed(let message): (ReasonCode.attestationMalformed.id, message)
    case .notSigned: ("bad-signature", "No signature is by the key that you trust.")
    case .otherPredicate: ("other-predicate", "It has another predicate type.")
    case .otherSubject: ("other-subject", "None of its subjects is that commit.")
    case nil: nil
    }
  }

  func text(_ style: Style) -> String {
    var lines = [
      reason.map { style("refused", .bad) + "  \($0.message.printable) (\($0.code))" } ?? style("accepted", .good)
    ]
    if let statement = verdict.statement {
      lines.append("  \(statement.predicateType.printable)")
      lines += statement.subjects.flatMap { subject in
        subject.digest.map { "  \(subject.name.printable)  \($0.algorithm.printable):\($0.hex.printable)" }
      }
    }
    lines += verdict.signatures.map {
      "  signature  \($0.keyid.printable)  \($0.isAccepted ? "verifies" : "not by this key")"
    }
    return lines.joined(separator: "\n")
  }

  /// The answer `attestation`: `accepted, reason?, message?, predicateType?, subject[], signatures[]`.
  var json: JSONValue {
    var members = [JSONMember("accepted", JSONValue(.bool(reason == nil)))]
    if let reason {
      members += [JSONMember("reason", .text(reason.code)), JSONMember("message", .text(reason.message))]
    }
    if let statement = verdict.statement { members.append(JSONMember("predicateType", .text(statement.predicateType))) }
    let subjects = (verdict.statement?.subjects ?? []).map { subject -> JSONValue in
      [
        "name": .text(subject.name),
        "digest": JSONValue(.object(subject.digest.map { JSONMember($0.algorithm, .text($0.hex)) })),
      ]
    }
    members += [
      JSONMember("subject", JSONValue(.array(subjects))),
      JSONMember(
        "signatures",
        JSONValue(
          .array(
            verdict.signatures.map { ["keyid": .text($0.keyid), "accepted": JSONValue(.bool($0.isAccepted))] }))),
    ]
    return Reports.Envelope.json("attestation", members)
  }
}
