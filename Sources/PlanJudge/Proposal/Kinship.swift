import StrictJSON
public import PlanModel

/// The relation of a merge's parents by plan (contract 2.2, unrelated plans).
public enum Kinship: Equatable {
  /// All parents with a plan or a policy share one plan. `kept` are their indices; the other parents are ignored.
  case onePlan(kept: [Int])
  /// The merge takes plan and policy of the `kept` parents and drops those of the others.
  case joins(kept: [Int], dropped: [Int])
  /// The parents have different plans, and the result equals none of them.
  case unrelated(Int, Int)

  /// The parents whose plan continues in the result; nil for unrelated plans.
  public var kept: [Int]? {
    switch self {
    case .onePlan(let kept), .joins(let kept, _): kept
    case .unrelated: nil
    }
  }
}

/// The error for a merge with too many parents that have a plan or policy. It is not judged.
public struct TooManyParents: Error, Sendable, Equatable {
  /// The number of such parents.
  public let count: Int
  /// The maximum number. Parents are compared pairwise, so a push of a few kilobytes could block a server.
  public static let bound = 128
}

extension Kinship {
  /// Relates the parents of a merge.
  /// - Parameters:
  ///   - parents: the trees of the parents.
  ///   - result: the merge's own tree.
  ///   - ancestry: the ancestry of the merge.
  /// - Throws: if history cannot be read; `TooManyParents`.
  /// - Complexity: one query for merge bases per pair of parents; a walk of history if a parent has no plan.
  public init(parents: [any PlanTree], result: any PlanTree, ancestry: any Ancestry) throws {
    let sides = try Sides(parents, ancestry)
    let taking = sides.takingPart
    guard taking.count <= TooManyParents.bound else { throw TooManyParents(count: taking.count) }
    let resultIsBare = try !Self.holdsPlanOrPolicy(result)
    let all = Array(parents.indices)
    guard !taking.isEmpty else {
      self = .onePlan(kept: all)
      return
    }
    if resultIsBare, taking.count < parents.count {
      self = .joins(kept: all.filter { !taking.contains($0) }, dropped: taking)
      return
    }
    let equal = try taking.filter { try result.hasSamePlanAndPolicy(as: parents[$0]) }
    // Two parents may be unrelated directly, but both related to a third.
    guard let (first, stranger) = try sides.strangers else {
      self = .onePlan(kept: taking)
      return
    }
    for own in equal {
      let strangers = try taking.filter { try !sides.areOfOnePlan(own, $0) }
      if strangers.isEmpty {
        self = .onePlan(kept: taking)
        return
      }
      guard strangers.allSatisfy({ sides.ids[$0] == nil || sides.ids[$0] != sides.ids[own] }) else { continue }
      self = .joins(kept: taking.filter { !strangers.contains($0) }, dropped: strangers)
      return
    }
    self = .unrelated(first, stranger)
  }

  /// Returns true if a tree has a plan or a policy.
  public static func holdsPlanOrPolicy(_ tree: any PlanTree) throws -> Bool {
    try tree.holdsPlan() || !tree.policyFiles().isEmpty
  }

  /// The parents, with their plans.
  private struct Sides {
    let ids: [String?]
    let takingPart: [Int]
    private let ancestry: any Ancestry

    init(_ parents: [any PlanTree], _ ancestry: any Ancestry) throws {
      ids = try parents.map { try $0.planFile()?.plan?.planID }
      takingPart = try parents.indices.filter {
        try Kinship.holdsPlanOrPolicy(parents[$0]) || ancestry.holdsPlanOrPolicy(parent: $0)
      }
      self.ancestry = ancestry
    }

    /// The first two parents that do not share a plan; nil if all do.
    var strangers: (Int, Int)? {
      get throws {
        for (place, one) in takingPart.enumerated() {
          if let other = try takingPart[(place + 1)...].first(where: { try !areOfOnePlan(one, $0) }) {
            return (one, other)
          }
        }
        return nil
      }
    }

    func areOfOnePlan(_ a: Int, _ b: Int) throws -> Bool {
      if a == b { return true }
      guard let own = ids[a], let other = ids[b] else {
        return try ancestry.keptBases(of: a, and: b).contains { try Kinship.holdsPlanOrPolicy($0) }
      }
      guard own.isExactly(other) else { return false }
      return try ancestry.bases(of: a, and: b).contains { try $0.planFile()?.plan?.planID == own }
    }
  }
}

extension Ancestry {
  /// Returns all merge bases.
  public func keptBases(of first: Int, and second: Int) throws -> [any PlanTree] { try bases(of: first, and: second) }
  /// Returns the answer for all parents together.
  public func holdsPlanOrPolicy(parent: Int) throws -> Bool { try anyHoldsPlanOrPolicy() }
  /// Returns false.
  public func holds(planID: String) throws -> Bool { false }
  /// Returns false.
  public func holds(commit: String) throws -> Bool { false }
}
