import ReadinessCore
import ReadinessGit

/// What a server asks of refs, beside what it asks of commits. By the policy of HEAD as it is before the push.
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

  /// What is wrong with the updates themselves.
  public func findings(_ updates: [RefUpdate]) throws -> [Finding] {
    try updates.compactMap { update in
      if holdsPlan, update.name.hasPrefix("refs/replace/"), update.new != .zero {
        return finding("\(update.name) would change what history says.", "Push no replacement.")
      }
      guard let refs, refs.covers(update.name), update.old != .zero else { return nil }
      if update.new == .zero {
        return finding("\(update.name) is protected and would be deleted.", "Take it out of \(PlanPaths.refs) first.")
      }
      let isForward = try GitProcess.run([
        "merge-base", "--is-ancestor", update.old.description, update.new.description,
      ])
      guard isForward.status != 0 else { return nil }
      return finding(
        "\(update.name) is protected and would lose \(update.old.description.prefix(12)).",
        "Fetch, merge or rebase onto it, and push without force.")
    }
  }

  private func finding(_ message: String, _ hint: String) -> Finding { Finding(.refProtected, message, hint: hint) }
}
