public import GitObjects
import PlanJudge
public import PlanModel
public import GitRepository
import PlanTrees

/// The commits that an audit judges, and those that it trusts (contract 2.2, anchors).
///
/// Hooks, the server's gate, `verify`, `replay` and every command decide this here and nowhere else. Nothing that is
/// judged configures its own judgement: policies are those of parents, and trusted commits existed before. Only an
/// audit without an anchor takes `judgedFrom` from the tip, and reports that.
public struct AuditRange: Sendable {
  /// The commits whose histories are judged.
  public let tips: [ObjectID]
  /// The trusted commits: they and their ancestors are not judged again.
  public let trusted: [ObjectID]
  /// The ids of the plan that the history is about. Nil for the tip's own.
  let planIDs: Set<String>?
  /// The trees of the trusted commits that hold a plan, and of those whose authorization applies as well.
  private let planTrees: [ObjectID]
  private let alsoAsked: [ObjectID]
  private let askedOf: [ObjectID]
  /// True if the tip's own `judgedFrom` counts.
  let takesJudgedFrom: Bool

  private init(
    tips: [ObjectID], trusted: [ObjectID], planIDs: Set<String>?, planTrees: [ObjectID], alsoAsked: [ObjectID],
    askedOf: [ObjectID], takesJudgedFrom: Bool
  ) {
    (self.tips, self.trusted, self.planIDs) = (tips, trusted, planIDs)
    (self.planTrees, self.alsoAsked, self.askedOf) = (planTrees, alsoAsked, askedOf)
    self.takesJudgedFrom = takesJudgedFrom
  }

  /// Creates the range of a whole history, from its baseline or from the tip's `judgedFrom`.
  public static func whole(_ tip: ObjectID) -> AuditRange {
    AuditRange(
      tips: [tip], trusted: [], planIDs: nil, planTrees: [], alsoAsked: [], askedOf: [],
      takesJudgedFrom: true)
  }

  /// Creates the range of the commits that the tips have and the trusted commits do not have.
  /// - Parameters:
  ///   - anchors: the trusted commits. Each one's plan may continue, and its policy says who may begin it again.
  ///   - known: further commits that were judged before.
  ///   - alsoAsked: commits whose authorization every change has to satisfy as well.
  /// - Throws: `GitError` if an anchor cannot be read.
  public static func after(
    _ anchors: [ObjectID], known: [ObjectID] = [], to tips: [ObjectID], alsoAsked: [ObjectID] = [],
    in repository: Repository
  ) throws -> AuditRange {
    let trees = try anchors.map { try repository.tree(ofCommit: $0) }.filter { try Kinship.holdsPlanOrPolicy($0) }
    let ids = Set(try trees.compactMap { try $0.planFile()?.plan?.planID })
    return AuditRange(
      tips: tips, trusted: anchors + known, planIDs: ids.isEmpty ? nil : ids,
      planTrees: trees.map(\.root), alsoAsked: try alsoAsked.map { try repository.tree(ofCommit: $0).root },
      askedOf: alsoAsked, takesJudgedFrom: false)
  }

  /// Returns the anchor for the judge. Its trees belong to one thread's repository.
  func anchor(in repository: Repository) -> Anchor {
    Anchor(plans: planTrees.map { repository.tree($0) }, alsoAsked: alsoAsked.map { repository.tree($0) })
  }

  /// Returns the commits that must satisfy the further authorization: those that its branch did not have.
  func commitsAsked(in repository: Repository) throws -> Set<ObjectID> {
    guard !askedOf.isEmpty else { return [] }
    return Set(try repository.commits(from: tips, notFrom: trusted + askedOf))
  }

  /// Returns the ids of the plan that the history is about.
  func plans(in repository: Repository) throws -> Set<String> {
    if let planIDs { return planIDs }
    return Set(try tips.compactMap { try repository.tree(ofCommit: $0).planFile()?.plan?.planID })
  }
}

extension AuditRange {
  /// Judges the commits of the range.
  /// - Parameters:
  ///   - detail: the detail in which the runs are reported.
  ///   - earlier: finds the commits before the range that hold a run; nil to leave them out.
  ///   - progress: receives from time to time the number of commits that are done, and their total.
  /// - Throws: `GitError` if history is shallow or cannot be read.
  /// - Complexity: O(commits of the range), and O(changed milestones) for each that changes the plan.
  public func audit(
    _ repository: Repository, detail: AuditDetail = .told, earlier: (any RunHolders)? = nil,
    progress: (Int, Int) -> Void = { _, _ in }
  ) throws -> HistoryReport {
    try HistoryAudit.run(repository, self, detail, after: earlier, progress: progress).report
  }

  /// Returns the commit after which history is judged, as named by the tip's policy.
  /// Both are nil if the policy names none; `unknown` is the name if it is no ancestor of the tip.
  func judgedFrom(in repository: Repository) throws -> (id: ObjectID?, unknown: String?) {
    guard takesJudgedFrom, let tip = tips.first,
      let named = try repository.tree(ofCommit: tip).policy().policy?.provenance.judgedFrom,
      let id = ObjectID(hex: named)
    else { return (nil, nil) }
    let isThere = try repository.holds(id) && (id == tip || repository.isDescendant(tip, of: id))
    return isThere ? (id, nil) : (nil, named)
  }
}

extension Finding {
  /// Returns the warning about a `judgedFrom` that is no ancestor of the tip.
  static func unknownJudgedFrom(_ named: String) -> Finding {
    Finding(
      .policyChangeRefused,
      "\"judgedFrom\" names \(named.prefix(12)), which is no ancestor of the tip, so it counts for nothing.",
      hint: "Name a commit of this history, or take \"judgedFrom\" out.", severity: .warning,
      path: PlanPaths.provenance, line: 1)
  }
}

/// A source of the commits before an audited range that hold a run.
public protocol RunHolders {
  /// Returns the commits that hold a run.
  /// - Throws: an error if the source cannot be read.
  func holders(of run: Digest) throws -> [ObjectID]
}
