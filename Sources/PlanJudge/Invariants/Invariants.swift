import PlanModel

/// A rule for every tree with a plan, whatever the commit changed (contract 2.2, invariants).
///
/// A new invariant needs a type in this folder, an entry in `Invariants.all`, and a test.
protocol Invariant: SendableMetatype {
  /// Returns the violations in the scope.
  static func findings(in scope: InvariantScope) throws -> [Finding]
}

/// A tree, the policy that applies to it, and the milestones to check.
struct InvariantScope {
  let states: States
  let policy: Policy
  /// The milestones that the change may have affected, including dependents.
  let files: [MilestoneFile]
  /// The graph of milestones whose dependencies may have changed, and of everything that they depend on.
  let graph: DependencyGraph
  /// True if the execution order is checked.
  let looksAtOrder: Bool

  package init(
    states: States, policy: Policy, ids: [MilestoneID], graphIDs: [MilestoneID], looksAtOrder: Bool = true
  ) throws {
    try self.init(
      states: states, policy: policy, files: ids.compactMap(states.tree.milestone),
      graph: Self.graph(from: graphIDs, states), looksAtOrder: looksAtOrder)
  }

  init(states: States, policy: Policy, files: [MilestoneFile], graph: DependencyGraph, looksAtOrder: Bool = true) {
    (self.states, self.policy, self.files, self.graph) = (states, policy, files, graph)
    self.looksAtOrder = looksAtOrder
  }

  /// The readable milestones, with their files.
  var readable: some Sequence<(file: MilestoneFile, milestone: Milestone)> {
    files.lazy.compactMap { file in file.milestone.map { (file, $0) } }
  }

  /// Returns the graph that is reachable from the roots. O(V+E) of that graph.
  private static func graph(from roots: [MilestoneID], _ states: States) throws -> DependencyGraph {
    var edges: [MilestoneID: [MilestoneID]] = [:]
    var frontier = roots
    while let id = frontier.popLast() {
      guard edges[id] == nil, let milestone = try states.milestone(id) else { continue }
      edges[id] = milestone.dependsOn
      frontier += milestone.dependsOn
    }
    return DependencyGraph(edges: edges)
  }

  /// Returns true if the tree has a file of a milestone. Reads nothing for milestones in the graph.
  func holds(_ id: MilestoneID) throws -> Bool { try graph.holds(id) || tree.milestoneIdentity(id) != nil }

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

  /// The identity of a violation, to recognize one that existed before (contract 2.2, inherited).
  struct Key: Hashable {
    let code: ReasonCode
    let milestone: MilestoneID?

    init(_ finding: Finding) {
      code = finding.code
      milestone = finding.milestone
    }
  }
}
