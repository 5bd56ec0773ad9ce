import GitObjects
import PlanJudge
public import PlanModel
import StrictJSON

/// The fact that a check passed on inputs, as an in-toto test result (spec/predicates/test-result.md).
public struct CheckStatement: Sendable {
  /// The predicate type.
  public static let type = "https://in-toto.io/attestation/test-result/v0.1"
  /// The predicate's property for data that only this project records.
  public static let own = Statement.base + "/check/v1"

  /// The name of the criterion, such as `M-04/replay`.
  public let name: String
  /// The digest of the check's definition.
  public let check: Digest
  /// The digest of the profile's values; nil if no command ran.
  public let profile: Digest?
  /// The digest of the inputs' listing.
  public let inputs: Digest
  /// The commit that was checked.
  public let commit: String
  /// The time at which the check ended, in milliseconds since 1970.
  public let at: Int64
  /// True if the check passed.
  public let isPassed: Bool
  private let details: [JSONMember]

  /// Creates the statement of evidence.
  /// - Parameters:
  ///   - name: the name of the criterion, such as `M-04/replay`.
  ///   - run: the run that added the evidence to the plan; nil for a separate attestation.
  public init(_ record: CheckRecord, of name: String, run: String? = nil) {
    self.name = name
    (check, profile, inputs, commit) = (record.command, record.profile, record.inputs, record.commit)
    (at, isPassed) = (record.at, true)
    var details = run.map { [JSONMember("run", .text($0))] } ?? []
    details += [
      JSONMember("at", .text(Timestamp.text(millisecondsSince1970: record.at))),
      JSONMember("evidence", .text(Digest(of: record.json.canonicalBytes).tagged)),
      JSONMember("output", .text(record.output.tagged)),
    ]
    if let code = record.exitCode { details.append(JSONMember("exitCode", .int(code))) }
    details.append(JSONMember("attempts", .int(record.attempts)))
    self.details = details
  }

  /// Parses a statement.
  /// - Throws: `AttestationFault` if it is not a test result of a check.
  public init(_ statement: Statement) throws(AttestationFault) {
    guard statement.predicateType == Self.type else { throw AttestationFault("It is no test result.") }
    func subject(_ name: String, _ algorithm: String) throws(AttestationFault) -> String {
      guard let found = statement.subjects.first(where: { $0.name == name }),
        let digest = found.digest.first(where: { $0.algorithm == algorithm })
      else { throw AttestationFault("It has no subject \"\(name)\" with a \(algorithm).") }
      return digest.hex
    }
    func configuration(_ name: String) -> Digest? {
      (statement.predicate["configuration"]?.array ?? []).first { $0["name"]?.string == name }?["digest"]?["sha256"]?
        .string.flatMap { Digest(hex: $0) }
    }
    commit = try subject("commit", "gitCommit")
    guard ObjectID(hex: commit) != nil else { throw AttestationFault("\"gitCommit\" should be 40 hex digits.") }
    guard let inputs = Digest(hex: try subject("inputs", "sha256")), let check = configuration("check") else {
      throw AttestationFault("It should name the digests of its check and its inputs.")
    }
    (self.inputs, self.check, profile) = (inputs, check, configuration("profile"))
    let own = statement.predicate[Self.own]
    guard let moment = own?["at"]?.string, Timestamp.isWellFormed(moment),
      let at = Timestamp.milliseconds(of: moment)
    else { throw AttestationFault("\"at\" should be a moment like 2026-11-22T19:00:00.123Z.") }
    self.at = at
    let passed = (statement.predicate["passedTests"]?.array ?? []).compactMap(\.string)
    isPassed =
      statement.predicate["result"]?.string == "PASSED"
      && statement.predicate["failedTests"]?.array?.isEmpty ?? true
    name = passed.first ?? ""
    details = own?.object ?? []
  }

  /// The in-toto Statement.
  public var statement: Statement {
    func configuration(_ name: String, _ digest: Digest) -> JSONValue {
      ["name": .text(name), "digest": ["sha256": .text(digest.hex)]]
    }
    let settings = [configuration("check", check)] + (profile.map { [configuration("profile", $0)] } ?? [])
    return Statement(
      [.commit(commit), .sha256("inputs", inputs)], Self.type,
      [
        "result": .text(isPassed ? "PASSED" : "FAILED"), "configuration": JSONValue(.array(settings)),
        "passedTests": .texts(isPassed ? [name] : []), "warnedTests": [], "failedTests": .texts(isPassed ? [] : [name]),
        Self.own: JSONValue(.object(details)),
      ])
  }
}
