import GitObjects
import GitRepository
import PlanModel
import PlanTrees

/// Finds risks that a span introduced and that are gone at its end, with their milestone or alone: neither the plan
/// before nor the plan after has them.
struct PassingRisks {
  /// A risk by its milestone.
  private struct Key: Hashable, Comparable {
    let milestone: MilestoneID
    let id: String

    static func < (a: Key, b: Key) -> Bool { (a.milestone, a.id) < (b.milestone, b.id) }
  }

  /// Them, by milestone and id, each as it was last.
  let risks: [WeeklyFacts.NewRisk]

  /// Follows the first-parent line, as the span's two ends do.
  /// - Parameters:
  ///   - end: the last commit of the span.
  ///   - start: the last commit before it; nil if history begins in it.
  ///   - before: the plan that the span begins with.
  ///   - after: the plan at its end.
  /// - Throws: `GitError` if a commit cannot be read.
  /// - Complexity: O(commits of the span), and O(milestones that they change).
  init(
    _ repository: Repository, from start: Commit?, to end: Commit, before: any PlanTree, after: any PlanTree
  ) throws {
    var last: [Key: Risk] = [:]
    var (next, tree) = (end, repository.tree(of: end))
    while next.id != start?.id, let parent = next.parents.first {
      let older = try repository.commit(parent)
      let olderTree = repository.tree(of: older)
      for id in try tree.changedMilestones(since: olderTree) {
        // The older side: it is what a later commit may have taken away.
        for risk in try Self.risks(of: id, in: olderTree) {
          let key = Key(milestone: id, id: risk.id)
          if last[key] == nil { last[key] = risk }
        }
      }
      (next, tree) = (older, olderTree)
    }
    for id in Set(last.keys.map(\.milestone)) {
      for known in try Self.risks(of: id, in: before) + Self.risks(of: id, in: after) {
        last[Key(milestone: id, id: known.id)] = nil
      }
    }
    risks = last.sorted { $0.key < $1.key }
      .map { WeeklyFacts.NewRisk(milestone: $0.key.milestone, risk: $0.value, isGone: true) }
  }

  private static func risks(of id: MilestoneID, in tree: any PlanTree) throws -> [Risk] {
    try tree.milestone(id)?.milestone?.risks ?? []
  }
}
