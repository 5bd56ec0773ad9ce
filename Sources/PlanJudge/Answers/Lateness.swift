public import PlanModel

/// The milestones that are past their `target` or unlikely to meet it (decision 0090).
public struct Lateness: Sendable {
  /// The severity.
  public enum Kind: String, Sendable {
    /// The target day has passed, and the milestone is not done.
    case late
    /// A dependency is late, or is due after the milestone.
    case atRisk = "at-risk"
  }

  /// A milestone that is late or at risk.
  public struct Item: Sendable, Equatable {
    /// The milestone.
    public let milestone: MilestoneID
    /// The target day, `YYYY-MM-DD`.
    public let target: String
    /// The severity.
    public let kind: Kind
    /// The chain of dependencies down to the cause; only the milestone if it is late.
    public let path: [MilestoneID]
    /// The target day of the last milestone in the path.
    public let causeTarget: String

    /// The fact, as a sentence.
    public var message: String {
      guard kind == .atRisk else { return "\(milestone) is late: it was due on \(target)." }
      let chain = path.dropFirst().map(\.text).joined(separator: " <- ")
      let due = causeTarget > target ? "is due later, on" : "was due on"
      return "\(milestone), due on \(target), is at risk: it waits for \(chain), which \(due) \(causeTarget)."
    }
  }

  /// The items, by id. Empty if no open milestone has a target day, or if the time is unknown.
  public let items: [Item]

  /// Determines the items at the overview's time. O(V+E) if any open milestone has a target day, else O(V).
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

  /// The causes among a milestone's dependencies: the first that is late, and the one that is due last.
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
  /// Returns true if the gate rejects a milestone because its target day has passed and it is not done.
  func isOverdue(_ entry: PlanOverview.Entry, now: Int64?) -> Bool {
    guard noOverdue, entry.category != .done, let target = entry.target, let now else { return false }
    return target < Timestamp.text(millisecondsSince1970: now).prefix(10)
  }
}
