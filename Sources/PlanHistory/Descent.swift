import GitObjects
import GitRepository

/// Answers whether commits of a walk descend from others, for many questions about each.
///
/// Git walks history for each question. A message may name a thousand runs, and each may have been used before, so here
/// one walk answers all questions about a commit.
struct Descent {
  private let graph: CommitGraph
  private let tips: [ObjectID]
  private let repository: Repository
  private var within: Reached?
  private var beyond: Whole?
  private var questions = 0

  /// Questions about commits beside the walk that git answers, before all of history is read.
  private static let few = 8

  private struct Reached {
    let place: Int
    let isReached: [Bool]
  }

  private struct Whole {
    let graph: CommitGraph
    let places: [ObjectID: Int]
    var last: Reached?
  }

  /// - Parameters:
  ///   - graph: the walk.
  ///   - tips: the commits that the walk began at.
  init(_ graph: CommitGraph, from tips: [ObjectID], in repository: Repository) {
    (self.graph, self.tips, self.repository) = (graph, tips, repository)
  }

  /// Returns true if a commit of the walk can be reached from another one, which it is not. O(commits of the walk) for
  /// the first question about a commit.
  mutating func isDescendant(_ place: Int, of ancestor: Int) -> Bool {
    guard ancestor < place else { return false }
    if within?.place != place { within = Reached(place: place, isReached: graph.reached(from: place)) }
    return within?.isReached[ancestor] ?? false
  }

  /// Returns true if a commit that may lie beside the walk can be reached from one of the walk, which it is not.
  /// O(history) at worst for the first question about a commit.
  /// - Throws: `GitError` if history cannot be read.
  mutating func isDescendant(_ place: Int, of ancestor: ObjectID) throws -> Bool {
    let id = graph.ids[place]
    questions += 1
    if beyond == nil, questions <= Self.few || repository.isShallow {
      return try repository.isDescendant(id, of: ancestor)
    }
    var whole = try beyond ?? whole()
    defer { beyond = whole }
    // A commit that no tip can reach is nobody's ancestor here.
    guard let own = whole.places[id], let other = whole.places[ancestor], other < own else { return false }
    if whole.last?.place != own { whole.last = Reached(place: own, isReached: whole.graph.reached(from: own)) }
    return whole.last?.isReached[other] ?? false
  }

  private func whole() throws -> Whole {
    let all = graph.isWhole ? graph : try CommitGraph(repository, from: tips)
    var places: [ObjectID: Int] = [:]
    places.reserveCapacity(all.ids.count)
    for (place, id) in all.ids.enumerated() { places[id] = place }
    return Whole(graph: all, places: places)
  }
}
