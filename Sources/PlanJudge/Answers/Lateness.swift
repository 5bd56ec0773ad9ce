public import PlanModel

/// Which milestones are past their `target`, and which cannot be expected to keep it (decision 0090).
public struct Lateness: Sendable {
  /// How bad it is.
  public enum Kind: String, Sendable {
    /// The target day is over and the milestone is not done.
    case late
    /// A milestone that it waits for is late, or due after it.
    case atRisk = "at-risk"
  }

  /// One milestone that is late or at risk.
  public struct Item: Sendable, Equatable {
    /// The milestone.
    public let milestone: MilestoneID
    /// Its target, `YYYY-MM-DD`.
    public let target: String
    /// How bad it is.
    public let kind: Kind
    /// The chain of dependencies from it down to the cause; the milestone alone if it is late.
    public let path: [MilestoneID]
    /// The target of the last one of the path.
    public let causeTarget: String

    /// The fact in a sentence.
    public var message: String {
      guard kind == .atRisk else { return "\(milestone) is late: it was due on \(target)." }
      let chain = path.dropFirst().map(\.text).joined(separator: " <- ")
      let due = causeTarget > target ? "is due later, on" : "was due on"
      return "\(milestone), due on \(target), is at risk: it waits for \(chain), which \(due) \(causeTarget)."
    }
  }

  /// By id. Empty if no open milestone has a target, or no moment is given.
  public let items: [Item]

  /// Looks for them at the overview's moment. O(V+E) if any open milestone has a target, else O(V).
  public init(_ overview: PlanOverview) {
    let today = overview.now.map { String(Timestamp.text(millisecondsSince1970: $0).prefix(10)) }
    var targets: [MilestoneID: String] = [:]
    for entry in overview.entries where entry.category != .done {
      if let target = entry.target { targets[entry.id] = target }
    }
    guard let today, !targets.isEmpty else {
      items = []
      return
    }
    var causes: [MilestoneID: Causes] = [:]
    var items: [Item] = []
    for id in overview.graph.topologicalOrder() {
      guard let entry = overview[id], entry.category != .done else { continue }
      var found = Causes()
      for blocker in entry.blockers {
        let behind = causes[blocker] ?? Causes()
        let target = targets[blocker]
        if let target, target < today { found.takeLate(target, by: blocker) }
        if let late = behind.late { found.takeLate(late.target, by: blocker) }
        if let target { found.takeLatest(target, by: blocker) }
        if let latest = behind.latest { found.takeLatest(latest.target, by: blocker) }
      }
      causes[id] = found
      guard let target = targets[id] else { continue }
      if target < today {
        items.append(Item(milestone: id, target: target, kind: .late, path: [id], causeTarget: target))
      } else if let cause = found.late ?? found.latest.flatMap({ $0.target > target ? $0 : nil }) {
        let path = Self.path(from: id, to: cause.target, isLate: found.late != nil, causes, targets)
        items.append(Item(milestone: id, target: target, kind: .atRisk, path: path, causeTarget: cause.target))
      }
    }
    self.items = items.sorted { $0.milestone < $1.milestone }
  }

  /// What is known of the milestones below one: the first that is late, and the one that is due last.
  private struct Causes {
    var late: (target: String, by: MilestoneID)?
    var latest: (target: String, by: MilestoneID)?

    mutating func takeLate(_ target: String, by id: MilestoneID) {
      if late.map({ (target, id) < ($0.target, $0.by) }) ?? true { late = (target, id) }
    }

    mutating func takeLatest(_ target: String, by id: MilestoneID) {
      if latest.map({ target > $0.target || (target == $0.target && id < $0.by) }) ?? true { latest = (target, id) }
    }
  }

  private static func path(
    from id: MilestoneID, to target: String, isLate: Bool, _ causes: [MilestoneID: Causes],
    _ targets: [MilestoneID: String]
  ) -> [MilestoneID] {
    var path = [id]
    while let last = path.last, let next = isLate ? causes[last]?.late?.by : causes[last]?.latest?.by {
      path.append(next)
      if targets[next] == target { break }
    }
    return path
  }
}

extension Gates.Gate {
  /// True if the gate refuses a milestone because its target day is over and it is not done.
  func isOverdue(_ entry: PlanOverview.Entry, now: Int64?) -> Bool {
    guard noOverdue, entry.category != .done, let target = entry.target, let now else { return false }
    return target < Timestamp.text(millisecondsSince1970: now).prefix(10)
  }
}
