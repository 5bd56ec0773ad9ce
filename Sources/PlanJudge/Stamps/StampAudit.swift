import PlanModel

/// The comparison of a commit's stamps with its changes (contract 3).
struct StampAudit {
  let telling: Telling
  let findings: [Finding]

  init(_ proposal: Proposal, _ changes: ChangeSet, _ force: PolicyInForce) throws {
    switch proposal.claim {
    case .draft(let reason, let mayFollow, let waives, let moreWaives):
      var telling = Telling(
        mode: .direct, actor: proposal.author, reason: reason, isDraft: true, reasonMayFollow: mayFollow)
      if !waives.isEmpty {
        let at = proposal.now.map { Timestamp.text(millisecondsSince1970: $0) } ?? ""
        var run = Run(at: at, actor: proposal.author, policy: force.digest)
        (run.waives, run.reason) = (waives, reason ?? (mayFollow ? "a reason that may follow" : nil))
        telling.waivingRuns = [run]
      }
      telling.waivesMayFollow = moreWaives
      self.telling = telling
      findings = []
    case .healed:
      telling = Telling(mode: .path, actor: proposal.author, reason: nil, takesReason: false)
      findings = []
    case .committed(let blocks):
      var findings = ClockRule.findings(proposal, blocks, isRun: changes.needsStamp)
      if blocks.contains(where: { $0.heals && $0.fault == nil }) {
        findings += Self.misplacedHeals(blocks, changesSomething: changes.needsStamp)
        findings += try HealRule.findings(blocks, proposal, force)
      }
      // Blocks that record ancestors' changes do not describe this commit.
      let own = blocks.filter { !$0.heals || $0.fault != nil }
      let (telling, told) =
        try own.isEmpty
        ? Self.unstamped(proposal, changes, force) : Self.stamped(own, proposal, changes, force)
      (self.telling, self.findings) = (telling, findings + told)
    }
  }

  /// Checks that a healing stamp is the only stamp, in a commit that changes nothing (contract 3, heal).
  private static func misplacedHeals(_ blocks: [StampBlock], changesSomething: Bool) -> [Finding] {
    guard blocks.count > 1 || changesSomething else { return [] }
    return [
      Finding(
        .trailerMismatch,
        "A stamp that heals stands \(changesSomething ? "in a commit that changes something" : "beside another one").",
        hint: "Record what earlier commits lack in a commit of its own: readiness heal.")
    ]
  }

  /// Checks the blocks of a commit that changes nothing: they end where they began, or they heal. Each step is still
  /// checked, because later judgments depend on its actor.
  static func ofUnchanged(_ proposal: Proposal, _ blocks: [StampBlock]) throws -> [Finding] {
    let plan = try proposal.candidate.planFile()?.plan?.planID
    let faults = writingFaults(blocks, plan: plan)
    guard faults.isEmpty else { return faults }
    // A commit without changes has nobody who could be authorized to grant an exception.
    if let waive = blocks.lazy.compactMap(\.run).flatMap(\.waives).first {
      return [
        Finding(
          .trailerMismatch, "The stamp grants an exception from \(waive.code), in a commit that changes nothing.",
          hint: "Grant it in the commit that needs it.", milestone: waive.milestone)
      ]
    }
    let runs = blocks.filter { !$0.heals }.compactMap(\.run)
    if blocks.contains(where: \.heals) || runs.allSatisfy(\.isEmpty) {
      var findings = ClockRule.findings(proposal, blocks, isRun: true)
      if blocks.contains(where: \.heals) {
        findings += misplacedHeals(blocks, changesSomething: false)
        findings += try HealRule.findings(blocks, proposal, PolicyInForce(proposal, nil))
      }
      return findings
    }
    // The steps are seen from the first parent, whatever other parents there are.
    let reading = try JudgeReading(proposal, asksBrought: false)
    let views = reading.contexts.filter { !$0.isSideOfMerge }
    let rules: [any ChangeRule.Type] = [
      TransitionRule.self, BirthRule.self, DeletionRule.self, AuthorityRule.self, PolicyAuthorityRule.self,
      SignatureRule.self,
    ]
    return try reading.findings + views.flatMap { view in try rules.flatMap { try $0.findings(in: view) } }
  }

  // MARK: - Without a stamp

  private static func unstamped(_ proposal: Proposal, _ changes: ChangeSet, _ force: PolicyInForce)
    -> (Telling, [Finding])
  {
    let warns = !force.refusesUnstamped
    let telling = Telling(mode: warns ? .path : .direct, actor: proposal.author, reason: nil, takesReason: false)
    guard changes.needsStamp else { return (telling, []) }
    let ids = changes.stamped.map(\.id.text) + (changes.plan?.needsStamp == true ? ["the plan file"] : [])
    let what = ids + (changes.policyNeedsStamp ? ["the policy"] : [])
    let named = what.prefix(4).joined(separator: ", ") + (what.count > 4 ? " and \(what.count - 4) more" : "")
    let finding =
      proposal.isMerge
      ? Finding(
        .mergeUnresolved, "The merge decides about \(named), which several sides changed, and carries no stamp.",
        milestone: changes.stamped.first?.id)
      : Finding(
        .trailerMissing, "The commit changes \(named) and carries no stamp.", milestone: changes.stamped.first?.id)
    return (telling, [warns ? finding.asNote() : finding])
  }

  // MARK: - With stamps

  private static func stamped(
    _ blocks: [StampBlock], _ proposal: Proposal, _ changes: ChangeSet, _ force: PolicyInForce
  ) throws -> (Telling, [Finding]) {
    let plan = try proposal.candidate.planFile()?.plan?.planID
    var findings = writingFaults(blocks, plan: plan)
    let runs = blocks.compactMap(\.run)
    let last = runs.last
    let direct = Telling(mode: .direct, actor: last?.actor ?? proposal.author, reason: last?.reason)
    guard runs.count == blocks.count, let last else { return (direct, findings) }
    var telling = direct
    telling.run = last
    telling.policyRuns = runs.filter { $0.policyChange != nil }
    // A merge's stamp lists exact changes, even if the result has its first parent's plan and policy.
    let endsWhereItBegan =
      try changes.milestones.isEmpty && changes.plan == nil && !changes.changesPolicy
      && proposal.parents.allSatisfy { try proposal.candidate.hasSamePlanAndPolicy(as: $0) }
    if runs.count == 1, !endsWhereItBegan {
      let draft = try changes.draft(proposal, isBaseline: force.isBaseline, policy: force.digest, asksForReason: false)
      findings += differences(last, draft)
    } else {
      var chain = try StampChain(
        proposal, isBaseline: force.isBaseline, touched: changes.stamped, plan: changes.plan?.needsStamp == true,
        policy: changes.policyNeedsStamp)
      let faults = try chain.follow(runs, to: proposal.candidate)
      findings += faults
      if faults.isEmpty {
        telling = Telling(mode: .chain, actor: last.actor, reason: nil, run: last, policyRuns: telling.policyRuns)
        telling.steps = chain.steps
        telling.thereAndBack = try chain.thereAndBack(in: proposal)
      }
    }
    telling.waivingRuns = runs.filter { !$0.waives.isEmpty }
    findings += try otherPolicies(runs, force) + otherActors(runs, proposal, changes, force, telling)
    return (telling, findings)
  }

  /// Returns findings for malformed blocks, and for run IDs that are not the digest of their block.
  private static func writingFaults(_ blocks: [StampBlock], plan: String?) -> [Finding] {
    blocks.flatMap { block -> [Finding] in
      if let fault = block.fault {
        return [Finding(.trailerMismatch, "Line \(fault.line) of the message: \(fault.message)")]
      }
      guard let run = block.run, let claimed = block.claimedID else { return [] }
      let computed = run.id(plan: plan)
      guard computed != claimed else { return [] }
      return [
        Finding(
          .runMismatch,
          "The stamp on line \(block.lines.lowerBound + 1) claims the run \(claimed.hex.prefix(12))…; what it says gives \(computed.hex.prefix(12))…."
        )
      ]
    }
  }

  /// Checks that a single stamp describes exactly the commit's changes.
  private static func differences(_ run: Run, _ draft: RunDraft?) -> [Finding] {
    let told = run.transitions.map { "\($0.milestone) from \"\($0.from ?? "none")\" to \"\($0.to ?? "none")\"" }
    let done = (draft?.transitions ?? []).map {
      "\($0.milestone) from \"\($0.from ?? "none")\" to \"\($0.to ?? "none")\""
    }
    func finding(_ message: String) -> [Finding] {
      [
        Finding(
          .trailerMismatch, message, milestone: draft?.transitions.first?.milestone ?? draft?.edits.first?.milestone)
      ]
    }
    if told != done {
      return finding(
        "The stamp says \(told.isEmpty ? "no change of status" : told.joined(separator: ", ")); the commit makes \(done.isEmpty ? "none" : done.joined(separator: ", "))."
      )
    }
    guard run.transitions == draft?.transitions ?? [] else {
      return finding("The digests in a Readiness-Transition are not those of the files.")
    }
    guard run.edits == draft?.edits ?? [] else {
      let names = (draft?.edits ?? []).map { $0.milestone?.text ?? "plan" }.joined(separator: ", ")
      return finding(
        "The Readiness-Edit lines do not match what the commit edits: \(names.isEmpty ? "nothing" : names).")
    }
    guard run.policyChange == draft?.policyChange else {
      return finding("The Readiness-Policy-Change line does not match what the commit does to the policy.")
    }
    guard run.evidence == draft?.evidence ?? [] else {
      return finding("The Readiness-Evidence lines do not match the evidence that the commit adds.")
    }
    return []
  }

  private static func otherPolicies(_ runs: [Run], _ force: PolicyInForce) -> [Finding] {
    guard let other = runs.first(where: { run in !force.judging.contains { $0.digest == run.policy } }) else {
      return []
    }
    return [
      Finding(
        .policyMismatch,
        "The stamp was made under the policy \(other.policy.hex.prefix(12))…; the one in force is \(force.digest.hex.prefix(12))….",
        severity: .warning)
    ]
  }

  /// Checks that the actor is the author. Another actor is an error if a rule applies to the block, unless the actor
  /// signed it (contract 3, actor).
  private static func otherActors(
    _ runs: [Run], _ proposal: Proposal, _ changes: ChangeSet, _ force: PolicyInForce, _ telling: Telling
  ) throws -> [Finding] {
    let judging = force.isBaseline ? [] : force.judging.map(\.policy)
    let strangers = runs.filter { run in
      let known = judging.map { $0.authorization?.people ?? People() }
      return !(known.isEmpty ? [People()] : known).allSatisfy { $0.isSame(run.actor.email, proposal.author.email) }
    }
    guard !strangers.isEmpty else { return [] }
    let signatures = try Signatures(proposal)
    // A single stamp of a merge is checked from every side (`ActorRule`).
    let isMeeting =
      try proposal.isMerge && !proposal.parents.allSatisfy { try proposal.candidate.hasSamePlanAndPolicy(as: $0) }
    return try strangers.map { run in
      let finding = Finding(
        .actorMismatch, "The stamp names \(run.actor.email); the commit's author is \(proposal.author.email).")
      let isRuled = judging.contains { policy in
        guard let authorization = policy.authorization else { return false }
        return (run.policyChange != nil && authorization.roleForPolicyChange != nil) || !run.waives.isEmpty
          || (changes.stamped + telling.thereAndBack).contains { change in
            (!isMeeting || telling.mode == .chain) && asksOf(run, change, authorization, policy.workflow, telling)
          }
      }
      // A signed stamp belongs to its actor, no matter who committed it.
      return try isRuled && !signatures.isSigned(run) ? finding : finding.asWarning()
    }
  }

  /// Returns true if a rule applies to a run's change of a milestone. A rule about senders to review applies to every
  /// change of status.
  private static func asksOf(
    _ run: Run, _ change: MilestoneChange, _ authorization: Authorization, _ workflow: Workflow, _ telling: Telling
  ) -> Bool {
    telling.steps(of: change).contains { step in
      guard step.run == run else { return false }
      return !AuthorityRule.applying(authorization, to: change, step, telling.mode).isEmpty
        || !AuthorityRule.entering(authorization, change, step, workflow).isEmpty
        || (step.changesStatus && authorization.rules.contains { $0.excludesSender && $0.covers(change.id) })
    }
  }
}
