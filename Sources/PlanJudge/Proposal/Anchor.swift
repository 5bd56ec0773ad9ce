public import PlanModel

/// The trusted policies outside a change's own history by which it is judged (contract 2.2, anchors).
///
/// `PlanHistory` chooses and trusts the commits with which a change is compared.
public struct Anchor {
  /// The trees with the anchor's plan. A second baseline needs the authority to change the policy of each.
  public let plans: [any PlanTree]
  /// The trees whose authorization every change must satisfy too: the tip of HEAD's branch for another protected ref.
  public let alsoAsked: [any PlanTree]

  /// Creates an anchor; without arguments, for a history that is judged from its baseline.
  public init(plans: [any PlanTree] = [], alsoAsked: [any PlanTree] = []) {
    self.plans = plans
    self.alsoAsked = alsoAsked
  }
}
