import PlanModel

/// A reader of a tree's milestones that applies the rule of damage (contract 2.2). An unreadable file has the state of
/// its nearest readable version along first parents.
final class States {
  let tree: any PlanTree
  let workflow: Workflow
  private let ancestry: any Ancestry
  /// The tree of the judging parent; nil if `tree` is that tree.
  let base: (any PlanTree)?
  private var known: [MilestoneID: Milestone?] = [:]
  private var reverse: [MilestoneID: [MilestoneID]]?

  /// - Parameter base: the first parent's tree, which is tried first; nil if `tree` is that tree.
  init(_ tree: any PlanTree, base: (any PlanTree)?, workflow: Workflow, ancestry: any Ancestry) {
    self.tree = tree
    self.base = base
    self.workflow = workflow
    self.ancestry = ancestry
  }

  /// Returns true if a file has a state of the workflow.
  func isReadable(_ file: MilestoneFile) -> Bool {
    file.milestone.map { workflow.state($0.status) != nil } ?? false
  }

  /// Returns the milestone or its nearest readable version. Returns nil if it does not exist, or was never readable.
  func milestone(_ id: MilestoneID) throws -> Milestone? {
    if let found = known[id] { return found }
    let found = try find(id)
    known[id] = .some(found)
    return found
  }

  private func find(_ id: MilestoneID) throws -> Milestone? {
    guard let file = try tree.milestone(id) else { return nil }
    if isReadable(file) { return file.milestone }
    if let base, let before = try base.milestone(id), isReadable(before) { return before.milestone }
    return try ancestry.nearest(id, where: isReadable)?.milestone
  }

  /// Returns the category of a milestone's state, or nil if it does not exist.
  func category(_ id: MilestoneID) throws -> Category? {
    try milestone(id).flatMap { workflow.category($0.status) }
  }

  /// Returns true if a milestone was done in the first parent and is not done here.
  func isReopened(_ id: MilestoneID) throws -> Bool {
    guard let before = try base?.milestone(id)?.milestone, workflow.category(before.status) == .done else {
      return false
    }
    return try category(id) != .done
  }

  /// Returns the milestones that depend on one, sorted. Reads the whole plan on the first call. O(V+E).
  func dependents(of id: MilestoneID) throws -> [MilestoneID] {
    if reverse == nil {
      var map: [MilestoneID: [MilestoneID]] = [:]
      for other in try tree.milestones().keys.sorted() {
        for dependency in try milestone(other)?.dependsOn ?? [] { map[dependency, default: []].append(other) }
      }
      reverse = map
    }
    return reverse?[id] ?? []
  }
}
