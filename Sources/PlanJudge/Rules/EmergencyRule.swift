public import PlanModel

extension Judge {
  /// Judges whether a person may push past a server's gate in an emergency
  /// (`doc/design/decisions/0027-emergency-push.md`).
  /// - Parameters:
  ///   - reason: the pusher's reason.
  ///   - pusher: the person who pushes, as the server knows them; nil if unknown.
  ///   - policies: the policy of the server's HEAD before the push; if HEAD has no plan, that of each branch with one.
  /// - Returns: the rejection; nil if the push is permitted.
  public static func assess(emergency reason: String, by pusher: String?, policies: [Policy]) -> Finding? {
    if policies.count > 1 {
      return policies.lazy.compactMap { assess(emergency: reason, by: pusher, policies: [$0]) }.first
    }
    let policy = policies.first
    func refusal(_ message: String) -> Finding { Finding(.notAuthorized, message, path: PlanPaths.authorization) }
    guard let authorization = policy?.authorization, let role = authorization.emergencyPushRole else {
      return refusal("no policy here lets anybody do so (\"emergencyPush\" in \(PlanPaths.authorization)).")
    }
    guard reason.contains(where: { !$0.isWhitespace }) else { return refusal("it gives no reason.") }
    guard let pusher else { return refusal("this server does not know who pushes.") }
    guard authorization.holds(pusher, role: role) else {
      return refusal("\(pusher) does not hold the role \"\(role)\".")
    }
    return nil
  }

  /// Judges whether a person may close an emergency, which requires the authority to change the policy.
  /// - Returns: the rejection; nil if the person may close it.
  public static func assess(closingEmergencyBy person: String, policies: [Policy]) -> Finding? {
    let refusing = policies.lazy.compactMap { policy -> (Authorization, String)? in
      guard let authorization = policy.authorization, let role = authorization.roleForPolicyChange,
        !authorization.holds(person, role: role)
      else { return nil }
      return (authorization, role)
    }.first
    guard let (authorization, role) = refusing else { return nil }
    return Finding(
      .notAuthorized, "\(person) does not hold the role \"\(role)\", which closing an emergency asks for.",
      hint: AuthorityRule.holders(of: role, authorization), path: PlanPaths.authorization)
  }
}
