public import GitObjects
public import PlanModel
public import GitRepository
import PlanTrees

/// A stale index: it has an older version of a milestone, while the file in the work tree is HEAD's.
///
/// Git writes back the index that it read before it took the lock. A `git commit` that loses a race against a move
/// therefore leaves such an index. So does a partial commit next to a `git add` in a hook. The next commit would
/// silently revert HEAD's content, as a change that nobody made.
public struct StaleIndex {
  private let repository: Repository
  private let head: ObjectID

  /// The number of commits along first parents that are searched for an older version.
  private static let reach = 64

  /// - Parameter head: the commit that the index should match.
  public init(_ repository: Repository, head: ObjectID) { (self.repository, self.head) = (repository, head) }

  /// Returns a finding for each milestone that a commit in the making would revert. Reads only the files that are about
  /// to be committed, and their history only if the work tree agrees with HEAD.
  public static func findings(_ situation: CommitSituation) throws -> [Finding] {
    // A merge, a pick and a rebase write index and work tree themselves.
    let repository = situation.repository
    guard situation.parents.count == 1, !situation.isReplayed, let parent = situation.parents.first,
      repository.workTree != nil
    else { return [] }
    let work = try WorkTree(repository)
    let index = StaleIndex(repository, head: parent)
    let head = repository.tree(of: try repository.commit(parent))
    return try situation.candidate.changedMilestones(since: head).compactMap { id in
      guard let digest = try work.digest(at: PlanPaths.milestone(id)), try head.milestone(id)?.digest == digest
      else { return nil }
      return try index.finding(id, staged: situation.candidate.milestoneIdentity(id))
    }
  }

  /// Returns the finding about a milestone whose file is HEAD's. Nil if the staged version is HEAD's as well, or a new
  /// one.
  public func finding(_ id: MilestoneID, staged: FileIdentity?) throws -> Finding? {
    let commit = try repository.commit(head)
    guard let staged, let held = try repository.tree(of: commit).milestoneIdentity(id), staged != held,
      try isOlder(staged, id, before: commit)
    else { return nil }
    let path = PlanPaths.milestone(id)
    return Finding(
      .staleIndex, "\(id) is staged as it was before, and its file is as HEAD has it: nobody changed it back.",
      hint:
        "To keep what HEAD says: git restore --staged \(path.commandPath). To go back: let the file say so too, and git add it.",
      milestone: id, path: path, line: 1)
  }

  private func isOlder(_ staged: FileIdentity, _ id: MilestoneID, before commit: Commit) throws -> Bool {
    var next = commit.parents.first
    for _ in 0..<Self.reach {
      guard let older = next, try repository.holds(older) else { return false }
      let commit = try repository.commit(older)
      if try repository.tree(of: commit).milestoneIdentity(id) == staged { return true }
      next = commit.parents.first
    }
    return false
  }
}
