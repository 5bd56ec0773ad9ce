import GitObjects
import JSONSchema
import PlanModel
import StrictJSON

/// The invariant that `ssot/plan.json` exists, is readable, and names only existing milestones.
enum PlanFileInvariant: Invariant {
  static func findings(in scope: InvariantScope) throws -> [Finding] {
    guard let file = try scope.tree.planFile() else {
      return [
        Finding(
          .schemaViolation, "\(PlanPaths.plan) is missing; a plan has one beside its milestones.",
          hint: try scope.states.base?.planIdentity() == nil
            ? "readiness init --empty creates one beside the milestones that are there."
            : RestoreCommand.planFile,
          path: PlanPaths.plan)
      ]
    }
    guard let plan = file.plan else { return file.findings }
    guard scope.looksAtOrder else { return file.findings }
    let dangling = try plan.executionOrder.filter { try !scope.holds($0) }.map { id in
      Finding(
        .danglingDependency, "executionOrder names \(id), which does not exist.",
        hint: "Remove \(id) from executionOrder in \(PlanPaths.plan).", path: PlanPaths.plan,
        line: file.line(of: id, in: "executionOrder"))
    }
    return file.findings + dangling
  }
}

/// The invariant that `.readiness` is a folder, and that each file in it is regular, parses and matches both schemas.
enum FilesInvariant: Invariant {
  static func findings(in scope: InvariantScope) throws -> [Finding] {
    if let finding = try folder(in: scope.tree) { return [finding] }
    return try scope.files.flatMap { try $0.findings + violations(of: $0, scope) }
  }

  /// Returns a finding if `.readiness` exists and is not a folder.
  static func folder(in tree: any PlanTree) throws -> Finding? {
    guard let kind = try tree.folderKind(), kind != .folder else { return nil }
    return Finding(
      .notARegularFile, "\(PlanPaths.folder) is \(kind.phrase), not a folder.",
      hint: "Make it a folder that holds the milestone files.", path: PlanPaths.folder)
  }

  /// Checks the team's own schema, which applies in addition to the built-in one.
  private static func violations(of file: MilestoneFile, _ scope: InvariantScope) throws -> [Finding] {
    guard let schema = scope.policy.schema, let document = file.document else { return [] }
    let violations: [SchemaViolation]
    do { violations = try schema.violations(of: document.root) } catch let error as SchemaError {
      // A schema whose evaluation does not terminate judges nothing.
      return [Finding(.policyUnreadable, error.message, path: PlanPaths.schema, line: error.position.line)]
    }
    return violations.map { violation in
      Finding(
        .schemaViolation,
        "By \(PlanPaths.schema), at \(violation.pointer.isEmpty ? "the top" : violation.pointer): \(violation.message)",
        milestone: file.id, path: file.path, line: document.position(of: violation.offset).line)
    }
  }
}

/// The invariant that statuses are states of the workflow, and that `blocked` is set exactly if the state is a blocked
/// one.
enum StatusInvariant: Invariant {
  static func findings(in scope: InvariantScope) throws -> [Finding] {
    var findings: [Finding] = []
    for (file, milestone) in scope.readable {
      if let finding = unknown(milestone.status, in: scope, file, line: file.line(of: "status")) {
        findings.append(finding)
      }
      for deliverable in milestone.deliverables {
        if let finding = unknown(deliverable.status, in: scope, file, line: file.line(deliverable.offset)) {
          findings.append(finding)
        }
      }
      if let finding = blocked(milestone, file, scope) { findings.append(finding) }
    }
    return findings
  }

  private static func unknown(
    _ status: String, in scope: InvariantScope, _ file: MilestoneFile, line: @autoclosure () -> Int
  ) -> Finding? {
    guard scope.workflow.state(status) == nil else { return nil }
    return scope.workflow.unknownState(
      status, "\"\(status)\" is no state of the workflow.", milestone: file.id, path: file.path, line: line())
  }

  private static func blocked(_ milestone: Milestone, _ file: MilestoneFile, _ scope: InvariantScope) -> Finding? {
    guard let category = scope.workflow.category(milestone.status) else { return nil }
    if category == .blocked, milestone.blocked == nil {
      return Guards.missingBlockedReason(file)
    }
    guard category != .blocked, milestone.blocked != nil else { return nil }
    return Finding(
      .schemaViolation,
      "\"blocked\" is set in a milestone whose status \"\(milestone.status)\" is not a blocked one.",
      hint: "Take \"blocked\" out, or set the status to a blocked state.", milestone: file.id, path: file.path,
      line: file.line(of: "blocked"))
  }
}

/// The invariant that no two file names differ only by case.
enum NamesInvariant: Invariant {
  static func findings(in scope: InvariantScope) throws -> [Finding] {
    guard try scope.tree.mayHoldCaseCollision() else { return [] }
    let looked = Set(scope.files.map(\.id))
    let groups = Dictionary(grouping: try scope.tree.milestones().keys) { $0.text.lowercased() }
    return groups.values.filter { $0.count > 1 }.flatMap { group in
      group.sorted().dropFirst().filter { _ in group.contains(where: looked.contains) }.map { id in
        Finding(
          .caseCollision, "\(group.sorted().map(\.text).joined(separator: " and ")) differ only by case.",
          milestone: id, path: PlanPaths.milestone(id))
      }
    }
  }
}
