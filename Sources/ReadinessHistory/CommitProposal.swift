import ReadinessCore
import ReadinessGit

extension Proposal {
  /// The proposal that a commit is: what it changed, and what its message says about that.
  public init(_ commit: Commit, in repository: Repository, anchor: Anchor = Anchor()) throws {
    try self.init(
      commit, parents: commit.parents.map { try repository.commit($0).tree },
      ancestry: CommitAncestry(repository, parents: commit.parents), anchor: anchor, in: repository)
  }

  /// The same, where the trees of the parents are known.
  init(
    _ commit: Commit, parents trees: [ObjectID], ancestry: CommitAncestry, anchor: Anchor, in repository: Repository
  ) throws {
    self.init(
      parents: trees.map { repository.tree($0) }, candidate: repository.tree(of: commit), ancestry: ancestry,
      author: commit.author, claim: .committed(Trailers.blocks(in: commit.message ?? "")), seal: commit.seal, now: nil,
      verifier: repository.signatures, anchor: anchor)
    self = saying(commit.message ?? "").with(Text(what: "the committer's name", text: commit.committer))
  }
}
