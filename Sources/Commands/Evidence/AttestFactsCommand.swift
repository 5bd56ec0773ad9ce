import ArgumentParser
import Attestations
import GitRepository
import PlanTrees
import PlanModel
import ReadinessSystem
import Reports
import StrictJSON

/// Prints a Statement, or with a key an envelope around it.
private func show(_ statement: Statement, key: String?, _ repository: Repository?) throws {
  guard let key, let signer = try AttestationKey.signer(key, repository) else {
    return Standard.document(JSONValue.answer(statement.bytes), ending: [0x0A])
  }
  Standard.document(try signer.envelope(payload: statement.bytes).bytes, ending: [0x0A])
}

struct AttestDrillCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "drill", _superCommandName: "readiness attest",
    abstract: "Prints the Statement of a drill, from its record.",
    discussion: """
      Takes a record of alerts drill or of a runbook. Each alert or section is a test; the record and the runbooks that it \
      names are the subjects. A runbook whose digest is not in the record is read from the commit that the record names.
      """)
  @Argument(help: ArgumentHelp("The record of a drill.", valueName: "record"), completion: .file()) var file: String
  @Option(help: ArgumentHelp("A private key in PEM that signs it.", valueName: "pem"), completion: .file())
  var key: String?
  @OptionGroup var options: GlobalOptions

  mutating func run() throws {
    let context = try Context(options)
    let repository = try context.openRepository()
    let record = try bytes(of: file, hint: "Name the record of a drill, such as a file in ops/drills.")
    let drill: DrillStatement
    do throws(AttestationFault) {
      drill = try DrillStatement(record: record, name: try name(context, repository))
    } catch {
      return try context.conclude(
        [error.finding("\(file) is no record of a drill.")], repository: repository)
    }
    let statement = try drill.statement { path in
      guard let commit = drill.commit else { throw Self.noRunbook(path, "The record names no commit.") }
      let tree = try repository.tree(ofCommit: repository.commit(named: commit))
      guard let page = try tree.bytes(at: path, atMost: 16 << 20) else {
        throw Self.noRunbook(path, "The commit \(commit.prefix(12)) does not hold it.")
      }
      return Digest(of: page)
    }
    try show(statement, key: key, repository)
  }

  /// Returns the record's name: its path in the repository, or otherwise the last part of its path.
  private func name(_ context: Context, _ repository: Repository) throws(AttestationFault) -> String {
    do { return try context.repositoryPath(file, top: repository.workTree ?? "/") } catch {
      return file.split(separator: "/").last.map(String.init) ?? file
    }
  }

  private static func noRunbook(_ path: String, _ why: String) -> UsageError {
    UsageError(
      "The digest of the runbook \(path) is not known. \(why)", hint: "Run this in the repository of the drill.")
  }
}

struct AttestMaterialsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sbom", _superCommandName: "readiness attest",
    abstract: "Prints the Statement of a program's SBOM, whose subject is the program.")
  @Argument(help: ArgumentHelp("An SBOM in CycloneDX JSON.", valueName: "sbom"), completion: .file()) var file: String
  @Argument(help: ArgumentHelp("The program that it is of.", valueName: "program"), completion: .file())
  var program: String
  @Option(help: ArgumentHelp("A private key in PEM that signs it.", valueName: "pem"), completion: .file())
  var key: String?
  @OptionGroup var options: GlobalOptions

  mutating func run() throws {
    let context = try Context(options)
    let bom = try bytes(of: file, hint: "Name an SBOM; scripts/sbom.sh writes one.")
    guard let digest = FileDigest.ofRegularFile(program) else {
      throw UsageError("There is no file \(program).", hint: "Name the program that the SBOM is of.")
    }
    let name = program.split(separator: "/").last.map(String.init) ?? program
    let materials: MaterialsStatement
    do throws(AttestationFault) {
      materials = try MaterialsStatement(bom: bom, program: digest, name: name)
    } catch {
      return try context.conclude(
        [error.finding("\(file) is no SBOM of \(name).")], repository: nil)
    }
    let repository: Repository?
    do { repository = try context.openRepository() } catch let error as GitError where error.kind == .noRepository {
      repository = nil
    }
    try show(materials.statement, key: key, repository)
  }
}
