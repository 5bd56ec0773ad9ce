import GitObjects
public import PlanModel
import GitRepository
import PlanTrees
import StrictJSON

extension PlanEdit {
  /// Moves a milestone to another state.
  /// - Returns: the changes, and the step. Both are empty if the state and everything else already match.
  public func moving(_ step: MoveStep, reason: String?) throws -> (changes: [Change], moved: MoveOutcome.Moved?) {
    let (id, milestone) = try milestone(step.milestone.text)
    let workflow = try policy.workflow
    let state = try workflow.state(for: step.goal, from: milestone.status)
    let completed = try step.completed(milestone)
    let json = milestone.moved(to: state, in: workflow, reason: reason, with: completed)
    let isMoved = milestone.status != state.name
    guard isMoved || completed.canonicalBytes != milestone.json.canonicalBytes else { return ([], nil) }
    let moved = MoveOutcome.Moved(milestone: id, from: milestone.status, to: state.name)
    return ([Change(PlanPaths.milestone(id), json)], isMoved ? moved : nil)
  }

  /// Blocks a milestone, with the reason.
  public func blocking(_ text: String, reason: String, by: [MilestoneID]) throws
    -> (changes: [Change], moved: MoveOutcome.Moved)
  {
    let (id, milestone) = try milestone(text)
    let workflow = try policy.workflow
    let state = try workflow.state(for: .category(.blocked), from: milestone.status)
    var blocked: JSONValue = ["reason": .text(reason)]
    if !by.isEmpty { blocked = blocked.with("by", .texts(by.map(\.text))) }
    let moved = milestone.moved(to: state, in: workflow, reason: reason)
    return (
      [Change(PlanPaths.milestone(id), Milestone.ordered(moved.with("blocked", blocked)))],
      MoveOutcome.Moved(milestone: id, from: milestone.status, to: state.name)
    )
  }

  /// Unblocks a milestone: it returns to the state that it had before.
  /// - Throws: `UnknownName` if the id does not exist.
  public func unblocking(_ text: String) throws -> (changes: [Change], moved: MoveOutcome.Moved?) {
    let (id, milestone) = try milestone(text)
    let workflow = try policy.workflow
    guard workflow.category(milestone.status) == .blocked else { return ([], nil) }
    let before = try stateBeforeBlock(id, workflow)
    let isEdge = before.map { workflow.edge(from: milestone.status, to: $0) != nil } ?? false
    let goal: MoveStep.Goal =
      if isEdge, let before { .state(before) } else {
        .state(workflow.successors(of: milestone.status).first ?? workflow.initial.name)
      }
    return try moving(MoveStep(milestone: id, goal: goal), reason: nil)
  }

  /// Returns a milestone's last state on the first-parent line that was not blocked. Nil if that line has none, as in a
  /// shallow clone. O(first parents since then).
  private func stateBeforeBlock(_ id: MilestoneID, _ workflow: Workflow) throws -> String? {
    guard !repository.isShallow, case .commit(let head) = try repository.head() else { return nil }
    var next: ObjectID? = head
    var last: ObjectID?
    while let current = next {
      let commit = try repository.commit(current)
      next = commit.parents.first
      let tree = repository.tree(of: commit)
      guard let identity = try tree.milestoneIdentity(id) else { return nil }
      if identity.id == last { continue }
      last = identity.id
      guard let status = try tree.milestone(id)?.milestone?.status else { continue }
      if workflow.category(status) != .blocked { return status }
    }
    return nil
  }

  /// Retires a milestone: its file is removed, and its id is retired.
  /// - Parameter detaches: true to remove it from the dependencies of others too.
  /// - Returns: the changes, the id, and the milestones that depend on it now.
  public func retiring(_ text: String, detaches: Bool) throws
    -> (changes: [Change], id: MilestoneID, dependents: [MilestoneID])
  {
    let (id, _) = try milestone(text)
    guard let plan = try plan else {
      throw GitError(
        .damaged, "\(PlanPaths.plan) cannot be read.", hint: "Correct it first.", function: "retire")
    }
    let shorter = Plan(
      planID: plan.planID, title: plan.title, executionOrder: plan.executionOrder.filter { $0 != id },
      retired: (plan.retired.filter { $0 != id } + [id]))
    let dependents = try dependents(of: id)
    let others = detaches ? dependents : []
    let freed = try others.map { other -> Change in
      let (_, milestone) = try milestone(other.text)
      let left = milestone.dependsOn.filter { $0 != id }
      return Change(PlanPaths.milestone(other), milestone.json.with("dependsOn", .texts(left.map(\.text))))
    }
    return ([.removing(PlanPaths.milestone(id)), Change(PlanPaths.plan, shorter.json)] + freed, id, dependents)
  }
}
