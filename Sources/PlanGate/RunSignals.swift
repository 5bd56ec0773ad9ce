import GitObjects
public import PlanHistory
public import PlanModel
public import GitRepository
import Telemetry

/// Reports the process's handling of runs, in the trace of each. It does nothing unless telemetry is on.
public enum RunSignals {
  /// The maximum number of spans of one kind, so that a history of years is not reported run by run.
  private static let bound = 10_000

  /// Reports that a run was stamped, in a message or in a commit.
  /// - Parameter since: the recorder's `now` when the work on it began; nil without a recorder.
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

  /// Reports that the gate judged the commits of a push.
  /// - Parameter since: the recorder's `now` when that began.
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

  /// Reports the runs of the commits in which an audit has findings.
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
