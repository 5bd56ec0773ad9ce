import GitObjects
import PlanJudge
import PlanModel
import GitRepository
import PlanTrees

/// Walks back to the commits that began a milestone's stay in review (contract 2.4, `notWhoSentToReview`).
struct ReviewWalk {
  private struct Visit: Hashable {
    let commit: ObjectID
    let sought: Category
  }

  private let id: MilestoneID
  private let repository: Repository
  private let category: (String) -> Category?

  init(_ id: MilestoneID, in repository: Repository, _ category: @escaping (String) -> Category?) {
    (self.id, self.repository, self.category) = (id, repository, category)
  }

  /// Returns the starts of the stay that led to each commit. In `done`, these are the starts of the reviews before it.
  /// - Complexity: O(commits since the stay began).
  func starts(from commits: [ObjectID], in sought: Category) throws -> [ReviewStart] {
    var starts: [(commit: ObjectID, start: ReviewStart)] = []
    var waiting = try there(commits, sought)
    var seen = Set(waiting)
    var passesOther = false
    while let visit = waiting.popLast() {
      let commit = try repository.commit(visit.commit)
      let (start, sought) = told(commit, visit.sought)
      if let start { starts.append((commit.id, start)) }
      // A merge's stamp describes only the way from its first parent.
      if start != nil, commit.parents.count < 2 { continue }
      let parents = try repository.keptParents(of: commit)
      let before = try there(parents, sought)
      if !before.isEmpty, before.count < parents.count { passesOther = true }
      if before.isEmpty, start == nil {
        let reviews = try sought == .done ? there(parents, .review) : []
        // Without a stamp, the author began the review that led to this status.
        if reviews.isEmpty { starts.append((commit.id, ReviewStart(author: commit.author, run: nil))) }
        waiting += reviews.filter { seen.insert($0).inserted }
      }
      waiting += before.filter { seen.insert($0).inserted }
    }
    // From one commit, a single start is that of the present stay if no merge on the way has a parent outside the
    // review.
    guard starts.count > 1 || commits.count > 1 || passesOther else { return starts.map(\.start) }
    return try starts.map { commit, start in
      ReviewStart(author: start.author, run: start.run, isEnded: try hasEnded(since: commit, before: commits))
    }
  }

  /// Returns true if the milestone left review and done in a commit between a start and some commits. A merge with an
  /// older line leads back to a start that a reopening has ended. O(commits since the start).
  private func hasEnded(since start: ObjectID, before commits: [ObjectID]) throws -> Bool {
    try repository.commits(from: commits, notFrom: [start]).contains { commit in
      let category = try category(of: commit)
      if category == .review || category == .done { return false }
      return try repository.isDescendant(commit, of: start)
    }
  }

  /// Returns the start of a stay that a commit's stamps describe, last step first, or the category to look for in the
  /// parents.
  private func told(_ commit: Commit, _ sought: Category) -> (start: ReviewStart?, sought: Category) {
    var sought = sought
    for run in commit.blocks.filter({ !$0.heals }).compactMap(\.run).reversed() {
      guard let step = run.transitions.first(where: { $0.milestone == id }) else { continue }
      let (from, to) = (step.from.flatMap(category), step.to.flatMap(category))
      guard to == sought, from != sought else { continue }
      if sought == .done, from == .review {
        sought = .review
      } else {
        return (ReviewStart(author: commit.author, run: run), sought)
      }
    }
    return (nil, sought)
  }

  private func there(_ commits: [ObjectID], _ sought: Category) throws -> [Visit] {
    try commits.filter { try category(of: $0) == sought }.map { Visit(commit: $0, sought: sought) }
  }

  /// Returns the category in a commit. If the file cannot be read, the nearest readable first parent counts.
  private func category(of commit: ObjectID) throws -> Category? {
    var next: ObjectID? = commit
    while let id = next {
      let commit = try repository.commit(id)
      guard let file = try repository.tree(of: commit).milestone(self.id) else { return nil }
      if let found = file.milestone.flatMap({ category($0.status) }) { return found }
      next = commit.parents.first
    }
    return nil
  }
}
