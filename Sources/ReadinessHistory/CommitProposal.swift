import ReadinessCore
import ReadinessGit

extension Proposal {
  /// The proposal that a commit is: what it changed, and what its message says about that.
  public init(_ commit: Commit, in repository: Repository) throws {
    let parents = try commit.parents.map { repository.tree(of: try repository.commit($0)) }
    let tree = repository.tree(of: commit)
    // Merge bases are walked for; they are asked only where a merge has something to decide.
    let isContested = try parents.count > 1 && !parents.allSatisfy { try tree.hasSamePlanAndPolicy(as: $0) }
    let bases = isContested ? try repository.mergeBases(of: commit.parents) : []
    self.init(
      parents: parents, candidate: tree,
      mergeBases: try bases.map { repository.tree(of: try repository.commit($0)) },
      ancestry: CommitAncestry(repository, parents: commit.parents), author: commit.author,
      claim: .committed(Trailers.blocks(in: commit.message ?? "")))
  }
}
