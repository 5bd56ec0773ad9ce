import PlanModel

/// Warns of a file in the folder of policies whose name no program knows: a misspelt policy is not taken for an absent one
/// (contract 2.2, policy).
enum PolicyNameRule {
  /// Returns a warning for each such file that no parent has.
  static func findings(_ proposal: Proposal) throws -> [Finding] {
    let unknown = try proposal.candidate.policyFiles().keys.filter { !PlanPaths.isKnownPolicy($0) }
    guard !unknown.isEmpty else { return [] }
    let old = try proposal.parents.map { try $0.policyFiles() }
    return unknown.filter { path in !old.contains { $0[path] != nil } }.sorted().map { path in
      Finding(
        .policyUnknownFile, "\(path) is no policy that this program knows, so it has no effect.", severity: .warning,
        path: path, line: 1)
    }
  }
}
