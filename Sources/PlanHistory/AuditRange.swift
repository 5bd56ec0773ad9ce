public import GitObjects
import PlanJudge
public import PlanModel
public import GitRepository

/// Which commits are judged, and which point is trusted while they are: the one place that decides this, for hooks, the
/// server's gate, `verify`, `replay` and every command (contract 2.2, anchors).
///
/// Nothing that is judged configures its own judgement: policies are those of parents, and what is trusted was there
/// before. Only an audit without an anchor takes `judgedFrom` from the tip, and says so.
public struct AuditRange: Sendable {
  /// The commits whose histories are judged.
  public let tips: [ObjectID]
  /// The trusted commits: they and their ancestors are not judged again.
  public let trusted: [ObjectID]
  /// The plan that the history is about; nil for the tip's own.
  let planIDs: Set<String>?
  /// The trusted commits that hold the plan, and those whose authorization is asked as well, by their trees.
  private let planTrees: [ObjectID]
  private let alsoAsked: [ObjectID]
  private let askedOf: [ObjectID]
  /// True where the tip's own `judgedFrom` counts.
  let takesJudgedFrom: Bool

  private init(
    tips: [ObjectID], trusted: [ObjectID], planIDs: Set<String>?, planTrees: [ObjectID], alsoAsked: [ObjectID],
    askedOf: [ObjectID], takesJudgedFrom: Bool
  ) {
    (self.tips, self.trusted, self.planIDs) = (tips, trusted, planIDs)
    (self.planTrees, self.alsoAsked, self.askedOf) = (planTrees, alsoAsked, askedOf)
    self.takesJudgedFrom = takesJudgedFrom
  }

  /// A history from its baseline, or from where its tip says that judgement begins.
  public static func whole(_ tip: ObjectID) -> AuditRange {
    AuditRange(
      tips: [tip], trusted: [], planIDs: nil, planTrees: [], alsoAsked: [], askedOf: [],
      takesJudgedFrom: true)
  }

  /// What some tips have and trusted commits have not.
  /// - Parameters:
  ///   - anchors: the trusted commits. Each one's plan may go on, and its policy says who may begin it again.
  ///   - known: further commits that were judged before.
  ///   - alsoAsked: commits whose authorization every change has to satisfy as well.
  /// - Throws: `GitError` where an anchor cannot be read.
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

  /// The same as the judge sees it. Trees belong to one thread's repository.
  func anchor(in repository: Repository) -> Anchor {
    Anchor(plans: planTrees.map { repository.tree($0) }, alsoAsked: alsoAsked.map { repository.tree($0) })
  }

  /// The commits that answer to the further authorization: those that its branch did not have.
  func commitsAsked(in repository: Repository) throws -> Set<ObjectID> {
    guard !askedOf.isEmpty else { return [] }
    return Set(try repository.commits(from: tips, notFrom: trusted + askedOf))
  }

  /// The ids of the plan that the history is about.
  func plans(in repository: Repository) throws -> Set<String> {
    if let planIDs { return planIDs }
    return Set(try tips.compactMap { try repository.tree(ofCommit: $0).planFile()?.plan?.planID })
  }
}

extension AuditRange {
  /// Judges the commits of the range.
  /// - Parameters:
  ///   - detail: what has to be told of the runs.
  ///   - earlier: the commits before the range that hold a run; nil where nobody asks.
  ///   - progress: told now and then how many commits are done, of how many.
  /// - Throws: `GitError` where history is shallow or cannot be read.
  /// - Complexity: O(commits of the range), and O(changed milestones) for each that changes the plan.
  public func audit(
    _ repository: Repository, detail: AuditDetail = .told, earlier: (any RunHolders)? = nil,
    progress: (Int, Int) -> Void = { _, _ in }
  ) throws -> HistoryReport {
    try HistoryAudit.run(repository, self, detail, after: earlier, progress: progress).report
  }

  /// From where on the tip says that history is judged; nil where it does not, or names no ancestor of it.
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
  /// The warning about a `judgedFrom` that is no ancestor of the tip.
  static func unknownJudgedFrom(_ named: String) -> Finding {
    Finding(
      .policyChangeRefused,
      "\"judgedFrom\" names \(named.prefix(12)), which is no ancestor of the tip, so it counts for nothing.",
      hint: "Name a commit of this history, or take \"judgedFrom\" out.", severity: .warning,
      path: PlanPaths.provenance, line: 1)
  }
}

/// Knows which commits before an audited range hold a run.
public protocol RunHolders {
  /// The commits that hold a run.
  /// - Throws: where that cannot be said.
  func holders(of run: Digest) throws -> [ObjectID]
}
