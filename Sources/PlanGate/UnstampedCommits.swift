public import GitObjects
public import GitRepository
import PlanTrees
import PlanHistory
import PlanJudge
import PlanModel

/// Command lines that several messages propose.
public enum PlanCommands {
  /// Installs the hooks and commits a staged plan with its stamp.
  public static let adopting = "readiness install, then git commit -m \"plan: adopt it\""
}

/// The newest commits of a branch that change the plan without a stamp. They were made without hooks, and a server
/// refuses them.
public struct UnstampedCommits {
  private let repository: Repository

  /// The number of commits that are read, along first parents. `verify` reads all.
  private static let reach = 20

  /// Prepares a search in a repository.
  public init(_ repository: Repository) { self.repository = repository }

  /// Returns the commits, newest first. Merges, and commits before a heal, are left to `verify`. Empty if policy
  /// accepts commits without a stamp.
  public func ids(from tip: ObjectID) throws -> [ObjectID] {
    var commit = try repository.commit(tip)
    let policy = try repository.tree(of: commit).policy().policy ?? .builtIn()
    guard policy.provenance.unstamped == .refuse, !repository.isShallow else { return [] }
    var found: [ObjectID] = []
    for _ in 0..<Self.reach {
      let blocks = Trailers.blocks(in: commit.message ?? "")
      if commit.id.description == policy.provenance.judgedFrom || blocks.contains(where: \.heals) { break }
      guard let first = commit.parents.first else {
        if blocks.isEmpty, try repository.tree(of: commit).holdsPlan() { found.append(commit.id) }
        break
      }
      let parent = try repository.commit(first)
      if commit.parents.count == 1, blocks.isEmpty,
        try !repository.tree(of: commit).hasSamePlanAndPolicy(as: repository.tree(of: parent))
      {
        found.append(commit.id)
      }
      commit = parent
    }
    return found
  }

  /// Returns a sentence about these commits, with the command that stamps them. Nil if there are none.
  public func sentence(from tip: ObjectID) throws -> String? {
    try found(from: tip).map { "\($0.message) \($0.hint)" }
  }

  /// Returns a message about these commits, and the command that stamps them, or records them if they are published.
  public func found(from tip: ObjectID) throws -> (message: String, hint: String)? {
    let ids = try ids(from: tip)
    guard let oldest = ids.last else { return nil }
    let what =
      ids.count == 1
      ? "Commit \(oldest.description.prefix(12)) changes the plan without a stamp"
      : "\(ids.count) commits change the plan without a stamp, the oldest is \(oldest.description.prefix(12))"
    let message = "\(what), which verify and a server refuse."
    // A stamp repairs only what is legal otherwise.
    let isLegal = try ids.allSatisfy { id in
      try Judge.assess(Proposal(repository.commit(id), in: repository)).verdict.findings.allSatisfy {
        $0.severity != .error || ReasonCode.repairedByStamps.contains($0.code)
      }
    }
    guard isLegal else { return (message, "Not everything in it is legal; readiness verify says what is wrong.") }
    return (message, try isPublished(oldest) ? "To stamp: readiness heal" : "To stamp: readiness restamp")
  }

  /// Returns true if a remote-tracking branch contains the commit.
  public func isPublished(_ id: ObjectID) throws -> Bool {
    let tips = try repository.refTips(except: { !$0.hasPrefix("refs/remotes/") })
    return try tips.contains { try $0 == id || repository.mergeBases(of: id, and: $0) == [id] }
  }
}
