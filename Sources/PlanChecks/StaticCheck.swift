import PlanJudge
import GitObjects
import JSONSchema
import PlanSLO
import PlanModel
import GitRepository
import PlanTrees
import StrictJSON
import ReadinessSystem

/// Checks without a command: they examine the content of a commit.
struct StaticCheck {
  let repository: Repository
  let tree: GitTree
  let request: CheckRunner.Request

  /// The largest report, in bytes.
  private static let reportBound = 16 << 20

  /// The finding as a line whose digest is recorded, or the reason why the criterion is not met.
  private enum Answer {
    case shown(String)
    case fault(String)
  }

  func run(_ check: PlannedCheck) throws -> CheckResult {
    let began = request.now()
    let answer: Answer =
      switch check.definition.kind {
      case .command: .fault("A command needs a profile.")
      case .file(let path): try file(path)
      case .schema(let schema, let valid, let invalid): try examples(schema, valid, invalid)
      case .junit(let path, let least, let most): try junit(path, least, most)
      case .sarif(let path, let most): try sarif(path, most)
      case .milestone(let other, let commit, let id, let category): try milestone(other, commit, id, category)
      case .approval(let role, let count): try approval(check, role, count)
      case .slo(let name): try objective(name, maxAgeDays: check.definition.validFor)
      }
    if case .approval(let role, let count) = check.definition.kind {
      let evidence = Evidence(approvalsBy: role, count: count)
      return switch answer {
      case .fault(let why): CheckResult(check, .failed, why, evidence: evidence)
      case .shown(let what): CheckResult(check, .passed, evidence: evidence, output: Array(what.utf8))
      }
    }
    switch answer {
    case .fault(let why): return CheckResult(check, .failed, why)
    case .shown(let what):
      let record = CheckRecord(
        command: check.definition.digest, profile: nil,
        inputs: try tree.inputs(PathSelection(check.definition.inputs)).digest,
        commit: request.commit.description, before: nil, at: request.now(), exitCode: nil, attempts: 1,
        milliseconds: Int(max(0, request.now() - began)), output: Digest(of: Array(what.utf8)), log: nil)
      return CheckResult(check, .passed, evidence: Evidence(record), output: Array(what.utf8))
    }
  }

  private func file(_ path: String) throws -> Answer {
    guard let digest = try tree.digest(at: path) else { return .fault("\(path) is no regular file of the commit.") }
    return .shown("\(path) \(digest.tagged)\n")
  }

  // MARK: - Examples

  private func examples(_ schema: String, _ valid: [PathPattern], _ invalid: [PathPattern]) throws -> Answer {
    guard let bytes = try tree.bytes(at: schema, atMost: Self.reportBound) else {
      return .fault("The schema \(schema) is no regular file of the commit.")
    }
    do {
      let document = try JSONDocument(parsing: bytes, limits: .general)
      let validator = try SchemaRegistry(refusesUnknownKeywords: true).add(document, uri: "repository:///" + schema)
      var (text, faults) = ("", [String]())
      for (patterns, isValid) in [(valid, true), (invalid, false)] where !patterns.isEmpty {
        let files = try tree.inputs(PathSelection(patterns)).entries.filter { $0.name != schema }
        if files.isEmpty {
          return .fault("\(patterns.map(\.text).joined(separator: ", ")) covers no file of the commit.")
        }
        for file in files {
          let violation = try violation(of: file.name, validator)
          if (violation == nil) != isValid { faults.append("\(file.name) \(violation ?? "fits, and should not")") }
          text += "\(isValid ? "fits" : "does not fit") \(file.name)\n"
        }
      }
      guard let first = faults.first else { return .shown(text) }
      return .fault(first + (faults.count > 1 ? ", and \(faults.count - 1) more." : "."))
    } catch let error as JSONError {
      return .fault("The schema \(schema) is no JSON: \(error.message)")
    } catch let error as SchemaError {
      return .fault("\(schema):\(error.position.line): \(error.message)")
    }
  }

  private func violation(of path: String, _ validator: SchemaValidator) throws -> String? {
    guard let bytes = try tree.bytes(at: path, atMost: Self.reportBound) else { return "is no regular file" }
    let document: JSONDocument
    do { document = try JSONDocument(parsing: bytes, limits: .general) } catch { return "is no JSON: \(error.message)" }
    guard let first = try validator.violations(of: document.root).first else { return nil }
    let line = document.position(of: first.offset).line
    return "does not fit, at line \(line), \(first.pointer.isEmpty ? "/" : first.pointer): \(first.message)"
  }

  // MARK: - Reports

  private func junit(_ path: String, _ least: Int, _ most: Int) throws -> Answer {
    guard let bytes = try tree.bytes(at: path, atMost: Self.reportBound) else {
      return .fault("The report \(path) is no regular file of the commit.")
    }
    do {
      let report = try JUnitReport(parsing: bytes)
      let ran = report.tests - report.skipped
      if ran < least { return .fault("\(path) reports \(ran) tests that ran; at least \(least) are asked for.") }
      if report.failed > most { return .fault("\(path) reports \(report.failed) failed tests; at most \(most) may.") }
      return .shown("\(report.tests) tests, \(report.failed) failed, \(report.skipped) skipped\n")
    } catch {
      return .fault("\(path) is no report of tests. \(error.message)")
    }
  }

  private func sarif(_ path: String, _ most: Int) throws -> Answer {
    guard let bytes = try tree.bytes(at: path, atMost: Self.reportBound) else {
      return .fault("The report \(path) is no regular file of the commit.")
    }
    do {
      let report = try SARIFReport(parsing: bytes)
      if report.runs == 0 { return .fault("\(path) holds no run of a tool.") }
      if report.errors > most { return .fault("\(path) reports \(report.errors) errors; at most \(most) may be.") }
      return .shown("\(report.runs) runs, \(report.results) results, \(report.errors) errors\n")
    } catch {
      return .fault("\(path) is no report of findings. \(error.message)")
    }
  }

  // MARK: - Service levels

  /// Judges the committed capture of an objective like a gate with standard conditions.
  /// - Parameter maxAgeDays: the largest age of the capture; nil is the gate's.
  private func objective(_ name: String, maxAgeDays: Int?) throws -> Answer {
    let snapshot = try tree.policy()
    guard let file = try ObjectiveFile.all(in: tree).first(where: { $0.name == name }) else {
      return .fault("There is no SLO \(name): \(PlanPaths.objective(name)) is no file of the commit.")
    }
    let gate = ObjectiveGate(tree, policy: snapshot.policy ?? .builtIn(), verifier: GitSignatures())
    let verdict = try gate.verdict(file, .standard(maxAgeDays: maxAgeDays), now: request.now())
    guard verdict.answer == .go else {
      return .fault(verdict.reasons.map(\.message).joined(separator: " "))
    }
    return .shown(verdict.summary)
  }

  // MARK: - People and other repositories

  private func approval(_ check: PlannedCheck, _ role: String, _ count: Int) throws -> Answer {
    if let authorization = request.authorization, authorization.roles[role] == nil {
      return .fault("Nobody holds the role \"\(role)\": \(PlanPaths.authorization) does not name it.")
    }
    let have = try tree.milestone(check.milestone)?.milestone?.approvers(role, request.authorization) ?? 0
    guard have >= count else {
      return .fault("\(have) of \(count) holders of \(role) have approved what \(check.milestone) says.")
    }
    return .shown("\(have) of \(count) by \(role)\n")
  }

  /// Reads a milestone of another repository through git.
  private func milestone(_ other: String, _ commit: String, _ id: MilestoneID, _ category: Category) throws -> Answer {
    let root = try FileSystem.makeTemporaryFolder("readiness-other-")
    defer { do { try FileSystem.removeFolder(root) } catch {} }
    let isPath = !other.contains(":") && !other.hasPrefix("/")
    let source = isPath ? (repository.workTree ?? repository.gitFolder) + other : other
    let clone = try GitProcess.run(["clone", "-q", "--bare", "--", source, root + "/other.git"])
    guard clone.status == 0 else { return .fault("\(other) cannot be read: \(clone.errorText)") }
    func read(_ path: String) throws -> [UInt8]? {
      let output = try GitProcess.run(["--git-dir=\(root)/other.git", "cat-file", "blob", "\(commit):\(path)"])
      return output.status == 0 ? output.bytes : nil
    }
    guard let bytes = try read(PlanPaths.milestone(id)) else {
      return .fault("\(other) has no \(PlanPaths.milestone(id)) at \(commit.prefix(12)).")
    }
    guard let milestone = MilestoneFile(id: id, kind: .regular, bytes: bytes).milestone else {
      return .fault("\(id) of \(other) at \(commit.prefix(12)) cannot be read.")
    }
    let blobs = try read(PlanPaths.workflow).map { [PolicyBlob(path: PlanPaths.workflow, kind: .regular, bytes: $0)] }
    guard let policy = PolicySnapshot(blobs ?? []).policy else {
      return .fault("The workflow of \(other) cannot be read.")
    }
    guard policy.workflow.category(milestone.status) == category else {
      return .fault("\(id) of \(other) is \"\(milestone.status)\" at \(commit.prefix(12)), not \(category.rawValue).")
    }
    return .shown("\(id) \(milestone.status) \(Digest(of: bytes).tagged)\n")
  }
}
