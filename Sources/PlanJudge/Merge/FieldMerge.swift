import PlanModel
import StrictJSON

/// The parts of a file that merge independently (contract 3, merges). The judge and the merge driver share this
/// description.
enum FieldMerge {
  /// The way in which a part of a document merges.
  indirect enum Shape: Sendable {
    /// Recursively through maps; any other value as a whole.
    case value
    /// The named members by their own shapes, all others as `value`.
    case map([String: Shape])
    /// An array as a set of its elements.
    case set
    /// An array as a map, keyed by the named member of each element.
    case keyed(by: String, Shape)
    /// An array as one value, to which both sides may append.
    case order
  }

  static let milestone = Shape.map([
    "dependsOn": .set, "approvals": .set, "risks": .keyed(by: "id", .value),
    "deliverables": .keyed(by: "path", .value), "exitCriteria": .keyed(by: "id", .map(["evidence": .set])),
  ])
  static let plan = Shape.map(["retired": .set, "executionOrder": .order])

  /// Returns true if an order is the base followed by the tails of all versions. Tails may be in any sequence, each
  /// contiguous; a repeated id counts once.
  static func isAppended(_ result: [[UInt8]], _ versions: [[[UInt8]]], to base: [[UInt8]]) -> Bool {
    guard result.starts(with: base), versions.allSatisfy({ $0.starts(with: base) }) else { return false }
    var tails = Set(versions.map { Array($0.dropFirst(base.count)) })
    tails.remove([])
    // Nobody merges more tails at once; beyond that, a stamp decides.
    guard tails.count <= 6 else { return false }
    return follows(Array(result.dropFirst(base.count)), Array(tails), [])
  }

  private static func follows(_ rest: [[UInt8]], _ tails: [[[UInt8]]], _ seen: Set<[UInt8]>) -> Bool {
    if tails.isEmpty { return rest.isEmpty }
    return tails.indices.contains { index in
      let next = tails[index].filter { !seen.contains($0) }
      guard rest.starts(with: next) else { return false }
      var others = tails
      others.remove(at: index)
      return follows(Array(rest.dropFirst(next.count)), others, seen.union(next))
    }
  }
}
