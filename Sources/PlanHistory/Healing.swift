import GitObjects
import PlanJudge
import PlanModel
import GitRepository

/// The facts that published commits lack, and the later commits that record them (contract 3, heal).
struct Healing {
  /// A commit that changed something without a true stamp.
  struct Wound {
    let commit: ObjectID
    /// The commit's position in the walk.
    let place: Int
    /// The facts that a healing stamp has to name, all of them.
    let facts: Set<HealedFact>
    /// The positions of its findings in the report.
    let findings: Range<Int>
    let isUnstamped: Bool
  }

  private(set) var wounds: [Wound] = []
  private var records: [(place: Int, facts: Set<HealedFact>)] = []

  /// Records whether a commit lacks something, and whether it heals.
  mutating func note(
    _ commit: Commit, at place: Int, _ blocks: [StampBlock], _ assessment: Assessment, _ findings: ArraySlice<Finding>
  ) {
    let healing = blocks.filter { $0.heals && $0.fault == nil }.compactMap(\.run)
    // A stamp that is false, or that its actor had no authority for, heals nothing.
    if !healing.isEmpty, !findings.contains(where: { $0.severity == .error }) {
      records.append((place, healing.reduce(into: []) { $0.formUnion($1.facts) }))
    }
    guard let draft = assessment.draft,
      findings.contains(where: { $0.severity == .error && ReasonCode.repairedByStamps.contains($0.code) })
    else { return }
    wounds.append(
      Wound(
        commit: commit.id, place: place, facts: draft.facts, findings: findings.indices,
        isUnstamped: blocks.allSatisfy(\.heals)))
  }

  /// Turns the errors of healed commits into notes. O(healing commits × commits of the walk) at worst.
  /// - Returns: the healed commits.
  func apply(to findings: inout [Finding], _ descent: inout Descent, in repository: Repository) throws -> Set<ObjectID>
  {
    guard !records.isEmpty else { return [] }
    var open = wounds.map(\.facts)
    for record in records {
      // By what heals, so that one walk answers for all that it may heal.
      for (number, wound) in wounds.enumerated() where !record.facts.isDisjoint(with: open[number]) {
        if descent.isDescendant(record.place, of: wound.place) { open[number].subtract(record.facts) }
      }
    }
    var healed = Set<ObjectID>()
    for (wound, left) in zip(wounds, open) where left.isEmpty {
      healed.insert(wound.commit)
      for index in try Self.pardoned(wound, findings, repository) { findings[index].severity = .note }
    }
    return healed
  }

  /// Returns the errors that would remain if every commit without a stamp were healed.
  func beyondHealing(_ findings: [Finding], in repository: Repository) throws -> [Finding] {
    let pardoned = try Set(wounds.flatMap { try Self.pardoned($0, findings, repository) })
    return findings.indices.filter { findings[$0].severity == .error && !pardoned.contains($0) }.map { findings[$0] }
  }

  /// Returns the positions of the errors that become notes when a commit is healed.
  private static func pardoned(_ wound: Wound, _ findings: [Finding], _ repository: Repository) throws -> [Int] {
    let walkable = try wound.isUnstamped ? walkable(wound, findings, repository) : []
    return wound.findings.filter { index in
      let finding = findings[index]
      let isPath = finding.code == .illegalTransition && finding.milestone.map(walkable.contains) == true
      return finding.severity == .error && (ReasonCode.repairedByStamps.contains(finding.code) || isPath)
    }
  }

  /// Returns the milestones whose direct step is no edge, but that reach the status by edges whose last guards pass.
  private static func walkable(_ wound: Wound, _ findings: [Finding], _ repository: Repository) throws
    -> Set<MilestoneID>
  {
    let own = findings[wound.findings]
    let illegal = Set(own.filter { $0.code == .illegalTransition }.compactMap(\.milestone))
    guard !illegal.isEmpty else { return [] }
    let step = try Proposal(repository.commit(wound.commit), in: repository).claiming(.healed)
    let verdict = try Judge.assess(step).verdict
    // A limited verdict has dropped findings, so no milestone can be cleared.
    guard !verdict.isLimited else { return [] }
    let still = verdict.findings.filter { $0.severity == .error }
    return illegal.filter { id in
      let known = own.filter { $0.milestone == id && $0.code != .illegalTransition }.map(\.code)
      return !still.contains { $0.milestone == id && !known.contains($0.code) }
    }
  }
}
