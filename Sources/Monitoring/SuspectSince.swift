import PlanJudge
import PlanModel
import GitObjects
import GitRepository
import PlanTrees
import Telemetry

/// Finds the time since which milestones are suspect: the date of the commit that changed the basis of their
/// evidence, or the time at which evidence or a waiver lapsed, whichever is earlier.
struct SuspectSince {
  /// The largest number of commits to examine; older suspects get the date of the last of them.
  static let bound = 5_000

  let repository: Repository
  let overview: PlanOverview
  let tree: any PlanTree

  /// Returns the times for all suspect milestones, in seconds since 1970.
  /// - Throws: if history cannot be read.
  /// - Complexity: O(commits since then, along first parents), with the evidence of suspect milestones in each.
  func moments(at tip: ObjectID) throws -> [RepositoryFacts.Dated] {
    var found: [MilestoneID: Int64] = [:]
    var changed: [MilestoneID: Set<String>] = [:]
    for entry in overview.entries where !entry.suspect.isEmpty {
      let outdated = entry.milestone.exitCriteria.filter { entry.standing(of: $0) == .outdated }
      for criterion in outdated {
        let (lapse, isChanged) = try causes(criterion, entry.milestone)
        if let lapse { found[entry.id] = min(found[entry.id] ?? .max, lapse) }
        if isChanged { changed[entry.id, default: []].insert(criterion.id) }
      }
    }
    try walk(from: tip, changed) { found[$0] = min(found[$0] ?? .max, $1) }
    return found.map { RepositoryFacts.Dated(milestone: $0.key.text, at: $0.value) }
  }

  /// Returns the time at which a criterion lapsed, and whether the basis of its evidence changed.
  private func causes(_ criterion: ExitCriterion, _ milestone: Milestone) throws -> (lapse: Int64?, isChanged: Bool) {
    var lapse: Int64?
    var isChanged = false
    if let waiver = criterion.waiver, criterion.evidence.isEmpty { lapse = waiver.endsAt }
    let proof = Proof(tree: tree, authorization: overview.policy.authorization, moment: { overview.now })
    for entry in criterion.evidence {
      guard let mismatch = try proof.mismatch(entry, of: criterion, in: milestone) else { continue }
      if case .lapsed(let days) = mismatch, case .check(let record) = entry.kind {
        lapse = min(lapse ?? .max, record.at / 1000 + Int64(days) * 86_400)
      } else {
        isChanged = true
      }
    }
    return (lapse, isChanged)
  }

  /// Follows first parents back to the commit before which each milestone was not suspect.
  private func walk(
    from tip: ObjectID, _ changed: [MilestoneID: Set<String>], _ take: (MilestoneID, Int64) -> Void
  ) throws {
    var open = changed
    var commit = try repository.commit(tip)
    for _ in 0..<Self.bound where !open.isEmpty {
      guard let parent = commit.parents.first, try repository.holds(parent) else { break }
      let before = try repository.commit(parent)
      let tree = repository.tree(of: before)
      for (id, criteria) in open where try !isSuspect(id, criteria, in: tree) {
        take(id, commit.committedAt)
        open[id] = nil
      }
      commit = before
    }
    for id in open.keys { take(id, commit.committedAt) }
  }

  private func isSuspect(_ id: MilestoneID, _ criteria: Set<String>, in tree: any PlanTree) throws -> Bool {
    guard let milestone = try tree.milestone(id)?.milestone else { return false }
    let policy = try tree.policy().policy ?? .builtIn()
    guard let category = policy.workflow.category(milestone.status), [.review, .done].contains(category) else {
      return false
    }
    // Lapsing is ignored, because it has its own time.
    let proof = Proof(tree: tree, authorization: policy.authorization, moment: { nil })
    return try proof.stale(milestone).contains { $0.mismatch != nil && criteria.contains($0.criterion.id) }
  }
}

extension Waiver {
  /// The end of the last day, in seconds since 1970.
  var endsAt: Int64? { Self.end(ofDay: until) }

  /// Returns the end of a day such as `2026-12-01`, in seconds since 1970.
  static func end(ofDay day: String) -> Int64? {
    Timestamp.milliseconds(of: day + "T00:00:00.000Z").map { $0 / 1000 + 86_400 }
  }
}
