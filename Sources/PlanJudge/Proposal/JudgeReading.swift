import PlanModel

/// A proposal prepared for the rules: its changes, the policies that judge them, and the telling of its message. An
/// ordinary commit is seen from its parent, a merge from each of its sides.
struct JudgeReading {
  let proposal: Proposal
  let merge: Merge?
  let force: PolicyInForce
  /// The changes from the first parent, which a stamp lists.
  let changes: ChangeSet
  /// The views in which rules are applied.
  let contexts: [JudgeContext]
  /// The verdict on what sides bring that breaks other sides' rules; nil if there are no faults.
  let brought: BroughtVerdict?
  /// The findings about the policies and the message.
  let findings: [Finding]
  /// True for a commit without a stamp of its own.
  let isUnstamped: Bool

  /// - Parameters:
  ///   - asksBrought: false if only the commit's own change matters.
  ///   - brought: changes of guarded files that a merge brings, with the index of the parent that rejects them.
  init(_ proposal: Proposal, asksBrought: Bool = true, brought guarded: [(parent: Int, finding: Finding)] = []) throws {
    self.proposal = proposal
    merge = try Merge(proposal)
    force = try PolicyInForce(proposal, merge)
    var hasNoStamp = false
    if case .committed(let blocks) = proposal.claim { hasNoStamp = blocks.allSatisfy { $0.heals && $0.fault == nil } }
    isUnstamped = hasNoStamp
    let workflow = force.policy.workflow
    let before = States(proposal.base, base: nil, workflow: workflow, ancestry: proposal.ancestry)
    let after = States(
      proposal.candidate, base: proposal.base, workflow: workflow, ancestry: proposal.ancestry)
    guard let merge else {
      changes = try ChangeSet(proposal, listed: nil, before: before, after: after)
      let audit = try StampAudit(proposal, changes, force)
      contexts = [
        JudgeContext(
          proposal: proposal, policy: force.policy, policyDigest: force.digest, isBaseline: force.isBaseline,
          before: before, after: after, changes: changes, telling: audit.telling)
      ]
      (brought, findings) = (nil, force.findings + audit.findings)
      return
    }
    let views = MergeViews(merge, proposal)
    let paths = guarded.compactMap { refused in
      merge.sides.all.first { $0.parent == refused.parent }.map {
        BroughtRule.Fault(side: $0, milestone: nil, finding: refused.finding)
      }
    }
    let faults = asksBrought ? try BroughtRule.faults(merge, views) + paths : []
    let settlement = Settlement(faults, merge, views)
    let listed = try merge.needed.union(settlement.listed(in: proposal.claim))
    changes = try ChangeSet(proposal, listed: listed, before: before, after: after)
    let audit = try StampAudit(proposal, changes, force)
    var seen: [JudgeContext] = []
    for side in merge.sides.all {
      seen.append(try views.context(side, listed, telling: audit.telling, isUnstamped: hasNoStamp))
    }
    brought = faults.isEmpty ? nil : try settlement.verdict(listed, seen)
    if audit.telling.mode == .chain {
      // As in a squash, several stamps lead from the first parent to the result, step by step.
      seen.append(
        JudgeContext(
          proposal: proposal, policy: force.policy, policyDigest: force.digest, isBaseline: false, before: before,
          after: after, changes: changes, telling: audit.telling))
    }
    contexts = seen
    findings = force.findings + audit.findings
  }

  /// Returns the correct stamp, or nil if the change needs none.
  func draft() throws -> RunDraft? {
    try changes.draft(
      proposal, isBaseline: force.isBaseline, policy: force.digest,
      asksForReason: contexts.contains { TransitionRule.asksForReason($0) || ReentryRule.asksForReason($0) },
      asksForSignature: contexts.contains { SignatureRule.asks(\.isSigned, $0) },
      asksForSignedCommit: contexts.contains { SignatureRule.asks(\.takesSignedCommit, $0) })
  }
}

/// A factory for the views of a merge: one from each side.
final class MergeViews {
  let merge: Merge
  let proposal: Proposal
  /// The states of a milestone on all sides, cached because each side needs all of them.
  private var states: [MilestoneID: [Int: String?]] = [:]

  init(_ merge: Merge, _ proposal: Proposal) { (self.merge, self.proposal) = (merge, proposal) }

  private func states(of id: MilestoneID) throws -> [Int: String?] {
    if let known = states[id] { return known }
    var found: [Int: String?] = [:]
    for side in merge.sides.all {
      let reader = States(
        side.tree, base: nil, workflow: side.policy.workflow, ancestry: proposal.seen(from: side.parent).ancestry)
      found[side.parent] = .some(try reader.milestone(id)?.status)
    }
    states[id] = found
    return found
  }

  /// Returns the view of a merge's listed files from one side, by that side's policy.
  func context(
    _ side: MergeSides.Side, _ listed: Set<MergedFile>, telling: Telling, isUnstamped: Bool
  ) throws -> JudgeContext {
    try context(side, listed, telling: telling, isUnstamped: isUnstamped) { change in
      let states = try states(of: change.id)
      return try MergedChange(change, on: side, of: merge) { states[$0.parent] ?? nil }
    }
  }

  /// - Parameter merged: returns the facts for the rules about each change.
  func context(
    _ side: MergeSides.Side, _ listed: Set<MergedFile>, telling: Telling, isUnstamped: Bool,
    merged: (MilestoneChange) throws -> MergedChange?
  ) throws -> JudgeContext {
    let seen = proposal.seen(from: side.parent)
    let workflow = side.policy.workflow
    let before = States(side.tree, base: nil, workflow: workflow, ancestry: seen.ancestry)
    let after = States(seen.candidate, base: side.tree, workflow: workflow, ancestry: seen.ancestry)
    let ids = listed.compactMap { if case .milestone(let id) = $0, id.isValid { id } else { nil } }.sorted()
    let changes = try ids.map { id in
      let plain = MilestoneChange(
        id: id, beforeFile: try side.tree.milestone(id), afterFile: try seen.candidate.milestone(id),
        before: try before.milestone(id), after: try after.milestone(id), needsStamp: true)
      guard let merged = try merged(plain) else { return plain }
      return MilestoneChange(
        id: id, beforeFile: plain.beforeFile, afterFile: plain.afterFile, before: plain.before, after: plain.after,
        needsStamp: true, merged: merged)
    }
    let planDiffers = try side.tree.planIdentity() != seen.candidate.planIdentity()
    let plan =
      planDiffers || listed.contains(.plan)
      ? (
        before: try side.tree.planFile()?.digest, after: try seen.candidate.planFile()?.digest,
        needsStamp: listed.contains(.plan)
      ) : nil
    let set = ChangeSet(
      milestones: changes, plan: plan, changesPolicy: try side.tree.policyFiles() != seen.candidate.policyFiles(),
      policyNeedsStamp: listed.contains(where: \.isPolicy), stamped: changes)
    var direct = Telling(mode: .direct, actor: telling.actor, reason: telling.reason, run: telling.run)
    (direct.policyRuns, direct.waivingRuns) = (telling.policyRuns, telling.waivingRuns)
    (direct.isDraft, direct.waivesMayFollow) = (telling.isDraft, telling.waivesMayFollow)
    // A decision without a stamp is judged by all rules of a stamped one except the one about reasons.
    direct.reasonMayFollow = telling.reasonMayFollow || isUnstamped
    direct.steps = telling.steps
    var context = JudgeContext(
      proposal: seen, policy: side.policy, policyDigest: side.judging.digest,
      isBaseline: false, before: before, after: after, changes: set, telling: direct, isSideOfMerge: true)
    for change in changes {
      let isAnew = try MergedEntry(change, context)?.isAnew ?? false
      direct.steps[change.id] = MergedEntry.steps(change, isAnew: isAnew, by: direct, workflow)
    }
    context.telling = direct
    return context
  }
}
