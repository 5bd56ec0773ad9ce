import PlanJudge
public import GitObjects
public import PlanModel
public import GitRepository
import PlanTrees
import GitTransaction
import PlanHistory
public import StrictJSON

/// One milestone's step to another state.
public struct MoveStep: Sendable {
  /// The goal of a step.
  public enum Goal: Sendable {
    /// A state, as a person writes it.
    case state(String)
    /// A state of a category: the present one, or else the first that an edge reaches, or else the first.
    case category(Category)
  }

  /// The milestone.
  public let milestone: MilestoneID
  /// The goal of the step.
  public let goal: Goal
  /// The owner to set. Nil to keep the present one.
  public let owner: String?
  /// Evidence to attach with it.
  public let evidence: [EvidenceFile]

  /// Creates a step.
  public init(milestone: MilestoneID, goal: Goal, owner: String? = nil, evidence: [EvidenceFile] = []) {
    self.milestone = milestone
    self.goal = goal
    self.owner = owner
    self.evidence = evidence
  }

  /// Returns a milestone with the owner and the evidence of the step.
  /// - Throws: `UnknownName` if a criterion does not exist.
  func completed(_ milestone: Milestone) throws -> JSONValue {
    var json = milestone.json
    if let owner { json = json.with("owner", .text(owner)) }
    var criteria = json["exitCriteria"]?.array ?? []
    for file in evidence {
      let index = try file.criterion.map { try milestone.criterion(meant: $0) } ?? milestone.onlyOpenCriterion()
      criteria[index] = criteria[index].attaching(file: file.path, file.digest)
    }
    return evidence.isEmpty ? json : json.with("exitCriteria", JSONValue(.array(criteria)))
  }
}

/// The result of a move.
public struct MoveOutcome {
  /// A milestone that moved.
  public struct Moved {
    /// The milestone.
    public let milestone: MilestoneID
    /// The state before.
    public let from: String
    /// The state after.
    public let to: String

    /// Creates the record of a move.
    public init(milestone: MilestoneID, from: String, to: String) {
      self.milestone = milestone
      self.from = from
      self.to = to
    }
  }

  /// The judge's findings. Empty if it accepts.
  public let findings: [Finding]
  /// The milestones that moved, or would move.
  public let moves: [Moved]
  /// The milestones whose files change, including those that keep their state.
  public let edited: [MilestoneID]
  /// The commit. Nil if nothing was written.
  public let commit: ObjectID?
  /// The run. Nil if nothing was written.
  public let run: Digest?

  /// Creates the result of a move.
  public init(findings: [Finding], moves: [Moved], edited: [MilestoneID], commit: ObjectID?, run: Digest?) {
    self.findings = findings
    self.moves = moves
    self.edited = edited
    self.commit = commit
    self.run = run
  }
}

/// An error for a name that a person wrote and the plan does not know.
public struct UnknownName: Error {
  /// The unknown name, in a sentence.
  public let message: String
  /// The nearest known name, or a list of them.
  public let hint: String

  /// Creates the error.
  public init(message: String, hint: String) {
    self.message = message
    self.hint = hint
  }
}

/// Moves milestones: edits their files, has the change judged, commits it, and leaves all other work unchanged.
public struct Move {
  private let repository: Repository
  private let author: Identity

  /// Prepares a move by a person.
  public init(_ repository: Repository, author: Identity) {
    self.repository = repository
    self.author = author
  }

  /// Moves milestones in one commit.
  /// - Parameters:
  ///   - reason: the text that the person gave with `-m`.
  ///   - isDry: true to judge only.
  ///   - now: the moment in the format of stamps.
  ///   - letting: the rules to grant exceptions from.
  /// - Throws: `UnknownName` if an id or a state does not exist; `GitError` if something cannot be read or written.
  ///   Kind `changedMeanwhile` or `locked`: nothing was written, and the caller may try again.
  public func run(_ steps: [MoveStep], reason: String?, isDry: Bool, now: String, letting go: RulesToLetGo? = nil)
    throws
    -> MoveOutcome
  {
    let commit = try PlanCommit(repository, function: "move")
    let policy = try commit.tree.policy().policy ?? .builtIn()
    var moves: [MoveOutcome.Moved] = []
    var changes: [CommitPlan.Change] = []
    var findings: [Finding] = []
    var alongside: [EvidenceFile] = []
    var edited: [MilestoneID] = []
    for step in steps {
      let (file, milestone) = try commit.find(step.milestone)
      let state = try policy.workflow.state(for: step.goal, from: milestone.status)
      var (version, blob): (Milestone, ObjectID?) = (milestone, nil)
      if let finding = try commit.uncommitted(file) {
        // The staged version of this very file is committed too, as it would be in the user's own commit.
        if finding.code == .uncommittedChanges, let staged = try commit.staged(file) {
          (version, blob) = (staged.milestone, staged.blob)
        } else if milestone.status != state.name {
          findings.append(finding)
        }
      }
      let completed = try step.completed(version)
      if milestone.status == state.name, completed.canonicalBytes == version.json.canonicalBytes { continue }
      let moved = version.moved(
        to: state, leaving: milestone.status, in: policy.workflow, reason: reason, with: completed)
      guard let change = try commit.change(file, replacing: blob, to: moved) else { continue }
      changes.append(change)
      edited.append(file.id)
      alongside += try step.evidence.filter { try !$0.isCommitted(in: commit.tree) }
      guard milestone.status != state.name else { continue }
      moves.append(MoveOutcome.Moved(milestone: file.id, from: milestone.status, to: state.name))
    }
    guard !changes.isEmpty, findings.isEmpty else {
      return MoveOutcome(findings: findings, moves: moves, edited: edited, commit: nil, run: nil)
    }
    let outcome = try commit.run(
      changes, alongside: alongside, prose: Self.message(moves, reason, of: steps.map(\.milestone)), reason: reason,
      isDry: isDry, now: now, letting: go, author: author)
    return MoveOutcome(
      findings: outcome.findings, moves: moves, edited: edited, commit: outcome.made?.commit, run: outcome.made?.run)
  }

  /// Returns the message of a commit that moves milestones, without its stamp.
  /// - Parameter ids: the milestones to move, for a commit that changes no state.
  public static func message(_ moves: [MoveOutcome.Moved], _ reason: String?, of ids: [MilestoneID]) -> String {
    let subject =
      moves.isEmpty
      ? "\(ids.map(\.text).joined(separator: ", ")): set owner and evidence"
      : moves.count == 1
        ? "\(moves[0].milestone): \(moves[0].from) -> \(moves[0].to)"
        : "Move " + moves.map { "\($0.milestone) to \($0.to)" }.joined(separator: ", ")
    return reason.map { subject + "\n\n" + $0 + "\n" } ?? subject + "\n"
  }
}

extension Workflow {
  /// Returns the state to which a step leads.
  /// - Throws: `UnknownName` if there is none.
  public func state(for goal: MoveStep.Goal, from status: String) throws -> State {
    switch goal {
    case .state(let meant): return try known(meant)
    case .category(let category):
      let all = states.filter { $0.category == category }
      if let present = all.first(where: { $0.name == status }) { return present }
      if let next = all.first(where: { edge(from: status, to: $0.name) != nil }) ?? all.first { return next }
      throw UnknownName(
        message: "The workflow has no state of category \(category.rawValue).",
        hint: "Name the state; readiness move --help shows how.")
    }
  }

  /// Returns the state that a person means.
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
  /// Returns the file with another state, in the written order. A blocked state adds `blocked`, any other removes it,
  /// and approvals end with their review (contract 2.4).
  /// - Parameter before: the state that it leaves; nil for its own.
  /// - Parameter edited: the file with other changes; nil for the file alone.
  public func moved(
    to state: State, leaving before: String? = nil, in workflow: Workflow, reason: String?,
    with edited: JSONValue? = nil
  ) -> JSONValue {
    let json = edited ?? self.json
    if state.name == status, edited != nil { return Self.ordered(json) }
    var left: Set<String> = ["status", "blocked"]
    if workflow.endsReview(from: before ?? status, to: state.name) { left.insert("approvals") }
    var members = (json.object ?? []).filter { !left.contains($0.key) }
    members.append(JSONMember("status", .text(state.name)))
    if state.category == .blocked {
      members.append(JSONMember("blocked", json["blocked"] ?? ["reason": .text(reason ?? "")]))
    }
    return Self.ordered(JSONValue(.object(members)))
  }
}
