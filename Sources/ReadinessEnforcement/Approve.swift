import ReadinessCore
import ReadinessGit
import StrictJSON

/// Adds a person's approval of what a milestone says, in a commit of their own.
public struct Approve {
  /// What came of it.
  public struct Outcome {
    /// What the judge said; where it refused, nothing was written.
    public let findings: [Finding]
    /// What is approved.
    public let digest: Digest
    /// True where the same approval stood there already.
    public let stoodAlready: Bool
    /// The commit and its run; nil where nothing was written.
    public let commit: ObjectID?
    /// See `commit`.
    public let run: Digest?
  }

  private let repository: Repository
  private let author: Identity

  /// Makes an approval by a person.
  public init(_ repository: Repository, author: Identity) {
    self.repository = repository
    self.author = author
  }

  /// - Parameters:
  ///   - signs: true to sign the digest with `user.signingkey`, so that anyone may bring the approval in.
  ///   - now: the moment, as stamps write it.
  /// - Throws: `UnknownName`, `GitError`. Kind `changedMeanwhile` or `locked`: the caller may try again.
  public func run(_ id: MilestoneID, signs: Bool, isDry: Bool, now: String) throws -> Outcome {
    let commit = try PlanCommit(repository, function: "approve")
    let (file, milestone) = try commit.find(id)
    let digest = milestone.approvedDigest
    let mine = milestone.approvals.filter { $0.by.foldedAddress == author.email.foldedAddress }
    if mine.contains(where: { $0.digest == digest && (!signs || $0.signature != nil) }) {
      return Outcome(findings: [], digest: digest, stoodAlready: true, commit: nil, run: nil)
    }
    if let finding = try commit.uncommitted(file) {
      return Outcome(findings: [finding], digest: digest, stoodAlready: false, commit: nil, run: nil)
    }
    var entry = [JSONMember("by", .text(author.email)), JSONMember("digest", .text(digest.tagged))]
    if signs {
      let signature = try GitSignatures.sign(Array(digest.tagged.utf8), namespace: "readiness-approval")
      entry.append(JSONMember("signature", .text(signature)))
    }
    // Of one person the last approval counts; older ones of theirs go.
    let others = (milestone.json["approvals"]?.array ?? []).filter {
      $0["by"]?.string?.foldedAddress != author.email.foldedAddress
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
