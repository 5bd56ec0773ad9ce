import ReadinessCore
import ReadinessGit
import ReadinessHistory
import StrictJSON

/// One milestone's way to another state.
public struct MoveStep: Sendable {
  /// The milestone.
  public let milestone: MilestoneID
  /// The state, as a person writes it.
  public let state: String

  /// Makes a step.
  public init(milestone: MilestoneID, state: String) {
    self.milestone = milestone
    self.state = state
  }
}

/// What a move came to.
public struct MoveOutcome {
  /// What moved.
  public struct Moved {
    /// The milestone.
    public let milestone: MilestoneID
    /// The state before.
    public let from: String
    /// The state after.
    public let to: String

    /// Makes one.
    public init(milestone: MilestoneID, from: String, to: String) {
      self.milestone = milestone
      self.from = from
      self.to = to
    }
  }

  /// The judge's answer; empty where it accepts.
  public let findings: [Finding]
  /// What moved, or would.
  public let moves: [Moved]
  /// The commit; nil where nothing was written.
  public let commit: ObjectID?
  /// The run; nil where nothing was written.
  public let run: Digest?

  /// Makes one.
  public init(findings: [Finding], moves: [Moved], commit: ObjectID?, run: Digest?) {
    self.findings = findings
    self.moves = moves
    self.commit = commit
    self.run = run
  }
}

/// A name that a person wrote and the plan does not know.
public struct UnknownName: Error {
  /// What is not known, in a sentence.
  public let message: String
  /// The nearest that is, or what there is.
  public let hint: String

  /// Makes one.
  public init(message: String, hint: String) {
    self.message = message
    self.hint = hint
  }
}

/// Moves milestones: edits their files, has the judge look, commits, and leaves everything else as the user has it.
public struct Move {
  private let repository: Repository
  private let author: () throws -> Identity

  /// Makes a move for a person, who is asked for when the files are ready.
  public init(_ repository: Repository, author: @escaping () throws -> Identity) {
    self.repository = repository
    self.author = author
  }

  /// - Parameters:
  ///   - reason: what the person gave with `-m`.
  ///   - isDry: true to judge only.
  ///   - now: the moment, as stamps write it.
  /// - Throws: `UnknownName` for an id or a state that is not there; `GitError` where something cannot be read or
  ///   written. Kind `changedMeanwhile` or `locked`: nothing was written, and the caller may try again.
  public func run(_ steps: [MoveStep], reason: String?, isDry: Bool, now: String) throws -> MoveOutcome {
    guard case .commit(let head) = try repository.head() else {
      throw GitError(
        .notFound, "There is no commit yet, so there is no milestone to move.",
        hint: "Commit the plan first: git add -A, then git commit.", function: "move")
    }
    try repository.refuseUnfinishedOperation(function: "move", orRebase: false)
    let parent = try repository.commit(head)
    let tree = repository.tree(of: parent)
    let policy = try tree.policy().policy ?? .builtIn()
    var moved: [MoveOutcome.Moved] = []
    var changes: [CommitPlan.Change] = []
    var findings: [Finding] = []
    for step in steps {
      let (file, milestone) = try find(step.milestone, tree)
      let state = try policy.workflow.known(step.state)
      if milestone.status == state.name { continue }
      if let finding = try uncommitted(file, tree, head) { findings.append(finding) }
      let bytes = milestone.moved(to: state, reason: reason).layoutBytes
      guard let committed = try tree.milestoneIdentity(file.id)?.id else { continue }
      changes.append(CommitPlan.Change(path: file.path, replacing: committed, bytes: bytes))
      moved.append(MoveOutcome.Moved(milestone: file.id, from: milestone.status, to: state.name))
    }
    guard !changes.isEmpty, findings.isEmpty else {
      return MoveOutcome(findings: findings, moves: moved, commit: nil, run: nil)
    }
    let writer = CommitWriter(repository)
    let plan = CommitPlan(parent: parent, changes: changes)
    let root = try writer.tree(plan)
    let author = try author()
    let proposal = Proposal(
      parents: [tree], candidate: repository.tree(root),
      ancestry: CommitAncestry(repository, parents: [head]), author: author,
      claim: .draft(reason: reason, mayFollow: false), now: Timestamp.milliseconds(of: now))
    let assessment = try Judge.assess(proposal)
    guard assessment.verdict.isAccepted, let draft = assessment.draft, !isDry else {
      return MoveOutcome(findings: assessment.verdict.findings, moves: moved, commit: nil, run: nil)
    }
    let run = draft.run(at: now, actor: author, reason: reason)
    var message = CommitMessage(Self.prose(moved, reason))
    message.append(block: Trailers.render(run, plan: draft.plan))
    let commit = try writer.commit(plan, tree: root, message: message.text, author: author)
    return MoveOutcome(
      findings: assessment.verdict.findings, moves: moved, commit: commit, run: run.id(plan: draft.plan))
  }

  private func find(_ id: MilestoneID, _ tree: GitTree) throws -> (MilestoneFile, Milestone) {
    guard let file = try tree.milestone(id) else {
      let ids = try tree.milestones().keys.sorted().map(\.text)
      throw UnknownName(
        message: "There is no milestone \(id) at HEAD.",
        hint: nearestName(to: id.text, in: ids).map { "Is \($0) meant?" } ?? "readiness status lists what there is.")
    }
    guard let milestone = file.milestone else {
      throw GitError(
        .damaged, file.findings.first?.message ?? "\(file.path) cannot be read.",
        hint: "Mend \(file.path) first and commit it.", function: "move")
    }
    return (file, milestone)
  }

  /// A move would mix with what the user has not committed of this very file, or lose it.
  private func uncommitted(_ file: MilestoneFile, _ tree: GitTree, _ head: ObjectID) throws -> Finding? {
    let committed = try tree.milestoneIdentity(file.id)
    func differences() throws -> (isStaged: Bool, isEdited: Bool) {
      (
        try repository.staged(file.path) != committed,
        try repository.hashOfWorkFile(file.path) != committed?.id
      )
    }
    guard try differences() != (false, false) else { return nil }
    // Another writer moves HEAD first and the index and the file after it, under the index's lock.
    try repository.refuseLockedIndex()
    guard case .commit(let now) = try repository.head(), now == head else {
      throw GitError(.changedMeanwhile, "HEAD moved meanwhile.", hint: "Try again.", function: "move")
    }
    let (isStaged, isEdited) = try differences()
    guard isStaged || isEdited else { return nil }
    return Finding(
      .uncommittedChanges,
      "\(file.path) has \(isEdited ? "changes in the work tree" : "staged changes") that are not committed.",
      milestone: file.id, path: file.path, line: 1)
  }

  private static func prose(_ moves: [MoveOutcome.Moved], _ reason: String?) -> String {
    let subject =
      moves.count == 1
      ? "\(moves[0].milestone): \(moves[0].from) -> \(moves[0].to)"
      : "Move " + moves.map { "\($0.milestone) to \($0.to)" }.joined(separator: ", ")
    return reason.map { subject + "\n\n" + $0 + "\n" } ?? subject + "\n"
  }
}

extension Workflow {
  /// The state that a person means.
  /// - Throws: `UnknownName` with the nearest.
  public func known(_ meant: String) throws -> State {
    if let state = state(meant: meant) { return state }
    let names = states.map(\.name)
    let near = nearestName(to: meant.replacing("-", with: " "), in: names).map { "Is \"\($0)\" meant? " } ?? ""
    throw UnknownName(
      message: "The workflow has no state \"\(meant)\".",
      hint: near + "The states are " + names.map { "\"\($0)\"" }.joined(separator: ", ") + ".")
  }
}

extension Milestone {
  /// The file with another state, in the written order; `blocked` comes and goes with a blocked state.
  public func moved(to state: State, reason: String?) -> JSONValue {
    var members = (json.object ?? []).filter { $0.key != "status" && $0.key != "blocked" }
    members.append(JSONMember("status", .text(state.name)))
    if state.category == .blocked {
      members.append(JSONMember("blocked", json["blocked"] ?? ["reason": .text(reason ?? "")]))
    }
    return Self.ordered(JSONValue(.object(members)))
  }
}
