import PlanModel

/// The judge. Hook, command, server, audit and import share it and differ only in how they build the proposal.
public enum Judge {
  /// Judges a proposal, and drafts its correct stamp.
  /// - Throws: if something cannot be read; that means "could not judge", never "legal".
  /// - Complexity: the changes and their dependencies; the whole plan if something is deleted or reopened.
  public static func assess(_ proposal: Proposal) throws -> Assessment {
    let join = try JoinRule.outcome(proposal)
    let refusals = try PathRule.refusals(proposal)
    let guarded = refusals.map(\.finding) + join.findings
    guard let proposal = join.proposal else { return Assessment(verdict: Verdict(guarded), draft: nil) }
    if try changesNothing(proposal) {
      guard case .committed(let blocks) = proposal.claim, !blocks.isEmpty else {
        return Assessment(verdict: Verdict(guarded), draft: nil)
      }
      return Assessment(verdict: Verdict(try guarded + StampAudit.ofUnchanged(proposal, blocks)), draft: nil)
    }
    if let finding = try malformed(proposal) { return Assessment(verdict: Verdict(guarded + [finding]), draft: nil) }
    if let finding = try tooMuch(proposal) { return Assessment(verdict: Verdict(guarded + [finding]), draft: nil) }
    // A merge's stamp may settle what the merge brings to a parent of its own plan.
    let isOpen = { (refusal: PathRule.Refusal) in refusal.isBrought && join.kept.contains(refusal.parent) }
    let brought = refusals.filter(isOpen).map { (join.kept.firstIndex(of: $0.parent) ?? 0, $0.finding) }
    let reading = try JudgeReading(proposal, brought: brought)
    let own = refusals.filter { !isOpen($0) }.map(\.finding) + join.findings
    var findings = own + reading.findings + (reading.brought?.findings ?? [])
    if reading.force.isBaseline { findings += try JoinRule.reused(proposal) }
    findings += try PolicyNameRule.findings(proposal)
    let broken = try TreeInvariants.findings(reading)
    for context in reading.contexts {
      // An exception of one side does not apply to the other sides.
      var told = try ChangeRules.all.flatMap { try $0.findings(in: context) }
      if context.isSideOfMerge { told += try ActorRule.findings(in: context) }
      findings += try WaiveRule.excused(told, by: .ownRuns, in: context)
      findings += try WaiveRule.excused(broken + LapseRule.findings(in: context), by: .allRuns, in: context)
    }
    return Assessment(verdict: Verdict(findings), draft: try reading.draft())
  }

  /// The maximum number of milestones that one commit may change. Each uses memory, and a push must not exhaust a
  /// server's.
  static let changeBound = 200_000

  /// Programs read such a folder differently, so nothing in it is judged.
  private static func malformed(_ proposal: Proposal) throws -> Finding? {
    guard let path = try proposal.candidate.malformedFolder(since: proposal.base) else { return nil }
    return Finding(
      .malformedTree,
      "The folder \(path) is not as git writes folders: its entries are out of order, a name occurs twice, or one is no name.",
      path: path)
  }

  private static func tooMuch(_ proposal: Proposal) throws -> Finding? {
    let changed = try proposal.candidate.changedMilestones(since: proposal.base).count
    guard changed > changeBound else { return nil }
    return Finding(
      .tooManyChanges,
      "The commit changes \(changed) files of \(PlanPaths.folder); at most \(changeBound) are checked at once.",
      path: PlanPaths.folder)
  }

  /// Returns true if plan and policy equal those of all parents. Such a commit is not judged (contract 2.2).
  private static func changesNothing(_ proposal: Proposal) throws -> Bool {
    let parents = proposal.parents.isEmpty ? [proposal.base] : proposal.parents
    return try parents.allSatisfy { try proposal.candidate.hasSamePlanAndPolicy(as: $0) }
  }
}
