public import PlanModel

extension PlanOverview {
  /// The readable milestones of a plan, by id, with the facts derived for each. Entries are created on access and store
  /// only an index.
  public struct Entries: RandomAccessCollection, Sendable {
    fileprivate let facts: PlanFacts

    init(_ facts: PlanFacts) { self.facts = facts }

    /// The first index.
    public var startIndex: Int { 0 }
    /// The index after the last.
    public var endIndex: Int { facts.waits.count }
    /// The entry at an index. O(1).
    public subscript(place: Int) -> Entry { Entry(facts, place) }
  }

  /// A milestone and the facts derived for it.
  public struct Entry: Sendable {
    private let facts: PlanFacts
    private let number: Int

    fileprivate init(_ facts: PlanFacts, _ number: Int) { (self.facts, self.number) = (facts, number) }

    /// The milestone.
    public var milestone: Milestone { facts.milestones[number] }
    /// Its id.
    public var id: MilestoneID { milestone.id }
    /// The topic, in a few words.
    public var workstream: String { milestone.workstream }
    /// The condition that is true when the milestone is done.
    public var outcome: String { milestone.outcome }
    /// The milestones that must be done first.
    public var dependsOn: [MilestoneID] { milestone.dependsOn }
    /// The person or team that is responsible; `TBD` if nobody is assigned.
    public var owner: String { milestone.owner }
    /// The name of its state.
    public var status: String { milestone.status }
    /// The target day, `YYYY-MM-DD`; nil if none is set.
    public var target: String? { milestone.target }
    /// The reason that the milestone is blocked; nil if it is not.
    public var blocked: Blocked? { milestone.blocked }
    /// The risks.
    public var risks: [Risk] { milestone.risks }

    /// The category of its state; nil if the workflow does not have the state.
    public var category: Category? { facts.categories[number] }
    /// True if it is in review or done, and so claims that its criteria are met.
    public var isClaimed: Bool { category?.isFrozen == true }
    /// True if it is pending and all its dependencies are done.
    public var isReady: Bool { facts.waits[number] == .forNothing && category == .pending }
    /// The dependencies that are not done, sorted.
    public var blockers: [MilestoneID] {
      switch facts.waits[number] {
      case .forNothing: []
      case .forAll: facts.graph.map { graph in graph.dependencies(at: number).map { graph.ids[$0] } } ?? dependsOn
      case .forSome: facts.blockers[number] ?? []
      }
    }
    /// True if no dependency is done and the dependencies are sorted.
    var waitsForAll: Bool { facts.waits[number] == .forAll }
    /// The subjects of evidence that no longer matches: changed paths, or a criterion with a reason. Empty unless the
    /// milestone is in review or done.
    public var suspect: [String] { facts.suspect[number] ?? [] }
    /// The first three subjects, and the number of the others.
    public var suspectInShort: String {
      let shown = suspect.prefix(3).joined(separator: ", ")
      return suspect.count > 3 ? "\(shown) and \(suspect.count - 3) more" : shown
    }
    /// The attestations that renew outdated evidence. Empty unless the milestone is in review or done.
    public var renewed: [Renewal] { facts.renewed[number] ?? [] }
    /// The status for people, marked if the evidence is suspect.
    public var shownStatus: String { suspect.isEmpty ? status : status + " (suspect)" }

    /// The command that renews the first outdated evidence after a person has checked it. Nil if no evidence is
    /// suspect, or if no single command renews it.
    public var renewalCommand: String? {
      guard !suspect.isEmpty else { return nil }
      for (number, criterion) in milestone.exitCriteria.enumerated() where standing(of: criterion) == .outdated {
        if criterion.check != nil { return "readiness check \(id)/\(criterion.id)" }
        for evidence in criterion.evidence {
          guard case .file(let path, _) = evidence.kind, suspect.contains(path) else { continue }
          return "readiness criteria \(id) \(number + 1) --evidence \(path.commandPath) -m \"why it still counts\""
        }
      }
      return nil
    }

    /// The criteria that are waived now.
    public var waived: [ExitCriterion] { facts.waived[number] ?? [] }

    /// Returns the standing of a criterion, in any state. Guards, gates and reports agree on it.
    public func standing(of criterion: ExitCriterion) -> CriterionStanding {
      if waived.contains(where: { $0.id == criterion.id }) { return .waived }
      if facts.outdated[number]?.contains(criterion.id) == true { return .outdated }
      return criterion.evidence.isEmpty ? .open : .met
    }
  }
}

/// The standing of an exit criterion.
public enum CriterionStanding: String, Sendable {
  /// The criterion has evidence, and all of it matches.
  case met
  /// A waiver is valid.
  case waived
  /// The criterion has evidence that does not match, or an expired waiver.
  case outdated
  /// The criterion has neither evidence nor a waiver.
  case open
}

/// The facts derived for each readable milestone, by its index.
final class PlanFacts: Sendable {
  /// The dependencies that a milestone waits for.
  enum Waits: UInt8, Sendable {
    case forNothing
    /// For all dependencies, which are sorted, as usual.
    case forAll
    case forSome
  }

  let milestones: [Milestone]
  let categories: [Category?]
  /// The graph with the same indices; nil if the ids are not sorted or have duplicates.
  let graph: DependencyGraph?
  let waits: [Waits]
  /// The blockers of milestones that wait for some dependencies.
  let blockers: [Int: [MilestoneID]]
  /// Dictionaries, because few milestones have entries.
  let suspect: [Int: [String]]
  let waived: [Int: [ExitCriterion]]
  let renewed: [Int: [Renewal]]
  /// The ids of criteria whose evidence or waiver no longer counts.
  let outdated: [Int: Set<String>]

  /// - Parameter places: the indices of all ids.
  /// - Complexity: O(V+E), plus reading the evidence of every milestone.
  init(
    _ milestones: [Milestone], _ categories: [Category?], _ graph: DependencyGraph?, _ places: MilestonePlaces,
    _ proof: Proof, renewals: PlanOverview.Renewals?
  ) throws {
    (self.milestones, self.categories, self.graph) = (milestones, categories, graph)
    let isDone = categories.map { $0 == .done }
    var waits: [Waits] = []
    waits.reserveCapacity(categories.count)
    var (blockers, suspect, waived): ([Int: [MilestoneID]], [Int: [String]], [Int: [ExitCriterion]]) = ([:], [:], [:])
    var outdated: [Int: Set<String>] = [:]
    var renewed: [Int: [Renewal]] = [:]
    for (number, milestone) in milestones.enumerated() {
      if let simple = Self.waits(milestone.dependsOn.count, graph?.dependencies(at: number), isDone) {
        waits.append(simple)
      } else {
        let ids = milestone.dependsOn.filter { id in places[id].map { !isDone[$0] } ?? true }
        waits.append(ids.isEmpty ? .forNothing : .forSome)
        if !ids.isEmpty { blockers[number] = ids.sorted() }
      }
      let isFrozen = categories[number]?.isFrozen == true
      var stale = try proof.stale(milestone)
      if isFrozen, !stale.isEmpty, let renewals {
        let divided = try proof.renewed(
          stale, of: milestone, by: renewals.source, renewals.policy, now: renewals.now)
        stale = divided.left
        if !divided.renewals.isEmpty { renewed[number] = divided.renewals }
      }
      if !stale.isEmpty { outdated[number] = Set(stale.map(\.criterion.id)) }
      let subjects = isFrozen ? Set(stale.flatMap(\.subjects)).sorted() : []
      if !subjects.isEmpty { suspect[number] = subjects }
      if milestone.hasWaiver {
        let criteria = try milestone.exitCriteria.filter { try proof.isWaived($0) }
        if !criteria.isEmpty { waived[number] = criteria }
      }
    }
    (self.waits, self.blockers, self.suspect, self.waived) = (waits, blockers, suspect, waived)
    (self.outdated, self.renewed) = (outdated, renewed)
  }

  /// Returns whether a milestone waits for all dependencies or none, or nil for anything else.
  /// - Parameter targets: the indices of the dependencies that exist.
  private static func waits(_ count: Int, _ targets: ArraySlice<Int>?, _ isDone: [Bool]) -> Waits? {
    if count == 0 { return .forNothing }
    guard let targets, targets.count == count else { return nil }
    var last = -1
    for target in targets {
      if isDone[target] || target <= last { return nil }
      last = target
    }
    return .forAll
  }
}
