/// A commit that one parent of a merge has and another has not.
public final class BroughtCommit {
  /// The trees of its parents, first parent first.
  public let parents: [any PlanTree]
  /// Its own tree.
  public let tree: any PlanTree
  private let make: () throws -> Proposal
  private var made: Proposal?

  /// - Parameter proposal: reads the commit as a proposal; called at most once, and only if a rule is asked of it.
  public init(parents: [any PlanTree], tree: any PlanTree, proposal: @escaping () throws -> Proposal) {
    (self.parents, self.tree, make) = (parents, tree, proposal)
  }

  /// Returns the commit as it was proposed.
  func proposal() throws -> Proposal {
    if let made { return made }
    let proposal = try make()
    made = proposal
    return proposal
  }

  /// Returns the blocks of its message that tell about the commit itself.
  func blocks() throws -> [StampBlock] {
    guard case .committed(let blocks) = try proposal().claim else { return [] }
    return blocks.filter { !$0.heals && $0.fault == nil }
  }
}
