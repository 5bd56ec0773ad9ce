public import GitObjects
import PlanJudge
public import PlanModel
public import GitRepository
import PlanTrees
import GitTransaction
public import StrictJSON

/// Edits files of the plan without JSON, in the work tree and in the index, so that the user's own commit includes the
/// change. The change is judged first; the hooks stamp it later.
public struct PlanEdit {
  /// The change of one file.
  public struct Change {
    let path: String
    let bytes: [UInt8]?

    /// Creates a change; the file is written in the canonical layout.
    public init(_ path: String, _ json: JSONValue) {
      self.init(path, bytes: json.layoutBytes)
    }

    /// Creates the removal of a file.
    public static func removing(_ path: String) -> Change { Change(path, bytes: nil) }

    /// Creates a change of a file that is no JSON. Nil removes it.
    public init(_ path: String, bytes: [UInt8]?) {
      self.path = path
      self.bytes = bytes
    }
  }

  /// The repository whose files are edited.
  public let repository: Repository
  private let situation: CommitSituation

  /// - Parameters:
  ///   - environment: the environment of the process.
  ///   - now: the moment in the format of stamps.
  public init(_ repository: Repository, environment: [String: String], now: String) throws {
    self.repository = repository
    situation = try CommitSituation(repository, isAmend: false, environment: environment, now: now)
  }

  /// The policy that judges the next commit.
  public var policy: Policy {
    get throws {
      let base: any PlanTree =
        try situation.parents.first.map { try repository.tree(of: repository.commit($0)) } ?? situation.candidate
      return try base.policy().policy ?? .builtIn()
    }
  }

  /// The work tree's folder, with its links resolved and a slash at the end; empty in a bare repository.
  public var top: String { repository.workTree ?? "" }

  /// The plan file as staged.
  public var plan: Plan? { get throws { try situation.candidate.planFile()?.plan } }

  /// Returns the author that git would write.
  public func author() throws -> Identity { try CommitSituation.configuredAuthor(repository) }

  /// Returns the owner that a person means: `me` is the name under which git commits.
  public func owner(_ word: String) throws -> String { word.lowercased() == "me" ? try author().name : word }

  /// Returns a milestone as staged.
  /// - Throws: `UnknownName` with the nearest id; `GitError` if its file cannot be read.
  public func milestone(_ text: String) throws -> (MilestoneID, Milestone) {
    let ids = try situation.candidate.milestones()
    let id = [MilestoneID(text), MilestoneID(text.uppercased())].first { ids[$0] != nil }
    guard let id, let file = try situation.candidate.milestone(id) else {
      throw UnknownName(
        message: "There is no milestone \(text).",
        hint: nearestName(to: text, in: ids.keys.map(\.text)).map { "Is \($0) meant?" }
          ?? "readiness status lists what there is; readiness add makes one.")
    }
    guard let milestone = file.milestone else {
      throw GitError(
        .damaged, file.findings.first?.message ?? "\(file.path) cannot be read.", hint: "Fix \(file.path) first.",
        function: "PlanEdit")
    }
    return (id, milestone)
  }

  /// True if the next commit is the first with a plan, so that milestones may be born in any state.
  public var beginsPlan: Bool {
    get throws { try situation.parents.allSatisfy { try !repository.tree(of: repository.commit($0)).holdsPlan() } }
  }

  /// Returns the staged milestones that depend on one, sorted. O(milestones).
  public func dependents(of id: MilestoneID) throws -> [MilestoneID] {
    try situation.candidate.milestones().keys.sorted().filter { other in
      try situation.candidate.milestone(other)?.milestone?.dependsOn.contains(id) == true
    }
  }

  /// Returns true if a milestone is staged.
  public func holds(_ id: MilestoneID) throws -> Bool { try situation.candidate.milestones()[id] != nil }

  /// Returns the SHA-256 of a file as it would be committed. Nil if it is not staged.
  public func stagedDigest(of path: String) throws -> Digest? { try situation.candidate.digest(at: path) }

  /// Writes the changes unless the judge finds an error that it did not find before.
  /// - Parameters:
  ///   - reason: the reason that the person gave; the commit's own message may still give one.
  ///   - isDry: true to judge only.
  /// - Returns: the new findings, of which an error means that nothing was written; and true if anything differs.
  /// - Throws: `GitError` if something cannot be read or written.
  public func apply(_ changes: [Change], reason: String?, isDry: Bool) throws -> (findings: [Finding], differs: Bool) {
    var planned: [CommitPlan.Change] = []
    for change in changes {
      let staged = try repository.staged(change.path)
      if let finding = try unstaged(change.path, staged) { return ([finding], true) }
      let bytes = change.bytes
      if try staged.map({ try repository.blob($0.id) }) == bytes { continue }
      planned.append(CommitPlan.Change(path: change.path, replacing: staged?.id, bytes: bytes))
    }
    guard !planned.isEmpty else { return ([], false) }
    let writer = CommitWriter(repository)
    let tree = repository.tree(try writer.tree(situation.candidate.root, with: planned))
    let before = try findings(situation.candidate, reason)
    let after = try findings(tree, reason).filter { finding in
      !before.contains { $0.code == finding.code && $0.milestone == finding.milestone }
    }
    if !isDry, !after.contains(where: { $0.severity == .error }) { try writer.stage(planned) }
    return (after, true)
  }

  /// Returns the invariants that the staged tree would break with the changes, regardless of the work tree. Needs no
  /// author.
  public func broken(_ changes: [Change]) throws -> [Finding] {
    let planned = try changes.map {
      CommitPlan.Change(path: $0.path, replacing: try repository.staged($0.path)?.id, bytes: $0.bytes)
    }
    let tree = repository.tree(try CommitWriter(repository).tree(situation.candidate.root, with: planned))
    return try PlanOverview(tree, now: nil).broken(in: tree)
  }

  /// Commits the changes, and nothing else that is staged.
  /// - Parameters:
  ///   - alongside: staged evidence that the commit needs.
  ///   - message: the message above the stamp.
  ///   - reason: the reason, if a guard requires one.
  ///   - now: the moment in the format of stamps.
  /// - Returns: the findings, of which an error means that nothing was written; and the commit and its run, nil if
  ///   nothing differs from HEAD.
  /// - Throws: `GitError`. Kind `changedMeanwhile` or `locked`: nothing was written, and the caller may try again.
  public func commit(
    _ changes: [Change], alongside: [EvidenceFile], message: String, reason: String?, now: String
  ) throws -> (findings: [Finding], made: (commit: ObjectID, run: Digest)?) {
    let commit = try PlanCommit(repository, function: "commit")
    var planned: [CommitPlan.Change] = []
    for change in changes {
      let staged = try repository.staged(change.path)
      if let finding = try unstaged(change.path, staged) ?? commit.outdated(change.path) { return ([finding], nil) }
      let committed = try commit.tree.identity(at: change.path)
      if try committed.map({ try repository.blob($0.id) }) == change.bytes { continue }
      planned.append(CommitPlan.Change(path: change.path, replacing: staged?.id, bytes: change.bytes))
    }
    guard !planned.isEmpty else { return ([], nil) }
    if let finding = try leftBehind(changes, commit.tree) { return ([finding], nil) }
    let outcome = try commit.run(
      planned, alongside: alongside.filter { try !$0.isCommitted(in: commit.tree) }, prose: message + "\n",
      reason: reason, isDry: false, now: now, author: author())
    return (outcome.findings, outcome.made)
  }

  private func findings(_ tree: GitTree, _ reason: String?) throws -> [Finding] {
    try Judge.assess(situation.proposal(.draft(reason: reason, mayFollow: true), of: tree)).verdict.findings
  }

  /// Returns a finding if the plan file names a staged milestone that this commit would leave out.
  private func leftBehind(_ changes: [Change], _ head: GitTree) throws -> Finding? {
    guard changes.contains(where: { $0.path == PlanPaths.plan }), let plan = try plan else { return nil }
    let left = try plan.executionOrder.filter { id in
      try holds(id) && head.milestoneIdentity(id) == nil
        && !changes.contains { $0.path == PlanPaths.milestone(id) }
    }
    guard let first = left.first else { return nil }
    return Finding(
      .uncommittedChanges, "\(left.listed) \(left.count == 1 ? "is" : "are") staged and not committed yet.",
      hint: "Commit what is staged first: git commit -m \"\(first): add it\"", path: PlanPaths.plan, line: 1)
  }

  /// Returns a finding if unstaged changes of this very file would be lost or included unseen.
  private func unstaged(_ path: String, _ staged: FileIdentity?) throws -> Finding? {
    guard try repository.hashOfWorkFile(path) != staged?.id else { return nil }
    try repository.refuseLockedIndex()
    return Finding(
      .uncommittedChanges, "\(path) has changes in the work tree that are not staged.",
      hint: "Stage them first: git add \(path.commandPath)", path: path, line: 1)
  }
}
