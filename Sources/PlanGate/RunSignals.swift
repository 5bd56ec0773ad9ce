import GitObjects
public import PlanHistory
public import PlanModel
public import GitRepository
import Telemetry

/// Tells what this process did with runs, in the trace of each. Nothing happens unless somebody asked for telemetry.
public enum RunSignals {
  /// Spans of one kind at most: a history of years is not told run by run.
  private static let bound = 10_000

  /// A run was born: its stamp is in a message, or in a commit.
  /// - Parameter since: when the work on it began, as the recorder's `now` said; nil without a recorder.
  static func stamped(_ run: Run, plan: String?, since: Int64?) {
    guard let recorder = Telemetry.recorder, let since else { return }
    if let plan { recorder.plan(plan) }
    let id = run.id(plan: plan).hex
    var attributes = attributes(of: run)
    if recorder.tellsActor {
      let address = Array(run.actor.email.lowercased().utf8)
      attributes.append(Attribute("readiness.actor", .text(String(Digest(of: address).hex.prefix(12)))))
    }
    recorder.stamped(id, since: since, attributes)
    for entry in run.evidence.prefix(bound) {
      recorder.handled(
        id, "check \(entry.milestone)/\(entry.criterion)", since: since,
        [.milestones([entry.milestone.text]), Attribute("readiness.criterion", .text(entry.criterion))])
    }
    recorder.handles([id])
  }

  private static func attributes(of run: Run) -> [Attribute] {
    let ids = Set((run.transitions.map(\.milestone) + run.edits.compactMap(\.milestone)).map(\.text)).sorted()
    return (ids.isEmpty ? [] : [.milestones(ids)]) + [Attribute("readiness.policy", .text(run.policy.tagged))]
  }

  /// The gate has judged what a push brings.
  /// - Parameter since: when it began to, as the recorder's `now` said.
  public static func received(_ report: HistoryReport, _ updates: [RefUpdate], since: Int64) {
    guard let recorder = Telemetry.recorder else { return }
    let isAccepted = report.isAccepted
    let word = Attribute.answer(isAccepted ? "accepted" : "refused")
    let ref = updates.count == 1 ? updates.first.flatMap { Attribute.ref($0.name) }.map { [$0] } ?? [] : []
    recorder.child("judge", since: since, [Attribute("readiness.commits", .int(report.walked))])
    let stamped = report.runs.filter { $0.id != nil }
    for record in stamped.prefix(bound) {
      guard let id = record.id?.hex else { continue }
      let codes = record.codes.isEmpty ? [] : [Attribute.codes(record.codes.sorted())]
      recorder.handled(
        id, "receive", since: since,
        attributes(of: record.run) + [.revision(record.commit.description), word] + ref + codes)
    }
    recorder.handles(stamped.prefix(bound).compactMap { $0.id?.hex })
    recorder.note([Attribute("readiness.commits", .int(report.walked)), word] + ref)
  }

  /// An audit has found something in commits: their runs are told.
  /// - Throws: `GitError` if a commit cannot be read.
  public static func verified(_ findings: [Finding], in repository: Repository, since: Int64) throws {
    guard let recorder = Telemetry.recorder else { return }
    recorder.found(findings)
    let byCommit = Dictionary(grouping: findings.filter { $0.commit != nil }) { $0.commit ?? "" }
    for (name, found) in byCommit.sorted(by: { $0.key < $1.key }).prefix(bound) {
      guard let commit = ObjectID(hex: name), try repository.holds(commit) else { continue }
      for block in try repository.commit(commit).blocks {
        guard let id = block.claimedID?.hex else { continue }
        recorder.handled(
          id, "verify", since: since,
          [.revision(name), .codes(Set(found.map(\.code.id)).sorted())])
      }
    }
  }
}
