import GitObjects
import PlanJudge
import PlanModel
import GitRepository
import PlanTrees
import GitTransaction
import PlanHistory
import StrictJSON
import Telemetry

/// A change of milestones that becomes a separate commit on HEAD. It is judged, stamped, and signed if required; all
/// other work is left unchanged.
struct PlanCommit {
  /// The result of a plan commit.
  struct Outcome {
    /// The judge's findings.
    let findings: [Finding]
    /// The commit and its run. Nil if nothing was written.
    let made: (commit: ObjectID, run: Digest)?
  }

  private let repository: Repository
  private let head: ObjectID
  private let parent: Commit
  /// The tree of HEAD.
  let tree: GitTree

  /// - Throws: `GitError` if there is no commit yet, or an operation is in progress.
  init(_ repository: Repository, function: String) throws {
    guard case .commit(let head) = try repository.head() else {
      throw GitError(
        .notFound, "There is no commit yet, so there is no milestone to change.",
        hint: try repository.tree(repository.candidateTree()).holdsPlan()
          ? "Commit the staged plan first: \(PlanCommands.adopting)" : "Create a plan: readiness init --commit",
        function: function)
    }
    try repository.refuseUnfinishedOperation(function: function, orRebase: false)
    try repository.refuseConflicts(function: function)
    self.repository = repository
    self.head = head
    parent = try repository.commit(head)
    tree = repository.tree(of: parent)
  }

  /// Returns a milestone at HEAD.
  /// - Throws: `UnknownName` with the nearest id; `GitError` if its file cannot be read.
  func find(_ id: MilestoneID) throws -> (MilestoneFile, Milestone) {
    guard let file = try tree.milestone(id) else {
      let ids = try tree.milestones().keys.sorted().map(\.text)
      if try repository.tree(repository.candidateTree()).milestoneIdentity(id) != nil {
        let commit = ids.isEmpty ? PlanCommands.adopting : "git commit -m \"\(id): add it\""
        throw UnknownName(message: "\(id) is staged and not committed yet.", hint: "Commit it first: \(commit)")
      }
      throw UnknownName(
        message: "There is no milestone \(id) at HEAD.",
        hint: nearestName(to: id.text, in: ids).map { "Is \($0) meant?" }
          ?? (ids.isEmpty ? "Create a plan: readiness init --commit" : "readiness status lists what there is."))
    }
    guard let milestone = file.milestone else {
      throw GitError(
        .damaged, file.findings.first?.message ?? "\(file.path) cannot be read.",
        hint: "Fix \(file.path) first and commit it.", function: "PlanCommit")
    }
    return (file, milestone)
  }

  /// Returns a finding if the commit would mix with the user's uncommitted changes of this very file, or lose them.
  func uncommitted(_ file: MilestoneFile) throws -> Finding? {
    let committed = try tree.milestoneIdentity(file.id)
    func differences() throws -> (isStaged: Bool, isEdited: Bool) {
      let isUnchanged = committed.map { repository.workFile(file.path, holds: $0.id) } ?? false
      return (
        try repository.staged(file.path) != committed,
        try !isUnchanged && repository.hashOfWorkFile(file.path) != committed?.id
      )
    }
    guard try differences() != (false, false) else { return nil }
    // Another writer moves HEAD first and the index and the file after it, under the index's lock.
    try repository.refuseLockedIndex()
    guard case .commit(let now) = try repository.head(), now == head else {
      throw GitError(
        .changedMeanwhile, "Another command moved HEAD in the meantime.", hint: "Try again.", function: "PlanCommit")
    }
    let (isStaged, isEdited) = try differences()
    guard isStaged || isEdited else { return nil }
    if !isEdited,
      let finding = try StaleIndex(repository, head: head).finding(file.id, staged: repository.staged(file.path))
    {
      return finding
    }
    return Finding(
      .uncommittedChanges,
      "\(file.path) has \(isEdited ? "changes in the work tree" : "staged changes") that are not committed.",
      milestone: file.id, path: file.path, line: 1)
  }

  /// Returns a finding if a milestone's file in the index is older than HEAD, because something moved HEAD without the
  /// index.
  func outdated(_ path: String) throws -> Finding? {
    guard path.hasPrefix(PlanPaths.folder + "/"),
      let stem = PlanPaths.stem(ofName: String(path.dropFirst(PlanPaths.folder.count + 1))),
      let file = try tree.milestone(MilestoneID(stem)),
      let finding = try uncommitted(file), finding.code != .uncommittedChanges
    else { return nil }
    return finding
  }

  /// Returns the staged version of a milestone whose file in the work tree is equal, for a command that commits it too.
  /// - Returns: nil if it is not staged, or the file in the work tree differs.
  /// - Throws: `GitError` if the staged version cannot be read as a milestone.
  func staged(_ file: MilestoneFile) throws -> (milestone: Milestone, blob: ObjectID)? {
    guard let entry = try repository.staged(file.path), entry.kind == .regular,
      try repository.hashOfWorkFile(file.path) == entry.id
    else { return nil }
    let staged = MilestoneFile(id: file.id, kind: .regular, bytes: try repository.blob(entry.id))
    guard let milestone = staged.milestone else {
      throw GitError(
        .damaged, staged.findings.first?.message ?? "\(file.path) cannot be read as it is staged.",
        hint: "Correct \(file.path), or take it back: git restore --staged --worktree \(file.path.commandPath)",
        function: "PlanCommit")
    }
    return (milestone, entry.id)
  }

  /// The commits before the new one, HEAD included.
  var ancestry: CommitAncestry { CommitAncestry(repository, parents: [head]) }

  /// Returns the change of a milestone's file. Nil if HEAD has no such file.
  /// - Parameter blob: the version in index and work tree; nil for HEAD's.
  func change(_ file: MilestoneFile, replacing blob: ObjectID? = nil, to json: JSONValue) throws
    -> CommitPlan.Change?
  {
    guard let present = try blob ?? tree.milestoneIdentity(file.id)?.id else { return nil }
    return CommitPlan.Change(path: file.path, replacing: present, bytes: json.layoutBytes)
  }

  /// Judges the changes and commits them.
  /// - Parameters:
  ///   - alongside: staged files to commit too, because a criterion is based on them.
  ///   - prose: the message above the stamp.
  ///   - now: the moment in the format of stamps.
  ///   - letting: the rules to grant exceptions from.
  ///   - author: the author of the commit.
  /// - Throws: `GitError`. Kind `changedMeanwhile` or `locked`: nothing was written, and the caller may try again.
  func run(
    _ changes: [CommitPlan.Change], alongside: [EvidenceFile] = [], prose: String, reason: String?, isDry: Bool,
    now: String,
    letting go: RulesToLetGo? = nil, author: Identity
  ) throws -> Outcome {
    let since = Telemetry.recorder?.now
    let writer = CommitWriter(repository)
    let plan = CommitPlan(parent: parent, changes: changes, staged: alongside.map { ($0.path, $0.blob) })
    let root = try writer.tree(plan)
    let proposal = Proposal(
      parents: [tree], candidate: repository.tree(root), ancestry: ancestry,
      author: author, claim: .draft(reason: reason, mayFollow: false), now: Timestamp.milliseconds(of: now),
      verifier: repository.signatures
    ).saying(prose)
    var assessment = try Judge.assess(proposal)
    if let go {
      let (waives, idle) = go.waives(of: assessment.verdict.findings)
      if !idle.isEmpty { return Outcome(findings: idle, made: nil) }
      assessment = try Judge.assess(
        proposal.claiming(.draft(reason: reason, mayFollow: false, waives: waives)))
    }
    guard assessment.verdict.isAccepted, let draft = assessment.draft, !isDry else {
      return Outcome(findings: assessment.verdict.findings, made: nil)
    }
    let signer = try RunSigner(repository)
    let run = try signer.signed(draft.run(at: now, actor: author, reason: reason), draft)
    var message = CommitMessage(prose)
    message.append(block: Trailers.render(run, plan: draft.plan))
    let refused = try signer.findings(run, message.text, proposal.claiming)
    guard refused.isEmpty else { return Outcome(findings: refused, made: nil) }
    let commit = try writer.commit(
      plan, tree: root, message: message.text, author: author, signs: draft.asksForSignedCommit)
    RunSignals.stamped(run, plan: draft.plan, since: since)
    return Outcome(findings: assessment.verdict.findings, made: (commit, run.id(plan: draft.plan)))
  }
}

/// Rules from which a person grants exceptions if they refuse one change.
public struct RulesToLetGo: Sendable {
  private let codes: [String]
  private let until: String

  /// - Parameters:
  ///   - codes: the reason codes of the rules.
  ///   - until: the last day, `YYYY-MM-DD`.
  public init(_ codes: [String], until: String) {
    (self.codes, self.until) = (codes, until)
  }

  /// Returns an exception for each rule and milestone that the judge refuses, and a finding for each rule that refuses
  /// nothing.
  func waives(of findings: [Finding]) -> (waives: [Run.Waive], idle: [Finding]) {
    var waives: [Run.Waive] = []
    for finding in findings where finding.severity == .error && codes.contains(finding.code.id) {
      guard let id = finding.milestone else { continue }
      let waive = Run.Waive(milestone: id, code: finding.code.id, until: until)
      if !waives.contains(waive) { waives.append(waive) }
    }
    let idle = codes.filter { code in !waives.contains { $0.code == code } }.map { code in
      Finding(
        .waiveRefused, "The rule \(code) is not broken, so there is nothing to make an exception from.",
        hint: "Move without --waive \(code); the refusal then says what is missing.")
    }
    return (waives, idle)
  }
}
