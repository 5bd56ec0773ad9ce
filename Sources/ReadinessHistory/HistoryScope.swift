import ReadinessCore
import ReadinessGit

/// Which commits a question about history is about.
public struct HistoryScope: Sendable {
  /// The commit at which the question looks.
  public let tip: ObjectID
  /// Commits whose history is left out.
  public let hidden: [ObjectID]

  /// Reads `REV` or `A..B`; nothing is `HEAD`.
  public init(_ repository: Repository, _ text: String?) throws {
    let text = text ?? "HEAD"
    if let dots = text.firstRange(of: "..") {
      let from = text[..<dots.lowerBound]
      let to = text[dots.upperBound...]
      hidden = [try repository.commit(named: from.isEmpty ? "HEAD" : String(from))]
      tip = try repository.commit(named: to.isEmpty ? "HEAD" : String(to))
    } else {
      hidden = []
      tip = try repository.commit(named: text)
    }
  }

  /// A commit and all its ancestors.
  public init(tip: ObjectID) {
    self.tip = tip
    hidden = []
  }

  /// From where on history is judged, as the first parent of the tip has it (contract 2.3).
  public static func judgedFrom(_ repository: Repository, tip: ObjectID) throws -> ObjectID? {
    try firstParent(repository, tip)?.policy().policy?.provenance.judgedFrom.flatMap { ObjectID(hex: $0) }
  }

  private static func firstParent(_ repository: Repository, _ tip: ObjectID) throws -> GitTree? {
    try repository.commit(tip).parents.first.map { try repository.tree(of: repository.commit($0)) }
  }

  /// What an audit found before to be without fault up to one of the tip's ancestors; nil where there is nothing.
  func known(in store: VerifiedHistoryStore, _ repository: Repository) throws -> VerifiedHistory? {
    let policy = try Self.firstParent(repository, tip)?.policyFiles() ?? [:]
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
    if let store, hidden.isEmpty, detail == .counted {
      let policy = try Self.firstParent(repository, tip)?.policyFiles() ?? [:]
      return try HistoryAudit.run(
        repository, tip: tip, judgedFrom: Self.judgedFrom(repository, tip: tip), policy: policy, store: store,
        progress: progress)
    }
    return try HistoryAudit.run(
      repository, tips: [tip], notFrom: hidden, judgedFrom: Self.judgedFrom(repository, tip: tip), detail: detail,
      progress: progress)
  }
}
