/// Compares what a commit says about itself with what it does (contract 3).
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
      telling = Telling(mode: .path, actor: proposal.author, reason: nil, isDraft: true)
      findings = []
    case .committed(let blocks):
      // What a block records about ancestors tells nothing about this commit.
      let telling = blocks.filter { !$0.heals || $0.fault != nil }
      let healing = try HealRule.findings(blocks, proposal, force)
      if telling.isEmpty {
        let (telling, findings) = Self.unstamped(proposal, changes, force)
        (self.telling, self.findings) = (telling, findings + healing)
      } else {
        let (telling, findings) = try Self.stamped(telling, proposal, changes, force)
        (self.telling, self.findings) = (telling, findings + healing)
      }
    }
  }

  /// Blocks on a commit that changes nothing: they end where they began, or they heal.
  static func ofUnchanged(_ proposal: Proposal, _ blocks: [StampBlock]) throws -> [Finding] {
    let plan = try proposal.candidate.planFile()?.plan?.planID
    let faults = writingFaults(blocks, plan: plan)
    guard faults.isEmpty else { return faults }
    // Nobody is asked who may, where nothing changes.
    if let waive = blocks.lazy.compactMap(\.run).flatMap(\.waives).first {
      return [
        Finding(
          .trailerMismatch, "The stamp lets \(waive.code) go, in a commit that changes nothing.",
          hint: "Let it go in the commit that needs it.", milestone: waive.milestone)
      ]
    }
    var chain = try StampChain(proposal, isBaseline: false, touched: [])
    let findings = try chain.follow(blocks.filter { !$0.heals }.compactMap(\.run), to: proposal.candidate)
    guard blocks.contains(where: \.heals) else { return findings }
    return try findings + HealRule.findings(blocks, proposal, PolicyInForce(proposal, nil))
  }

  // MARK: - Without a stamp

  private static func unstamped(_ proposal: Proposal, _ changes: ChangeSet, _ force: PolicyInForce)
    -> (Telling, [Finding])
  {
    let warns = !force.refusesUnstamped
    let telling = Telling(mode: warns ? .path : .direct, actor: proposal.author, reason: nil)
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
    if runs.count == 1 {
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
      }
    }
    telling.waivingRuns = runs.filter { !$0.waives.isEmpty }
    findings += try otherPolicies(runs, force) + otherActors(runs, proposal, changes, force, telling)
    return (telling, findings)
  }

  /// Blocks that are not written as stamps are, and run IDs that are not the digest of their block.
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

  /// A single stamp tells exactly what the commit does.
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
        "The stamp tells \(told.isEmpty ? "no change of status" : told.joined(separator: ", ")); the commit makes \(done.isEmpty ? "none" : done.joined(separator: ", "))."
      )
    }
    guard run.transitions == draft?.transitions ?? [] else {
      return finding("The digests in a Readiness-Transition are not those of the files.")
    }
    guard run.edits == draft?.edits ?? [] else {
      let names = (draft?.edits ?? []).map { $0.milestone?.text ?? "plan" }.joined(separator: ", ")
      return finding(
        "The Readiness-Edit lines do not tell what the commit edits: \(names.isEmpty ? "nothing" : names).")
    }
    guard run.policyChange == draft?.policyChange else {
      return finding("The Readiness-Policy-Change line does not tell what the commit does to the policy.")
    }
    guard run.evidence == draft?.evidence ?? [] else {
      return finding("The Readiness-Evidence lines do not tell what evidence the commit adds.")
    }
    return []
  }

  private static func otherPolicies(_ runs: [Run], _ force: PolicyInForce) -> [Finding] {
    guard let other = runs.first(where: { run in !force.judging.contains { $0.digest == run.policy } }) else { return [] }
    return [
      Finding(
        .policyMismatch,
        "The stamp was made under the policy \(other.policy.hex.prefix(12))…; the one in force is \(force.digest.hex.prefix(12))….",
        severity: .warning)
    ]
  }

  /// The actor is the author; where authorization speaks of the change, another one is an error.
  private static func otherActors(
    _ runs: [Run], _ proposal: Proposal, _ changes: ChangeSet, _ force: PolicyInForce, _ telling: Telling
  ) throws -> [Finding] {
    let signatures = try Signatures(proposal)
    return try runs.filter { !$0.actor.isSamePerson(as: proposal.author) }.map { run in
      let finding = Finding(
        .actorMismatch, "The stamp names \(run.actor.email); the commit's author is \(proposal.author.email).")
      guard !force.isBaseline, let authorization = force.policy.authorization else { return finding.asWarning() }
      let ids = Set(run.transitions.map(\.milestone) + run.edits.compactMap(\.milestone))
      let isRuled =
        changes.stamped.contains { change in
          ids.contains(change.id)
            && telling.steps(of: change).contains {
              !AuthorityRule.applying(authorization, to: change, $0).isEmpty
                || !AuthorityRule.entering(authorization, change, $0, force.policy.workflow).isEmpty
            }
        } || (run.policyChange != nil && authorization.roleForPolicyChange != nil) || !run.waives.isEmpty
      // What the actor has signed is theirs, whoever committed it.
      return try isRuled && !signatures.isSigned(run) ? finding : finding.asWarning()
    }
  }
}

/// Follows several stamps from the first parent's states and bytes to the commit's (contract 3, squash).
struct StampChain {
  private struct Place: Equatable {
    var status: String?
    var digest: Digest?
  }

  private(set) var steps: [MilestoneID: [Telling.Step]] = [:]
  private var places: [MilestoneID: Place] = [:]
  private var planDigest: Digest?
  private var policyDigest: Digest?
  private let base: any PlanTree
  private let touched: [MilestoneChange]
  private let startsAtBaseline: Bool

  init(
    _ proposal: Proposal, isBaseline: Bool, touched: [MilestoneChange], plan: Bool = false, policy: Bool = false
  ) throws {
    base = proposal.base
    self.touched = touched
    startsAtBaseline = isBaseline
    for change in touched {
      places[change.id] = Place(status: change.before?.status, digest: change.beforeFile?.digest)
    }
    planDigest = try base.planFile()?.digest
    policyDigest = isBaseline ? nil : try base.policy().digest
  }

  /// What does not lead on; empty where the runs lead to the tree.
  mutating func follow(_ runs: [Run], to tree: any PlanTree) throws -> [Finding] {
    for (index, run) in runs.enumerated() {
      for t in run.transitions {
        guard try take(t.milestone, Place(status: t.from, digest: t.before), Place(status: t.to, digest: t.after), run)
        else { return [broken(t.milestone, index)] }
      }
      for e in run.edits {
        if let id = e.milestone {
          let status = try place(of: id).status
          guard try take(id, Place(status: status, digest: e.before), Place(status: status, digest: e.after), run)
          else {
            return [broken(id, index)]
          }
        } else {
          guard planDigest == e.before else { return [broken(nil, index)] }
          planDigest = e.after
        }
      }
      if let change = run.policyChange {
        guard policyDigest == change.before else {
          return [
            Finding(.trailerMismatch, "Stamp \(index + 1) begins at another policy than the one before it ends at.")
          ]
        }
        policyDigest = change.after
      }
    }
    return try arrive(at: tree)
  }

  private mutating func take(_ id: MilestoneID, _ from: Place, _ to: Place, _ run: Run) throws -> Bool {
    guard try place(of: id) == from else { return false }
    places[id] = to
    steps[id, default: []].append(
      Telling.Step(from: from.status, to: to.status, actor: run.actor, reason: run.reason, run: run))
    return true
  }

  private func place(of id: MilestoneID) throws -> Place {
    if let known = places[id] { return known }
    let file = try base.milestone(id)
    return Place(status: file?.milestone?.status, digest: file?.digest)
  }

  private func arrive(at tree: any PlanTree) throws -> [Finding] {
    for change in touched
    where places[change.id] != Place(status: change.after?.status, digest: change.afterFile?.digest) {
      return [
        Finding(
          .trailerMismatch, "The stamps do not lead \(change.id) to what the commit holds.", milestone: change.id)
      ]
    }
    let known = Set(touched.map(\.id))
    for (id, place) in places where !known.contains(id) {
      let file = try tree.milestone(id)
      guard place == Place(status: file?.milestone?.status, digest: file?.digest) else {
        return [Finding(.trailerMismatch, "The stamps do not lead \(id) to what the commit holds.", milestone: id)]
      }
    }
    guard planDigest == (try tree.planFile()?.digest) else {
      return [Finding(.trailerMismatch, "The stamps do not lead \(PlanPaths.plan) to what the commit holds.")]
    }
    let policyFiles = try tree.policyFiles()
    let arrived = policyFiles.isEmpty && startsAtBaseline ? nil : try tree.policy().digest
    guard policyDigest == arrived else {
      return [Finding(.trailerMismatch, "The stamps do not lead the policy to what the commit holds.")]
    }
    return []
  }

  private func broken(_ id: MilestoneID?, _ index: Int) -> Finding {
    Finding(
      .trailerMismatch,
      "Stamp \(index + 1) begins \(id?.text ?? "the plan file") at another state or other bytes than the one before it ends at.",
      milestone: id)
  }
}
