/// The one judge. Hook, command, server, audit and import differ only in how they build the proposal.
public enum Judge {
  /// Judges a proposal, and says what a true stamp of it tells.
  /// - Throws: where something cannot be read; that is "could not judge", never "legal".
  /// - Complexity: what changed, what it depends on, and, where something is taken away or reopened, the whole plan.
  public static func assess(_ proposal: Proposal) throws -> Assessment {
    let join = try JoinRule.outcome(proposal)
    let guarded = try PathRule.findings(proposal) + join.findings
    guard let proposal = join.proposal else { return Assessment(verdict: Verdict(guarded), draft: nil) }
    if try changesNothing(proposal) {
      guard case .committed(let blocks) = proposal.claim, !blocks.isEmpty else {
        return Assessment(verdict: Verdict(guarded), draft: nil)
      }
      return Assessment(verdict: Verdict(try guarded + StampAudit.ofUnchanged(proposal, blocks)), draft: nil)
    }
    if let finding = try malformed(proposal) { return Assessment(verdict: Verdict(guarded + [finding]), draft: nil) }
    if let finding = try tooMuch(proposal) { return Assessment(verdict: Verdict(guarded + [finding]), draft: nil) }
    let (context, told) = try JudgeContext.read(proposal)
    var findings = guarded + told
    if context.isBaseline { findings += try JoinRule.reused(proposal) }
    for rule in ChangeRules.all { findings += try rule.findings(in: context) }
    findings += try brokenInvariants(context)
    findings = try WaiveRule.excused(findings, in: context)
    let draft = try context.changes.draft(
      proposal, isBaseline: context.isBaseline, policy: context.policyDigest,
      asksForReason: TransitionRule.asksForReason(context) || ReentryRule.asksForReason(context),
      asksForSignature: SignatureRule.asks(\.isSigned, context),
      asksForSignedCommit: SignatureRule.asks(\.takesSignedCommit, context))
    return Assessment(verdict: Verdict(findings), draft: draft)
  }

  /// How many milestones one commit may change. Each costs the judge memory, and a server must not be filled up by a push.
  static let changeBound = 200_000

  /// Programs disagree about what such a folder holds, so nothing in it is judged.
  private static func malformed(_ proposal: Proposal) throws -> Finding? {
    guard let path = try proposal.candidate.malformedFolder(since: proposal.base) else { return nil }
    return Finding(
      .malformedTree,
      "The folder \(path) is not as git writes folders: its entries are out of order, a name stands twice, or one is no name.",
      path: path)
  }

  private static func tooMuch(_ proposal: Proposal) throws -> Finding? {
    let changed = try proposal.candidate.changedMilestones(since: proposal.base).count
    guard changed > changeBound else { return nil }
    return Finding(
      .tooManyChanges,
      "The commit changes \(changed) files of \(PlanPaths.folder); at most \(changeBound) are judged at once.",
      path: PlanPaths.folder)
  }

  /// A commit whose plan and policy equal those of all its parents is not judged (contract 2.2).
  private static func changesNothing(_ proposal: Proposal) throws -> Bool {
    let parents = proposal.parents.isEmpty ? [proposal.base] : proposal.parents
    return try parents.allSatisfy { try proposal.candidate.hasSamePlanAndPolicy(as: $0) }
  }

  // MARK: - Invariants

  private static func brokenInvariants(_ context: JudgeContext) throws -> [Finding] {
    let proposal = context.proposal
    let changesPolicy = context.changes.changesPolicy
    let isWhole = proposal.isMerge && changesPolicy
    let all = { try proposal.candidate.milestones().keys.sorted() }
    let ids = isWhole ? try all() : try affected(context)
    // A circle that was not there runs through a milestone whose dependencies changed.
    let rewired = Set(context.changes.milestones.filter { $0.before?.dependsOn != $0.after?.dependsOn }.map(\.id))
    let graphIDs = isWhole ? ids : ids.filter(rewired.contains)
    // The suggested order can only break where it changed, or a milestone went.
    let looksAtOrder =
      proposal.isMerge || context.isBaseline || context.changes.plan != nil
      || context.changes.milestones.contains(where: \.isDeletion)
    let scope = try InvariantScope(
      states: context.after, policy: context.policy, ids: ids, graphIDs: graphIDs, looksAtOrder: looksAtOrder)
    let broken = try withoutInherited(Invariants.findings(in: scope), proposal, context)
    let asksStranding = changesPolicy && !context.isBaseline && (!proposal.isMerge || context.changes.policyNeedsStamp)
    guard asksStranding else { return broken }
    return try broken + stranded(context, all(), broken)
  }

  /// The milestones that changed, and those whose own facts hang on them.
  private static func affected(_ context: JudgeContext) throws -> [MilestoneID] {
    let candidate = context.proposal.candidate
    var ids = Set(try context.changes.milestones.map(\.id).filter { try candidate.milestoneIdentity($0) != nil })
    for change in context.changes.milestones {
      let wasDone = change.before.flatMap { context.workflow.category($0.status) } == .done
      let isDone = change.after.flatMap { context.workflow.category($0.status) } == .done
      // Only what is taken away, or is done no longer, can break another milestone.
      if change.isDeletion || (wasDone && !isDone) { ids.formUnion(try context.after.dependents(of: change.id)) }
    }
    return ids.sorted()
  }

  /// What already was broken in a parent, by the parent's own policy, is not reported again (contract 2.2).
  private static func withoutInherited(_ findings: [Finding], _ proposal: Proposal, _ context: JudgeContext) throws
    -> [Finding]
  {
    guard !findings.isEmpty, !proposal.parents.isEmpty else { return collapsed(findings) }
    var inherited = Set<Invariants.Key>()
    let ids = Set(findings.compactMap(\.milestone))
    for parent in proposal.parents {
      let policy = try parent.policy().policy ?? context.policy
      let states = States(parent, base: nil, workflow: policy.workflow, ancestry: proposal.ancestry)
      let there = try ids.filter { try parent.milestoneIdentity($0) != nil }.sorted()
      let scope = try InvariantScope(states: states, policy: policy, ids: there, graphIDs: there)
      inherited.formUnion(try Invariants.findings(in: scope).map(Invariants.Key.init))
    }
    return collapsed(findings.filter { !inherited.contains(Invariants.Key($0)) })
  }

  /// One circle is reported once, at its smallest new member.
  private static func collapsed(_ findings: [Finding]) -> [Finding] {
    var circles = Set<Substring>()
    return findings.filter { finding in
      guard finding.code == .dependencyCycle, let colon = finding.message.firstIndex(of: ":") else { return true }
      return circles.insert(finding.message[colon...]).inserted
    }
  }

  /// What the new policy would make illegal that the old one does not (contract 2.2).
  private static func stranded(_ context: JudgeContext, _ ids: [MilestoneID], _ broken: [Finding]) throws -> [Finding] {
    guard let policy = try context.proposal.candidate.policy().policy else { return [] }
    let states = States(
      context.proposal.candidate, base: context.proposal.base, workflow: policy.workflow,
      ancestry: context.proposal.ancestry)
    let scope = try InvariantScope(states: states, policy: policy, ids: ids, graphIDs: [])
    let known = Set(broken.map(Invariants.Key.init))
    return try withoutInherited(Invariants.findings(in: scope), context.proposal, context)
      .filter { !known.contains(Invariants.Key($0)) }
      .map { finding in
        Finding(
          .policyStrandsState, "Under the new policy: \(finding.message)", hint: finding.hint,
          milestone: finding.milestone, path: finding.path, line: finding.line)
      }
  }
}
