import PlanModel

/// The invariant that every dependency exists, and that no milestone waits for itself.
enum GraphInvariant: Invariant {
  static func findings(in scope: InvariantScope) throws -> [Finding] {
    var findings: [Finding] = []
    for (file, milestone) in scope.readable {
      for missing in milestone.dependsOn where try !scope.holds(missing) {
        // A milestone that this commit deletes was not misspelled.
        if try scope.states.base?.milestoneIdentity(missing) != nil {
          findings.append(
            Finding(
              .danglingDependency, "\(file.id) depends on \(missing), which this change deletes.",
              hint: "Remove \(missing) from dependsOn of \(file.id), or keep \(missing).",
              milestone: file.id, path: file.path, line: file.line(of: "dependsOn")))
          continue
        }
        let others = try scope.tree.milestones().keys.filter { $0 != file.id }
        let near = nearestName(to: missing.text, in: others.map(\.text))
        findings.append(
          Finding(
            .danglingDependency, "\(file.id) depends on \(missing), which does not exist.",
            hint: near.map { "Is \($0) meant? Otherwise remove \(missing) from dependsOn." }
              ?? "Remove \(missing) from dependsOn.",
            milestone: file.id, path: file.path, line: file.line(of: "dependsOn")))
      }
    }
    for cycle in scope.graph.cycles() {
      let path = (cycle + [cycle[0]]).map(\.text).joined(separator: " -> ")
      for id in cycle {
        guard let file = try scope.tree.milestone(id) else { continue }
        findings.append(
          Finding(
            .dependencyCycle, "\(id) waits for itself: \(path).",
            hint: "Remove one dependency of this circle.", milestone: id, path: file.path,
            line: file.line(of: "dependsOn")))
      }
    }
    return findings
  }
}

/// The invariant that work in progress has an owner, and that done milestones have done dependencies and evidence.
enum WorkInvariant: Invariant {
  static func findings(in scope: InvariantScope) throws -> [Finding] {
    var findings: [Finding] = []
    let working: [Category] = [.active, .review, .done]
    for (file, milestone) in scope.readable {
      guard let category = scope.workflow.category(milestone.status), working.contains(category) else { continue }
      if !milestone.isOwned {
        findings.append(Guards.missingOwner(file, milestone))
      }
      guard category == .done else { continue }
      for dependency in milestone.dependsOn where try scope.states.category(dependency) != .done {
        findings.append(try Guards.unmet(dependency, of: file, scope.states, wasTakenAway: false))
      }
      for criterion in milestone.exitCriteria where criterion.evidence.isEmpty && criterion.waiver == nil {
        findings.append(Guards.missingEvidence(criterion, file))
      }
    }
    return findings
  }
}
