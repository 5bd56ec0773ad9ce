import PlanModel
import StrictJSON

/// A commit's change of one milestone, from one parent: the first, or each parent of a merge. A class, because rules
/// pass it on and it is large.
final class MilestoneChange {
  let id: MilestoneID
  let beforeFile: MilestoneFile?
  let afterFile: MilestoneFile?
  /// The milestone before, by the rule of damage; nil for a birth.
  let before: Milestone?
  /// The milestone after, by the rule of damage; nil for a deletion.
  let after: Milestone?
  /// True if a stamp must list the change; may be false in a merge.
  let needsStamp: Bool
  /// The facts of a merge from one parent's side; nil for an ordinary commit.
  let merged: MergedChange?

  init(
    id: MilestoneID, beforeFile: MilestoneFile?, afterFile: MilestoneFile?, before: Milestone?, after: Milestone?,
    needsStamp: Bool, merged: MergedChange? = nil
  ) {
    self.merged = merged
    self.id = id
    self.beforeFile = beforeFile
    self.afterFile = afterFile
    self.before = before
    self.after = after
    self.needsStamp = needsStamp
  }

  var isBirth: Bool { beforeFile == nil }
  var isDeletion: Bool { afterFile == nil }
  var changesStatus: Bool { before?.status != after?.status }
  /// The line of the status, at which a person would look first.
  var statusLine: Int { afterFile?.line(of: "status") ?? 1 }

  /// True if reviewed content changed (contract 2.2, re-entry).
  var changesFrozenField: Bool {
    guard let before, let after else { return false }
    return ["outcome", "dependsOn", "exitCriteria"].contains { key in
      guard let a = before.json[key], let b = after.json[key] else { return true }
      return !a.isEqual(to: b)
    }
  }

  /// The entries of evidence that are new, per criterion, as a multiset difference (contract 3).
  var addedEvidence: [Run.EvidenceAdded] {
    var added: [Run.EvidenceAdded] = []
    for criterion in afterFile?.milestone?.exitCriteria ?? [] where !criterion.evidence.isEmpty {
      var old = (before?.exitCriteria.first { $0.id == criterion.id }?.evidence ?? []).map(\.json.canonicalBytes)
      for entry in criterion.evidence {
        if let index = old.firstIndex(of: entry.json.canonicalBytes) {
          old.remove(at: index)
        } else {
          added.append(Run.EvidenceAdded(milestone: id, criterion: criterion.id, digest: entry.digest))
        }
      }
    }
    return added
  }
}

/// A commit's changes of plan and policy, from its first parent.
struct ChangeSet {
  let milestones: [MilestoneChange]
  /// The plan file's digests; nil unless it changed or must be stamped.
  let plan: (before: Digest?, after: Digest?, needsStamp: Bool)?
  /// True if a policy file changed.
  let changesPolicy: Bool
  /// True if the stamp must list the policy change; may be false in a merge.
  let policyNeedsStamp: Bool

  /// The changes that a stamp must list.
  let stamped: [MilestoneChange]

  var needsStamp: Bool { milestones.contains(where: \.needsStamp) || plan?.needsStamp == true || policyNeedsStamp }
}

extension ChangeSet {
  /// Compares a proposal with its first parent. Reads only what differs.
  /// - Parameter listed: the files that a merge's stamp lists; nil if the proposal is not a merge.
  init(_ proposal: Proposal, listed: Set<MergedFile>?, before: States, after: States) throws {
    let listedIDs = listed?.compactMap { if case .milestone(let id) = $0 { id } else { nil } }
    let ids = Set(listedIDs ?? []).union(try proposal.candidate.changedMilestones(since: proposal.base))
    milestones = try ids.sorted().compactMap { id in
      let beforeFile = try proposal.base.milestone(id)
      let afterFile = try proposal.candidate.milestone(id)
      // If one side deleted a milestone and another edited it, a merge that deletes it has decided something.
      guard beforeFile != nil || afterFile != nil || listed?.contains(.milestone(id)) == true else { return nil }
      let readBefore = try before.milestone(id)
      return MilestoneChange(
        id: id, beforeFile: beforeFile, afterFile: afterFile, before: readBefore,
        after: try after.milestone(id), needsStamp: listed?.contains(.milestone(id)) ?? true)
    }
    stamped = milestones.filter { $0.needsStamp && $0.id.isValid }
    let planDiffers = try proposal.base.planIdentity() != proposal.candidate.planIdentity()
    let planNeeds = listed?.contains(.plan) ?? planDiffers
    plan =
      planDiffers || planNeeds
      ? (try proposal.base.planFile()?.digest, try proposal.candidate.planFile()?.digest, planNeeds) : nil
    changesPolicy = try proposal.base.policyFiles() != proposal.candidate.policyFiles()
    policyNeedsStamp = listed?.contains(where: \.isPolicy) ?? changesPolicy
  }

  /// Returns the correct stamp of the changes, or nil if they need none.
  func draft(
    _ proposal: Proposal, isBaseline: Bool, policy: Digest, asksForReason: Bool, asksForSignature: Bool = false,
    asksForSignedCommit: Bool = false
  )
    throws -> RunDraft?
  {
    var transitions: [Run.Transition] = []
    var edits: [Run.Edit] = []
    for change in stamped {
      let before = change.beforeFile?.digest
      let after = change.afterFile?.digest
      if change.changesStatus {
        transitions.append(
          Run.Transition(
            milestone: change.id, from: change.before?.status, to: change.after?.status, before: before, after: after))
      } else {
        edits.append(Run.Edit(milestone: change.id, before: before, after: after))
      }
    }
    if let plan, plan.needsStamp { edits.append(Run.Edit(milestone: nil, before: plan.before, after: plan.after)) }
    var policyChange: Run.PolicyChange?
    if policyNeedsStamp {
      policyChange = Run.PolicyChange(
        before: isBaseline ? nil : try proposal.base.policy().digest, after: try proposal.candidate.policy().digest)
    }
    var waives: [Run.Waive] = []
    if case .draft(_, _, let asked, _) = proposal.claim { waives = asked.sorted { $0.precedes($1) } }
    let draft = RunDraft(
      transitions: transitions, edits: edits,
      evidence: stamped.flatMap(\.addedEvidence).sorted { $0.precedes($1) }, waives: waives,
      policyChange: policyChange, policy: policy, plan: try proposal.candidate.planFile()?.plan?.planID,
      asksForReason: asksForReason,
      asksForSignature: asksForSignature, asksForSignedCommit: asksForSignedCommit)
    return draft.isEmpty ? nil : draft
  }
}
