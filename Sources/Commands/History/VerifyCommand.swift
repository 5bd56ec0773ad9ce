import GitObjects
import ArgumentParser
import PlanJudge
import PlanModel
import PlanSLO
import PlanGate
import GitRepository
import PlanTrees
import PlanHistory
import Reports
import StrictJSON
import Telemetry

struct VerifyCommand: PlainCommand {
  static let configuration = CommandConfiguration(
    subcommand: "verify", abstract: "Checks every commit again: rules, stamps, run IDs, the policy in force.")
  @Argument(help: ArgumentHelp("A commit, or a range A..B; HEAD by default.", valueName: "range"))
  var range: String?
  @Option(help: ArgumentHelp("A commit that is trusted: only later ones are checked.", valueName: "rev"))
  var anchor: String?
  @Option(
    help: ArgumentHelp(
      "text, json, markdown (for a pull request), sarif, junit, codequality or github.", valueName: "form"))
  var format: VerdictFormat = .text
  @Flag(help: "Check everything again, without what an earlier verify remembers.")
  var noCache = false
  @Flag(help: "First fetch what a shallow or blobless clone lacks: readiness backfill.")
  var backfill = false
  @OptionGroup var options: GlobalOptions

  mutating func read(_ words: inout PlainWords) {
    format = words.choice("--format", default: .text)
    anchor = words.value("--anchor")
    noCache = words.flag("--no-cache")
    backfill = words.flag("--backfill")
    options = words.globals()
    range = words.argument()
  }

  func validate() throws {
    if anchor != nil, range?.contains("..") == true {
      throw ValidationError("A range A..B has its anchor, A; --anchor goes with a revision.")
    }
  }

  mutating func run() throws {
    if format == .json { options.json = true }
    let context = try Context(options)
    let since = Telemetry.recorder?.now
    if backfill { _ = try Completion(context.openRepository(), Self.ends(of: range) + (anchor.map { [$0] } ?? [])) }
    let repository = try context.openForAudit()
    let scope = try HistoryScope(repository, range, anchor: anchor)
    // Text and JSON report the number of runs; the other formats report each run.
    let tellsRuns = !options.json && format != .text
    let store =
      noCache || tellsRuns ? nil : Program.store(in: repository)
    let report = try context.audit(scope, repository, detail: tellsRuns ? .told : .counted, store: store)
    let commit = try repository.commit(scope.tip)
    let tree = repository.tree(of: commit)
    // Exceptions lapse by the date of the commit, so that the same commit gives the same answer on any day.
    let tip = try PlanOverview(tree, now: nil)
    let letGo = try repository.lettingGo(
      tip, at: scope.tip, in: tree, now: commit.committedMilliseconds, after: report)
    let findings =
      try report.findings + tip.suspectFindings + letGo.lapsedFindings + EmergencyLog(repository).findings()
    if let since { try RunSignals.verified(findings, in: repository, since: since) }
    let runs = report.runs.map(RunLine.init)
    switch options.json ? .json : format {
    case .text, .json:
      let answer = VerifyReport(
        findings: findings, tip: scope.tip.description,
        isPublished: try !report.isAccepted && UnstampedCommits(repository).isPublished(scope.tip),
        commits: report.walked, runs: report.stampedRuns,
        notJudged: report.notJudged, letGo: letGo, trust: report.trust.map(TrustLine.init))
      try context.print(json: answer.json, text: answer.text(width: context.width, context.style(repository)))
    case .markdown:
      let before: any PlanTree =
        try scope.anchor.map { try repository.tree(of: repository.commit($0)) } ?? EmptyTree()
      let summary = PullRequestReport(
        findings: findings, runs: runs, diff: try PlanDiff(from: before, to: tree), overview: tip,
        commits: report.walked, gate: try GateStep(from: before, to: tree, now: commit.committedMilliseconds))
      Standard.output(summary.markdown + "\n")
    case .sarif:
      Standard.answer(VerdictFormats.sarif(findings, version: Program.version))
    case .codequality: Standard.answer(VerdictFormats.codeQuality(findings))
    case .junit: Standard.output(VerdictFormats.junit(runs, findings) + "\n")
    case .github:
      Standard.document(
        Redaction.redacted(Array((VerdictFormats.github(findings) + (findings.isEmpty ? "" : "\n")).utf8)))
    }
    if !report.isAccepted { throw ExitCode(1) }
  }
}

extension VerifyCommand {
  /// Returns the revisions that a range names.
  fileprivate static func ends(of range: String?) -> [String] {
    guard let range else { return ["HEAD"] }
    guard let dots = range.firstRange(of: "..") else { return [range] }
    return [range[..<dots.lowerBound], range[dots.upperBound...]].map { $0.isEmpty ? "HEAD" : String($0) }
  }
}

extension GateStep {
  /// Creates the step of the default gate from before a change to after it. Nil if the plan after it cannot be read, or
  /// has no such gate.
  /// - Parameter now: the moment by which captures and waivers lapse on both sides, in milliseconds since 1970.
  init?(from before: any PlanTree, to tree: any PlanTree, now: Int64) throws {
    let name = "release"
    let overview = try PlanOverview(tree, now: now)
    func answer(_ overview: PlanOverview, _ tree: any PlanTree) throws -> GateDecision.Answer? {
      guard let gate = overview.policy.gates.gates[name], overview.findings.isEmpty, !overview.ids.isEmpty else {
        return nil
      }
      let objectives = ObjectiveGate(tree, policy: overview.policy, verifier: GitSignatures(), given: [:])
      return try GateDecision(name, gate, overview, in: tree, objectives).answer
    }
    guard let gate = overview.policy.gates.gates[name], let after = try answer(overview, tree) else { return nil }
    self.init(
      name: name, before: try answer(PlanOverview(before, now: now), before), after: after,
      left: try GateGap(gate, overview, in: tree).missing.count)
  }
}

extension TrustLine {
  /// Creates the line about the trusted commits of an audit.
  init(_ trust: AuditTrust) {
    self.init(
      start: trust.start.rawValue, commit: trust.commit, commits: trust.commits, run: trust.run, by: trust.by,
      at: trust.at)
  }
}

enum VerdictFormat: String, Choice {
  case text, json, markdown, sarif, junit, codequality, github
}
