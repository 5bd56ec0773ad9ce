public import GitObjects
public import PlanModel

/// A push's change of one ref.
public struct RefChange: Sendable {
  /// The rules for a ref.
  public enum Role: Sendable {
    /// The ref only moves forward and retains its plan.
    case isProtected
    /// The ref may move anywhere.
    case free
    /// The ref stores records outside the plan: it only moves forward, is never deleted, and has neither plan nor
    /// policy.
    case records
  }

  /// The full name, after symbolic refs.
  public let name: String
  /// The old commit; nil for a new ref.
  public let old: ObjectID?
  /// The new commit; nil for a deletion.
  public let new: ObjectID?
  /// The rules for the ref.
  public let role: Role
  /// The old content.
  public let before: RefContent
  /// The new content.
  public let after: RefContent
  /// The content of the anchors: the ref's old content, else the branches that define the server's plan.
  public let anchors: [RefContent]
  /// False if the new value is a tree, a file or a tag, in place of a commit.
  public let namesCommit: Bool
  /// The kept ref, or pattern of kept refs, that git could no longer create beside a new ref of this name.
  public let displaced: String?

  /// Creates a change.
  public init(
    name: String, old: ObjectID?, new: ObjectID?, role: Role, before: RefContent = .nothing,
    after: RefContent = .nothing, anchors: [RefContent] = [], namesCommit: Bool = true, displaced: String? = nil
  ) {
    (self.name, self.old, self.new, self.role) = (name, old, new, role)
    (self.before, self.after, self.anchors) = (before, after, anchors)
    (self.namesCommit, self.displaced) = (namesCommit, displaced)
  }
}

extension Judge {
  /// Judges a push's changes of refs. Protected refs must not be deleted, rewound or given another plan, and no ref may
  /// replace history (contract 2.2 anchors, 2.4 protected refs).
  /// - Parameter isForward: returns true if the second commit descends from the first.
  /// - Throws: if that cannot be determined.
  public static func assess(_ changes: [RefChange], isForward: (ObjectID, ObjectID) throws -> Bool) throws -> [Finding]
  {
    try changes.flatMap { change -> [Finding] in
      if let finding = refusedName(change) { return [finding] }
      guard change.role != .free else { return [] }
      if let finding = try moved(change, isForward) { return [finding] }
      guard change.new != nil else { return [] }
      if change.role == .records { return records(change) }
      return assess(change.after, after: change.anchors, of: change.name, mayBeWithout: !change.before.holdsPlan)
    }
  }

  /// Judges whether a history continues the plan of its anchor.
  /// - Parameters:
  ///   - name: the ref's name, for the message.
  ///   - mayBeWithout: true if the history may have no plan.
  public static func assess(
    _ content: RefContent, after anchors: [RefContent], of name: String = "The history", mayBeWithout: Bool = false
  ) -> [Finding] {
    let plans = anchors.compactMap(\.plan)
    if !content.holdsPlan {
      guard !mayBeWithout, anchors.contains(where: \.holdsPlan) else { return [] }
      return [
        Finding(
          .planIDChanged, "\(name) would lose the plan \(plans.first ?? "that it holds").",
          hint: "Keep \(PlanPaths.plan) and \(PlanPaths.folder).", path: PlanPaths.plan, line: 1)
      ]
    }
    guard let plan = content.plan, !plans.isEmpty, !plans.contains(plan) else { return [] }
    return [
      Finding(
        .unrelatedPlans, "\(name) would hold the plan \(plan), and the plan here is \(plans.joined(separator: ", ")).",
        path: PlanPaths.plan, line: 1)
    ]
  }

  /// Returns the refusal of a history that does not contain the anchor of its audit: what was trusted is no longer in it.
  public static func withoutAnchor(_ tip: ObjectID, _ anchor: ObjectID) -> Finding {
    let (tip, anchor) = (tip.description.prefix(12), anchor.description.prefix(12))
    return Finding(
      .refProtected,
      "\(tip) does not contain the anchor \(anchor): its branch was forced back or rewritten, or is another one.",
      hint: "Name an ancestor of \(tip) as the anchor. A branch that is to be merged is a range: "
        + "readiness verify \(anchor)..\(tip)")
  }

  /// Returns the note about a range A..B whose end does not contain its beginning, as of a branch behind its target.
  /// - Parameter anchorPolicyApplied: true if a merge base of the two has the policy of A. Otherwise no policy that
  ///   judged the range is that of A, and the note is a warning.
  public static func besideAnchor(_ tip: ObjectID, _ anchor: ObjectID, anchorPolicyApplied: Bool) -> Finding {
    let (tip, anchor) = (tip.description.prefix(12), anchor.description.prefix(12))
    let unasked = anchorPolicyApplied ? "" : " It began under another policy than that of \(anchor)."
    return Finding(
      .refProtected,
      "\(tip) does not contain \(anchor), so it is checked as a branch that is to be merged.\(unasked)",
      hint: "If a push moved a branch from \(anchor) to \(tip), it was forced; this refuses it: "
        + "readiness verify \(tip) --anchor \(anchor)",
      severity: anchorPolicyApplied ? .note : .warning)
  }

  private static func refusedName(_ change: RefChange) -> Finding? {
    guard change.new != nil else { return nil }
    if change.name.hasPrefix("refs/replace/") {
      return Finding(.refProtected, "\(change.name) would change what history says.", hint: "Push no replacement.")
    }
    if change.name == "refs/heads/HEAD" {
      return Finding(
        .refProtected, "A branch of the name HEAD would be taken for the server's HEAD.",
        hint: "Give the branch another name.")
    }
    if let displaced = change.displaced {
      // Git keeps refs as files: refs/heads/env and refs/heads/env/production exclude each other.
      return Finding(
        .refProtected, "\(change.name) would take the place of \(displaced), which the server keeps.",
        hint: "Give the ref another name.")
    }
    // Whoever creates a ref of records as a tree or a tag leaves a ref that no chain of commits can continue.
    guard !change.namesCommit, change.role == .records || change.name.hasPrefix("refs/readiness/") else { return nil }
    return Finding(
      .refProtected, "\(change.name) holds records, a chain of commits, and would name a tree, a file or a tag.",
      hint: "Push a commit.")
  }

  private static func moved(_ change: RefChange, _ isForward: (ObjectID, ObjectID) throws -> Bool) throws -> Finding? {
    guard let old = change.old else { return nil }
    guard let new = change.new else {
      return Finding(
        .refProtected, "\(change.name) is protected and would be deleted.",
        hint: "HEAD's branch and what \(PlanPaths.refs) names are kept; readiness doctor on the server lists them.")
    }
    guard old != new, try change.name.hasPrefix("refs/tags/") || !isForward(old, new) else { return nil }
    return Finding(
      .refProtected, "\(change.name) is protected and would lose \(old.description.prefix(12)).",
      hint: "Fetch, merge or rebase onto it, and push without force.")
  }

  private static func records(_ change: RefChange) -> [Finding] {
    change.after.holdsPlan || change.after.holdsPolicy ? [.planAmongRecords(change.name, commit: change.new)] : []
  }
}

extension Finding {
  /// Creates the rejection of a plan or a policy in a ref for records.
  public static func planAmongRecords(_ name: String, commit: ObjectID?) -> Finding {
    Finding(
      .refProtected, "\(name) holds records beside the plan, and would hold a plan or a policy.",
      hint: "Leave \(PlanPaths.folder) and ssot out of its trees.", commit: commit?.description)
  }
}
