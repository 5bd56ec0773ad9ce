public import PlanModel

/// The steps that are missing before a gate answers go.
public struct GateGap: Sendable {
  /// A change that is needed before the answer is go.
  public struct Missing: Sendable, Equatable {
    /// The kind of change.
    public enum Kind: String, Sendable { case owner, criterion, deliverable, evidence, approval, status, target, risk }

    /// The kind of change.
    public let kind: Kind
    /// The milestone.
    public let milestone: MilestoneID
    /// The subject: a criterion, a path, a risk, or the state to reach.
    public let subject: String
    /// The change in a few words.
    public let text: String
  }

  /// The smallest set of changes after which the gate answers go, in a feasible order.
  public let missing: [Missing]
  /// The longest chain of milestones among those.
  public let criticalPath: [MilestoneID]

  /// Determines the missing changes, without a clock.
  /// - Throws: if something cannot be read.
  /// - Complexity: O(V+E).
  public init(_ gate: Gates.Gate, _ overview: PlanOverview, in tree: any PlanTree) throws {
    let scope = GateScope(gate, overview)
    let open = Set(scope.closure(of: scope.entries { !gate.isReached(by: $0.category) }))
    let graph = overview.graph
    criticalPath = graph.subgraph(of: open).criticalPath()
    let order = graph.topologicalOrder().filter { open.contains($0) || scope.covers($0) }
    missing = try order.flatMap { id -> [Missing] in
      guard let entry = overview[id] else { return [] }
      let target: Category = scope.covers(id) ? gate.category : .done
      return try Self.missing(entry, open.contains(id) ? target : nil, gate, overview, tree)
    }
  }

  /// - Parameter target: the category to reach; nil if the milestone has reached it already.
  private static func missing(
    _ entry: PlanOverview.Entry, _ target: Category?, _ gate: Gates.Gate, _ overview: PlanOverview,
    _ tree: any PlanTree
  ) throws -> [Missing] {
    let milestone = entry.milestone
    var missing: [Missing] = []
    func add(_ kind: Missing.Kind, _ subject: String, _ text: String) {
      // A file that is evidence for two criteria is renewed once.
      if missing.contains(where: { $0.kind == kind && $0.subject == subject }) { return }
      missing.append(Missing(kind: kind, milestone: milestone.id, subject: subject, text: text))
    }
    let proof = Proof(tree: tree, authorization: overview.policy.authorization, moment: { overview.now })
    // Guards ignore attestations, so a milestone that must move needs evidence in its file even if an attestation
    // renewed it.
    let isAsked =
      target != nil ? !entry.suspect.isEmpty || !entry.renewed.isEmpty : gate.noSuspect && !entry.suspect.isEmpty
    if isAsked {
      let renewed = target == nil ? Set(entry.renewed.map(\.criterion)) : []
      for stale in try proof.stale(milestone) where !renewed.contains(stale.criterion.id) || stale.isBeyondRenewal {
        if case .inputs(let paths) = stale.mismatch {
          // One run renews the evidence, however many files changed.
          let changed = paths.count == 1 ? "\(paths[0]) has" : "\(paths.count) of its inputs have"
          add(.evidence, stale.criterion.id, "run the check of \(stale.criterion.id) again: \(changed) changed")
        } else {
          for subject in stale.subjects { add(.evidence, subject, "renew the evidence \(subject)") }
        }
      }
    }
    if target != nil || !entry.suspect.isEmpty {
      for approval in milestone.approvals where approval.isVoid {
        add(
          .approval, approval.by,
          "have \(approval.by) approve it again: the signed approval names no review and does not count")
      }
    }
    if let target {
      if !milestone.isOwned { add(.owner, "owner", "assign an owner") }
      if target == .done || target == .review {
        let waived = Set(entry.waived.map(\.id))
        for criterion in milestone.exitCriteria where !waived.contains(criterion.id) {
          // Stale evidence of milestones in review or done is already listed as suspect.
          let isStale =
            try entry.category?.isFrozen != true
            && criterion.evidence.contains {
              try proof.mismatch($0, of: criterion, in: milestone) != nil
            }
          let verb = criterion.evidence.isEmpty ? "attach" : "renew"
          if criterion.evidence.isEmpty || isStale {
            add(.criterion, criterion.id, "\(verb) evidence: \(criterion.text)")
          }
        }
      }
      if target == .done {
        for item in milestone.deliverables {
          let isThere = try tree.kind(at: item.path.hasSuffix("/") ? String(item.path.dropLast()) : item.path) != nil
          if !isThere || overview.policy.workflow.category(item.status) != .done {
            add(
              .deliverable, item.path,
              isThere ? "set its status to done" : "commit the deliverable, and set its status to done")
          }
        }
      }
      let state = overview.policy.workflow.states.first { $0.category == target }?.name ?? target.rawValue
      add(.status, state, "reach \"\(state)\"")
    }
    if target != .done, gate.isOverdue(entry, now: overview.now) {
      add(.target, "target", "finish it, or move its target \(milestone.target ?? "") to a later day")
    }
    for risk in milestone.risks where gate.isTooHigh(risk) {
      add(.risk, risk.id, "mitigate, accept or close the risk \(risk.id): \(risk.text)")
    }
    return missing
  }
}

/// The milestones that a gate covers.
struct GateScope {
  /// The milestones' indices in the plan's entries.
  let places: [Int]
  private let patterns: [String]
  private let overview: PlanOverview

  init(_ gate: Gates.Gate, _ overview: PlanOverview) {
    self.overview = overview
    patterns = gate.milestones
    places = overview.entries.indices.filter { Self.covers(overview.entries[$0].id, gate.milestones) }
  }

  private static func covers(_ id: MilestoneID, _ patterns: [String]) -> Bool {
    patterns.contains { id.matches(pattern: $0) }
  }

  /// Returns true if the plan has the milestone and the gate covers it.
  func covers(_ id: MilestoneID) -> Bool { overview.place(of: id) != nil && Self.covers(id, patterns) }

  /// Returns the covered entries that match a predicate.
  func entries(where isMeant: (PlanOverview.Entry) -> Bool) -> [PlanOverview.Entry] {
    places.filter { isMeant(overview.entries[$0]) }.map { overview.entries[$0] }
  }

  /// Returns the milestones and their unfinished dependencies, which must be done first.
  func closure(of start: [PlanOverview.Entry]) -> [MilestoneID] {
    var seen = Set(start.map(\.id))
    var walk = start.map(\.id)
    while let id = walk.popLast() {
      for blocker in overview[id]?.blockers ?? [] where seen.insert(blocker).inserted { walk.append(blocker) }
    }
    return Array(seen)
  }
}
