public import PlanModel

/// A whole plan, read from one tree, with the facts derived for every milestone.
public struct PlanOverview {
  /// The readable milestones by id, sorted.
  public let entries: Entries
  /// The contents of `ssot/plan.json`; nil if it cannot be read.
  public let plan: Plan?
  /// The policy of the tree, or the built-in one.
  public let policy: Policy
  /// The time by which checks and waivers expire, in milliseconds since 1970; nil if nothing expires.
  public private(set) var now: Int64?
  /// The findings about files that cannot be read.
  public let findings: [Finding]
  /// The exceptions, valid or expired, from rules that the plan does not meet yet; see `lettingGo`.
  public private(set) var letGo: [StandingWaive] = []
  /// The dependency graph.
  public let graph: DependencyGraph
  private let positions: MilestonePlaces
  /// The files, including unreadable ones.
  let files: [MilestoneFile]

  /// The source of attestations, and the policy that accepts them.
  struct Renewals {
    let source: any RenewalSource
    let policy: AttestationPolicy
    let now: Int64?
  }

  /// Reads a plan. O(V+E), plus reading the evidence: the bytes of files and the folders of inputs.
  /// - Parameters:
  ///   - now: the time by which checks and waivers expire, in milliseconds since 1970; nil if nothing expires.
  ///   - attestations: the source of renewals; nil for a judge, which reads only the tree.
  public init(_ tree: any PlanTree, now: Int64?, attestations: (any RenewalSource)? = nil) throws {
    self.now = now
    files = try tree.milestoneFiles()
    let snapshot = try tree.policy()
    policy = snapshot.policy ?? .builtIn()
    let workflow = policy.workflow
    let file = try tree.planFile()
    plan = file?.plan
    var findings = snapshot.findings + (file?.findings ?? [])
    if let folder = try FilesInvariant.folder(in: tree) { findings.append(folder) }
    for file in files { findings += file.findings }
    let milestones = files.compactMap(\.milestone)
    let ids = milestones.map(\.id)
    // An id that differs from its file name is a finding; the first file with an id counts. Usually the ids are sorted
    // like their files, without duplicates.
    let places = MilestonePlaces(ids)
    let isNumbered = places.areSorted
    let graph =
      isNumbered
      ? DependencyGraph(ids: ids, places: places) { number, row in
        for id in milestones[number].dependsOn { if let place = places[id] { row.append(place) } }
      }
      : DependencyGraph(edges: Dictionary(milestones.map { ($0.id, $0.dependsOn) }) { first, _ in first })
    let proof = Proof(tree: tree, authorization: policy.authorization, moment: { now })
    let accepted = policy.attestations
    let renewals = attestations.flatMap { source in
      accepted.map { Renewals(source: source, policy: $0, now: now) }
    }
    let categories = milestones.map { workflow.category($0.status) }
    entries = Entries(
      try PlanFacts(milestones, categories, isNumbered ? graph : nil, places, proof, renewals: renewals))
    self.graph = graph
    self.findings = findings
    positions = places
  }

  /// Returns true if a criterion's check must run again: its evidence no longer matches, or is missing in review or
  /// done.
  public func needsCheck(_ id: MilestoneID, _ name: String, in tree: any PlanTree) throws -> Bool {
    guard let entry = self[id], let criterion = entry.milestone.exitCriteria.first(where: { $0.id == name }),
      criterion.check != nil
    else { return false }
    if criterion.evidence.isEmpty { return entry.category?.isFrozen == true }
    if entry.renewed.contains(where: { $0.criterion == name }) { return false }
    let proof = Proof(tree: tree, authorization: policy.authorization, moment: { now })
    return try criterion.evidence.contains { try proof.mismatch($0, of: criterion, in: entry.milestone) != nil }
  }

  /// Returns the findings about unreadable files and broken invariants.
  /// - Parameter tree: the tree from which the overview was read.
  public func broken(in tree: any PlanTree) throws -> [Finding] {
    let states = States(tree, base: nil, workflow: policy.workflow, ancestry: NoAncestry())
    return try findings
      + Invariants.findings(in: InvariantScope(states: states, policy: policy, files: files, graph: graph))
  }

  /// Calls a closure for each blocker of the entry at an index. Faster than `Entry.blockers`.
  public func forEachBlocker(at place: Int, _ body: (MilestoneID) -> Void) {
    guard entries[place].waitsForAll else { return entries[place].blockers.forEach(body) }
    for target in graph.dependencies(at: place) { body(graph.ids[target]) }
  }

  /// The entry of an id; nil if there is none.
  public subscript(id: MilestoneID) -> Entry? { positions[id].map { entries[$0] } }

  /// Returns the index of an id's entry, or nil if there is none.
  public func place(of id: MilestoneID) -> Int? { positions[id] }

  /// The ids, sorted.
  public var ids: [MilestoneID] { positions.areSorted ? graph.ids : entries.map(\.id) }

  /// The execution order of the plan, followed by the other milestones by id.
  public var suggestedOrder: [MilestoneID] { suggestedPlaces.map { entries[$0].id } }

  /// The suggested order, as indices of entries.
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

  /// Returns the chains of blockers, each from the milestone's own dependency down to one that waits for nothing. Omits
  /// the rest beyond 100 chains or `bound` milestones in them, because nobody can read more.
  /// - Returns: the chains, and whether they are complete.
  public func chains(of id: MilestoneID, atMost bound: Int = 100_000) -> (chains: [[MilestoneID]], areWhole: Bool) {
    var chains: [[MilestoneID]] = []
    var room = bound
    var path: [MilestoneID] = []
    // The blockers that remain to be followed from each step of the path.
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
        // A truncated chain is better than none.
        return (chains.isEmpty ? [path] : chains, false)
      }
    }
    return (chains, true)
  }

  /// Returns the same plan, with the exceptions from rules that it does not meet yet.
  /// - Parameters:
  ///   - waives: the exceptions that the policy accepts.
  ///   - now: the time by which they expire, in milliseconds since 1970; nil if nothing expires.
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
        // The tree does not show whether these rules are met later; the exceptions end when the milestone moves.
        default: []
        }
      let lacks = try guards.findings(asked, for: change, hasReason: true).contains(where: waive.covers)
      return asked.isEmpty || lacks
    }
    return overview
  }

  /// Returns true if a milestone reached its state with fewer approvals than a rule requires, including the actor's.
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

  /// The expired exceptions, whose rules must be met now.
  public var lapsedWaives: [StandingWaive] { letGo.filter { !$0.holds(at: now) } }

  /// The warnings about expired exceptions.
  public var lapsedFindings: [Finding] {
    lapsedWaives.map { waive in
      Finding(
        .waiveLapsed, Self.lapse(waive), severity: .warning, milestone: waive.waive.milestone,
        path: PlanPaths.milestone(waive.waive.milestone))
    }
  }

  /// Returns the message for an expired exception.
  static func lapse(_ waive: StandingWaive) -> String {
    "\(waive.actor.email) let \(waive.waive.code) of \(waive.waive.milestone) go until \(waive.waive.until); that day is past, and what the rule asks for is not there."
  }

  /// Returns the message for a suspect entry.
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
