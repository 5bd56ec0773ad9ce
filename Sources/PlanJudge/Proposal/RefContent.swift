public import PlanModel

/// The facts about a ref's content that matter to the judge.
public struct RefContent: Sendable {
  /// The id of its plan; nil if it has no readable plan.
  public let plan: String?
  /// True if it has a plan, valid or not.
  public let holdsPlan: Bool
  /// True if it has a policy.
  public let holdsPolicy: Bool

  /// The content of a ref that does not exist, or points to no commit.
  public static let nothing = RefContent(plan: nil, holdsPlan: false, holdsPolicy: false)

  private init(plan: String?, holdsPlan: Bool, holdsPolicy: Bool) {
    (self.plan, self.holdsPlan, self.holdsPolicy) = (plan, holdsPlan, holdsPolicy)
  }

  /// Reads the content of a commit's tree.
  public init(_ tree: any PlanTree) throws {
    plan = try tree.planFile()?.plan?.planID
    holdsPlan = try tree.holdsPlan()
    holdsPolicy = try !tree.policyFiles().isEmpty
  }
}
