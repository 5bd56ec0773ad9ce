import GitObjects
public import PlanJudge
import PlanModel
public import GitRepository
import PlanTrees

extension Proposal {
  /// Creates the proposal of a commit: its change, and its message's claims about that.
  public init(_ commit: Commit, in repository: Repository, anchor: Anchor = Anchor()) throws {
    try self.init(
      commit, parents: commit.parents.map { try repository.commit($0).tree },
      ancestry: CommitAncestry(repository, parents: commit.parents), anchor: anchor, in: repository)
  }

  /// Creates the proposal of a commit if the trees of its parents are known.
  init(
    _ commit: Commit, parents trees: [ObjectID], ancestry: CommitAncestry, anchor: Anchor, in repository: Repository
  ) throws {
    let blocks = commit.blocks
    // A message with more blocks than the limit is refused; nothing is looked for in the rest of it.
    let isRead = blocks.count <= 1_000
    self.init(
      parents: trees.map { repository.tree($0) }, candidate: repository.tree(of: commit), ancestry: ancestry,
      author: commit.author, claim: .committed(blocks), seal: commit.seal, now: nil, verifier: repository.signatures,
      anchor: anchor)
    self = saying(isRead ? commit.messageText : "").with(Text(what: "the committer's name", text: commit.committer))
    dates.committed = commit.committedMilliseconds
  }
}
