import PlanModel

/// The rule for what a side of a merge brings: the policy of each other side applies if it changed since they diverged.
/// So branching off before a rule was tightened does not evade it (contract 3, merges, 3c).
enum BroughtRule {
  /// A violation of one side's rule by what another side brings.
  struct Fault {
    /// The side with the rule.
    let side: MergeSides.Side
    /// The milestone whose listing in a stamp may settle the fault; nil for plan and policy.
    let milestone: MilestoneID?
    let finding: Finding
  }

  private static let authority = [
    PlanPaths.authorization, PlanPaths.signers, PlanPaths.revokedSigners, PlanPaths.openPGPKeys,
  ]
  private static let authorityRules: [any ChangeRule.Type] = [
    AuthorityRule.self, ApprovalRule.self, WaiverRule.self, PolicyAuthorityRule.self, SignatureRule.self,
    ActorRule.self,
  ]
  private static let exceptionRules: [any ChangeRule.Type] = [WaiveRule.self, SignatureRule.self, ActorRule.self]

  /// Returns the faults. Walks no history if no side changed its policy since a merge base.
  static func faults(_ merge: Merge, _ views: MergeViews) throws -> [Fault] {
    var faults: [Fault] = []
    for side in merge.sides.all {
      let changed = try merge.sides.candidate.changedFiles(since: side.tree)
      guard !changed.isEmpty else { continue }
      for other in merge.sides.meeting where other.parent != side.parent {
        let files = try Self.files(side, other, merge.sides)
        guard !files.isEmpty else { continue }
        let bringing = Bringing(
          side: side, line: try merge.sides.bringing(other, to: side), changed: changed, merge: merge, views: views)
        faults += try bringing.faults(files)
      }
    }
    return faults
  }

  /// Returns the files of a side's policy that differ from a merge base. Returns all if the other side brings a policy
  /// change whose run this side already has.
  private static func files(_ side: MergeSides.Side, _ other: MergeSides.Side, _ sides: MergeSides) throws -> Set<
    String
  > {
    let own = try side.tree.policyFiles()
    if try sides.line(of: other, notIn: side).repeatsPolicyChange(of: sides.line(of: side, notIn: other)) {
      return Set(own.keys).union([PlanPaths.workflow, PlanPaths.authorization, PlanPaths.provenance])
    }
    var differing = Set<String>()
    for base in try sides.bases(side, other) {
      let old = try base.policyFiles()
      if old == own { continue }
      for path in Set(own.keys).union(old.keys) where own[path] != old[path] { differing.insert(path) }
    }
    return differing
  }

  /// The changes that one side brings to another.
  private struct Bringing {
    let side: MergeSides.Side
    let line: BroughtLine
    /// The files in which the result differs from the side.
    let changed: Set<MergedFile>
    let merge: Merge
    let views: MergeViews

    func faults(_ files: Set<String>) throws -> [Fault] {
      var faults: [Fault] = []
      if authority.contains(where: files.contains) {
        faults += try ofCommits(by: authorityRules)
        let known = Set(faults.map { Invariants.Key($0.finding) })
        faults += try exceptions().filter { !known.contains(Invariants.Key($0.finding)) }
      }
      if files.contains(PlanPaths.secrets) { faults += try ofCommits(by: [SecretRule.self]) }
      if files.contains(PlanPaths.provenance), side.policy.provenance.unstamped == .refuse {
        faults += try unstamped()
      }
      if files.contains(PlanPaths.workflow) || files.contains(PlanPaths.schema) {
        let isPolicySound = !faults.contains { $0.milestone == nil }
        faults += try statuses(isPolicySound)
      }
      return faults
    }

    // MARK: - Each commit by itself

    /// Returns the commits that change a file in which the result differs, as the side's policy sees them.
    private func readings() throws -> [(JudgeReading, Set<MergedFile>)] {
      try line.commits.compactMap { commit in
        let files = try commit.files().intersection(changed)
        guard !files.isEmpty else { return nil }
        guard let proposal = try JoinRule.outcome(commit.proposal()).proposal else { return nil }
        let reading = try JudgeReading(proposal, asksBrought: false)
        return reading.force.isBaseline ? nil : (reading, files)
      }
    }

    private func ofCommits(by rules: [any ChangeRule.Type]) throws -> [Fault] {
      var faults: [Fault] = []
      for (reading, files) in try readings() {
        for context in reading.contexts {
          var asked = context.judged(by: side, only: files)
          // A run that this side has is not new; nor is one whose policy change left the result's policy equal to this
          // side's.
          if !files.contains(where: \.isPolicy) { asked.telling.policyRuns = [] }
          var findings = try rules.flatMap { try $0.findings(in: asked) }
          findings = try WaiveRule.excused(findings, by: .ownRuns, in: asked).filter { $0.severity == .error }
          faults += findings.compactMap { fault($0, files) }
        }
      }
      return faults
    }

    /// An exception counts for the milestone that it names, even if its commit does not change it: later commits may
    /// depend on it.
    private func exceptions() throws -> [Fault] {
      try line.commits.flatMap { commit -> [Fault] in
        let runs = try commit.exceptions().filter { run in
          run.waives.contains { changed.contains(.milestone($0.milestone)) }
        }
        guard !runs.isEmpty, let proposal = try JoinRule.outcome(commit.proposal()).proposal else { return [] }
        let reading = try JudgeReading(proposal, asksBrought: false)
        guard !reading.force.isBaseline, let context = reading.contexts.first else { return [] }
        var asked = context.judged(by: side, only: [])
        (asked.telling.waivingRuns, asked.telling.policyRuns, asked.telling.thereAndBack) = (runs, [], [])
        return try exceptionRules.flatMap { try $0.findings(in: asked) }.compactMap { fault($0, changed) }
      }
    }

    private func unstamped() throws -> [Fault] {
      var faults: [Fault] = []
      for (reading, files) in try readings() where reading.isUnstamped {
        let code: ReasonCode = reading.merge == nil ? .trailerMissing : .mergeUnresolved
        let asked = Set(reading.changes.stamped.map { MergedFile.milestone($0.id) })
          .union(reading.changes.plan?.needsStamp == true ? [.plan] : [])
          .union(reading.changes.policyNeedsStamp ? files.filter(\.isPolicy) : [])
        faults += asked.intersection(files).compactMap { file in
          let id = file.milestone
          let finding = Finding(
            code, "A commit changes \(id?.text ?? "plan or policy") and carries no stamp.", milestone: id)
          return fault(finding, files)
        }
      }
      return faults
    }

    // MARK: - The result

    private func statuses(_ isPolicySound: Bool) throws -> [Fault] {
      let ids = try changed.compactMap(\.milestone).filter { id in
        try id.isValid && !line.commits(changing: .milestone(id)).isEmpty
      }.sorted()
      guard !ids.isEmpty else { return [] }
      let telling = Telling(mode: .direct, actor: views.proposal.author, reason: nil)
      var context = try views.context(
        side, Set(ids.map(MergedFile.milestone)), telling: telling, isUnstamped: true)
      // If the workflow change is brought too and this side accepts it, the new edges apply.
      if isPolicySound, changed.contains(.policy(PlanPaths.workflow)), !merge.decidesPolicy,
        let policy = try merge.sides.candidate.policy().policy
      {
        context = context.judged(by: policy)
      }
      return try context.changes.stamped.flatMap { change -> [Fault] in
        let findings = try way(change, context) + content(change, context)
        return findings.compactMap { fault($0, changed) }
      }
    }

    /// Checks that edges lead from the side's state to the result's, and that the guards of state of a last edge are
    /// met.
    private func way(_ change: MilestoneChange, _ context: JudgeContext) throws -> [Finding] {
      guard change.merged?.decidesStatus != true, change.before?.status != change.after?.status else { return [] }
      let workflow = context.workflow
      let from = change.before?.status ?? workflow.initial.name
      guard let to = change.after?.status else {
        let isPending = workflow.states.contains { state in
          state.category == .pending && (state.name == from || !workflow.lastEdges(from: from, to: state.name).isEmpty)
        }
        if isPending || change.before == nil { return [] }
        return [
          Finding(
            .illegalDeletion, "\(change.id) cannot be deleted: from \"\(from)\" no path leads to a pending state.",
            milestone: change.id, path: PlanPaths.milestone(change.id))
        ]
      }
      if from == to { return [] }
      let edges = workflow.lastEdges(from: from, to: to)
      guard !edges.isEmpty else { return [TransitionRule.illegal(change, from: [from], to: to, context)] }
      var first: [Finding] = []
      for edge in edges {
        let unmet = try context.guards.findings(edge.guards.filter(\.isOfState), for: change, hasReason: true)
        if unmet.isEmpty { return [] }
        if first.isEmpty { first = unmet }
      }
      return first
    }

    /// Checks that changed reviewed content meets the guards of re-entry, even if it equals another side's.
    private func content(_ change: MilestoneChange, _ context: JudgeContext) throws -> [Finding] {
      guard let before = change.before, let after = change.after,
        let category = context.workflow.category(before.status), category.isFrozen,
        context.workflow.category(after.status) == category
      else { return [] }
      let file = MergedFile.milestone(change.id)
      let differing = try file.values(in: merge.sides.candidate).differences(from: file.values(in: side.tree))
      guard differing.contains(where: \.isReviewed) else { return [] }
      return try ReentryRule.unmetGuards(change, after.status, context).map { message in
        Finding(
          .frozenField, "\(change.id) is \"\(after.status)\", and what was reviewed changed. \(message)",
          milestone: change.id, path: PlanPaths.milestone(change.id), line: change.statusLine)
      }
    }

    // MARK: - Words

    /// Returns nil for a finding about a file in which the result equals the side's.
    private func fault(_ finding: Finding, _ files: Set<MergedFile>) -> Fault? {
      if let id = finding.milestone, !files.contains(.milestone(id)) { return nil }
      let told = Finding(
        finding.code, "What the merge brings breaks a rule of another parent: \(finding.message)",
        hint:
          "Rebase the branch onto the other parent, or have somebody merge it who may make this change from that parent: the hook stamps it then. \(finding.hint)",
        milestone: finding.milestone, path: finding.path, line: finding.line)
      return Fault(side: side, milestone: finding.milestone, finding: told)
    }
  }
}

extension MergedFile {
  /// The milestone; nil for other files.
  var milestone: MilestoneID? { if case .milestone(let id) = self { id } else { nil } }
}

extension JudgeContext {
  /// Returns the context of the same change, limited to some files, under a side's policy (contract 2.4 under that
  /// policy).
  func judged(by side: MergeSides.Side, only files: Set<MergedFile>) -> JudgeContext {
    func isAsked(_ change: MilestoneChange) -> Bool { files.contains(.milestone(change.id)) }
    let set = ChangeSet(
      milestones: changes.milestones.filter(isAsked), plan: files.contains(.plan) ? changes.plan : nil,
      changesPolicy: changes.changesPolicy,
      policyNeedsStamp: changes.policyNeedsStamp && files.contains(where: \.isPolicy),
      stamped: changes.stamped.filter(isAsked))
    return with(policy: side.policy, digest: side.judging.digest, changes: set, signers: side.tree)
  }

  /// Returns the context of the same change under another policy.
  func judged(by policy: Policy) -> JudgeContext {
    with(policy: policy, digest: policyDigest, changes: changes, signers: signers)
  }

  private func with(policy: Policy, digest: Digest, changes: ChangeSet, signers: (any PlanTree)?) -> JudgeContext {
    func states(_ states: States, _ base: (any PlanTree)?) -> States {
      States(states.tree, base: base, workflow: policy.workflow, ancestry: proposal.ancestry)
    }
    return JudgeContext(
      proposal: proposal, policy: policy, policyDigest: digest, isBaseline: isBaseline,
      before: states(before, nil), after: states(after, proposal.base), changes: changes, telling: telling,
      isSideOfMerge: isSideOfMerge, signers: signers)
  }
}
