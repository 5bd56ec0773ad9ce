import PlanModel

/// The rule for exceptions: only people whom the policy permits may grant them, with a reason, and for the permitted
/// period (contract 3, `Waive`; `doc/design/decisions/0025-waives.md`).
enum WaiveRule: ChangeRule {
  static func findings(in context: JudgeContext) throws -> [Finding] {
    context.telling.waivingRuns.flatMap { run in
      run.waives.compactMap { waive in
        let authorization = context.isBaseline ? nil : context.policy.authorization
        guard let (message, hint) = fault(of: waive, in: run, authorization) else { return nil }
        return Finding(
          .waiveRefused, message, hint: hint, milestone: waive.milestone,
          path: PlanPaths.milestone(waive.milestone), line: 1)
      }
    }
  }

  /// Returns why an exception is invalid and what would make it valid, or nil if it is valid.
  static func fault(of waive: Run.Waive, in run: Run, _ authorization: Authorization?) -> (String, String)? {
    let what = "\(waive.code) at \(waive.milestone)"
    guard BypassRule.codes.contains(where: { $0.id == waive.code }) else {
      return (
        "The rule \(waive.code) allows no exception.",
        "These can: " + BypassRule.codes.map(\.id).joined(separator: ", ") + "."
      )
    }
    let rules = authorization?.bypasses.filter { $0.covers(waive.code, at: waive.milestone) } ?? []
    guard let authorization, !rules.isEmpty else {
      return (
        "No policy allows anybody an exception from \(what).",
        "A \"bypass\" in \(PlanPaths.authorization) would, in a commit before."
      )
    }
    guard let rule = authorization.bypass(of: waive.code, at: waive.milestone, by: run.actor.email) else {
      let roles = Set(rules.map(\.role)).sorted()
      return (
        "\(run.actor.email) may not make an exception from \(what); that takes the role \(roles.map { "\"\($0)\"" }.joined(separator: " or ")).",
        AuthorityRule.holders(of: roles[0], authorization)
      )
    }
    guard run.reason.map({ !$0.isEmpty }) ?? false else {
      return (
        "The exception from \(what) gives no reason.", "Give one: --reason \"why\", or a line Readiness-Reason: why."
      )
    }
    let day = String(run.at.prefix(10))
    guard let last = Timestamp.day(rule.days, after: day) else { return nil }
    guard day <= waive.until, waive.until <= last else {
      return (
        "The exception from \(what) ends on \(waive.until), which is not a day from \(day) to \(last).",
        "Policy lets \"\(rule.role)\" let it go for \(rule.days) days: --until \(last)"
      )
    }
    return nil
  }

  /// The runs whose exceptions count.
  enum Granting {
    /// The commit's own runs, which apply to all findings of its rules, including guards.
    case ownRuns
    /// Earlier runs too, which apply to invariants only, not to guards (contract 3, `Waive`).
    case allRuns
  }

  /// Returns the findings, with those covered by an exception as warnings. An exception counts until its last day, if
  /// its actor may still grant it. Walks history only if an earlier exception could matter.
  static func excused(_ findings: [Finding], by granting: Granting, in context: JudgeContext) throws -> [Finding] {
    guard !context.isBaseline, let authorization = context.policy.authorization, !authorization.bypasses.isEmpty,
      findings.contains(where: { isExcusable($0, authorization) })
    else { return findings }
    if context.telling.waivesMayFollow {
      return findings.map { finding in
        guard let id = finding.milestone,
          authorization.bypass(of: finding.code.id, at: id, by: context.telling.actor.email) != nil
        else { return finding }
        return finding.asWarning()
      }
    }
    let moment = try context.proposal.moment()
    let own = context.telling.waivingRuns.flatMap { run in
      run.waives.map { StandingWaive($0, run: run, commit: nil) }
    }
    var (said, open) = excused(findings, by: try counting(own, authorization, moment, context))
    guard granting == .allRuns, open.contains(where: { isExcusable($0, authorization) }) else { return said + open }
    let standing = try context.proposal.ancestry.standingWaives()
    let more: [Finding]
    (more, open) = excused(open, by: try counting(standing, authorization, moment, context))
    said += more
    return said + open
  }

  private static func isExcusable(_ finding: Finding, _ authorization: Authorization) -> Bool {
    guard finding.severity == .error, let id = finding.milestone else { return false }
    return authorization.bypasses.contains { $0.covers(finding.code.id, at: id) }
  }

  private static func counting(
    _ waives: [StandingWaive], _ authorization: Authorization, _ moment: Int64?, _ context: JudgeContext
  ) throws -> [StandingWaive] {
    let signatures = try context.signatures()
    return try authorization.counting(waives).filter { waive in
      guard waive.holds(at: moment) else { return false }
      // A draft is signed before it is judged as a commit, and rejected then if it is not.
      let asks = authorization.asksForSignature(of: waive.run) && waive.commit != nil
      return try !asks || signatures.isSigned(waive.run)
    }
  }

  private static func excused(_ findings: [Finding], by waives: [StandingWaive]) -> (said: [Finding], open: [Finding]) {
    var said: [Finding] = []
    var open: [Finding] = []
    for finding in findings {
      if finding.severity == .error, let waive = waives.first(where: { $0.covers(finding) }) {
        said.append(
          Finding(
            finding.code,
            "\(finding.message) Exception until \(waive.waive.until) by \(waive.actor.email): \(waive.reason)",
            hint: finding.hint, severity: .warning, milestone: finding.milestone, path: finding.path,
            line: finding.line))
      } else {
        open.append(finding)
      }
    }
    return (said, open)
  }
}
