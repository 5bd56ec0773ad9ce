import GitObjects
public import PlanModel
import StrictJSON

/// The fact that a run was accepted or rejected, and its basis, as an in-toto Statement with this project's own
/// predicate.
public struct RunStatement {
  /// The predicate type.
  public static let type = Statement.base + "/run/v1"

  /// The run ID.
  public let id: Digest
  private let step: Lineage.Step

  /// Creates the statement of a run.
  /// - Returns: nil if the change has no stamp, and thus no run ID.
  public init?(_ step: Lineage.Step) {
    guard let id = step.id else { return nil }
    (self.id, self.step) = (id, step)
  }

  /// Returns the in-toto Statement: its subjects are the run, each file that the run changed, and the commit.
  /// - Throws: `JSONError` never in practice, because this program wrote the JSON of the facts.
  public func statement() throws -> Statement {
    let run = step.run
    let changes =
      run.transitions.map { (file: PlanPaths.milestone($0.milestone), before: $0.before, after: $0.after) }
      + run.edits.map {
        (file: $0.milestone.map(PlanPaths.milestone) ?? PlanPaths.plan, before: $0.before, after: $0.after)
      }
    let subjects =
      [.sha256("runs/\(id.hex).json", id)]
      + changes.compactMap { change in change.after.map { .sha256(change.file, $0) } }
      + [Statement.Subject.commit(step.commit.description)]
    let evidence = run.evidence.map { Self.descriptor("\($0.milestone)/\($0.criterion)", $0.digest) }
    let members: [JSONMember?] = [
      JSONMember("run", .text(id.hex)), step.plan.map { JSONMember("plan", .text($0)) },
      JSONMember("facts", try JSONDocument(parsing: run.preimage(plan: step.plan), limits: .general).root),
      JSONMember(
        "before",
        JSONValue(.array(changes.compactMap { change in change.before.map { Self.descriptor(change.file, $0) } }))),
      JSONMember("policy", ["uri": "git:ssot/policies", "digest": ["sha256": .text(run.policy.hex)]]),
      JSONMember("evidence", JSONValue(.array(evidence))),
      JSONMember(
        "actor", ["email": .text(run.actor.email), "signature": step.signer.map { .text($0) } ?? nil]),
      JSONMember(
        "verdict", ["accepted": JSONValue(.bool(step.codes.isEmpty)), "codes": .texts(step.codes)]),
    ]
    return Statement(subjects, Self.type, JSONValue(.object(members.compactMap { $0 })))
  }

  private static func descriptor(_ name: String, _ digest: Digest) -> JSONValue {
    ["name": .text(name), "digest": ["sha256": .text(digest.hex)]]
  }
}
