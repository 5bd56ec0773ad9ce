extension Judge {
  /// Judges who may have a server's gate let a push past in an emergency (`doc/decisions/0027-emergency-push.md`).
  /// - Parameters:
  ///   - reason: what the pusher gives.
  ///   - pusher: who pushes, as the server knows them; nil where it does not.
  ///   - policy: that of the server's HEAD before the push.
  /// - Returns: why not; nil where they may.
  public static func assess(emergency reason: String, by pusher: String?, policy: Policy?) -> Finding? {
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

  /// Judges who may close such an emergency: who may change the policy.
  /// - Returns: why not; nil where they may.
  public static func assess(closingEmergencyBy person: String, policy: Policy?) -> Finding? {
    guard let authorization = policy?.authorization, let role = authorization.roleForPolicyChange,
      !authorization.holds(person, role: role)
    else { return nil }
    return Finding(
      .notAuthorized, "\(person) does not hold the role \"\(role)\", which closing an emergency asks for.",
      hint: AuthorityRule.holders(of: role, authorization), path: PlanPaths.authorization)
  }
}
