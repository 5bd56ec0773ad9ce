public import GitObjects
import PlanJudge
import PlanModel
public import GitRepository
import PlanTrees

/// The commits that a question about history covers.
public struct HistoryScope: Sendable {
  /// The commit whose history is in question.
  public let tip: ObjectID
  /// The trusted commit whose history is left out. Nil for all of history.
  public let anchor: ObjectID?
  /// True if the anchor is a branch that the tip is to be merged into.
  public let isRange: Bool

  /// Reads `REV` or `A..B`. No text means `HEAD`.
  /// - Parameter anchor: a trusted revision for a single `REV`; a range has its own.
  /// - Throws: `GitError` of kind `unknownRevision`.
  public init(_ repository: Repository, _ text: String?, anchor: String? = nil) throws {
    let text = text ?? "HEAD"
    if let dots = text.firstRange(of: "..") {
      let from = text[..<dots.lowerBound]
      let to = text[dots.upperBound...]
      self.anchor = try repository.commit(named: from.isEmpty ? "HEAD" : String(from))
      tip = try repository.commit(named: to.isEmpty ? "HEAD" : String(to))
      isRange = true
    } else {
      self.anchor = try anchor.map { try repository.commit(named: $0) }
      tip = try repository.commit(named: text)
      isRange = false
    }
  }

  /// Creates the scope of a commit and all its ancestors.
  public init(tip: ObjectID) {
    self.tip = tip
    anchor = nil
    isRange = false
  }

  /// Returns the commits that are judged, and the trusted ones.
  public func range(in repository: Repository) throws -> AuditRange {
    guard let anchor else { return .whole(tip) }
    return try .after([anchor], to: [tip], in: repository)
  }

  /// Returns the cached result of an audit without findings up to one of the tip's ancestors. Nil if there is none.
  func known(in store: VerifiedHistoryStore, _ repository: Repository) throws -> VerifiedHistory? {
    let policy = try repository.tree(ofCommit: tip).policyFiles()
    guard let known = store.load(store.key(policy: policy)), try known.isBehind(tip, in: repository) else { return nil }
    return known
  }

  /// Judges the commits of the scope.
  /// - Parameters:
  ///   - detail: the detail in which the runs are reported.
  ///   - store: the cache of earlier audits; the runs of its commits are counted, not reported.
  ///   - progress: receives from time to time the number of commits that are done, and their total.
  public func audit(
    _ repository: Repository, detail: AuditDetail = .told, store: VerifiedHistoryStore? = nil,
    progress: (Int, Int) -> Void = { _, _ in }
  ) throws -> HistoryReport {
    var report: HistoryReport
    if let store, anchor == nil, detail == .counted {
      report = try HistoryAudit.run(repository, tip: tip, store: store, progress: progress)
    } else {
      let earlier = anchor.map { RunIndex(repository, covering: [$0], isKept: false) }
      report = try range(in: repository).audit(repository, detail: detail, earlier: earlier, progress: progress)
    }
    if let anchor {
      report.findings += try Judge.assess(plan(of: tip, in: repository), after: [plan(of: anchor, in: repository)])
      report.findings += try divergence(from: anchor, in: repository)
    }
    return report
  }

  /// Returns the finding about a tip whose history lacks the anchor. Empty if the anchor is an ancestor of the tip.
  /// - Throws: `GitError` of kind `shallow` if the clone ends before that can be known, and only a descendant is legal.
  private func divergence(from anchor: ObjectID, in repository: Repository) throws -> [Finding] {
    if try tip == anchor || repository.isDescendant(tip, of: anchor) { return [] }
    if repository.isShallow {
      // A range without a change of the plan passes in a shallow clone, and its ends are often not connected there.
      if isRange { return [] }
      throw repository.shallowHistory
    }
    guard isRange else { return [Judge.withoutAnchor(tip, anchor)] }
    let policy = try repository.tree(ofCommit: anchor).policyFiles()
    let bases = try repository.mergeBases(of: anchor, and: tip)
    let isKnown = try bases.contains { try repository.tree(ofCommit: $0).policyFiles() == policy }
    return [Judge.besideAnchor(tip, anchor, anchorPolicyApplied: isKnown)]
  }

  private func plan(of commit: ObjectID, in repository: Repository) throws -> RefContent {
    try RefContent(repository.tree(ofCommit: commit))
  }
}
