public import PlanModel

/// The trusted point beside which a change is judged (contract 2.2, anchors): the policies that stood there before.
///
/// Which commits a change is compared with, and which of them are trusted, is decided in `PlanHistory`.
public struct Anchor {
  /// The trees that hold the anchor's plan. A baseline beside it needs the authority to change each one's policy.
  public let plans: [any PlanTree]
  /// The trees whose authorization every change has to satisfy as well: the tip of HEAD's branch for another protected ref.
  public let alsoAsked: [any PlanTree]

  /// Makes an anchor; without arguments, one of a history that is judged from its baseline.
  public init(plans: [any PlanTree] = [], alsoAsked: [any PlanTree] = []) {
    self.plans = plans
    self.alsoAsked = alsoAsked
  }
}
