import StrictJSON
public import PlanModel

/// The holders of a role who have approved the tree's version of a milestone (contract 2.4, `approvals`).
struct Quorum {
  /// The approvers, each person once; includes the actor only if an approval does.
  let approvers: Set<Address>
  /// The people who share a key, by the policy and by the signatures of the approvals.
  let shared: SharedKeys

  /// - Parameter stay: the review that the step ends, to which signed approvals belong.
  init(
    _ change: MilestoneChange, _ rule: AuthorizationRule, _ stay: ReviewStay, _ authorization: Authorization,
    _ shared: SharedKeys, _ context: JudgeContext
  ) throws {
    var shared = shared
    // Leaving the review clears the approvals, so the earlier ones count.
    let isLeft = change.after.map { $0.approvals.isEmpty } ?? true
    let milestone = isLeft && change.leavesReview(context.workflow) ? change.before : change.after ?? change.before
    var found = Set<Address>()
    for approval in milestone?.standingApprovals ?? [] where authorization.holds(approval.by, role: rule.role) {
      guard approval.signature == nil ? !rule.isSigned : try context.signatures().isSigned(approval, in: stay) else {
        continue
      }
      let person = authorization.people.person(approval.by)
      if rule.isSigned { shared.note(approval.signature.flatMap(SSHKey.init(signature:)), of: person) }
      found.insert(person)
    }
    (approvers, self.shared) = (found, shared)
  }
}

extension MilestoneChange {
  /// Returns true if the change leaves `review` or `done` for a category other than `done`, which ends approvals
  /// (contract 2.4).
  func leavesReview(_ workflow: Workflow) -> Bool {
    guard let before, let after else { return false }
    return workflow.endsReview(from: before.status, to: after.status)
  }
}

extension Workflow {
  /// Returns true if a transition leaves `review` or `done` for a category other than `done`.
  public func endsReview(from: String, to: String) -> Bool {
    guard let old = category(from), old.isFrozen, let new = category(to) else { return false }
    return new != old && new != .done
  }
}

/// The rule for added approvals: an unsigned one needs the approver's own commit, and a signed one a valid signature.
/// Leaving the review must remove them (contract 2.4).
enum ApprovalRule: ChangeRule {
  private struct Key: Hashable {
    let by, signature: ExactText
    let digest: Digest
    let run: Digest?

    init(_ approval: Approval) {
      (by, signature) = (ExactText(approval.by), ExactText(approval.signature ?? ""))
      (digest, run) = (approval.digest, approval.run)
    }
  }

  static func findings(in context: JudgeContext) throws -> [Finding] {
    guard !context.isBaseline else { return [] }
    return try context.judged.flatMap { change -> [Finding] in
      let approvals = change.afterFile?.milestone?.approvals ?? []
      guard !approvals.isEmpty else { return [] }
      let steps = context.telling.steps(of: change)
      let known = try known(change, context)
      // The states of a merge's other sides are checked from those sides.
      let isEnded =
        change.merged.map { $0.decidesStatus && change.leavesReview(context.workflow) }
        ?? steps.contains { step in
          guard let from = step.from, let to = step.to else { return false }
          return context.workflow.endsReview(from: from, to: to)
        }
      let isInReview = change.after.flatMap { context.workflow.category($0.status) }?.isFrozen == true
      let isTakenAlong = context.telling.mode != .chain || approvals.contains { known.contains(Key($0)) }
      if isEnded, isTakenAlong, !isInReview || change.leavesReview(context.workflow) { return [takenAlong(change)] }
      return try approvals.filter { isEnded || !known.contains(Key($0)) }
        .compactMap { try fault($0, change, steps, context) }
    }
  }

  /// Returns the approvals that this commit does not add. A merge adds those that no parent has or that it decides
  /// (contract 2.4, identity). An older parent cannot restore an approval that a reopening ended.
  private static func known(_ change: MilestoneChange, _ context: JudgeContext) throws -> Set<Key> {
    let decided = change.merged?.approvals ?? []
    var all = Set((change.before?.approvals ?? []).map(Key.init))
    for parent in context.proposal.parents {
      guard let milestone = try parent.milestone(change.id)?.milestone else { continue }
      for (approval, json) in zip(milestone.approvals, milestone.json["approvals"]?.array ?? [])
      where !decided.contains(String(decoding: json.canonicalBytes, as: UTF8.self)) {
        all.insert(Key(approval))
      }
    }
    return all
  }

  private static func takenAlong(_ change: MilestoneChange) -> Finding {
    Finding(
      .frozenField,
      "\(change.id) leaves \"\(change.before?.status ?? "none")\" and keeps its approvals. They were of the review that ends.",
      hint: "Remove \"approvals\" from the file; readiness move does so.", milestone: change.id,
      path: PlanPaths.milestone(change.id), line: change.afterFile?.line(of: "approvals"))
  }

  private static func fault(
    _ approval: Approval, _ change: MilestoneChange, _ steps: [Telling.Step], _ context: JudgeContext
  ) throws -> Finding? {
    func finding(_ code: ReasonCode, _ message: String, _ hint: String? = nil) -> Finding {
      Finding(
        code, message, hint: hint, milestone: change.id, path: PlanPaths.milestone(change.id),
        line: change.afterFile?.line(of: "approvals"))
    }
    if approval.isVoid {
      return finding(
        .signatureInvalid, "The approval of \(change.id) by \(approval.by) is signed for no review: it has no \"run\".",
        "Approve it again: readiness approve \(change.id) --sign")
    }
    if approval.signature != nil {
      let stay = try stay(of: change, steps, context)
      if try context.signatures().isSigned(approval, in: stay) { return nil }
      let plan = try context.proposal.candidate.planFile()?.plan?.planID
      let isOfStay = approval.run.map { stay.runs(plan: plan).contains($0) } ?? false
      return finding(
        .signatureInvalid,
        isOfStay
          ? "The signature of \(approval.by) under an approval of \(change.id) is not good."
          : "The signed approval of \(change.id) by \(approval.by) names no run that began its review.",
        "Approve it while it is in review: readiness approve \(change.id) --sign")
    }
    guard try !context.isAddedBy(approval.by, steps) else { return nil }
    return finding(
      .notAuthorized,
      "An approval by \(approval.by) is added to \(change.id) in a commit by \(context.proposal.author.email).",
      "An approval without a signature is committed by the approver.")
  }

  /// Returns the review that the milestone is in after the change, or from which it reached `done`.
  private static func stay(of change: MilestoneChange, _ steps: [Telling.Step], _ context: JudgeContext) throws
    -> ReviewStay
  {
    guard let status = change.after?.status, let last = steps.last else { return ReviewStay([]) }
    func category(_ status: String?) -> Category? { status.flatMap { context.workflow.category($0) } }
    // Seen from a step that stays in the final state; a step out of a review is the last one in it.
    let end = Telling.Step(from: status, to: status, actor: last.actor, reason: nil)
    if context.telling.mode == .chain || steps.count > 1 {
      return try ReviewStay(before: steps.count, of: steps + [end], change.id, context)
    }
    switch (category(last.from), category(last.to)) {
    case (.review, .review), (.done, .done), (.review, .done):
      return try ReviewStay(
        before: 0, of: [Telling.Step(from: last.from, to: last.from, actor: last.actor, reason: nil)], change.id,
        context)
    default: return ReviewStay([])
    }
  }
}

extension JudgeContext {
  /// Returns true if a person made a change's additions: the commit's author, or the actor who signed the last block
  /// that changes the file. An earlier signature of a squash covers earlier bytes, which are unknown (contract 2.4,
  /// identity).
  func isAddedBy(_ email: String, _ steps: [Telling.Step]) throws -> Bool {
    let people = policy.authorization?.people ?? People()
    if people.isSame(email, proposal.author.email) { return true }
    guard let run = steps.last(where: \.changesFile)?.run, people.isSame(email, run.actor.email) else { return false }
    return try signatures().isSigned(run)
  }
}
