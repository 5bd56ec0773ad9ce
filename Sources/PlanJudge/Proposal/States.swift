import PlanModel

/// Reads milestones of a tree with the rule of damage: what cannot be read has the state of its nearest version,
/// along first parents, that can (contract 2.2).
final class States {
  let tree: any PlanTree
  let workflow: Workflow
  private let ancestry: any Ancestry
  /// The tree of the parent that judges; nil where `tree` is that one itself.
  let base: (any PlanTree)?
  private var known: [MilestoneID: Milestone?] = [:]
  private var reverse: [MilestoneID: [MilestoneID]]?

  /// - Parameter base: the first parent's tree, where `tree` is not that one itself; the first to be asked.
  init(_ tree: any PlanTree, base: (any PlanTree)?, workflow: Workflow, ancestry: any Ancestry) {
    self.tree = tree
    self.base = base
    self.workflow = workflow
    self.ancestry = ancestry
  }

  /// True where a file tells a state that the workflow has.
  func isReadable(_ file: MilestoneFile) -> Bool {
    file.milestone.map { workflow.state($0.status) != nil } ?? false
  }

  /// What a milestone of the tree says, or said last; nil where it is not there, or never could be read.
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

  /// The category of a milestone's state; nil where it is not there.
  func category(_ id: MilestoneID) throws -> Category? {
    try milestone(id).flatMap { workflow.category($0.status) }
  }

  /// True if a milestone was done in the first parent and is not done here.
  func isReopened(_ id: MilestoneID) throws -> Bool {
    guard let before = try base?.milestone(id)?.milestone, workflow.category(before.status) == .done else {
      return false
    }
    return try category(id) != .done
  }

  /// The milestones that depend on one, sorted. Reads the whole plan on the first call. O(V+E).
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
