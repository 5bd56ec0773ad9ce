import PlanJudge
public import GitObjects
public import PlanModel
public import GitRepository
import GitTransaction
import PlanHistory
public import StrictJSON

/// One milestone's way to another state.
public struct MoveStep: Sendable {
  /// Where a step leads.
  public enum Goal: Sendable {
    /// A state, as a person writes it.
    case state(String)
    /// The first state of a category that can be reached by an edge.
    case category(Category)
  }

  /// The milestone.
  public let milestone: MilestoneID
  /// The state after it.
  public let goal: Goal
  /// The owner to set with it; nil to keep the one there is.
  public let owner: String?
  /// Evidence to attach with it.
  public let evidence: [EvidenceFile]

  /// Makes a step.
  public init(milestone: MilestoneID, goal: Goal, owner: String? = nil, evidence: [EvidenceFile] = []) {
    self.milestone = milestone
    self.goal = goal
    self.owner = owner
    self.evidence = evidence
  }

  /// A milestone with the owner and the evidence of the step.
  /// - Throws: `UnknownName` for a criterion that is not there.
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
  /// The milestones whose files change, those that keep their state included.
  public let edited: [MilestoneID]
  /// The commit; nil where nothing was written.
  public let commit: ObjectID?
  /// The run; nil where nothing was written.
  public let run: Digest?

  /// Makes one.
  public init(findings: [Finding], moves: [Moved], edited: [MilestoneID], commit: ObjectID?, run: Digest?) {
    self.findings = findings
    self.moves = moves
    self.edited = edited
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
  private let author: Identity

  /// Makes a move for a person.
  public init(_ repository: Repository, author: Identity) {
    self.repository = repository
    self.author = author
  }

  /// - Parameters:
  ///   - reason: what the person gave with `-m`.
  ///   - isDry: true to judge only.
  ///   - now: the moment, as stamps write it.
  ///   - letting: what to let go of what the judge refuses.
  /// - Throws: `UnknownName` for an id or a state that is not there; `GitError` where something cannot be read or
  ///   written. Kind `changedMeanwhile` or `locked`: nothing was written, and the caller may try again.
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
        // What is staged of this very file goes along, as it would in the user's own commit.
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

  /// The message of a commit that moves milestones, without its stamp.
  /// - Parameter ids: what was to move, for a commit that changes no state.
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
  /// The state to which a step leads.
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
  /// The file with another state, in the written order. `blocked` comes and goes with a blocked state, and approvals end
  /// with their review (contract 2.4).
  /// - Parameter before: the state that it leaves; nil for its own.
  /// - Parameter edited: the file with what else is to change; nil for the file alone.
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
