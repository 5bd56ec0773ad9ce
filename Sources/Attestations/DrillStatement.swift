public import PlanModel
import StrictJSON

/// The fact that a drill took place, with its steps as the tests of an in-toto test result.
///
/// Reads both kinds of records: `alert-drill` from `alerts drill`, with alerts as steps, and `runbook` from
/// `scripts/run-runbook.sh`, with sections as steps.
public struct DrillStatement {
  /// The predicate's property for data that only this project records.
  public static let own = Statement.base + "/drill/v1"

  /// The commit of the drill; nil if the record names none.
  public let commit: String?
  /// The runbooks of the steps, by path; nil for a digest that the record does not contain.
  public let runbooks: [(path: String, digest: Digest?)]
  private let record: (name: String, digest: Digest)
  private let steps: [(name: String, verdict: String)]
  private let at: String
  private let kind: String
  private let program: Digest?

  /// Parses a record.
  /// - Parameter name: the path of the record from the top of the repository.
  /// - Throws: `AttestationFault` if it is not a record of a drill.
  public init(record bytes: [UInt8], name: String) throws(AttestationFault) {
    let root = try Envelope.json(bytes)
    record = (name, Digest(of: bytes))
    kind = root["kind"]?.string ?? ""
    let entries: (list: String, name: String, verdict: String)
    switch kind {
    case "alert-drill": entries = ("alerts", "name", "answer")
    case "runbook": entries = ("sections", "section", "verdict")
    default: throw AttestationFault("\"kind\" should be \"alert-drill\" or \"runbook\".")
    }
    var steps: [(name: String, verdict: String)] = []
    for entry in root[entries.list]?.array ?? [] {
      guard let name = entry[entries.name]?.string, let verdict = entry[entries.verdict]?.string else {
        throw AttestationFault("An entry of \"\(entries.list)\" has no name or no outcome.")
      }
      steps.append((name, verdict))
    }
    guard !steps.isEmpty, let at = root["at"]?.string else {
      throw AttestationFault("It should have \"at\", and \"\(entries.list)\" with at least one entry.")
    }
    (self.steps, self.at) = (steps, at)
    commit = root["commit"]?.string.flatMap { $0 == "none" ? nil : $0 }
    program = root["program"]?.string.flatMap { Digest(tagged: $0) }
    if let book = root["runbook"], let path = book["path"]?.string {
      runbooks = [(path, book["sha256"]?.string.flatMap { Digest(hex: $0) })]
    } else {
      // A link to a page with an anchor. A page outside the repository has no known digest.
      let pages = (root[entries.list]?.array ?? []).compactMap { $0["runbook"]?.string }
        .filter { !$0.contains("://") }.map { String($0.prefix { $0 != "#" }) }
      runbooks = Set(pages).sorted().map { ($0, nil) }
    }
  }

  /// Creates the in-toto Statement.
  /// - Parameter digest: returns the digest of a runbook if the record does not contain it.
  public func statement(_ digest: (String) throws -> Digest) rethrows -> Statement {
    let books = try runbooks.map { Statement.Subject.sha256($0.path, try $0.digest ?? digest($0.path)) }
    func names(_ wanted: (String) -> Bool) -> [String] { steps.filter { wanted($0.verdict) }.map(\.name) }
    let (passed, warned) = (names { $0 == "passed" }, names { $0 == "left out" })
    let failed = names { $0 != "passed" && $0 != "left out" }
    func configuration(_ name: String, _ algorithm: String, _ hex: String) -> JSONValue {
      ["name": .text(name), "digest": JSONValue(.object([JSONMember(algorithm, .text(hex))]))]
    }
    let settings =
      (commit.map { [configuration("commit", "gitCommit", $0)] } ?? [])
      + (program.map { [configuration("program", "sha256", $0.hex)] } ?? [])
    return Statement(
      [.sha256(record.name, record.digest)] + books, CheckStatement.type,
      [
        "result": .text(failed.isEmpty ? warned.isEmpty ? "PASSED" : "WARNED" : "FAILED"),
        "configuration": JSONValue(.array(settings)), "passedTests": .texts(passed), "warnedTests": .texts(warned),
        "failedTests": .texts(failed), Self.own: ["kind": .text(kind), "at": .text(at)],
      ])
  }
}
