import GitObjects
import PlanModel
import GitRepository
import Synchronization

/// The latest `At` of any run among the ancestors of each commit of a history (contract 3, moment). It is computed for
/// all commits when something may lapse for the first time. Runs of plans that a join dropped do not count.
final class StampMoments: Sendable {
  private let graph: CommitGraph?
  private let known = Mutex<[Int64?: [Int64?]]>([:])
  /// The moments of parents outside the graph, and of commits without a graph.
  private let outside = Mutex<[ObjectID: Int64?]>([:])

  /// - Parameter graph: the judged commits; nil to walk for each question.
  init(_ graph: CommitGraph?) { self.graph = graph }

  /// Returns the latest moment before a commit.
  /// - Parameters:
  ///   - place: the index of the commit in the graph; nil if it is not in the graph.
  ///   - clock: the clock of the judging machine; an `At` ahead of it does not count.
  /// - Complexity: O(history) the first time, then O(parents).
  func latest(before place: Int?, parents: [ObjectID], in repository: Repository, by clock: Int64?) throws -> Int64? {
    guard let graph, let place else { return try walked(parents, repository, clock) }
    let all = try known.withLock { known in
      if let all = known[clock] { return all }
      let all = try Self.latest(of: graph, in: repository, clock) { try self.walked([$0], repository, clock) }
      known[clock] = all
      return all
    }
    return try Self.latest(before: place, in: graph, all) { try self.walked([$0], repository, clock) }(parents)
  }

  private func walked(_ commits: [ObjectID], _ repository: Repository, _ clock: Int64?) throws -> Int64? {
    try outside.withLock { outside in
      try commits.compactMap { commit -> Int64? in
        if let found = outside[commit] { return found }
        if repository.isShallow { throw repository.shallowHistory }
        let graph = try CommitGraph(repository, from: [commit])
        let found = try Self.latest(of: graph, in: repository, clock) { _ in nil }.last ?? nil
        outside[commit] = .some(found)
        return found
      }.max()
    }
  }

  private static func latest(
    before place: Int, in graph: CommitGraph, _ all: [Int64?], _ beside: @escaping (ObjectID) throws -> Int64?
  ) -> ([ObjectID]) throws -> Int64? {
    { parents in
      try parents.compactMap { id in
        let at = graph.parents(of: place).first { $0 >= 0 && graph.ids[Int($0)] == id }
        return if let at { all[Int(at)] } else { try beside(id) }
      }.max()
    }
  }

  /// Returns for each commit the latest moment, including its own.
  private static func latest(
    of graph: CommitGraph, in repository: Repository, _ clock: Int64?, beside: @escaping (ObjectID) throws -> Int64?
  ) throws -> [Int64?] {
    var all: [Int64?] = []
    all.reserveCapacity(graph.ids.count)
    for place in graph.ids.indices {
      var latest: Int64?
      if graph.isOfInterest(place) || graph.parents(of: place).contains(where: { $0 < 0 }) {
        let commit = try graph.commit(place, in: repository)
        latest = try Self.latest(before: place, in: graph, all, beside)(repository.keptParents(of: commit))
        latest = [latest, own(commit, clock)].compactMap { $0 }.max()
      } else {
        latest = graph.parents(of: place).compactMap { all[Int($0)] }.max()
      }
      all.append(latest)
    }
    return all
  }

  /// Returns the latest `At` of a commit's own runs that counts for others.
  private static func own(_ commit: Commit, _ clock: Int64?) -> Int64? {
    let dates = CommitDates(committed: commit.committedMilliseconds, clock: clock)
    return commit.blocks.compactMap { $0.run.flatMap { Timestamp.milliseconds(of: $0.at) } }
      .filter(dates.count).max()
  }
}
