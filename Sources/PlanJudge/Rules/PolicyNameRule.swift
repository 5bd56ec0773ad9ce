import PlanModel

/// The rule that a file in the policy folder should have a known name (contract 2.2, policy). A misspelt policy would
/// otherwise count as absent.
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
