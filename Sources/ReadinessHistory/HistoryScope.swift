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

  /// From where on history is judged, as the first parent of the tip has it (contract 2.3).
  public static func judgedFrom(_ repository: Repository, tip: ObjectID) throws -> ObjectID? {
    guard let parent = try repository.commit(tip).parents.first else { return nil }
    let tree = repository.tree(of: try repository.commit(parent))
    return try tree.policy().policy?.provenance.judgedFrom.flatMap { ObjectID(hex: $0) }
  }

  /// Judges the commits of the scope.
  /// - Parameters:
  ///   - folds: true to add the runs up as well.
  ///   - progress: told now and then how many commits are done, of how many.
  public func audit(
    _ repository: Repository, folds: Bool = false, progress: (Int, Int) -> Void = { _, _ in }
  ) throws -> HistoryReport {
    try HistoryAudit.run(
      repository, tips: [tip], notFrom: hidden, judgedFrom: Self.judgedFrom(repository, tip: tip), folds: folds,
      progress: progress)
  }
}
