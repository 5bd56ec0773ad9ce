public import GitObjects
import PlanModel
public import GitRepository
public import PlanHistory

/// A ref that a push changes.
public struct RefUpdate: Sendable {
  /// The commit before the push. Zero for a new ref.
  public let old: ObjectID
  /// The commit after the push. Zero for a deletion.
  public let new: ObjectID
  /// Its full name.
  public let name: String

  /// Reads a line of `pre-receive`'s input: `old new ref`.
  public init?(receiveLine line: Substring) {
    let parts = line.split(separator: " ", maxSplits: 2)
    guard parts.count == 3, let old = ObjectID(hex: String(parts[0])), let new = ObjectID(hex: String(parts[1])) else {
      return nil
    }
    self.init(old: old, new: new, name: String(parts[2]))
  }

  /// Reads a line of `pre-push`'s input: `local-ref local-id remote-ref remote-id`.
  public init?(pushLine line: Substring) {
    let parts = line.split(separator: " ")
    guard parts.count == 4, let new = ObjectID(hex: String(parts[1])), let old = ObjectID(hex: String(parts[3])) else {
      return nil
    }
    self.init(old: old, new: new, name: String(parts[2]))
  }

  private init(old: ObjectID, new: ObjectID, name: String) {
    self.old = old
    self.new = new
    self.name = name
  }
}

/// Judges what a clone is about to send or to move. Like every hook of a clone, it only advises.
public struct PushAudit {
  private let repository: Repository

  /// Prepares an audit.
  public init(_ repository: Repository) { self.repository = repository }

  /// Judges the new commits of each ref.
  /// - Parameter known: commits that the other side already has.
  /// - Complexity: O(new commits).
  public func run(_ updates: [RefUpdate], known: [ObjectID]) throws -> HistoryReport {
    var report = HistoryReport()
    for update in updates where update.new != .zero {
      guard let tip = try repository.commit(behind: update.new) else { continue }
      let old = try update.old != .zero && repository.holds(update.old) ? repository.commit(behind: update.old) : nil
      let range = try AuditRange.after(old.map { [$0] } ?? [], known: known, to: [tip], in: repository)
      report.add(try range.audit(repository))
    }
    return report
  }
}
