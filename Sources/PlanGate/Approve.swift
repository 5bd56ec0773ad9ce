import PlanJudge
import PlanHistory
public import GitObjects
public import PlanModel
public import GitRepository
import PlanTrees
import StrictJSON

/// Adds a person's approval of a milestone's content, in a separate commit.
public struct Approve {
  /// The result of an approval.
  public struct Outcome {
    /// The judge's findings. If it refused, nothing was written.
    public let findings: [Finding]
    /// The digest of the approved content.
    public let digest: Digest
    /// True if the same approval already existed.
    public let stoodAlready: Bool
    /// The commit and its run. Nil if nothing was written.
    public let commit: ObjectID?
    /// See `commit`.
    public let run: Digest?
  }

  private let repository: Repository
  private let author: Identity

  /// Prepares the approval of a person.
  public init(_ repository: Repository, author: Identity) {
    self.repository = repository
    self.author = author
  }

  /// Approves a milestone.
  /// - Parameters:
  ///   - signs: true to sign it with `user.signingkey`, for the milestone's present review. Anyone may then commit the
  ///     approval.
  ///   - now: the moment in the format of stamps.
  /// - Throws: `UnknownName`, `GitError`. Kind `changedMeanwhile` or `locked`: the caller may try again.
  public func run(_ id: MilestoneID, signs: Bool, isDry: Bool, now: String) throws -> Outcome {
    let commit = try PlanCommit(repository, function: "approve")
    let (file, milestone) = try commit.find(id)
    let digest = milestone.approvedDigest
    let people = try commit.tree.policy().policy?.authorization?.people ?? People()
    let review = try signs ? commit.review(of: milestone) : nil
    let mine = milestone.standingApprovals.filter { people.isSame($0.by, author.email) }
    let signature = try review.map { review in
      try GitSignatures.sign(
        Approval.signed(plan: review.plan, run: review.run, digest: digest), namespace: "readiness-approval")
    }
    // A signature by another key may be invalid, or count for somebody else.
    let key = signature.flatMap(SSHKey.init(signature:))
    let isRepeated = mine.contains { old in
      !signs || old.run == review?.run && key != nil && old.signature.flatMap(SSHKey.init(signature:)) == key
    }
    if isRepeated {
      return Outcome(findings: [], digest: digest, stoodAlready: true, commit: nil, run: nil)
    }
    if let finding = try commit.uncommitted(file) {
      return Outcome(findings: [finding], digest: digest, stoodAlready: false, commit: nil, run: nil)
    }
    var entry = [JSONMember("by", .text(author.email)), JSONMember("digest", .text(digest.tagged))]
    if let review, let signature {
      entry.append(JSONMember("run", .text(review.run.hex)))
      entry.append(JSONMember("signature", .text(signature)))
    }
    // Only the last approval of a person counts; their older ones are removed.
    let others = (milestone.json["approvals"]?.array ?? []).filter { approval in
      approval["by"]?.string.map { !people.isSame($0, author.email) } ?? true
    }
    let members = (milestone.json.object ?? []).filter { $0.key != "approvals" }
    let approvals = JSONMember("approvals", JSONValue(.array(others + [JSONValue(.object(entry))])))
    guard let change = try commit.change(file, to: Milestone.ordered(JSONValue(.object(members + [approvals])))) else {
      return Outcome(findings: [], digest: digest, stoodAlready: true, commit: nil, run: nil)
    }
    let outcome = try commit.run(
      [change], prose: "\(id): approved by \(author.name.isEmpty ? author.email : author.name)\n", reason: nil,
      isDry: isDry, now: now, author: author)
    return Outcome(
      findings: outcome.findings, digest: digest, stoodAlready: false, commit: outcome.made?.commit,
      run: outcome.made?.run)
  }
}

extension PlanCommit {
  /// Returns the plan, and the run that began the review of a signed approval (contract 2.4).
  /// - Throws: `GitError` if the milestone is in no review, or no stamp began it.
  fileprivate func review(of milestone: Milestone) throws -> (plan: String, run: Digest) {
    func fault(_ message: String, _ hint: String) -> GitError {
      GitError(.other, message, hint: hint, function: "approve")
    }
    guard let plan = try tree.planFile()?.plan?.planID else {
      throw fault("HEAD holds no plan file that can be read.", "readiness doctor says what is wrong.")
    }
    let workflow = try (tree.policy().policy ?? .builtIn()).workflow
    guard let category = workflow.category(milestone.status), category == .review || category == .done else {
      throw fault(
        "\(milestone.id) is \"\(milestone.status)\". A signed approval is for one review.",
        "Send it to review first: readiness submit \(milestone.id)")
    }
    let starts = try ancestry.reviewStarts(milestone.id, in: category, by: workflow)
    guard let run = starts.first(where: { !$0.isEnded && $0.run != nil })?.run else {
      throw fault(
        "No stamp says who sent \(milestone.id) to review, so no signed approval can name that review.",
        "Approve it without --sign, or send it to review again.")
    }
    return (plan, run.id(plan: plan))
  }
}
