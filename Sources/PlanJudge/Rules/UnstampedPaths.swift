import PlanModel

/// The paths of edges along which an unstamped change may have reached its state. Each edge must satisfy the rules of
/// authorization for the commit's author (contract 2.3, `unstamped`; contract 3, heal).
struct UnstampedPaths {
  /// A state, and whether the author sent the milestone to its review on the path.
  private struct Place: Hashable {
    let state: String
    let isOwnReview: Bool
  }

  private let change: MilestoneChange
  private let context: JudgeContext
  private let start: Place
  /// The places that the author may reach under every rule.
  private var reached: Set<Place> = []

  /// Finds the reachable states. O(edges), plus the cost of the rules of authorization.
  init(_ change: MilestoneChange, from: String, _ context: JudgeContext) throws {
    (self.change, self.context) = (change, context)
    start = Place(state: from, isOwnReview: false)
    reached = try walk { try faults(of: $0, from: $1).isEmpty }.places
  }

  /// Returns true if a path leads to a state, for any actor.
  func isReachable(_ state: String) -> Bool { !context.workflow.lastEdges(from: start.state, to: state).isEmpty }

  /// Returns the edges that can end a path on which every rule is met.
  func lastEdges(to state: String) throws -> [Edge] {
    try context.workflow.edges.filter { edge in
      try edge.to == state && reached.contains { try $0.state == edge.from && faults(of: edge, from: $0).isEmpty }
    }
  }

  /// Returns what prevents the author from taking a shortest path to a state.
  func faults(to state: String) throws -> [Finding] {
    let (places, came) = try walk { _, _ in true }
    guard var place = places.first(where: { $0.state == state && came[$0] != nil }) else { return [] }
    var found: [Finding] = []
    while let (edge, before) = came[place] {
      found += try faults(of: edge, from: before)
      place = before
    }
    return found
  }

  private func walk(_ mayTake: (Edge, Place) throws -> Bool) throws -> (
    places: Set<Place>, came: [Place: (Edge, Place)]
  ) {
    var places: Set<Place> = [start]
    var came: [Place: (Edge, Place)] = [:]
    var (waiting, at) = ([start], 0)
    while at < waiting.count {
      let place = waiting[at]
      at += 1
      for edge in context.workflow.edges where edge.from == place.state {
        let next = next(edge, from: place)
        guard !places.contains(next), try mayTake(edge, place) else { continue }
        places.insert(next)
        came[next] = (edge, place)
        waiting.append(next)
      }
    }
    return (places, came)
  }

  private func next(_ edge: Edge, from place: Place) -> Place {
    func isReview(_ state: String) -> Bool { context.workflow.category(state) == .review }
    return Place(state: edge.to, isOwnReview: isReview(edge.to) && (place.isOwnReview || !isReview(edge.from)))
  }

  /// Returns the violations of rules of authorization if the author takes an edge without a stamp.
  private func faults(of edge: Edge, from place: Place) throws -> [Finding] {
    guard let authorization = context.policy.authorization else { return [] }
    let author = context.proposal.author
    let step = Telling.Step(from: edge.from, to: edge.to, actor: author, reason: nil)
    let stay = {
      try place.isOwnReview
        ? ReviewStay([ReviewStart(author: author, run: nil)])
        : ReviewStay(before: 0, of: [step], change.id, context)
    }
    return try authorization.rules.filter { $0.covers(change.id) && $0.covers(from: edge.from, to: edge.to) }
      .flatMap { rule -> [Finding] in
        var found = try AuthorityRule.fault(rule, change, step, stay, authorization, context).map { [$0] } ?? []
        if rule.isSigned { found += try SignatureRule.fault(nil, author, change.id, context.signatures()) }
        if rule.takesSignedCommit {
          found += try SignatureRule.sealFault(nil, author, change.id, context.signatures())
        }
        return found
      }
  }
}
