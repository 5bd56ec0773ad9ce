import ReadinessCore
import ReadinessGit

/// Hands the judge what a push does to refs, with the policy of HEAD as it is before the push.
public struct RefGate {
  private let repository: Repository
  private let refs: ProtectedRefs?
  private let holdsPlan: Bool

  /// - Throws: `GitError` where HEAD cannot be read.
  public init(_ repository: Repository) throws {
    self.repository = repository
    guard case .commit(let head) = try repository.head() else {
      (refs, holdsPlan) = (nil, false)
      return
    }
    let tree = repository.tree(of: try repository.commit(head))
    refs = try tree.policy().policy?.refs
    holdsPlan = try tree.holdsPlan()
  }

  /// True where what comes to a ref is judged.
  public func judges(_ name: String) -> Bool { refs?.covers(name) ?? true }

  /// What the judge has against the updates themselves.
  public func findings(_ updates: [RefUpdate]) throws -> [Finding] {
    func present(_ id: ObjectID) -> ObjectID? { id == .zero ? nil : id }
    let changes = updates.map { RefChange(name: $0.name, old: present($0.old), new: present($0.new)) }
    return try Judge.assess(changes, refs: refs, holdsPlan: holdsPlan) { old, new in
      try GitProcess.run(["merge-base", "--is-ancestor", old.description, new.description]).status == 0
    }
  }
}
