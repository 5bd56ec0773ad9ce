public import GitObjects
import PlanJudge
public import PlanModel
public import GitRepository
import PlanTrees

/// Follows milestones and runs back to their sources, from the report of an audit.
public struct LineageReader {
  private let repository: Repository
  private let report: HistoryReport
  private let tip: ObjectID
  private let ref: String?

  /// - Parameters:
  ///   - report: the report of an audit of that history, with each run.
  ///   - tip: the commit that was audited.
  ///   - ref: the name of the tip, such as `refs/heads/main`; nil if the caller gave its id.
  public init(_ repository: Repository, _ report: HistoryReport, tip: ObjectID, ref: String?) {
    (self.repository, self.report, self.tip, self.ref) = (repository, report, tip, ref)
  }

  /// Returns the runs whose id begins with `prefix`, in the order of history.
  public func runs(beginning prefix: String) -> [RunRecord] {
    report.runs.filter { $0.id?.hex.hasPrefix(prefix) == true }
  }

  /// Follows milestones of the audited commit.
  /// - Parameters:
  ///   - ids: the milestones; nil for the whole plan.
  ///   - depth: the number of levels of dependencies to follow, including the milestones themselves; nil for all.
  /// - Throws: `GitError` if an object cannot be read.
  /// - Complexity: O(runs + evidence), with a read of the milestone's file for each run that brought evidence.
  public func lineage(of ids: [MilestoneID]?, depth: Int?) throws -> Lineage {
    let tree = try repository.tree(ofCommit: tip)
    guard let ids else {
      return try lineage(at: tip, tree, try tree.milestones().keys.sorted(), report.runs, isWhole: report.isWhole)
    }
    let closure = try dependencies(of: ids, in: tree, depth)
    let wanted = Set(closure)
    let runs = report.runs.filter { $0.run.milestones.contains(where: wanted.contains) }
    return try lineage(at: tip, tree, closure, runs, isWhole: report.isWhole)
  }

  /// Follows a run in the plan of its commit.
  /// - Throws: `GitError` if an object cannot be read.
  public func lineage(of record: RunRecord, depth: Int?) throws -> Lineage {
    let tree = try repository.tree(ofCommit: record.commit)
    let touched = try record.run.milestones.filter { try tree.milestone($0) != nil }
    let closure = try dependencies(of: touched.sorted(), in: tree, depth)
    let wanted = Set(closure)
    let before = Set(try repository.commits(from: [record.commit]))
    let runs = report.runs.filter { other in
      other.id == record.id && other.commit == record.commit
        || before.contains(other.commit) && other.run.milestones.contains(where: wanted.contains)
    }
    return try lineage(at: record.commit, tree, closure, runs, isWhole: false)
  }

  /// Returns every run of an audited range, without milestones.
  /// - Throws: `GitError` if an object cannot be read.
  public func range() throws -> Lineage {
    try lineage(at: tip, repository.tree(ofCommit: tip), [], report.runs, isWhole: false)
  }

  private func dependencies(of ids: [MilestoneID], in tree: GitTree, _ depth: Int?) throws -> [MilestoneID] {
    var (closure, level, known) = (ids, ids, Set(ids))
    var left = depth.map { $0 - 1 } ?? .max
    while left > 0, !level.isEmpty {
      var next: Set<MilestoneID> = []
      for id in level { next.formUnion(try tree.milestone(id)?.milestone?.dependsOn ?? []) }
      level = next.subtracting(known).sorted()
      closure += level
      known.formUnion(level)
      left -= 1
    }
    return closure
  }

  private func lineage(
    at commit: ObjectID, _ tree: GitTree, _ ids: [MilestoneID], _ runs: [RunRecord], isWhole: Bool
  ) throws -> Lineage {
    let steps = try runs.map { try step($0) }
    var places: [MilestoneID: [Int]] = [:]
    for (place, step) in steps.enumerated() {
      for id in Set(step.run.milestones) { places[id, default: []].append(place) }
    }
    let snapshot = try tree.policy()
    let proof = Proof(tree: tree, authorization: snapshot.policy?.authorization, moment: { nil })
    var (nodes, differences) = ([Lineage.Node](), [String]())
    for id in ids {
      guard let file = try tree.milestone(id), let milestone = file.milestone else { continue }
      let own = places[id] ?? []
      var entries: [Lineage.Entry] = []
      for criterion in milestone.exitCriteria {
        for evidence in criterion.evidence {
          let digest = evidence.digest
          let bringer = own.last { place in
            steps[place].run.evidence.contains {
              $0.milestone == id && $0.criterion == criterion.id && $0.digest == digest
            }
          }
          entries.append(
            Lineage.Entry(
              criterion: criterion.id, evidence: evidence, bringer: bringer,
              match: try match(evidence, of: criterion, in: milestone, proof)))
          if case .check(let record) = evidence.kind, let difference = try difference(record, criterion, id) {
            differences.append(difference)
          }
        }
      }
      nodes.append(
        Lineage.Node(
          id: id, title: milestone.workstream, status: milestone.status, file: file.digest, steps: own,
          evidence: entries, waived: milestone.exitCriteria.compactMap { c in c.waiver.map { (c.id, $0.until) } },
          dependsOn: milestone.dependsOn))
    }
    let summary = Lineage.Summary(
      ref: ref, isLegal: report.isAccepted, isWhole: isWhole,
      at: report.runs.filter(\.isStamped).map(\.run.at).max())
    return Lineage(
      commit: commit, plan: try tree.planFile()?.plan?.planID, policy: snapshot.digest, steps: steps, nodes: nodes,
      differences: differences, summary: summary)
  }

  private func step(_ record: RunRecord) throws -> Lineage.Step {
    let tree = try repository.tree(ofCommit: record.commit)
    var checks: [(name: String, record: CheckRecord)] = []
    for added in record.run.evidence {
      guard let milestone = try tree.milestone(added.milestone)?.milestone,
        let criterion = milestone.exitCriteria.first(where: { $0.id == added.criterion })
      else { continue }
      for entry in criterion.evidence where entry.digest == added.digest {
        guard case .check(let record) = entry.kind else { continue }
        checks.append(("\(added.milestone)/\(added.criterion)", record))
        break
      }
    }
    return Lineage.Step(
      id: record.isStamped ? record.id : nil, commit: record.commit, run: record.run,
      plan: try tree.planFile()?.plan?.planID, codes: record.codes.sorted(), checks: checks)
  }

  private func match(
    _ evidence: Evidence, of criterion: ExitCriterion, in milestone: Milestone, _ proof: Proof
  ) throws -> Lineage.Match {
    if case .statement = evidence.kind { return .word }
    guard let mismatch = try proof.mismatch(evidence, of: criterion, in: milestone) else { return .same }
    return .changed(mismatch.subjects(criterion))
  }

  /// Compares the inputs that a record names with those of the commit that it names.
  private func difference(_ record: CheckRecord, _ criterion: ExitCriterion, _ id: MilestoneID) throws -> String? {
    guard let check = criterion.check, check.digest == record.command, let commit = ObjectID(hex: record.commit),
      try repository.holds(commit)
    else { return nil }
    let found = try repository.tree(ofCommit: commit).inputs(PathSelection(check.inputs)).digest
    guard found != record.inputs else { return nil }
    return
      "\(id)/\(criterion.id): the inputs at \(record.commit.prefix(12)) have the digest \(found.hex.prefix(12))…, and \(record.inputs.hex.prefix(12))… is recorded."
  }
}

extension Run {
  /// The milestones that it touches, with repeats.
  var milestones: [MilestoneID] { transitions.map(\.milestone) + edits.compactMap(\.milestone) }
}
