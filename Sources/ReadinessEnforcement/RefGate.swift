import ReadinessCore
import ReadinessGit

/// Hands the judge what a push does to refs, with the policy of HEAD as it is before the push; where HEAD names a branch
/// that is not there, with that of the first branch that the push changes, else of the first that holds a plan.
public struct RefGate {
  private let repository: Repository
  /// The policy that decides; nil where there is no commit yet, or it cannot be read.
  public let policy: Policy?
  private var refs: ProtectedRefs? { policy?.refs }
  private let holdsPlan: Bool

  /// - Throws: `GitError` where HEAD cannot be read.
  public init(_ repository: Repository, _ updates: [RefUpdate] = []) throws {
    self.repository = repository
    guard let tree = try Self.tree(repository, updates) else {
      (policy, holdsPlan) = (nil, false)
      return
    }
    policy = try tree.policy().policy
    holdsPlan = try tree.holdsPlan()
  }

  private static func tree(_ repository: Repository, _ updates: [RefUpdate]) throws -> GitTree? {
    if case .commit(let head) = try repository.head() { return repository.tree(of: try repository.commit(head)) }
    let changed = try updates.filter { $0.name.hasPrefix("refs/heads/") && $0.old != .zero }
      .compactMap { try repository.commit(behind: $0.old) }
    let branches = try repository.refTips(except: { !$0.hasPrefix("refs/heads/") })
    return try (changed + branches).lazy.map { repository.tree(of: try repository.commit($0)) }
      .first { try $0.holdsPlan() }
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
