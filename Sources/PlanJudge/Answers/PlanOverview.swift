public import PlanModel

/// A whole plan, read from one tree, with what follows from it for every milestone.
public struct PlanOverview {
  /// The readable milestones by id, sorted.
  public let entries: Entries
  /// `ssot/plan.json`, where it can be read.
  public let plan: Plan?
  /// The policy of the tree, or the built-in one.
  public let policy: Policy
  /// The moment by which checks and waivers lapse, in milliseconds since 1970; nil where none does.
  public private(set) var now: Int64?
  /// What cannot be read, and why.
  public let findings: [Finding]
  /// Rules that somebody let go and that the plan does not keep yet, in force or lapsed; see `lettingGo`.
  public private(set) var letGo: [StandingWaive] = []
  /// Dependencies.
  public let graph: DependencyGraph
  private let positions: MilestonePlaces
  /// What was read, unreadable files included.
  let rows: MilestoneRows

  /// Where attestations are sought, and which count.
  struct Renewals {
    let source: any RenewalSource
    let policy: AttestationPolicy
    let now: Int64?
  }

  /// Reads a plan. O(V+E), and the evidence of what is in review or done: the bytes of files, the folders of inputs.
  /// - Parameters:
  ///   - now: the moment by which checks and waivers lapse, in milliseconds since 1970; nil where none does.
  ///   - attestations: finds what renews evidence; nil for a judge, which looks at the tree alone.
  public init(_ tree: any PlanTree, now: Int64?, attestations: (any RenewalSource)? = nil) throws {
    self.now = now
    let rows = MilestoneRows(try tree.milestoneRows())
    self.rows = rows
    let snapshot = try tree.policy()
    policy = snapshot.policy ?? .builtIn()
    let workflow = policy.workflow
    let file = try tree.planFile()
    plan = file?.plan
    var findings = snapshot.findings + (file?.findings ?? [])
    if let folder = try FilesInvariant.folder(in: tree) { findings.append(folder) }
    for place in rows.rows.indices where !rows.rows[place].isSound { findings += rows.file(at: place).findings }
    let categories = workflow.categories(of: rows)
    let ids = rows.readable.map { rows.rows[$0].id }
    // A file's id may differ from its name, and is a finding then; the first of a name counts. As a rule they are sorted,
    // as their files are, and each stands once.
    let places = MilestonePlaces(ids)
    let isNumbered = places.areSorted
    let graph =
      isNumbered
      ? DependencyGraph(ids: ids, places: places) { number, row in
        rows.addDependencies(of: rows.readable[number], by: places, to: &row)
      }
      : DependencyGraph(
        edges: Dictionary(zip(ids, rows.readable.map { rows.rows[$0].dependsOn })) { first, _ in first })
    let proof = Proof(tree: tree, authorization: policy.authorization, moment: { now })
    let accepted = policy.attestations
    let renewals = attestations.flatMap { source in
      accepted.map { Renewals(source: source, policy: $0, now: now) }
    }
    entries = Entries(
      try PlanFacts(rows, categories, isNumbered ? graph : nil, places, proof, renewals: renewals))
    self.graph = graph
    self.findings = findings
    positions = places
  }

  /// True where a criterion's check is to be run again: its evidence no longer matches, or is missing from what is in
  /// review or done.
  public func needsCheck(_ id: MilestoneID, _ name: String, in tree: any PlanTree) throws -> Bool {
    guard let entry = self[id], let criterion = entry.milestone.exitCriteria.first(where: { $0.id == name }),
      criterion.check != nil
    else { return false }
    if criterion.evidence.isEmpty { return entry.category?.isFrozen == true }
    if entry.renewed.contains(where: { $0.criterion == name }) { return false }
    let proof = Proof(tree: tree, authorization: policy.authorization, moment: { now })
    return try criterion.evidence.contains { try proof.mismatch($0, of: criterion, in: entry.milestone) != nil }
  }

  /// What cannot be read, and the invariants that do not hold.
  /// - Parameter tree: the one that it was read from.
  public func broken(in tree: any PlanTree) throws -> [Finding] {
    let states = States(tree, base: nil, workflow: policy.workflow, ancestry: NoAncestry())
    return try findings
      + Invariants.findings(in: InvariantScope(states: states, policy: policy, rows: rows, graph: graph))
  }

  /// Each of the blockers of an entry, by its place. Quicker than to ask the entry for all.
  public func forEachBlocker(at place: Int, _ body: (MilestoneID) -> Void) {
    guard entries[place].waitsForAll else { return entries[place].blockers.forEach(body) }
    for target in graph.dependencies(at: place) { body(graph.ids[target]) }
  }

  /// The entry of an id.
  public subscript(id: MilestoneID) -> Entry? { positions[id].map { entries[$0] } }

  /// Where the entry of an id stands among the entries.
  public func place(of id: MilestoneID) -> Int? { positions[id] }

  /// The ids, sorted.
  public var ids: [MilestoneID] { positions.areSorted ? graph.ids : entries.map(\.id) }

  /// The order that the plan suggests, and behind it, by id, what it does not name.
  public var suggestedOrder: [MilestoneID] { suggestedPlaces.map { entries[$0].id } }

  /// The same as places among the entries.
  public var suggestedPlaces: [Int] {
    var isNamed = [Bool](repeating: false, count: entries.count)
    var order: [Int] = []
    order.reserveCapacity(entries.count)
    for id in plan?.executionOrder ?? [] {
      guard let place = positions[id] else { continue }
      isNamed[place] = true
      order.append(place)
    }
    for place in isNamed.indices where !isNamed[place] { order.append(place) }
    return order
  }

  /// What keeps a milestone waiting, as chains from its own dependency down to one that waits for nothing. There may be
  /// more than anybody can read: beyond 100 chains, or so many milestones in them, the rest is left out.
  /// - Returns: the chains, and whether these are all of them, each to its end.
  public func chains(of id: MilestoneID, atMost bound: Int = 100_000) -> (chains: [[MilestoneID]], areWhole: Bool) {
    var chains: [[MilestoneID]] = []
    var room = bound
    var path: [MilestoneID] = []
    // What is still to be gone down from each step of the path.
    var branches = [(self[id]?.blockers ?? [])[...]]
    while let branch = branches.last {
      guard let at = branch.first else {
        branches.removeLast()
        _ = path.popLast()
        continue
      }
      guard chains.count < 100, room > 0 else { return (chains, false) }
      branches[branches.count - 1].removeFirst()
      path.append(at)
      let next = (self[at]?.blockers ?? []).filter { !path.contains($0) }
      if next.isEmpty {
        chains.append(path)
        room -= path.count
        path.removeLast()
      } else if path.count < room {
        branches.append(next[...])
      } else {
        // The beginning of a chain is better than none.
        return (chains.isEmpty ? [path] : chains, false)
      }
    }
    return (chains, true)
  }

  /// The same plan, with the rules that somebody let go and that it does not keep yet.
  /// - Parameters:
  ///   - waives: those that count by the policy.
  ///   - now: the moment by which they lapse, in milliseconds since 1970; nil where none does.
  public func lettingGo(_ waives: [StandingWaive], in tree: any PlanTree, now: Int64?) throws -> PlanOverview {
    var overview = self
    overview.now = now
    let states = States(tree, base: nil, workflow: policy.workflow, ancestry: NoAncestry())
    let guards = Guards(
      candidate: tree, states: states, countsWhatWasTakenAway: false,
      proof: Proof(tree: tree, authorization: policy.authorization, moment: { now }))
    overview.letGo = try waives.filter { waive in
      guard let entry = self[waive.waive.milestone], let file = try tree.milestone(entry.id) else {
        return false
      }
      if waive.waive.code == ReasonCode.notApproved.id { return lacksApprovals(entry.milestone, waive.actor) }
      let change = MilestoneChange(
        id: entry.id, beforeFile: file, afterFile: file, before: entry.milestone, after: entry.milestone,
        needsStamp: false)
      let asked: [Guard] =
        switch waive.waive.code {
        case ReasonCode.unmetDependency.id: [.dependenciesDone]
        case ReasonCode.evidenceMissing.id, ReasonCode.evidenceMismatch.id: [.criteriaMet]
        case ReasonCode.deliverableMissing.id: [.deliverablesPresent]
        case ReasonCode.doneDependent.id: [.noDoneDependents]
        // Nothing in the tree says whether these are made good; they end when the milestone moves.
        default: []
        }
      let lacks = try guards.findings(asked, for: change, hasReason: true).contains(where: waive.covers)
      return asked.isEmpty || lacks
    }
    return overview
  }

  /// True where a milestone came to its state with fewer approvals than a rule asks for, whoever moved it counted.
  private func lacksApprovals(_ milestone: Milestone, _ actor: Identity) -> Bool {
    guard let authorization = policy.authorization else { return false }
    return authorization.rules.contains { rule in
      guard case .transition(_, let to) = rule.subject, rule.covers(milestone.id), to == nil || to == milestone.status
      else { return false }
      let approvers = milestone.standingApprovals.map(\.by) + [actor.email]
      let holders = approvers.filter { authorization.holds($0, role: rule.role) }.map(authorization.people.person)
      return Set(holders).count < rule.approvals
    }
  }

  /// Those that are over: what was let go has to be made good.
  public var lapsedWaives: [StandingWaive] { letGo.filter { !$0.holds(at: now) } }

  /// The warnings about those.
  public var lapsedFindings: [Finding] {
    lapsedWaives.map { waive in
      Finding(
        .waiveLapsed, Self.lapse(waive), severity: .warning, milestone: waive.waive.milestone,
        path: PlanPaths.milestone(waive.waive.milestone))
    }
  }

  /// That a waive is over, in a sentence.
  static func lapse(_ waive: StandingWaive) -> String {
    "\(waive.actor.email) let \(waive.waive.code) of \(waive.waive.milestone) go until \(waive.waive.until); that day is past, and what the rule asks for is not there."
  }

  /// Why an entry is suspect, in a sentence.
  static func suspicion(_ entry: Entry) -> String {
    "\(entry.id) is suspect: its evidence changed or lapsed: \(entry.suspectInShort)."
  }

  /// The warnings about evidence that no longer matches (contract 2.2, suspect).
  public var suspectFindings: [Finding] {
    entries.filter { !$0.suspect.isEmpty }.map { entry in
      Finding(
        .evidenceMismatch,
        Self.suspicion(entry),
        hint: entry.renewalCommand.map { "Look whether the criterion is still met, then: \($0)" }
          ?? "Look whether the criterion is still met. readiness show \(entry.id) says what changed.",
        severity: .warning,
        milestone: entry.id, path: PlanPaths.milestone(entry.id))
    }
  }
}
