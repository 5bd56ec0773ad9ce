public import PlanModel

/// The judge's queries about the commits before the parents. They walk history, so rules call them only when needed.
public protocol Ancestry {
  /// Returns true if some ancestor, including the parents, has a plan or a policy. Ignores dropped plans.
  func anyHoldsPlanOrPolicy() throws -> Bool
  /// Returns a milestone's nearest version that passes the test, from the first parent back along first parents.
  func nearest(_ id: MilestoneID, where isReadable: (MilestoneFile) -> Bool) throws -> MilestoneFile?
  /// Returns the nearest readable policy, from the first parent back along first parents.
  func nearestReadablePolicy() throws -> PolicySnapshot?
  /// Returns the latest `At` of the ancestors' runs that counts for later commits, in milliseconds since 1970, or nil.
  /// - Parameter clock: the clock of the program that judges.
  func latestStamp(by clock: Int64?) throws -> Int64?
  /// Returns the commits that began the parents' current, uninterrupted stay of a milestone in review.
  /// - Parameters:
  ///   - sought: `review`; or `done`, for the reviews from which the milestone reached the parents' stay in `done`.
  ///   - workflow: the workflow that assigns categories to states.
  func reviewStarts(_ id: MilestoneID, in sought: Category, by workflow: Workflow) throws -> [ReviewStart]
  /// Returns the exceptions of the parents and their ancestors whose milestones have not moved since.
  func standingWaives() throws -> [StandingWaive]
  /// Returns the trees of the merge bases of two parents, by their indices (`git merge-base --all`). Two equal
  /// baselines count as one if no other base has the plan (contract 2.2, unrelated plans).
  func bases(of first: Int, and second: Int) throws -> [any PlanTree]
  /// Returns the merge bases whose plan and policy neither parent has dropped since.
  func keptBases(of first: Int, and second: Int) throws -> [any PlanTree]
  /// Returns true if a parent or one of its ancestors has a plan or a policy. Ignores dropped plans.
  func holdsPlanOrPolicy(parent: Int) throws -> Bool
  /// Returns true if some ancestor, including the parents, has a plan with that id, dropped or not.
  func holds(planID: String) throws -> Bool
  /// Returns true if a commit is a parent or an ancestor of one.
  func holds(commit: String) throws -> Bool
  /// Returns true if a parent is reachable from another one, or is a later duplicate of it.
  func isBehind(_ parent: Int, _ other: Int) throws -> Bool
  /// Returns the commits that one parent has and another does not, and that may concern plan or policy, parents first.
  /// Omits copies of the other's baseline.
  func brought(by parent: Int, notIn other: Int) throws -> [BroughtCommit]
  /// Returns the ancestry of some of the parents, by their indices, in that order.
  func keeping(_ parents: [Int]) -> any Ancestry
}

/// The ancestry of a first commit, which has no ancestors.
public struct NoAncestry: Ancestry {
  /// Creates an empty ancestry.
  public init() {}
  /// Returns false.
  public func anyHoldsPlanOrPolicy() -> Bool { false }
  /// Returns nil.
  public func nearest(_ id: MilestoneID, where isReadable: (MilestoneFile) -> Bool) -> MilestoneFile? { nil }
  /// Returns nil.
  public func nearestReadablePolicy() -> PolicySnapshot? { nil }
  /// Returns nil.
  public func latestStamp(by clock: Int64?) -> Int64? { nil }
  /// Returns no commits.
  public func reviewStarts(_ id: MilestoneID, in sought: Category, by workflow: Workflow) -> [ReviewStart] { [] }
  /// Returns no exceptions.
  public func standingWaives() -> [StandingWaive] { [] }
  /// Returns no trees.
  public func bases(of first: Int, and second: Int) -> [any PlanTree] { [] }
  /// Returns false.
  public func isBehind(_ parent: Int, _ other: Int) -> Bool { false }
  /// Returns no commits.
  public func brought(by parent: Int, notIn other: Int) -> [BroughtCommit] { [] }
  /// Returns `self`.
  public func keeping(_ parents: [Int]) -> any Ancestry { self }
}
