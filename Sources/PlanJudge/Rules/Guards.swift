import StrictJSON
import GitObjects
import PlanModel

/// The guards of edges (contract 2.2). A new guard needs a case of `Guard`, a branch here, and a test.
struct Guards {
  let candidate: any PlanTree
  let states: States
  /// False if several stamps describe one change: then only the resulting tree counts (contract 3, squash).
  let countsWhatWasTakenAway: Bool
  /// The evaluation of evidence.
  let proof: Proof

  /// Returns a finding for each guard that a milestone does not meet.
  func findings(_ asked: [Guard], for change: MilestoneChange, hasReason: Bool) throws -> [Finding] {
    guard let file = change.afterFile, let milestone = change.after else { return [] }
    return try asked.flatMap { asked -> [Finding] in
      switch asked {
      case .ownerAssigned: milestone.isOwned ? [] : [Self.missingOwner(file, milestone)]
      case .blockedReason:
        milestone.blocked?.reason.contains { !$0.isWhitespace } ?? false ? [] : [Self.missingBlockedReason(file)]
      case .reason: hasReason ? [] : [missingReason(change, file)]
      case .dependenciesDone: try dependencies(change, file, milestone)
      case .criteriaMet: try criteria(change, file, milestone)
      case .deliverablesPresent: try deliverables(file, milestone)
      case .noDoneDependents: try dependents(file)
      }
    }
  }

  // MARK: - Guards that read the tree

  private func dependencies(_ change: MilestoneChange, _ file: MilestoneFile, _ milestone: Milestone) throws
    -> [Finding]
  {
    let had = change.merged?.dependencies ?? change.before?.dependsOn ?? []
    let takenAway = countsWhatWasTakenAway ? had.filter { !milestone.dependsOn.contains($0) } : []
    return try milestone.dependsOn.filter { try states.category($0) != .done }.map {
      try Self.unmet($0, of: file, states, wasTakenAway: false)
    }
      + takenAway.filter { try states.category($0) != .done }.map {
        try Self.unmet($0, of: file, states, wasTakenAway: true)
      }
  }

  private func criteria(_ change: MilestoneChange, _ file: MilestoneFile, _ milestone: Milestone) throws -> [Finding] {
    var findings: [Finding] = []
    for criterion in milestone.exitCriteria where try !proof.isWaived(criterion) {
      if criterion.evidence.isEmpty { findings.append(Self.missingEvidence(criterion, file)) }
      for entry in criterion.evidence {
        guard let mismatch = try proof.mismatch(entry, of: criterion, in: milestone) else { continue }
        findings.append(mismatch.finding(entry, criterion, file))
      }
      if let finding = try changedObjective(criterion, file) { findings.append(finding) }
    }
    guard countsWhatWasTakenAway else { return findings }
    let kept = Set(milestone.exitCriteria.map(\.id))
    let had = change.merged?.criteria ?? change.before?.exitCriteria.map(\.id) ?? []
    for id in had where !kept.contains(id) {
      findings.append(
        Finding(
          .criterionUnmet, "The criterion \"\(id)\" of \(file.id) is removed in the commit that needs it.",
          hint: "Keep the criterion and attach evidence, or remove it earlier, in a commit of its own.",
          milestone: file.id, path: file.path, line: file.line(of: "exitCriteria")))
    }
    return findings
  }

  /// The judging parent's objective counts, so a commit cannot both lower it and depend on it.
  private func changedObjective(_ criterion: ExitCriterion, _ file: MilestoneFile) throws -> Finding? {
    guard case .slo(let name)? = criterion.check?.kind, let base = states.base else { return nil }
    let path = PlanPaths.objective(name)
    guard try base.policyFiles()[path] != candidate.policyFiles()[path] else { return nil }
    return Finding(
      .sloCaptureInvalid, "\(path) changes in the commit in which \(file.id)/\(criterion.id) is based on it.",
      hint: "Commit the definition first, capture again, run readiness check \(file.id)/\(criterion.id), then move.",
      milestone: file.id, path: file.path, line: file.line(criterion.offset))
  }

  private func deliverables(_ file: MilestoneFile, _ milestone: Milestone) throws -> [Finding] {
    try milestone.deliverables.compactMap { deliverable in
      let path = deliverable.path.hasSuffix("/") ? String(deliverable.path.dropLast()) : deliverable.path
      let kind = try candidate.kind(at: path)
      let isThere = kind == .regular || kind == .executable || kind == .folder
      let isDone = states.workflow.category(deliverable.status) == .done
      guard !isThere || !isDone else { return nil }
      let what = isThere ? "has the status \"\(deliverable.status)\"" : "is not in the tree"
      let done = states.workflow.states.first { $0.category == .done }?.name ?? "Done"
      return Finding(
        .deliverableMissing, "The deliverable \(deliverable.path) of \(file.id) \(what).",
        hint: isThere ? "Set its status to \"\(done)\" when it is." : "Commit the file, or correct its path.",
        milestone: file.id, path: file.path, line: file.line(deliverable.offset))
    }
  }

  private func dependents(_ file: MilestoneFile) throws -> [Finding] {
    var open: [MilestoneID] = []
    var next = [file.id]
    // The dependents of a dependent would block its reopening.
    while let id = next.popLast() {
      for dependent in try states.dependents(of: id) where !open.contains(dependent) {
        guard try states.category(dependent)?.isFrozen == true else { continue }
        open.append(dependent)
        next.append(dependent)
      }
    }
    guard !open.isEmpty else { return [] }
    open.sort()
    let named = try open.map { "\($0) (\"\(try states.milestone($0)?.status ?? "")\")" }.joined(separator: ", ")
    let workflow = states.workflow
    let moves = try ([file.id] + open).compactMap { id -> String? in
      let status =
        id == file.id ? workflow.states.first { $0.category == .done }?.name : try states.milestone(id)?.status
      let target = status.flatMap { from in
        workflow.successors(of: from).first { workflow.category($0)?.isFrozen == false }
      }
      return target.map { "\(id) \(Workflow.word(for: $0).shellQuoted)" }
    }
    let command =
      moves.count == open.count + 1
      ? "Reopen them in the same commit: readiness move \(moves.joined(separator: " ")) -m \"why\""
      : "Reopen them in the same commit."
    return [
      Finding(
        .doneDependent, "\(file.id) is reopened while milestones that depend on it are not: \(named).",
        hint: command, milestone: file.id, path: file.path, line: file.line(of: "status"))
    ]
  }

  private func missingReason(_ change: MilestoneChange, _ file: MilestoneFile) -> Finding {
    let edge = "\"\(change.before?.status ?? "none")\" to \"\(change.after?.status ?? "none")\""
    return Finding(
      .reasonMissing, "\(change.id) goes from \(edge), which asks for a reason.",
      hint:
        "Say why in the commit's subject, or: readiness move \(change.id) \"\(change.after?.status ?? "")\" -m \"why\"",
      milestone: change.id, path: file.path, line: change.statusLine)
  }

  // MARK: - Findings that invariants share

  static func missingOwner(_ file: MilestoneFile, _ milestone: Milestone) -> Finding {
    Finding(
      .ownerMissing, "\(file.id) is \"\(milestone.status)\" and nobody owns it.",
      hint: "Assign an owner, for example yourself: readiness set \(file.id) owner me", milestone: file.id,
      path: file.path, line: file.line(of: "owner"))
  }

  static func missingBlockedReason(_ file: MilestoneFile) -> Finding {
    Finding(
      .blockedReasonMissing, "\(file.id) is blocked and does not say why.",
      hint: "Say what it waits for: readiness block \(file.id) \"why\"",
      milestone: file.id, path: file.path, line: file.line(of: "status"))
  }

  static func missingEvidence(_ criterion: ExitCriterion, _ file: MilestoneFile) -> Finding {
    let ended = criterion.waiver.map { ", and its waiver ended with \($0.until)" } ?? ""
    return Finding(
      .evidenceMissing, "The criterion \"\(criterion.id)\" of \(file.id) has no evidence\(ended): \(criterion.text)",
      hint: criterion.check == nil
        ? "Attach a file that shows it, with --evidence. How: readiness criteria --help"
        : "Run its check: readiness check \(file.id)/\(criterion.id)",
      milestone: file.id, path: file.path, line: file.line(criterion.offset))
  }

  static func unmet(_ dependency: MilestoneID, of file: MilestoneFile, _ states: States, wasTakenAway: Bool) throws
    -> Finding
  {
    let status = try states.milestone(dependency)?.status
    let seen = status.map { "is \"\($0)\"" } ?? "is not there"
    let how =
      wasTakenAway
      ? "depended on \(dependency) before this commit, and \(dependency)" : "depends on \(dependency), which"
    return Finding(
      .unmetDependency, "\(file.id) \(how) \(seen), not done.",
      hint: try states.isReopened(dependency)
        ? "Reopen \(file.id) in the same commit, or leave \(dependency) as it was."
        : wasTakenAway
          ? "Remove the dependency earlier, in a commit of its own, or finish \(dependency) first."
          : "Finish \(dependency) first, or in the same commit.",
      milestone: file.id, path: file.path, line: file.line(of: "dependsOn"))
  }
}

extension Proof.Mismatch {
  /// Returns the finding for an entry that does not match (contract 2.2, `criteria-met`).
  func finding(_ entry: Evidence, _ criterion: ExitCriterion, _ file: MilestoneFile) -> Finding {
    let place = "\(file.id)/\(criterion.id)"
    let number = (file.milestone?.exitCriteria.firstIndex { $0.id == criterion.id }).map { "\($0 + 1)" } ?? criterion.id
    let (message, hint) = sentences(place, entry, "readiness criteria \(file.id) \(number)")
    return Finding(
      .evidenceMismatch, message, hint: hint, milestone: file.id, path: file.path,
      line: file.line(entry.json.range.lowerBound))
  }

  /// - Parameter command: the command that changes the criterion, without options.
  private func sentences(_ place: String, _ entry: Evidence, _ command: String) -> (message: String, hint: String) {
    let again = "Run it again: readiness check \(place)"
    switch self {
    case .file(let path, let found?, _):
      return (
        "The evidence \(path) of \(place) has the digest \(found.hex.prefix(12))…, not \(entry.digest.hex.prefix(12))….",
        "Look whether the new content still meets the criterion, then: \(command) --evidence \(path.commandPath)"
      )
    case .file(let path, nil, let kind):
      return (
        "The evidence \(path) of \(place) is \(kind.map(\.phrase) ?? "not in the tree").",
        kind == nil
          ? "Commit the file too, or name another one: readiness criteria --help shows how." : "Name a regular file."
      )
    case .definition(let isGone):
      return (
        "The evidence of \(place) was left by a check that \(isGone ? "is gone" : "has changed since").",
        isGone ? "Give the criterion its check again, or clear the evidence." : again
      )
    case .inputs(let paths):
      let shown = paths.prefix(3).joined(separator: ", ") + (paths.count > 3 ? " and \(paths.count - 3) more" : "")
      return ("\(shown) changed since \(place) was checked.", again)
    case .lapsed(let days):
      return ("The evidence of \(place) is older than the \(days) days for which it counts.", again)
    case .future: return ("The evidence of \(place) says that it was made after this change.", again)
    case .approvals(let have, let need, let role):
      return (
        "\(place) asks for \(need) approvals by holders of \(role), and has \(have) of its present text.",
        "Ask holders of \(role) to run readiness approve \(place.prefix { $0 != "/" }) in their clones."
      )
    }
  }
}
