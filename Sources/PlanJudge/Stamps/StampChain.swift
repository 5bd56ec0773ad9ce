import PlanModel

/// A sequence of stamps from the first parent's states and bytes to the commit's (contract 3, squash).
struct StampChain {
  private struct Place: Equatable {
    var status: String?
    var digest: Digest?
  }

  /// The steps of each milestone, in order.
  private(set) var steps: [MilestoneID: [Telling.Step]] = [:]
  private var places: [MilestoneID: Place] = [:]
  private var planDigest: Digest?
  private var policyDigest: Digest?
  private let base: any PlanTree
  private let touched: [MilestoneChange]
  private let startsAtBaseline: Bool

  init(
    _ proposal: Proposal, isBaseline: Bool, touched: [MilestoneChange], plan: Bool = false, policy: Bool = false
  ) throws {
    base = proposal.base
    self.touched = touched
    startsAtBaseline = isBaseline
    for change in touched {
      places[change.id] = Place(status: change.before?.status, digest: change.beforeFile?.digest)
    }
    planDigest = try base.planFile()?.digest
    policyDigest = isBaseline ? nil : try base.policy().digest
  }

  /// Follows the runs. Returns findings for the steps that do not connect; empty if the runs lead to the tree.
  mutating func follow(_ runs: [Run], to tree: any PlanTree) throws -> [Finding] {
    for (index, run) in runs.enumerated() {
      for t in run.transitions {
        // A transition with a state but no file, or vice versa, would be a birth or a deletion that no rule checks.
        guard (t.to == nil) == (t.after == nil) else { return [broken(t.milestone, index)] }
        guard try take(t.milestone, Place(status: t.from, digest: t.before), Place(status: t.to, digest: t.after), run)
        else { return [broken(t.milestone, index)] }
      }
      for e in run.edits {
        if let id = e.milestone {
          guard (e.before == nil) == (e.after == nil) else { return [broken(id, index)] }
          let status = try place(of: id).status
          guard try take(id, Place(status: status, digest: e.before), Place(status: status, digest: e.after), run)
          else {
            return [broken(id, index)]
          }
        } else {
          guard planDigest == e.before else { return [broken(nil, index)] }
          planDigest = e.after
        }
      }
      if let change = run.policyChange {
        guard policyDigest == change.before else {
          return [
            Finding(.trailerMismatch, "Stamp \(index + 1) begins at another policy than the one before it ends at.")
          ]
        }
        policyDigest = change.after
      }
    }
    return try arrive(at: tree)
  }

  private mutating func take(_ id: MilestoneID, _ from: Place, _ to: Place, _ run: Run) throws -> Bool {
    guard try place(of: id) == from else { return false }
    places[id] = to
    steps[id, default: []].append(
      Telling.Step(
        from: from.status, to: to.status, actor: run.actor, reason: run.reason, run: run,
        changesFile: from.digest != to.digest))
    return true
  }

  /// Returns the milestones that end in their original state, after steps that the commit's trees do not show.
  func thereAndBack(in proposal: Proposal) throws -> [MilestoneChange] {
    let known = Set(touched.map(\.id))
    return try steps.keys.filter { !known.contains($0) }.sorted().map { id in
      let (before, after) = (try base.milestone(id), try proposal.candidate.milestone(id))
      return MilestoneChange(
        id: id, beforeFile: before, afterFile: after, before: before?.milestone, after: after?.milestone,
        needsStamp: false)
    }
  }

  private func place(of id: MilestoneID) throws -> Place {
    if let known = places[id] { return known }
    let file = try base.milestone(id)
    return Place(status: file?.milestone?.status, digest: file?.digest)
  }

  private func arrive(at tree: any PlanTree) throws -> [Finding] {
    for change in touched
    where places[change.id] != Place(status: change.after?.status, digest: change.afterFile?.digest) {
      return [
        Finding(
          .trailerMismatch, "The stamps do not lead \(change.id) to what the commit holds.", milestone: change.id)
      ]
    }
    let known = Set(touched.map(\.id))
    for (id, place) in places where !known.contains(id) {
      let file = try tree.milestone(id)
      guard place == Place(status: file?.milestone?.status, digest: file?.digest) else {
        return [Finding(.trailerMismatch, "The stamps do not lead \(id) to what the commit holds.", milestone: id)]
      }
    }
    guard planDigest == (try tree.planFile()?.digest) else {
      return [Finding(.trailerMismatch, "The stamps do not lead \(PlanPaths.plan) to what the commit holds.")]
    }
    let policyFiles = try tree.policyFiles()
    let arrived = policyFiles.isEmpty && startsAtBaseline ? nil : try tree.policy().digest
    guard policyDigest == arrived else {
      return [Finding(.trailerMismatch, "The stamps do not lead the policy to what the commit holds.")]
    }
    return []
  }

  private func broken(_ id: MilestoneID?, _ index: Int) -> Finding {
    Finding(
      .trailerMismatch,
      "Stamp \(index + 1) begins \(id?.text ?? "the plan file") at another state or other bytes than the one before it ends at.",
      milestone: id)
  }
}
