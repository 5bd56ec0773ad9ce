public import PlanModel

/// What a ref holds, as far as its judgement depends on it.
public struct RefContent: Sendable {
  /// The id of its plan; nil where it has none that can be read.
  public let plan: String?
  /// True where it holds a plan, sound or not.
  public let holdsPlan: Bool
  /// True where it holds a policy.
  public let holdsPolicy: Bool

  /// The content of a ref that is not there, or is no commit.
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
