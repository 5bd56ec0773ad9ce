import GitObjects
import PlanJudge
import PlanModel
public import GitRepository
import PlanTrees
public import PlanHistory

/// The gate of a server. It judges each ref of a push from the ref's value before the push.
public struct RefGate {
  private let repository: Repository
  /// The refs of the server before the push.
  public let server: ServerRefs

  /// - Throws: `GitError` if refs cannot be read.
  public init(_ repository: Repository) throws {
    self.repository = repository
    server = try ServerRefs(repository)
  }

  /// Returns the judge's report on a push.
  /// - Throws: an error if something cannot be read; the push is then refused.
  /// - Complexity: O(new commits).
  public func judge(_ updates: [RefUpdate]) throws -> HistoryReport {
    let moves = try updates.map(move)
    try repository.lookAhead(
      from: moves.compactMap(\.newTip), notFrom: moves.compactMap(\.oldTip) + moves.flatMap(\.anchors))
    var report = HistoryReport()
    report.findings = try Judge.assess(moves.map(\.change)) { old, new in
      guard let old = try repository.commit(behind: old), let new = try repository.commit(behind: new) else {
        return false
      }
      return try old == new || repository.isDescendant(new, of: old)
    }
    for move in moves where move.change.role == .records { report.findings += try plansAmongRecords(move) }
    guard report.isAccepted else { return report }
    for move in moves where server.isAttestations(move.change.name) {
      guard let tip = move.newTip else { continue }
      var gate = try AttestationGate(repository, server)
      report.findings += try gate.judge(move.change.name, from: move.oldTip, to: tip)
    }
    guard report.isAccepted else { return report }
    for group in Group.all(moves.filter(isJudged)) {
      let together = try audit(group, group.tips)
      // A commit healed by one tip is not healed in the history of another.
      guard together.isAccepted, together.heals, group.tips.count > 1 else {
        report.add(together)
        continue
      }
      for tip in group.tips { report.add(try audit(group, [tip])) }
    }
    return report
  }

  /// Reads a ref and finds its anchor: its own old value, otherwise the branches that define the server's plan.
  private func move(_ update: RefUpdate) throws -> Move {
    func tip(_ id: ObjectID) throws -> ObjectID? { id == .zero ? nil : try repository.commit(behind: id) }
    func content(_ tip: ObjectID?) throws -> RefContent {
      try tip.map { try RefContent(repository.tree(ofCommit: $0)) } ?? .nothing
    }
    let name = try server.resolved(update.name)
    let (oldTip, newTip) = (try tip(update.old), try tip(update.new))
    let (before, after) = (try content(oldTip), try content(newTip))
    let role = try server.role(of: name, old: oldTip, holdsPlan: before.holdsPlan || after.holdsPlan)
    if newTip == nil, update.new != .zero { try refuseWithoutHistory(name, update.new, old: oldTip) }
    // A tree or a file that an earlier program let into a ref of records is no record, and a chain may replace it.
    let hadNone = update.old == .zero || role == .records && oldTip == nil
    var anchors = server.trunk.map(\.tip)
    var contents = server.trunk.map(\.content)
    // A free branch that replaces its plan with the server's own is judged as a new one.
    let goesHome =
      role == .free && before.plan != after.plan && after.plan != nil && contents.contains { $0.plan == after.plan }
    if let oldTip, before.holdsPlan || before.holdsPolicy, !goesHome {
      anchors = [oldTip]
      // A policy alone names no plan: the server's own counts.
      if before.holdsPlan { contents = [before] }
    }
    let isBeside = role == .isProtected && name != server.head
    return Move(
      change: RefChange(
        name: name, old: hadNone ? nil : update.old, new: update.new == .zero ? nil : update.new,
        role: role, before: before, after: after, anchors: contents, namesCommit: newTip == update.new,
        displaced: update.old == .zero ? server.displaced(by: name) : nil),
      oldTip: oldTip, newTip: newTip, anchors: anchors,
      alsoAsked: isBeside ? server.headTip.map { [$0] } ?? [] : [])
  }

  /// Throws if a protected ref would name a tree or a file, which has no history, or a free ref a tree with a plan.
  /// - Throws: `GitError` of kind `unsupported`.
  private func refuseWithoutHistory(_ name: String, _ id: ObjectID, old: ObjectID?) throws {
    let holdsPlan = try repository.tree(behind: id).map { try Kinship.holdsPlanOrPolicy(repository.tree($0)) } ?? false
    let role = try server.role(of: name, old: old, holdsPlan: holdsPlan)
    guard role == .isProtected || role == .free && holdsPlan && server.named == nil else { return }
    throw GitError(
      .unsupported, "\(name) would name a tree or a file, which has no history that could be judged.",
      hint: "Push a commit, or a tag of one.", function: "git_object_peel")
  }

  private func audit(_ group: Group, _ tips: [ObjectID]) throws -> HistoryReport {
    let range = try AuditRange.after(group.anchors, to: tips, alsoAsked: group.alsoAsked, in: repository)
    return try range.audit(repository, earlier: RunIndex(repository, covering: group.anchors, isKept: true))
  }

  /// Returns true if the new commits of a ref are judged (contract 2.2, anchors).
  private func isJudged(_ move: Move) -> Bool {
    guard move.newTip != nil, move.change.role != .records else { return false }
    if move.change.role == .isProtected { return true }
    if server.named != nil { return false }
    let plans = move.change.anchors.compactMap(\.plan)
    guard let plan = move.change.after.plan, !plans.isEmpty else { return true }
    return plans.contains(plan)
  }

  /// Returns a finding if any commit of a ref of records contains a plan or policy.
  private func plansAmongRecords(_ move: Move) throws -> [Finding] {
    guard let tip = move.newTip else { return [] }
    let graph = try CommitGraph(repository, from: [tip], notFrom: move.oldTip.map { [$0] } ?? [])
    let guilty = try graph.ids.indices.first { index in
      try graph.mayHoldPlan(index) && Kinship.holdsPlanOrPolicy(repository.tree(graph.trees[index]))
    }
    guard let guilty else { return [] }
    return [.planAmongRecords(move.change.name, commit: graph.ids[guilty])]
  }
}

extension RefGate {
  /// A ref that moves, with its anchors.
  fileprivate struct Move {
    let change: RefChange
    let oldTip: ObjectID?
    let newTip: ObjectID?
    let anchors: [ObjectID]
    let alsoAsked: [ObjectID]
  }

  /// Moves with the same anchors.
  fileprivate struct Group {
    let anchors: [ObjectID]
    let alsoAsked: [ObjectID]
    var tips: [ObjectID]

    static func all(_ moves: [Move]) -> [Group] {
      var groups: [Group] = []
      for move in moves {
        guard let tip = move.newTip else { continue }
        let place = groups.firstIndex { $0.anchors == move.anchors && $0.alsoAsked == move.alsoAsked }
        if let place {
          if !groups[place].tips.contains(tip) { groups[place].tips.append(tip) }
        } else {
          groups.append(Group(anchors: move.anchors, alsoAsked: move.alsoAsked, tips: [tip]))
        }
      }
      return groups
    }
  }
}
