public import GitObjects
public import PlanModel
import StrictJSON

/// The statements of a lineage: one for each run and each of its checks, and a summary at the end.
///
/// They contain no times except those of the runs, so the same history gives the same bytes.
public struct LineageStatements {
  /// A statement with the stem of its file name.
  public struct Named: Sendable {
    /// The stem: `<run id>.run`, `<run id>.test-result-M-04-replay` or `<commit>.verification-summary`.
    public let name: String
    /// The statement.
    public let statement: Statement
    /// The bytes, in RFC 8785 form.
    public let bytes: [UInt8]
  }

  private let lineage: Lineage
  private let version: String

  /// - Parameter version: the version of this program.
  public init(_ lineage: Lineage, version: String) { (self.lineage, self.version) = (lineage, version) }

  /// Visits each statement, the oldest run first. O(runs + evidence).
  public func forEach(_ body: (Named) throws -> Void) throws {
    var stream = DigestStream()
    func pass(_ name: String, _ statement: Statement) throws {
      let bytes = statement.bytes
      stream.update(bytes + [0x0A])
      try body(Named(name: name, statement: statement, bytes: bytes))
    }
    for step in lineage.steps {
      guard let run = RunStatement(step) else { continue }
      try pass("\(run.id.hex).run", try run.statement())
      var seen: [String: Int] = [:]
      for (name, record) in step.checks {
        let stem = name.replacing("/", with: "-")
        seen[stem, default: 0] += 1
        let suffix = seen[stem].map { $0 > 1 ? "-\($0)" : "" } ?? ""
        try pass(
          "\(run.id.hex).test-result-\(stem)\(suffix)", CheckStatement(record, of: name, run: run.id.hex).statement)
      }
    }
    guard let summary = SummaryStatement(lineage, version: version).statement(over: stream.finish()) else { return }
    try body(Named(name: "\(lineage.commit).verification-summary", statement: summary, bytes: summary.bytes))
  }

  /// The commits of changes without a stamp, which have no statements.
  public var missing: [ObjectID] { lineage.steps.filter { $0.id == nil }.map(\.commit) }
}
