public import PlanModel

extension PlanOverview {
  /// The milestones of a plan that can be read, by id, each with what follows for it. Entries are made when they are
  /// looked at, and are no more than a place.
  public struct Entries: RandomAccessCollection, Sendable {
    fileprivate let facts: PlanFacts

    init(_ facts: PlanFacts) { self.facts = facts }

    /// The first place.
    public var startIndex: Int { 0 }
    /// The place behind the last.
    public var endIndex: Int { facts.waits.count }
    /// The entry at a place. O(1).
    public subscript(place: Int) -> Entry { Entry(facts, place) }
  }

  /// One milestone and what follows for it.
  public struct Entry: Sendable {
    private let facts: PlanFacts
    private let number: Int

    fileprivate init(_ facts: PlanFacts, _ number: Int) { (self.facts, self.number) = (facts, number) }

    private var rows: [MilestoneRow] { facts.rows.rows }
    private var place: Int { facts.rows.readable[number] }

    /// The milestone, of a plan of thousands made when it is first asked for. What stands below is at hand.
    public var milestone: Milestone { facts.rows.milestone(at: place) }
    /// Its id.
    public var id: MilestoneID { rows[place].id }
    /// What it is about, in a few words.
    public var workstream: String { rows[place].workstream }
    /// What is true when it is done.
    public var outcome: String { rows[place].outcome }
    /// The milestones that come first.
    public var dependsOn: [MilestoneID] { rows[place].dependsOn }
    /// Who answers for it; `TBD` is nobody yet.
    public var owner: String { rows[place].owner }
    /// The name of its state.
    public var status: String { rows[place].status }
    /// The day by which it is to be done, `YYYY-MM-DD`, if it has one.
    public var target: String? { rows[place].target }
    /// How many exit criteria it has where nothing shows any of them, else nil.
    public var unshownCriteria: Int? { rows[place].unshownCriteria }
    /// Why it waits, where it does.
    public var blocked: Blocked? { rows[place].hasBlocked ? milestone.blocked : nil }
    /// What may go wrong with it.
    public var risks: [Risk] { rows[place].hasRisks ? milestone.risks : [] }

    /// The category of its state; nil where the workflow does not know the state.
    public var category: Category? { facts.categories[number] }
    /// True where it is in review or done, and so claims to be shown.
    public var isClaimed: Bool { category?.isFrozen == true }
    /// True where it is pending and all that it depends on is done.
    public var isReady: Bool { facts.waits[number] == .forNothing && category == .pending }
    /// What it depends on that is not done, sorted.
    public var blockers: [MilestoneID] {
      switch facts.waits[number] {
      case .forNothing: []
      case .forAll: facts.graph.map { graph in graph.dependencies(at: number).map { graph.ids[$0] } } ?? dependsOn
      case .forSome: facts.blockers[number] ?? []
      }
    }
    /// True where these are all that it depends on, which is sorted.
    var waitsForAll: Bool { facts.waits[number] == .forAll }
    /// For what is in review or done, what its evidence rests on and no longer matches: paths that changed, or a
    /// criterion with a reason.
    public var suspect: [String] { facts.suspect[number] ?? [] }
    /// The first of these, and how many more there are.
    public var suspectInShort: String {
      let shown = suspect.prefix(3).joined(separator: ", ")
      return suspect.count > 3 ? "\(shown) and \(suspect.count - 3) more" : shown
    }
    /// For what is in review or done, attestations that renew evidence which no longer matches in the file.
    public var renewed: [Renewal] { facts.renewed[number] ?? [] }
    /// The status as people read it, marked where it no longer counts.
    public var shownStatus: String { suspect.isEmpty ? status : status + " (suspect)" }

    /// The command that renews the first outdated evidence of what is in review or done, once somebody has looked at
    /// it; nil where nothing is outdated, or no single command renews it.
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

    /// Criteria that are waived at the moment.
    public var waived: [ExitCriterion] { facts.waived[number] ?? [] }

    /// Whether a criterion counts as met: guards, gates and reports give this one answer, in every state.
    public func standing(of criterion: ExitCriterion) -> CriterionStanding {
      if waived.contains(where: { $0.id == criterion.id }) { return .waived }
      if facts.outdated[number]?.contains(criterion.id) == true { return .outdated }
      return criterion.evidence.isEmpty ? .open : .met
    }
  }
}

/// Whether an exit criterion counts as met.
public enum CriterionStanding: String, Sendable {
  /// It has evidence, and all of it matches.
  case met
  /// A waiver holds.
  case waived
  /// It has evidence that does not match, or a waiver that is over.
  case outdated
  /// It has neither.
  case open
}

/// What follows for each milestone that can be read, by its number among them.
final class PlanFacts: Sendable {
  /// For what of all that a milestone depends on it waits.
  enum Waits: UInt8, Sendable {
    case forNothing
    /// For all of it, which is sorted, as people write it.
    case forAll
    case forSome
  }

  let rows: MilestoneRows
  let categories: [Category?]
  /// Of the same numbers; nil where ids are not sorted, or stand twice.
  let graph: DependencyGraph?
  let waits: [Waits]
  /// Of those that wait for some.
  let blockers: [Int: [MilestoneID]]
  /// Of few milestones there is anything to tell.
  let suspect: [Int: [String]]
  let waived: [Int: [ExitCriterion]]
  let renewed: [Int: [Renewal]]
  /// The ids of criteria whose evidence or waiver no longer counts.
  let outdated: [Int: Set<String>]

  /// - Parameter places: of all ids.
  /// - Complexity: O(V+E), and the evidence of every milestone that has any.
  init(
    _ rows: MilestoneRows, _ categories: [Category?], _ graph: DependencyGraph?, _ places: MilestonePlaces,
    _ proof: Proof, renewals: PlanOverview.Renewals?
  ) throws {
    (self.rows, self.categories, self.graph) = (rows, categories, graph)
    let isDone = categories.map { $0 == .done }
    var waits: [Waits] = []
    waits.reserveCapacity(categories.count)
    var (blockers, suspect, waived): ([Int: [MilestoneID]], [Int: [String]], [Int: [ExitCriterion]]) = ([:], [:], [:])
    var outdated: [Int: Set<String>] = [:]
    var renewed: [Int: [Renewal]] = [:]
    for (number, place) in rows.readable.enumerated() {
      if let simple = Self.waits(rows.rows[place].dependencyCount, graph?.dependencies(at: number), isDone) {
        waits.append(simple)
      } else {
        let ids = rows.rows[place].dependsOn.filter { id in places[id].map { !isDone[$0] } ?? true }
        waits.append(ids.isEmpty ? .forNothing : .forSome)
        if !ids.isEmpty { blockers[number] = ids.sorted() }
      }
      let isFrozen = categories[number]?.isFrozen == true
      if isFrozen || rows.rows[place].unshownCriteria == nil {
        var stale = try proof.stale(rows.milestone(at: place))
        if isFrozen, !stale.isEmpty, let renewals {
          let divided = try proof.renewed(
            stale, of: rows.milestone(at: place), by: renewals.source, renewals.policy, now: renewals.now)
          stale = divided.left
          if !divided.renewals.isEmpty { renewed[number] = divided.renewals }
        }
        if !stale.isEmpty { outdated[number] = Set(stale.map(\.criterion.id)) }
        let subjects = isFrozen ? Set(stale.flatMap(\.subjects)).sorted() : []
        if !subjects.isEmpty { suspect[number] = subjects }
      }
      if rows.rows[place].hasWaiver {
        let criteria = try rows.milestone(at: place).exitCriteria.filter { try proof.isWaived($0) }
        if !criteria.isEmpty { waived[number] = criteria }
      }
    }
    (self.waits, self.blockers, self.suspect, self.waived) = (waits, blockers, suspect, waived)
    (self.outdated, self.renewed) = (outdated, renewed)
  }

  /// For all or for nothing; nil for anything else.
  /// - Parameter targets: the numbers of what it depends on, as far as that is there.
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
