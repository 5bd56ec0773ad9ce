import PlanModel

/// The faults that remain in what a merge brings, given its stamp (contract 3, merges, 3d).
struct BroughtVerdict {
  let findings: [Finding]
}

/// The effect of a merge's own stamp on faults: listing a milestone settles its faults, and a policy change settles
/// all.
struct Settlement {
  private let faults: [BroughtRule.Fault]
  private let merge: Merge
  private let views: MergeViews

  /// The rules that the step from a side's file to the result's must satisfy.
  private static let rules: [any ChangeRule.Type] = [
    TransitionRule.self, BirthRule.self, DeletionRule.self, ReentryRule.self, AuthorityRule.self, ApprovalRule.self,
    WaiverRule.self, SignatureRule.self, ActorRule.self,
  ]

  init(_ faults: [BroughtRule.Fault], _ merge: Merge, _ views: MergeViews) {
    (self.faults, self.merge, self.views) = (faults, merge, views)
  }

  /// Returns the files that a stamp lists beyond the required ones: those in a commit's stamp, or the milestones that a
  /// draft can settle. A policy change settles everything, so no draft adds one unasked.
  func listed(in claim: Proposal.Claim) throws -> Set<MergedFile> {
    guard !faults.isEmpty else { return [] }
    let milestones = Set(faults.compactMap(\.milestone))
    switch claim {
    case .committed(let blocks):
      let runs = blocks.filter { !$0.heals }.compactMap(\.run)
      var files = Set(
        milestones.map(MergedFile.milestone).filter { file in runs.contains { file.isListed(by: $0) } })
      if runs.contains(where: { $0.policyChange != nil }) { files.insert(.wholePolicy) }
      return files
    case .draft(let reason, let mayFollow, _, _):
      let telling = Telling(
        mode: .direct, actor: views.proposal.author, reason: reason, isDraft: true, reasonMayFollow: mayFollow)
      return try Set(milestones.filter { try isSettled($0, by: telling) }.map(MergedFile.milestone))
    case .healed: return []
    }
  }

  /// Returns the faults, as notes if a policy change in the stamp settles them.
  func verdict(_ listed: Set<MergedFile>, _ contexts: [JudgeContext]) throws -> BroughtVerdict {
    let isAll = try settlesAll(listed, contexts)
    // The person who merges cannot repair others' commits, and a hook knows no ref; the push of the merge is rejected
    // instead.
    let isDraft = contexts.first?.telling.isDraft ?? false
    let settled = try faults.map { fault in
      guard let id = fault.milestone, listed.contains(.milestone(id)), let telling = contexts.first?.telling else {
        return false
      }
      return try isSettled(id, from: fault.side, by: telling)
    }
    return BroughtVerdict(
      findings: zip(faults, settled).compactMap { fault, isSettled in
        if isSettled { return nil }
        guard isAll else { return isDraft ? fault.finding.warnedOf : fault.finding }
        return Finding(
          .settledByPolicyChange,
          "\(fault.finding.message) The stamp of the merge settles it, as a change of the policy.",
          severity: .note, milestone: fault.milestone, path: fault.finding.path, line: fault.finding.line)
      })
  }

  /// Returns true if the change from each objecting side is legal as one step by the stamp's actor.
  private func isSettled(_ id: MilestoneID, by telling: Telling) throws -> Bool {
    let sides = faults.filter { $0.milestone == id }.map(\.side)
    var seen = Set<Int>()
    return try sides.filter { seen.insert($0.parent).inserted }.allSatisfy { try isSettled(id, from: $0, by: telling) }
  }

  private func isSettled(_ id: MilestoneID, from side: MergeSides.Side, by telling: Telling) throws -> Bool {
    var plain = telling
    plain.steps[id] = telling.steps[id].map { Array($0.suffix(1)) }
    // The rules about policy changes do not apply to milestones.
    plain.policyRuns = []
    let context = try views.context(side, [.milestone(id)], telling: plain, isUnstamped: false) { change in
      MergedChange(settling: change, side.policy.workflow)
    }
    return try Self.rules.flatMap { try $0.findings(in: context) }.allSatisfy { $0.severity != .error }
  }

  private func settlesAll(_ listed: Set<MergedFile>, _ contexts: [JudgeContext]) throws -> Bool {
    guard listed.contains(where: \.isPolicy), merge.sides.all.allSatisfy({ $0.policy.authorization != nil }) else {
      return false
    }
    return try contexts.filter(\.isSideOfMerge).allSatisfy { context in
      // The permission to change the policy does not depend on milestones.
      let policy = context.ofPolicyAlone
      return try (PolicyAuthorityRule.findings(in: policy) + SignatureRule.findings(in: policy)).isEmpty
    }
  }
}

extension Finding {
  /// The finding as a warning from a hook, before the merge is pushed.
  fileprivate var warnedOf: Finding {
    Finding(
      code, "\(message) The server will refuse this merge.", hint: hint, severity: .warning, milestone: milestone,
      path: path, line: line)
  }
}

extension MergedFile {
  /// The policy as a whole, the unit of a stamp.
  static let wholePolicy = MergedFile.policy(PlanPaths.policies)
}

extension JudgeContext {
  /// The context without its changes of milestones.
  fileprivate var ofPolicyAlone: JudgeContext {
    var alone = self
    alone.changes = ChangeSet(
      milestones: [], plan: nil, changesPolicy: changes.changesPolicy, policyNeedsStamp: true, stamped: [])
    return alone
  }
}
