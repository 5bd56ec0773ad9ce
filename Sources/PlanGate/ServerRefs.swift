public import GitObjects
import Attestations
public import PlanJudge
public import PlanModel
public import GitRepository
import PlanTrees
import PlanHistory
import StrictJSON

/// The refs of a server before a push that decide how the push is judged (contract 2.2 anchors, 2.4).
public struct ServerRefs {
  /// A branch that defines the server's plan.
  public struct Branch {
    /// Its full name.
    public let name: String
    /// Its commit.
    public let tip: ObjectID
    /// Its plan and policy.
    public let content: RefContent
  }

  /// The branch that HEAD names. Nil if HEAD is detached.
  public let head: String?
  /// The commit of that branch. Nil if it does not exist.
  public let headTip: ObjectID?
  /// The branches that define the plan: HEAD's, or each branch with a plan if HEAD's has none.
  public let trunk: [Branch]
  /// The refs that `refs.json` of HEAD's branch names. Nil if it has none.
  public let named: ProtectedRefs?
  private let records: Set<String>
  private let foldsCase: Bool
  private let repository: Repository

  /// Reads the present refs: in a hook, those before the push.
  /// - Throws: `GitError` if they cannot be read.
  public init(_ repository: Repository) throws {
    self.repository = repository
    foldsCase = try repository.configuration("core.ignorecase") == "true"
    let target = try repository.refBehind("HEAD")
    head = target == "HEAD" ? nil : target
    headTip = try head.flatMap { try repository.commit(ofRef: $0) }
    let own = try headTip.map { try RefContent(repository.tree(ofCommit: $0)) } ?? .nothing
    if let head, let headTip, own.holdsPlan {
      trunk = [Branch(name: head, tip: headTip, content: own)]
    } else {
      trunk = try repository.branches().compactMap { name, tip in
        let content = try RefContent(repository.tree(ofCommit: tip))
        return content.holdsPlan ? Branch(name: name, tip: tip, content: content) : nil
      }
    }
    let policy = try headTip.flatMap { try Self.policy(at: $0, repository) }
    named = policy?.refs
    var records: Set<String> = [AttestationStore.ref]
    if let headTip { records.formUnion(try Self.stages(repository.tree(ofCommit: headTip))) }
    self.records = records
  }

  /// Returns the protected refs, for people: HEAD's branch, or each branch that holds a plan, and those of `refs.json`.
  public func protectedNames() -> [String] {
    var names = head.map { ["\($0) (HEAD's branch\(headTip == nil ? ", which is not there yet" : ""))"] } ?? []
    if trunk.first?.name != head { names += trunk.map { "\($0.name) (HEAD names no branch with a plan)" } }
    return names + (named?.patterns ?? []).map { "\($0) (\(PlanPaths.refs))" }
  }

  /// Returns the policies that apply to HEAD's branch: its own, or those of each branch with a plan.
  public func policies() throws -> [Policy] {
    if let headTip, trunk.allSatisfy({ $0.name == head }) {
      return try Self.policy(at: headTip, repository).map { [$0] } ?? []
    }
    return try trunk.compactMap { try Self.policy(at: $0.tip, repository) }
  }

  /// Returns the role of a ref.
  /// - Parameters:
  ///   - old: its present commit, if any.
  ///   - holdsPlan: true if it holds a plan, or will.
  public func role(of name: String, old: ObjectID?, holdsPlan: Bool) throws -> RefChange.Role {
    if records.contains(where: { isSame($0, name) }) { return .records }
    if let head, isSame(head, name) { return .isProtected }
    if named?.covers(name, folds: foldsCase) == true { return .isProtected }
    if !trunk.isEmpty, trunk.first?.name != head, holdsPlan, name.hasPrefix("refs/heads/") { return .isProtected }
    let own = try old.flatMap { try Self.policy(at: $0, repository) }
    return own?.refs?.covers(name, folds: foldsCase) == true ? .isProtected : .free
  }

  /// Returns the kept ref, or pattern of kept refs, that git could not create beside a new ref of this name.
  func displaced(by name: String) -> String? {
    let kept = (head.map { [$0] } ?? []) + records.sorted()
    return kept.first { ProtectedRefs.excludes(name, $0, folds: foldsCase) }
      ?? named?.displaced(by: name, folds: foldsCase)
  }

  /// Returns the name by which the rules know a ref: its target, with case folded if the file system folds it.
  func resolved(_ name: String) throws -> String {
    let target = try repository.refBehind(name)
    guard foldsCase else { return target }
    let low = target.lowercased()
    return low.hasPrefix("refs/replace/") ? low : low == "refs/heads/head" ? "refs/heads/HEAD" : target
  }

  /// Returns true for the ref that holds attestations.
  func isAttestations(_ name: String) -> Bool { isSame(name, AttestationStore.ref) }

  private func isSame(_ a: String, _ b: String) -> Bool { foldsCase ? a.lowercased() == b.lowercased() : a == b }

  /// Returns the commit's policy. If it cannot be read, the nearest ancestor's readable policy counts.
  private static func policy(at commit: ObjectID, _ repository: Repository) throws -> Policy? {
    let snapshot = try repository.tree(ofCommit: commit).policy()
    if snapshot.isAbsent { return nil }
    return try snapshot.policy ?? CommitAncestry(repository, parents: [commit]).nearestReadablePolicy()?.policy
  }

  /// Returns the refs that `promotion.json` names as stages.
  private static func stages(_ tree: GitTree) throws -> [String] {
    guard let bytes = try tree.policyBytes(at: PlanPaths.policies + "/promotion.json") else { return [] }
    let root: JSONValue
    do { root = try JSONDocument(parsing: bytes, limits: .plan).root } catch { return [] }
    return (root["stages"]?.array ?? []).compactMap { stage in
      stage["ref"]?.string ?? stage["name"]?.string.map { "refs/heads/env/" + $0 }
    }
  }
}
