/// What holds in every tree that has a plan, whatever the commit did (contract 2.2, invariants).
///
/// A new invariant is a type in `Rules/`, an entry in `Invariants.all`, and a test.
protocol Invariant: SendableMetatype {
  /// What is broken in the part of the tree that is looked at.
  static func findings(in scope: InvariantScope) throws -> [Finding]
}

/// A tree, the policy that it is measured by, and the milestones that are looked at.
struct InvariantScope {
  let states: States
  let policy: Policy
  /// The milestones whose own facts may have changed, dependents included.
  let ids: [MilestoneID]
  /// The milestones whose dependencies may have changed.
  let graphIDs: [MilestoneID]
  /// True where the suggested order is looked at.
  let looksAtOrder: Bool
  /// The readable milestones of `ids` with their files.
  let readable: [(MilestoneFile, Milestone)]

  init(
    states: States, policy: Policy, ids: [MilestoneID], graphIDs: [MilestoneID], looksAtOrder: Bool = true
  ) throws {
    (self.states, self.policy, self.ids, self.graphIDs) = (states, policy, ids, graphIDs)
    self.looksAtOrder = looksAtOrder
    readable = try ids.compactMap { id in
      guard let file = try states.tree.milestone(id), let milestone = file.milestone else { return nil }
      return (file, milestone)
    }
  }

  var tree: any PlanTree { states.tree }
  var workflow: Workflow { policy.workflow }
}

enum Invariants {
  /// Every invariant.
  static let all: [any Invariant.Type] = [
    PlanFileInvariant.self, FilesInvariant.self, StatusInvariant.self, NamesInvariant.self, GraphInvariant.self,
    WorkInvariant.self,
  ]

  static func findings(in scope: InvariantScope) throws -> [Finding] {
    guard try scope.tree.holdsPlan() else { return [] }
    return try all.flatMap { try $0.findings(in: scope) }
  }

  /// What a finding is about; an invariant that was broken before is known by it (contract 2.2, inherited).
  struct Key: Hashable {
    let code: ReasonCode
    let milestone: MilestoneID?

    init(_ finding: Finding) {
      code = finding.code
      milestone = finding.milestone
    }
  }
}
