import PlanModel

/// The rule that a merge of different plans continues one of them, byte for byte (contract 2.2, unrelated plans). Not a
/// `ChangeRule`, because it selects the parents for the other rules.
enum JoinRule {
  /// The part of a merge to judge, and the findings about the merge of plans.
  struct Outcome {
    /// The proposal with the parents whose plan continues; nil if the plans must not be merged.
    let proposal: Proposal?
    let findings: [Finding]
    /// The indices of the parents to judge.
    var kept: [Int] = []
  }

  static func outcome(_ proposal: Proposal) throws -> Outcome {
    guard proposal.isMerge else { return Outcome(proposal: proposal, findings: []) }
    let kinship = try Kinship(
      parents: proposal.parents, result: proposal.candidate, ancestry: proposal.ancestry)
    switch kinship {
    case .onePlan(let kept):
      return Outcome(proposal: proposal.keeping(kept), findings: [], kept: kept)
    case .joins(let kept, let dropped):
      return Outcome(proposal: proposal.keeping(kept), findings: [try note(proposal, kept, dropped)], kept: kept)
    case .unrelated(let first, let second):
      let names = try [first, second].map { try name(proposal.parents[$0]) }
      return Outcome(
        proposal: nil,
        findings: [
          Finding(
            .unrelatedPlans,
            "The merge brings together \(names[0]) and \(names[1]), which have no common history, and holds the plan and policy of neither unchanged.",
            path: PlanPaths.plan, line: 1)
        ])
    }
  }

  /// Checks that a baseline has no `planId` that was used before it, even on a dropped line.
  static func reused(_ proposal: Proposal) throws -> [Finding] {
    guard !proposal.parents.isEmpty, let id = try proposal.candidate.planFile()?.plan?.planID,
      try proposal.ancestry.holds(planID: id)
    else { return [] }
    return [
      Finding(
        .unrelatedPlans, "The plan \(id) begins here again, and an ancestor held it before.",
        hint: "Give the new plan an id of its own: readiness init in an empty folder makes one.", path: PlanPaths.plan,
        line: 1)
    ]
  }

  private static func note(_ proposal: Proposal, _ kept: [Int], _ dropped: [Int]) throws -> Finding {
    func names(_ indices: [Int]) throws -> String {
      try Set(indices.map { try name(proposal.parents[$0]) }).sorted().joined(separator: ", ")
    }
    return try Finding(
      .joinedPlans, "The merge goes on with \(names(kept)) and leaves \(names(dropped)) out.", severity: .note,
      path: PlanPaths.plan, line: 1)
  }

  private static func name(_ tree: any PlanTree) throws -> String {
    if let plan = try tree.planFile()?.plan { return "the plan \(plan.planID)" }
    return try Kinship.holdsPlanOrPolicy(tree) ? "a policy without a plan" : "no plan"
  }
}
