import Profiles
import Attestations
import PlanEvents
import PlanGate
public import PlanHistory
import PlanJudge
import PlanModel
import PlanSLO
import GitObjects
public import GitRepository
import PlanTrees
public import Telemetry

/// Collects the facts of one repository for metrics: the results of `status`, `gate`, `slo show`, `deliver` and `dlq`
/// for HEAD.
public struct FactCollector {
  private let repository: Repository
  /// The current time, in milliseconds since 1970.
  private let now: Int64
  private let store: VerifiedHistoryStore?

  /// - Parameters:
  ///   - now: the time that decides whether evidence and waivers have lapsed, in milliseconds since 1970.
  ///   - store: the cache for audits.
  public init(_ repository: Repository, now: Int64, store: VerifiedHistoryStore?) {
    (self.repository, self.now, self.store) = (repository, now, store)
  }

  /// Collects the facts.
  /// - Parameter verifies: true to audit the whole history; otherwise the newest audit's result is used.
  /// - Throws: `GitError` if the repository or its plan cannot be read; `SystemError`.
  /// - Complexity: O(V+E), plus the evidence in review or done, plus the history of suspect milestones and
  ///   undelivered runs.
  public func facts(verifies: Bool) throws -> RepositoryFacts {
    guard case .commit(let tip) = try repository.head() else {
      throw GitError(
        .notFound, "The repository has no commit yet.", hint: "Metrics are those of HEAD.", function: "head")
    }
    let tree = try repository.tree(ofCommit: tip)
    let read = try PlanOverview(tree, now: now, attestations: AttestationStore(repository))
    guard read.plan != nil || !read.entries.isEmpty else {
      throw GitError(.notFound, "HEAD holds no plan.", hint: "readiness init creates one.", function: "plan")
    }
    let overview = try repository.lettingGo(read, at: tip, in: tree, now: now, store: store)
    var facts = RepositoryFacts()
    facts.plan = overview.plan?.planID ?? ""
    facts.headAt = try repository.commit(tip).committedAt
    facts.milestones = Category.allCases.map { category in
      (category.rawValue, overview.entries.count { $0.category == category })
    }
    let objectives = ObjectiveGate(tree, policy: overview.policy, verifier: repository.signatures)
    facts.gates = try overview.policy.gates.gates.sorted { $0.key < $1.key }.map { name, gate in
      let decision = try GateDecision(name, gate, overview, in: tree, objectives)
      return RepositoryFacts.Gate(name: name, answer: decision.answer.rawValue)
    }
    facts.objectives = try Self.objectives(objectives, overview, tree)
    facts.suspectSince = try SuspectSince(repository: repository, overview: overview, tree: tree).moments(at: tip)
    facts.evidenceEnds = Self.evidenceEnds(overview)
    facts.waiverEnds = Self.waiverEnds(overview)
    facts.sinks = try sinks(overview.policy, tip)
    facts.promotions = try PromotionReader(repository: repository).stages(in: tree)
    let kept = NewestAudit(repository)
    if verifies { try kept.keep(audit(tip, tree)) }
    facts.audit = try kept.load()
    return facts
  }

  private static func objectives(
    _ judge: ObjectiveGate, _ overview: PlanOverview, _ tree: any PlanTree
  ) throws -> [RepositoryFacts.Objective] {
    let conditions = overview.policy.gates.gates["release"]?.objectives ?? .standard
    return try ObjectiveFile.all(in: tree).map { file in
      let verdict = try judge.verdict(file, conditions, now: overview.now)
      return RepositoryFacts.Objective(
        name: file.name, budgetLeft: verdict.budgetLeft, capturedAt: verdict.capturedAt.map { $0 / 1000 })
    }
  }

  /// Returns the time at which the first evidence of each milestone in review or done lapses. An attestation extends
  /// the evidence that it renews.
  private static func evidenceEnds(_ overview: PlanOverview) -> [RepositoryFacts.Dated] {
    overview.entries.filter(\.isClaimed).compactMap { entry in
      let ends = entry.milestone.exitCriteria.flatMap { criterion -> [Int64] in
        guard let days = criterion.check?.validFor, entry.standing(of: criterion) != .waived else { return [] }
        return criterion.evidence.compactMap { evidence in
          guard case .check(let record) = evidence.kind else { return nil }
          let renewed = entry.renewed.filter { $0.criterion == criterion.id }.map(\.at).max()
          return max(record.at, renewed ?? record.at) / 1000 + Int64(days) * 86_400
        }
      }
      return ends.min().map { RepositoryFacts.Dated(milestone: entry.id.text, at: $0) }
    }
  }

  /// Returns the time at which the first waiver or exception of each milestone ends.
  private static func waiverEnds(_ overview: PlanOverview) -> [RepositoryFacts.Dated] {
    var ends: [MilestoneID: Int64] = [:]
    func add(_ id: MilestoneID, _ end: Int64?) {
      if let end { ends[id] = min(ends[id] ?? .max, end) }
    }
    for entry in overview.entries {
      for criterion in entry.milestone.exitCriteria {
        let counts = entry.standing(of: criterion) == .waived || criterion.evidence.isEmpty
        if counts { add(entry.id, criterion.waiver?.endsAt) }
      }
    }
    for waive in overview.letGo { add(waive.waive.milestone, Waiver.end(ofDay: waive.waive.until)) }
    return ends.map { RepositoryFacts.Dated(milestone: $0.key.text, at: $0.value) }
  }

  private func sinks(_ policy: Policy, _ tip: ObjectID) throws -> [RepositoryFacts.Sink] {
    let (letters, _) = try Deliverer.queue(repository).letters()
    let named = policy.sinks.sinks.keys
    return try Set(named).union(letters.map(\.sink)).sorted().map { name in
      RepositoryFacts.Sink(
        name: name, deadLetters: letters.count { $0.sink == name },
        behind: named.contains(name) ? try Outbox(repository).behind(name, of: tip) : nil)
    }
  }

  /// Audits every commit, like `verify`.
  private func audit(_ tip: ObjectID, _ tree: any PlanTree) throws -> RepositoryFacts.Audit {
    let report = try HistoryScope(tip: tip).audit(repository, detail: .counted, store: store)
    // The same commit must give the same result on any day, as with `verify`.
    let overview = try PlanOverview(tree, now: nil)
    let letGo = try repository.lettingGo(
      overview, at: tip, in: tree, now: repository.commit(tip).committedMilliseconds, after: report)
    let findings =
      try report.findings + overview.suspectFindings + letGo.lapsedFindings + EmergencyLog(repository).findings()
    func count(_ severity: Finding.Severity) -> Int { findings.count { $0.severity == severity } }
    return RepositoryFacts.Audit(errors: count(.error), warnings: count(.warning), notes: count(.note))
  }
}
