public import GitObjects
public import PlanJudge
public import PlanModel
public import GitRepository
import PlanTrees

extension Repository {
  /// Returns the exceptions that stamps grant in some commits and their ancestors, in force or lapsed.
  /// A later stamp that moves the milestone, or grants the exception again, replaces them. A stamp with a wrong run ID
  /// grants nothing.
  /// - Throws: `GitError` if history is shallow or cannot be read.
  /// - Parameter start: an ancestor up to which no stamp grants an exception.
  /// - Complexity: O(history) after that commit.
  public func standingWaives(at tips: [ObjectID], after start: ObjectID? = nil) throws -> [StandingWaive] {
    if isShallow { throw shallowHistory }
    var standing: [StandingWaive] = []
    let graph = try CommitGraph(self, from: tips, notFrom: start.map { [$0] } ?? [])
    let plans = Set(try tips.compactMap { try tree(ofCommit: $0).planFile()?.plan?.planID })
    let dropped = try graph.dropped(from: tips, plans: plans, in: self)
    for place in graph.ids.indices where graph.isOfInterest(place) && !dropped.contains(place) {
      let commit = try graph.commit(place, in: self)
      // If no exception is in force, only a stamp that grants one matters.
      let blocks = commit.blocks
      guard !standing.isEmpty || blocks.contains(where: { $0.run?.waives.isEmpty == false }) else { continue }
      for block in blocks where !block.heals {
        guard let run = block.run else { continue }
        let moved = Set(run.transitions.map(\.milestone))
        standing.removeAll { old in
          moved.contains(old.waive.milestone)
            || run.waives.contains { $0.milestone == old.waive.milestone && $0.code == old.waive.code }
        }
        guard !run.waives.isEmpty, let claimed = block.claimedID,
          try run.id(plan: tree(of: commit).planFile()?.plan?.planID) == claimed
        else { continue }
        standing += run.waives.map { StandingWaive($0, run: run, commit: commit.id.description) }
      }
    }
    return standing
  }

  /// Adds to a plan the exceptions that a commit and its ancestors grant. Walks nothing if the policy lets nobody grant
  /// one, or if a cached audit found none.
  public func lettingGo(
    _ overview: PlanOverview, at tip: ObjectID, in tree: any PlanTree, now: Int64?, store: VerifiedHistoryStore? = nil
  ) throws -> PlanOverview {
    try lettingGo(overview, in: tree, now: now) {
      let known = try store.flatMap { try HistoryScope(tip: tip).known(in: $0, self) }
      return try standingWaives(at: [tip], after: known.flatMap { $0.waivingRuns == 0 ? $0.tip : nil })
    }
  }

  /// Adds the exceptions after an audit of that commit.
  public func lettingGo(
    _ overview: PlanOverview, at tip: ObjectID, in tree: any PlanTree, now: Int64?, after report: HistoryReport
  ) throws -> PlanOverview {
    try lettingGo(overview, in: tree, now: now) {
      report.isWhole && report.waivingRuns == 0 ? [] : try standingWaives(at: [tip])
    }
  }

  private func lettingGo(
    _ overview: PlanOverview, in tree: any PlanTree, now: Int64?, _ waives: () throws -> [StandingWaive]
  ) throws -> PlanOverview {
    // A shallow history grants no exception: reading continues, and a gate is stricter than necessary.
    guard let authorization = overview.policy.authorization, !authorization.bypasses.isEmpty else {
      return overview
    }
    return try overview.lettingGo(authorization.counting(waives()), in: tree, now: now)
  }
}
