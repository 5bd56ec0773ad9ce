public import PlanModel

/// What the judge may ask about the commits before the parents. Asked only where it is needed: these walk history.
public protocol Ancestry {
  /// True where some ancestor, the parents included, holds a plan or a policy, those of dropped plans aside.
  func anyHoldsPlanOrPolicy() throws -> Bool
  /// The nearest version of a milestone, from the first parent back along first parents, that passes the test.
  func nearest(_ id: MilestoneID, where isReadable: (MilestoneFile) -> Bool) throws -> MilestoneFile?
  /// The nearest policy that can be read, from the first parent back along first parents.
  func nearestReadablePolicy() throws -> PolicySnapshot?
  /// The latest `At` of any run among the ancestors that counts for others, in milliseconds since 1970; nil without one.
  /// - Parameter clock: of the program that judges.
  func latestStamp(by clock: Int64?) throws -> Int64?
  /// The commits that began the unbroken stay in review in which the parents have a milestone.
  /// - Parameters:
  ///   - sought: `review`; or `done`, for the reviews from which the milestone reached the parents' stay in `done`.
  ///   - workflow: says which category a state has.
  func reviewStarts(_ id: MilestoneID, in sought: Category, by workflow: Workflow) throws -> [ReviewStart]
  /// The exceptions that were granted in the parents and their ancestors, and whose milestones have not moved on since.
  func standingWaives() throws -> [StandingWaive]
  /// The trees of the merge bases of two parents, by their positions (`git merge-base --all`). Two equal baselines count as
  /// one, where no other base holds the plan (contract 2.2, unrelated plans).
  func bases(of first: Int, and second: Int) throws -> [any PlanTree]
  /// Those merge bases whose plan and policy neither parent has dropped since.
  func keptBases(of first: Int, and second: Int) throws -> [any PlanTree]
  /// True where one parent or an ancestor of it holds a plan or a policy, those of dropped plans aside.
  func holdsPlanOrPolicy(parent: Int) throws -> Bool
  /// True where some ancestor, dropped or not, the parents included, holds a plan of that id.
  func holds(planID: String) throws -> Bool
  /// True where a commit of that id is a parent or an ancestor of one.
  func holds(commit: String) throws -> Bool
  /// True if a parent can be reached from another one, or is the same commit and comes later.
  func isBehind(_ parent: Int, _ other: Int) throws -> Bool
  /// The commits that one parent has and another has not and that may concern plan or policy, parents first; without
  /// copies of the other's baseline.
  func brought(by parent: Int, notIn other: Int) throws -> [BroughtCommit]
  /// The ancestry of some of the parents, by their positions, in that order.
  func keeping(_ parents: [Int]) -> any Ancestry
}

/// The ancestry of a first commit.
public struct NoAncestry: Ancestry {
  /// Makes one.
  public init() {}
  /// Never.
  public func anyHoldsPlanOrPolicy() -> Bool { false }
  /// None.
  public func nearest(_ id: MilestoneID, where isReadable: (MilestoneFile) -> Bool) -> MilestoneFile? { nil }
  /// None.
  public func nearestReadablePolicy() -> PolicySnapshot? { nil }
  /// None.
  public func latestStamp(by clock: Int64?) -> Int64? { nil }
  /// Nobody.
  public func reviewStarts(_ id: MilestoneID, in sought: Category, by workflow: Workflow) -> [ReviewStart] { [] }
  /// None.
  public func standingWaives() -> [StandingWaive] { [] }
  /// None.
  public func bases(of first: Int, and second: Int) -> [any PlanTree] { [] }
  /// Never.
  public func isBehind(_ parent: Int, _ other: Int) -> Bool { false }
  /// None.
  public func brought(by parent: Int, notIn other: Int) -> [BroughtCommit] { [] }
  /// Itself.
  public func keeping(_ parents: [Int]) -> any Ancestry { self }
}
