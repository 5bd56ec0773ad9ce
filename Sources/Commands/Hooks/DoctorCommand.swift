import ArgumentParser
import PlanJudge
import PlanModel
import PlanGate
import GitRepository
import PlanTrees
import GitTransaction
import Reports
import StrictJSON
import ReadinessSystem

struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    subcommand: "doctor", abstract: "The health of hooks, files and locks of this clone.",
    discussion:
      "With --fix it ends what a killed command began and installs missing hooks. Locks of git are named and left.")
  @Flag(help: "Fix what can be fixed safely.")
  var fix = false
  @OptionGroup var options: GlobalOptions

  mutating func run() throws {
    let context = try Context(options)
    let repository = try context.openRepository()
    let doctor = Doctor(repository: repository, fixes: fix, program: Machine.programPath() ?? "readiness")
    let report = DoctorReport(try doctor.checks(), hooks: try doctor.hookForms())
    try context.print(json: report.json, text: report.text(width: context.width, context.style(repository)))
    if !report.isHealthy { throw ExitCode(1) }
  }
}

/// Checks one clone.
private struct Doctor {
  let repository: Repository
  let fixes: Bool
  let program: String

  func checks() throws -> [HealthCheck] {
    // Unfinished commands come first: the other checks depend on their result.
    var checks = try unfinished()
    checks += try locks()
    checks += try repository.isBare ? server() : hooks()
    checks += try plan()
    checks += try DiskUse(folder: repository.commonFolder + "readiness").checks()
    if repository.isShallow {
      checks.append(
        HealthCheck(
          "history", .warning, "It is shallow, so it cannot be verified here.", hint: "git fetch --unshallow"))
    }
    return checks
  }

  private func unfinished() throws -> [HealthCheck] {
    if fixes {
      let done = try Recovery(repository).run()
      return done.isEmpty
        ? [HealthCheck("commands", .ok, "None was killed half-way.")] : done.map { HealthCheck("commands", .fixed, $0) }
    }
    let found = try Recovery(repository).unfinished()
    return found.isEmpty
      ? [HealthCheck("commands", .ok, "None was killed half-way.")]
      : found.map { HealthCheck("commands", .problem, $0, hint: "readiness doctor --fix") }
  }

  private func locks() throws -> [HealthCheck] {
    let locks = try Recovery(repository).locks()
    guard !locks.isEmpty else { return [HealthCheck("locks", .ok, "Nothing is locked.")] }
    return locks.map { lock in
      HealthCheck(
        "locks", lock.seconds > 60 ? .problem : .warning, "\(lock.path)\(lock.age)",
        hint: "If no git command is running here, remove that file.")
    }
  }

  /// Returns the form of each hook. Empty if another program owns the folder.
  func hookForms() throws -> [DoctorReport.Hook] {
    do {
      return try HookFolder().forms(of: repository.isBare ? ["pre-receive"] : HookScript.usual)
    } catch is UsageError { return [] }
  }

  private func hooks() throws -> [HealthCheck] {
    let folder: HookFolder
    do { folder = try HookFolder() } catch let error as UsageError {
      return [HealthCheck("hooks", .warning, error.message, hint: error.hint)]
    }
    let refusal = fixes ? try folder.refusal() : nil
    let fixesHooks = fixes && refusal == nil
    var checks: [HealthCheck] = []
    var missing: [String] = []
    for name in HookScript.usual {
      switch try folder.state(of: name) {
      case .ours(let program) where program.contains("/") && !FileSystem.exists(program):
        checks.append(
          HealthCheck("hooks", .problem, "\(name) starts \(program), which is gone.", hint: "readiness install"))
      case .ours: break
      case .notExecutable:
        checks.append(
          HealthCheck(
            "hooks", .problem, "\(folder.path)/\(name) has no run bit, so git passes it over.",
            hint: "chmod +x \((folder.path + "/" + name).shellQuoted)"))
      case .unreadable:
        checks.append(
          HealthCheck("hooks", .problem, "\(folder.path)/\(name) cannot be read.", hint: "Look at its permissions."))
      case .foreign:
        guard let owner = try folder.owner(of: name) else {
          missing.append(name)
          continue
        }
        checks.append(
          HealthCheck(
            "hooks", .warning, "\(name) belongs to \(owner); see that it runs readiness hook \(name).",
            hint: "doc/guides/hooks.md says what \(owner) cannot do."))
      case .missing: missing.append(name)
      }
    }
    if !missing.isEmpty, fixesHooks {
      for name in missing { _ = try folder.put(name, program: program) }
      checks.append(HealthCheck("hooks", .fixed, "Installed \(missing.joined(separator: ", "))."))
    } else if !missing.isEmpty {
      let isNone = missing.count == HookScript.usual.count
      checks.append(
        HealthCheck(
          "hooks", isNone ? .problem : .warning, "Not installed: \(missing.joined(separator: ", ")).",
          hint: "readiness install"))
    }
    let slow = try folder.slowStubs(of: HookScript.usual, program: program)
    if !slow.isEmpty, fixesHooks {
      for name in slow { _ = try folder.put(name, program: program) }
      checks.append(
        HealthCheck("hooks", .fixed, "Replaced the shell hook \(slow.joined(separator: ", ")) by the launcher."))
    } else if !slow.isEmpty {
      checks.append(
        HealthCheck(
          "hooks", .warning, "A shell hook, where the launcher is faster: \(slow.joined(separator: ", ")).",
          hint: "readiness install"))
    }
    if let refusal, !(missing + slow).isEmpty {
      checks.append(HealthCheck("hooks", .warning, refusal.message, hint: refusal.hint))
    }
    if checks.isEmpty { checks.append(HealthCheck("hooks", .ok, "Installed in \(folder.path).")) }
    let setup = try MergeDriverSetup()
    let isSet = try setup.isPut(program: program)
    if !fixes, let gone = try MergeDriverSetup.missingProgram() {
      return checks + [
        HealthCheck(
          "merge driver", .problem, "It starts \(gone), which is gone: a merge keeps our side without marks.",
          hint: "readiness install")
      ]
    }
    if !isSet, fixes, let refusal = setup.refusal() {
      return checks + [HealthCheck("merge driver", .warning, refusal.message, hint: refusal.hint)]
    }
    if !isSet, fixes { _ = try setup.put(program: program) }
    checks.append(
      isSet
        ? HealthCheck("merge driver", .ok, "Milestone files merge field by field.")
        : HealthCheck(
          "merge driver", fixes ? .fixed : .warning,
          fixes ? "Set up." : "Not set up, or for another program: milestone files merge line by line.",
          hint: fixes ? nil : "readiness install"))
    return checks
  }

  private func server() throws -> [HealthCheck] {
    let state = try HookFolder().state(of: "pre-receive")
    var checks: [HealthCheck] = []
    if case .ours = state {
      checks.append(HealthCheck("hooks", .ok, "pre-receive checks every push."))
    } else {
      checks.append(
        HealthCheck(
          "hooks", .problem, "pre-receive is not ours, or does not run: pushes are not checked.",
          hint: "readiness install --server ."))
    }
    let checksObjects =
      try repository.configuration("receive.fsckObjects") ?? repository.configuration("transfer.fsckObjects")
    checks.append(
      checksObjects == "true"
        ? HealthCheck("objects", .ok, "Pushed objects are checked.")
        : HealthCheck(
          "objects", .warning, "Pushed objects are not checked for damage.", hint: "git config receive.fsckObjects true"
        ))
    checks += try refs()
    checks += try EmergencyLog(repository).open().map { HealthCheck("bypass", .problem, $0.line, hint: $0.remedy) }
    return checks
  }

  /// Checks which refs are protected from deletion, force, and another plan (contract 2.4).
  private func refs() throws -> [HealthCheck] {
    let server = try ServerRefs(repository)
    let names = server.protectedNames()
    guard server.headTip == nil, try !repository.branches().isEmpty else {
      return [HealthCheck("refs", .ok, "Protected: \(names.joined(separator: ", ")).")]
    }
    return [
      HealthCheck(
        "refs", .warning,
        "HEAD names no branch that is there, so every branch with a plan is protected: \(names.joined(separator: ", ")).",
        hint: "Point HEAD at the main branch: git symbolic-ref HEAD refs/heads/main")
    ]
  }

  private func plan() throws -> [HealthCheck] {
    guard case .commit(let head) = try repository.head() else {
      return [HealthCheck("plan", .warning, "There is no commit yet.", hint: "readiness init --commit")]
    }
    let overview = try PlanOverview(
      repository.tree(of: try repository.commit(head)), now: Machine.millisecondsSince1970())
    guard !overview.entries.isEmpty || !overview.findings.isEmpty else {
      return [HealthCheck("plan", .warning, "HEAD holds no plan.", hint: "readiness init --commit")]
    }
    var checks = overview.findings.map {
      HealthCheck("plan", .problem, "\($0.path ?? "") \($0.message)", hint: $0.hint)
    }
    if !repository.isBare, let told = try UnstampedCommits(repository).found(from: head) {
      checks.append(HealthCheck("stamps", .warning, told.message, hint: told.hint))
    }
    checks += overview.suspectFindings.map { HealthCheck("evidence", .warning, $0.message, hint: $0.hint) }
    for entry in overview.entries {
      for approval in entry.milestone.approvals where approval.isVoid {
        checks.append(
          HealthCheck(
            "approvals", .warning,
            "The signed approval of \(entry.id) by \(approval.by) names no review, so it counts for nothing.",
            hint: "Ask for a new one while \(entry.id) is in review: readiness approve \(entry.id) --sign"))
      }
    }
    checks += try sharedKeys(repository.tree(of: repository.commit(head)))
    if checks.isEmpty { checks.append(HealthCheck("plan", .ok, "\(overview.entries.count) milestones, all readable.")) }
    return checks
  }
  /// Returns a check for each key that `allowed_signers` lists for several people: a signed quorum counts them once.
  private func sharedKeys(_ tree: GitTree) throws -> [HealthCheck] {
    guard let signers = try tree.policyBytes(at: PlanPaths.signers) else { return [] }
    let people = try tree.policy().policy?.authorization?.people ?? People()
    return AllowedSigners(signers).sharedKeys(people).map { holders in
      let names = holders.map(\.description).joined(separator: ", ")
      return HealthCheck(
        "keys", .warning, "\(PlanPaths.signers) lists one key for \(names): they count as one person.",
        hint:
          "Give each person a key of their own, or list the addresses under \"people\" in \(PlanPaths.authorization).")
    }
  }
}
