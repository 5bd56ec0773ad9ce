public import GitObjects
import PlanJudge
public import PlanModel
public import GitRepository
import PlanTrees
import GitTransaction
import PlanHistory
import Telemetry
import ReadinessSystem

/// Records afterwards the changes of published commits without a true stamp (contract 3, heal).
public struct Heal {
  /// The result of a heal.
  public struct Outcome {
    /// The judge's findings about the stamp. Empty if it accepts.
    public let findings: [Finding]
    /// The run that heals. Nil if there is nothing to heal.
    public let run: Run?
    /// Its commit. Nil if nothing was written.
    public let commit: ObjectID?
    /// The errors that remain in history because no stamp can repair them.
    public let remaining: [Finding]
  }

  private let repository: Repository
  private let author: Identity

  /// Prepares the healing commit of a person.
  public init(_ repository: Repository, author: Identity) {
    self.repository = repository
    self.author = author
  }

  /// Audits all of history, and creates an empty commit whose stamp names every change without one.
  /// - Throws: `GitError`; of kind `changedMeanwhile` or `locked` if the caller may try again.
  /// - Complexity: O(history).
  public func run(reason: String, isDry: Bool, now: String) throws -> Outcome {
    let since = Telemetry.recorder?.now
    guard case .commit(let head) = try repository.head() else {
      throw GitError(.notFound, "There is no commit yet.", hint: "There is nothing to heal.", function: "heal")
    }
    try repository.refuseUnfinishedOperation(function: "heal", orRebase: true)
    let scope = try HistoryScope(repository, nil)
    let report = try scope.audit(repository)
    let remaining = report.beyondHealing
    guard !report.unhealed.isEmpty else { return Outcome(findings: [], run: nil, commit: nil, remaining: remaining) }
    let parent = try repository.commit(head)
    let tree = repository.tree(of: parent)
    let policy = try tree.policy()
    let plan = try tree.planFile()?.plan?.planID
    let healing = Run.healing(report.unhealed, at: now, actor: author, policy: policy.digest, reason: reason)
    let isAsked = policy.policy?.authorization?.policyChangeIsSigned ?? false
    let run = try RunSigner(repository).signed(healing, plan: plan, isAsked: isAsked)
    let block = Trailers.render(run, plan: plan, heals: true)
    let proposal = Proposal(
      parents: [tree], candidate: tree, ancestry: CommitAncestry(repository, parents: [head]), author: author,
      claim: .committed(Trailers.blocks(in: block)), now: nil,
      verifier: repository.signatures)
    let verdict = try Judge.assess(proposal).verdict
    guard verdict.isAccepted, !isDry else {
      return Outcome(findings: verdict.findings, run: run, commit: nil, remaining: remaining)
    }
    var message = CommitMessage("Record what earlier commits changed without a stamp\n")
    message.append(block: block)
    let commit = try CommitWriter(repository).commit(
      CommitPlan(parent: parent, changes: []), tree: parent.tree, message: message.text, author: author,
      signs: policy.policy?.authorization?.policyChangeTakesSignedCommit ?? false)
    RunSignals.stamped(run, plan: plan, since: since)
    return Outcome(findings: verdict.findings, run: run, commit: commit, remaining: remaining)
  }
}

extension Repository {
  /// Throws if a rebase waits for a conflict to be resolved: git refuses a commit then, and an abort would lose ours.
  func refuseConflicts(function: String) throws {
    guard ["rebase-merge", "rebase-apply"].contains(where: { FileSystem.exists(gitFolder + $0) }),
      try !GitProcess.run(["ls-files", "--unmerged"]).trimmed.isEmpty
    else { return }
    throw GitError(
      .other, "A rebase waits for conflicts to be resolved.", hint: "Finish it first: git status says how.",
      function: function)
  }

  /// Throws if a merge or a pick waits for a person, who has to finish it first.
  /// - Parameter orRebase: true if a rebase counts as well; a single commit may be made in the middle of one.
  func refuseUnfinishedOperation(function: String, orRebase: Bool) throws {
    let names = ["MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD"] + (orRebase ? ["rebase-merge", "rebase-apply"] : [])
    guard let name = names.first(where: { FileSystem.exists(gitFolder + $0) }) else { return }
    throw GitError(
      .other, "Another operation is in progress (\(name)).", hint: "Finish it first: git status says how.",
      function: function)
  }
}
