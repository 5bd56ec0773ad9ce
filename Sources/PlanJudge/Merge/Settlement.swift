import PlanModel

/// What is left of the faults of what a merge brings, after its stamp (contract 3, merges, 3d).
struct BroughtVerdict {
  let findings: [Finding]
}

/// How a merge's own stamp settles what it brings: a milestone by being listed, all by a change of the policy.
struct Settlement {
  private let faults: [BroughtRule.Fault]
  private let merge: Merge
  private let views: MergeViews

  /// The rules that the step from a side's file to the result's has to hold.
  private static let rules: [any ChangeRule.Type] = [
    TransitionRule.self, BirthRule.self, DeletionRule.self, ReentryRule.self, AuthorityRule.self, ApprovalRule.self,
    WaiverRule.self, SignatureRule.self, ActorRule.self,
  ]

  init(_ faults: [BroughtRule.Fault], _ merge: Merge, _ views: MergeViews) {
    (self.faults, self.merge, self.views) = (faults, merge, views)
  }

  /// Returns what a stamp lists beyond what it must: of a commit what it says, of a draft the milestones that it settles.
  /// A change of the policy settles everything, so no draft makes one unasked.
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

  /// Returns the faults, as notes where the stamp settles them.
  func verdict(_ listed: Set<MergedFile>, _ contexts: [JudgeContext]) throws -> BroughtVerdict {
    let isAll = try settlesAll(listed, contexts)
    // Whoever merges cannot mend what others committed, and a hook has no ref: where the merge is pushed, it is refused.
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

  /// True if the change from each side that objects to the result is legal as one step of the stamp's actor.
  private func isSettled(_ id: MilestoneID, by telling: Telling) throws -> Bool {
    let sides = faults.filter { $0.milestone == id }.map(\.side)
    var seen = Set<Int>()
    return try sides.filter { seen.insert($0.parent).inserted }.allSatisfy { try isSettled(id, from: $0, by: telling) }
  }

  private func isSettled(_ id: MilestoneID, from side: MergeSides.Side, by telling: Telling) throws -> Bool {
    var plain = telling
    plain.steps[id] = telling.steps[id].map { Array($0.suffix(1)) }
    // Who may change the policy is asked of no milestone.
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
      // Whether the policy may be changed is asked of no milestone.
      let policy = context.ofPolicyAlone
      return try (PolicyAuthorityRule.findings(in: policy) + SignatureRule.findings(in: policy)).isEmpty
    }
  }
}

extension Finding {
  /// The same, as a hook tells it before the merge is pushed.
  fileprivate var warnedOf: Finding {
    Finding(
      code, "\(message) The server will refuse this merge.", hint: hint, severity: .warning, milestone: milestone,
      path: path, line: line)
  }
}

extension MergedFile {
  /// A stamp tells of the policy as a whole.
  static let wholePolicy = MergedFile.policy(PlanPaths.policies)
}

extension JudgeContext {
  /// The same, without its changes of milestones.
  fileprivate var ofPolicyAlone: JudgeContext {
    var alone = self
    alone.changes = ChangeSet(
      milestones: [], plan: nil, changesPolicy: changes.changesPolicy, policyNeedsStamp: true, stamped: [])
    return alone
  }
}
