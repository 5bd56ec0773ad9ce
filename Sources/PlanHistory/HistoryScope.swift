public import GitObjects
import PlanJudge
import PlanModel
public import GitRepository

/// Which commits a question about history is about.
public struct HistoryScope: Sendable {
  /// The commit at which the question looks.
  public let tip: ObjectID
  /// The commit that is trusted, and whose history is left out; nil for all of history.
  public let anchor: ObjectID?
  /// True where the anchor is a branch that the tip is to be merged into.
  public let isRange: Bool

  /// Reads `REV` or `A..B`; nothing is `HEAD`.
  /// - Parameter anchor: a revision that is trusted, beside `REV`; a range has its own.
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

  /// A commit and all its ancestors.
  public init(tip: ObjectID) {
    self.tip = tip
    anchor = nil
    isRange = false
  }

  /// Which commits are judged, and what is trusted.
  public func range(in repository: Repository) throws -> AuditRange {
    guard let anchor else { return .whole(tip) }
    return try .after([anchor], to: [tip], in: repository)
  }

  /// What an audit found before to be without fault up to one of the tip's ancestors; nil where there is nothing.
  func known(in store: VerifiedHistoryStore, _ repository: Repository) throws -> VerifiedHistory? {
    let policy = try repository.tree(ofCommit: tip).policyFiles()
    guard let known = store.load(store.key(policy: policy)), try known.isBehind(tip, in: repository) else { return nil }
    return known
  }

  /// Judges the commits of the scope.
  /// - Parameters:
  ///   - detail: what has to be told of the runs.
  ///   - store: where to find and to keep what was judged before; its commits' runs are counted and not told.
  ///   - progress: told now and then how many commits are done, of how many.
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
    }
    return report
  }

  private func plan(of commit: ObjectID, in repository: Repository) throws -> RefContent {
    try RefContent(repository.tree(ofCommit: commit))
  }
}
