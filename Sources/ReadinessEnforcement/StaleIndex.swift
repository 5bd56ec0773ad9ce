import ReadinessCore
import ReadinessGit

/// An index that is behind: it holds an older version of a milestone, while the file in the work tree is HEAD's.
///
/// Git writes back the index that it read before it took the lock, so a `git commit` that loses a race against a move
/// leaves such an index; a partial commit beside a `git add` in a hook does as well. The next commit would silently take
/// back what HEAD says, as a change that nobody made.
public struct StaleIndex {
  private let situation: CommitSituation

  /// How far back an older version is looked for, along first parents.
  private static let reach = 64

  /// Looks at a commit in the making.
  public init(_ situation: CommitSituation) { self.situation = situation }

  /// What would be taken back. Reads the files that are about to be committed, and no more where they say so too.
  public func findings() throws -> [Finding] {
    // A merge, a pick and a rebase write index and work tree themselves.
    let repository = situation.repository
    guard situation.parents.count == 1, !situation.isReplayed, let parent = situation.parents.first,
      let workTree = repository.workTree
    else { return [] }
    let work = try WorkTree(repository)
    let head = repository.tree(of: try repository.commit(parent))
    return try situation.candidate.changedMilestones(since: head).compactMap { id in
      guard let staged = try situation.candidate.milestoneIdentity(id), let held = try head.milestoneIdentity(id),
        work.kind(at: PlanPaths.milestone(id)) == .regular,
        try head.milestone(id)?.digest == Digest(of: FileBytes.read(workTree + PlanPaths.milestone(id))),
        staged != held, try isOlder(staged, id, before: parent)
      else { return nil }
      return Finding(
        .staleIndex, "\(id) is staged as it was before, and its file is as HEAD has it: nobody changed it back.",
        hint:
          "To keep what HEAD says: git restore --staged \(PlanPaths.milestone(id)). To go back: let the file say so too, and git add it.",
        milestone: id, path: PlanPaths.milestone(id), line: 1)
    }
  }

  private func isOlder(_ staged: FileIdentity, _ id: MilestoneID, before commit: ObjectID) throws -> Bool {
    let repository = situation.repository
    var next = try repository.commit(commit).parents.first
    for _ in 0..<Self.reach {
      guard let older = next, try repository.holds(older) else { return false }
      let commit = try repository.commit(older)
      if try repository.tree(of: commit).milestoneIdentity(id) == staged { return true }
      next = commit.parents.first
    }
    return false
  }
}
