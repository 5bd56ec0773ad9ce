import PlanModel

/// The rule for guarded files: only holders of the role may change them, and nobody while a milestone that freezes them
/// is done (`doc/design/decisions/0026-guarded-paths.md`). It applies to every commit, even if the plan is unchanged.
/// It compares trees and reads no guarded file.
enum PathRule {
  /// A change of guarded files that a parent's policy rejects.
  struct Refusal {
    /// The index of the parent.
    var parent = 0
    /// True if the merge adds no changes of its own: others changed the files before this side guarded them.
    let isBrought: Bool
    let finding: Finding
  }

  static func refusals(_ proposal: Proposal) throws -> [Refusal] {
    // Like the plan, files are seen from each parent; a parent without guarded files adds nothing.
    try proposal.parents.indices.flatMap { parent in
      try refusals(seenFromFirst: proposal.seen(from: parent)).map { refusal in
        Refusal(parent: parent, isBrought: refusal.isBrought, finding: refusal.finding)
      }
    }
  }

  private static func refusals(seenFromFirst proposal: Proposal) throws -> [Refusal] {
    guard let policy = try policy(of: proposal), let paths = policy.paths else { return [] }
    return try paths.entries.flatMap { entry -> [Refusal] in
      let changed = try proposal.parents.map { try proposal.candidate.changedPaths(entry.selection, since: $0) }
      guard changed.contains(where: { !$0.isEmpty }) else { return [] }
      return try [unauthorized(entry, changed, policy, proposal), frozen(entry, changed, policy, proposal)]
        .compactMap(\.self)
    }
  }

  /// Returns the first parent's policy, or the nearest readable one.
  private static func policy(of proposal: Proposal) throws -> Policy? {
    guard let base = proposal.parents.first else { return nil }
    let snapshot = try base.policy()
    if let policy = snapshot.policy { return policy }
    return try proposal.ancestry.nearestReadablePolicy()?.policy
  }

  // MARK: - By role

  private static func unauthorized(
    _ entry: GuardedPaths.Guarded, _ changed: [[String]], _ policy: Policy, _ proposal: Proposal
  ) throws -> Refusal? {
    guard let role = entry.role, let authorization = policy.authorization,
      !authorization.holds(proposal.author.email, role: role)
    else { return nil }
    // Another parent's changes were judged there, unless this side guarded the files later. A merge's reverts of this
    // side were judged nowhere.
    let isNew = try isNewHere([PlanPaths.paths, PlanPaths.authorization], proposal)
    let own = try changed[0].filter(notBrought(entry, changed, proposal).contains)
    let asked = isNew ? changed[0] : own
    guard !asked.isEmpty else { return nil }
    let finding = finding(
      asked,
      "\(proposal.author.email) does not hold the role \"\(role)\", which a change of \(listed(asked)) asks for.",
      hint: AuthorityRule.holders(of: role, authorization))
    return Refusal(isBrought: own.isEmpty, finding: finding)
  }

  /// Returns the paths that differ from the first parent and that no other parent changed to the result's content.
  private static func notBrought(_ entry: GuardedPaths.Guarded, _ changed: [[String]], _ proposal: Proposal) throws
    -> Set<String>
  {
    var open = Set(changed[0])
    for other in proposal.parents.indices.dropFirst() where !open.isEmpty {
      let taken = open.subtracting(changed[other])
      guard !taken.isEmpty else { continue }
      let bases = try proposal.ancestry.bases(of: 0, and: other)
      let moved = try bases.map { Set(try proposal.parents[other].changedPaths(entry.selection, since: $0)) }
      open.subtract(taken.filter { path in !moved.isEmpty && moved.allSatisfy { $0.contains(path) } })
    }
    return open
  }

  /// Returns the paths that differ from every parent.
  private static func common(_ changed: [[String]]) -> [String] {
    (changed.first ?? []).filter { path in changed.dropFirst().allSatisfy { $0.contains(path) } }
  }

  /// Returns true if the first parent changed one of these policies since a merge base, or if there is no merge base.
  /// Also returns true if another parent repeats a policy change that the first one has (contract 3, merges, 3c).
  private static func isNewHere(_ files: [String], _ proposal: Proposal) throws -> Bool {
    let own = try proposal.base.policyFiles()
    return try proposal.parents.indices.dropFirst().contains { other in
      let bases = try proposal.ancestry.bases(of: 0, and: other)
      if bases.isEmpty { return true }
      let differs = try bases.contains { base in
        let old = try base.policyFiles()
        return files.contains { old[$0] != own[$0] }
      }
      if differs { return true }
      let (line, known) = try (
        proposal.ancestry.brought(by: other, notIn: 0), proposal.ancestry.brought(by: 0, notIn: other)
      )
      return try BroughtLine(line).repeatsPolicyChange(of: BroughtLine(known))
    }
  }

  // MARK: - By milestone

  private static func frozen(
    _ entry: GuardedPaths.Guarded, _ changed: [[String]], _ policy: Policy, _ proposal: Proposal
  ) throws -> Refusal? {
    func isDone(_ id: MilestoneID, _ tree: any PlanTree) throws -> Bool {
      try tree.milestone(id)?.milestone.flatMap { policy.workflow.category($0.status) } == .done
    }
    for id in entry.frozenBy where try isDone(id, proposal.candidate) {
      let done = try proposal.parents.map { try isDone(id, $0) }
      // A parent in which the milestone is done too got its files legally, unless this side froze them later.
      let isNew = try done[0] && !changed[0].isEmpty && isNewHere([PlanPaths.paths], proposal)
      let own = common(zip(changed, done).compactMap { $1 ? $0 : nil })
      let paths = isNew ? changed[0] : own
      guard !paths.isEmpty else { continue }
      let finding = finding(
        paths, "\(id) is done, and freezes \(listed(paths)).",
        hint: "Reopen it in the same commit or before: readiness move \(id) in-progress -m \"why\"", id)
      return Refusal(isBrought: own.isEmpty, finding: finding)
    }
    return nil
  }

  private static func finding(_ paths: [String], _ message: String, hint: String, _ id: MilestoneID? = nil) -> Finding {
    Finding(.pathGuarded, message, hint: hint, milestone: id, path: paths[0], line: 1)
  }

  private static func listed(_ paths: [String]) -> String {
    paths.prefix(3).joined(separator: ", ") + (paths.count > 3 ? " and \(paths.count - 3) more" : "")
  }
}
