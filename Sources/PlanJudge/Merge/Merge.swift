import PlanModel

/// A merge as the rules see it: its clean values, its decided values, and the files that its stamp must list (contract
/// 3, merges).
final class Merge {
  let sides: MergeSides
  /// The files whose values differ between the sides or from the result.
  let values: [MergedFile: MergedValues]
  /// The sides from which the merge re-enters a milestone's state, by the parent's index.
  let reentries: [MilestoneID: Set<Int>]
  /// The files that the stamp must list.
  let needed: Set<MergedFile>

  /// Returns nil unless the proposal is a merge and a parent has a plan or a policy.
  init?(_ proposal: Proposal) throws {
    guard let sides = try MergeSides(proposal) else { return nil }
    self.sides = sides
    var touched = Set<MergedFile>()
    for side in sides.all { touched.formUnion(try sides.candidate.changedFiles(since: side.tree)) }
    var values: [MergedFile: MergedValues] = [:]
    for file in touched { values[file] = try MergedValues(file, sides) }
    for (file, paths) in try Self.unbrought(touched, values, sides) {
      values[file] = try MergedValues(file, sides, unbrought: paths)
    }
    self.values = values
    var needed = Set(values.filter { $0.value.needsStamp }.keys)
    var reentries: [MilestoneID: Set<Int>] = [:]
    for case .milestone(let id) in touched {
      let from = try Reentries(id, values[.milestone(id)], sides).parents
      guard !from.isEmpty else { continue }
      reentries[id] = from
      needed.insert(.milestone(id))
    }
    self.reentries = reentries
    self.needed = needed
  }

  /// True if the result's policy is not the clean one.
  var decidesPolicy: Bool { needed.contains { $0.isPolicy } }

  /// Returns the values in which the result differs from a side although nothing brings them. Only copies of runs that
  /// this side already has lead to them, so the merge decides them.
  private static func unbrought(_ touched: Set<MergedFile>, _ values: [MergedFile: MergedValues], _ sides: MergeSides)
    throws -> [MergedFile: Set<ValuePath>]
  {
    var found: [MergedFile: Set<ValuePath>] = [:]
    for side in sides.all {
      let others = sides.meeting.filter { $0.parent != side.parent }
      let lines = try others.map { (whole: try sides.line(of: $0, notIn: side), new: try sides.bringing($0, to: side)) }
      guard lines.contains(where: { $0.whole !== $0.new }) else { continue }
      for file in touched {
        let result = try file.values(in: sides.candidate)
        var open = result.differences(from: try file.values(in: side.tree))
        open.subtract(values[file]?.decided ?? [])
        for line in lines where !open.isEmpty { open.subtract(try line.new.changedValues(of: file)) }
        // If an earlier merge decided a value without a correct stamp, that merge is at fault.
        for line in lines where !open.isEmpty { open.subtract(try line.new.decidedValues(of: file)) }
        if !open.isEmpty { found[file, default: []].formUnion(open) }
      }
    }
    return found
  }
}

extension MergedFile {
  var isPolicy: Bool { if case .policy = self { true } else { false } }
}

/// The sides from which reviewed content changes in a merge while the category does not (contract 3, merges, 3b).
private struct Reentries {
  let parents: Set<Int>

  init(_ id: MilestoneID, _ values: MergedValues?, _ sides: MergeSides) throws {
    let file = MergedFile.milestone(id)
    guard let status = try sides.candidate.milestone(id)?.milestone?.status else {
      parents = []
      return
    }
    let result = Reviewed(try file.values(in: sides.candidate))
    var versions: [(parent: Int, category: Category, reviewed: Reviewed)] = []
    for side in sides.all {
      guard let category = try sides.category(id, side), category.isFrozen,
        side.policy.workflow.category(status) == category
      else { continue }
      versions.append((side.parent, category, Reviewed(try file.values(in: side.tree))))
    }
    let isDecided = values?.decided.contains(where: \.isReviewed) ?? false
    parents = Set(
      versions.filter { own in
        guard own.reviewed != result else { return false }
        let peers = versions.filter { $0.category == own.category }.map(\.reviewed)
        return isDecided || !result.comes(from: peers)
      }.map(\.parent))
  }
}

/// The reviewed content: outcome, dependencies and criteria, and the evidence of each criterion.
private struct Reviewed: Equatable {
  private let terms: [ValuePath: [UInt8]]
  private let evidence: [String: Set<ValuePath>]

  init(_ values: FileValues) {
    let reviewed = values.leaves.filter { $0.key.isReviewed }
    terms = reviewed.filter { !$0.key.isEvidence }
    evidence = Dictionary(grouping: reviewed.keys.filter(\.isEvidence)) { $0.parts[1] }.mapValues { Set($0) }
  }

  /// Returns true if one version has the same outcome, dependencies and criteria, and some version has each criterion's
  /// evidence.
  func comes(from versions: [Reviewed]) -> Bool {
    guard versions.contains(where: { $0.terms == terms }) else { return false }
    let criteria = Set(evidence.keys).union(versions.flatMap(\.evidence.keys))
    return criteria.allSatisfy { name in versions.contains { $0.evidence[name] == evidence[name] } }
  }
}
