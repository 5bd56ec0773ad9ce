import StrictJSON
public import PlanModel

/// How the parents of a merge are related by plan (contract 2.2, unrelated plans).
public enum Kinship: Equatable {
  /// All parents that hold a plan or a policy are of one plan. `kept` are these; the others take no part.
  case onePlan(kept: [Int])
  /// The merge takes plan and policy of the `kept` parents and drops those of the others.
  case joins(kept: [Int], dropped: [Int])
  /// The parents are of different plans, and the result is that of none of them.
  case unrelated(Int, Int)

  /// The parents whose plan the result goes on with.
  public var kept: [Int]? {
    switch self {
    case .onePlan(let kept), .joins(let kept, _): kept
    case .unrelated: nil
    }
  }
}

/// A merge has more parents with a plan or policy than are compared two by two. It is not judged.
public struct TooManyParents: Error, Sendable, Equatable {
  /// How many there are.
  public let count: Int
  /// How many are judged. Each is compared with each, so a push of a few kilobytes could hold a server up.
  public static let bound = 128
}

extension Kinship {
  /// Relates the parents of a merge.
  /// - Parameters:
  ///   - parents: the trees of the parents.
  ///   - result: the merge's own tree.
  ///   - ancestry: of the merge.
  /// - Throws: where history cannot be read; `TooManyParents`.
  /// - Complexity: one query for merge bases each two parents; a walk of history where a parent holds no plan.
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
    // Two parents may be strangers that are both of one plan with a third.
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

  /// True where a tree holds a plan or a policy.
  public static func holdsPlanOrPolicy(_ tree: any PlanTree) throws -> Bool {
    try tree.holdsPlan() || !tree.policyFiles().isEmpty
  }

  /// The parents, as far as they were asked.
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

    /// The first two parents that are not of one plan; nil if all are.
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
  /// The same as all merge bases.
  public func keptBases(of first: Int, and second: Int) throws -> [any PlanTree] { try bases(of: first, and: second) }
  /// The same as of all parents together.
  public func holdsPlanOrPolicy(parent: Int) throws -> Bool { try anyHoldsPlanOrPolicy() }
  /// Never.
  public func holds(planID: String) throws -> Bool { false }
  /// Never.
  public func holds(commit: String) throws -> Bool { false }
}
