public import GitObjects
import PlanJudge
public import PlanModel
public import GitRepository
import GitTransaction
import PlanHistory

/// Writes true stamps into commits that are not published yet, which gives them new ids (contract 4).
public struct Restamp {
  /// One commit with its new id.
  public struct Rewritten {
    /// The id before.
    public let old: ObjectID
    /// The id after.
    public let new: ObjectID
    /// The subject, for people.
    public let subject: String
    /// True if the message changed, and not only a parent.
    public let isRestamped: Bool
  }

  /// The result of a restamp.
  public struct Outcome {
    /// The judge's errors, with their commits. Nothing is written if there are any.
    public let findings: [Finding]
    /// The commits that changed, parents first.
    public let rewritten: [Rewritten]
    /// The number of commits that lost their signature.
    public let unsigned: Int
    /// The ref that moved. Nil if nothing was written.
    public let ref: String?
  }

  private let repository: Repository

  /// Prepares to restamp commits of a repository.
  public init(_ repository: Repository) { self.repository = repository }

  /// Stamps the commits of a range.
  /// - Parameters:
  ///   - range: `A..B`, with `B` a branch or HEAD; nil for the commits of HEAD that no remote-tracking branch has.
  ///   - isDry: true to report the changes only.
  ///   - now: the moment in the format of stamps.
  /// - Throws: `GitError` if a commit of the range is published, or something cannot be read or written.
  /// - Complexity: O(commits of the range).
  public func run(_ range: String?, isDry: Bool, now: String) throws -> Outcome {
    try repository.refuseUnfinishedOperation(function: "restamp", orRebase: true)
    if repository.isShallow { throw repository.shallowHistory }
    let (tip, hidden, ref) = try scope(range)
    let published = try repository.refTips(except: { !$0.hasPrefix("refs/remotes/") })
    var isPublished = Set<ObjectID>()
    if range != nil {
      let all = Set(try repository.commits(from: [tip], notFrom: hidden))
      isPublished = all.subtracting(try repository.commits(from: [tip], notFrom: hidden + published))
    }
    var names: [ObjectID: ObjectID] = [:]
    var rewritten: [Rewritten] = []
    var findings: [Finding] = []
    var unsigned = 0
    for id in try repository.commits(from: [tip], notFrom: hidden + (range == nil ? published : [])) {
      let commit = try repository.commit(id)
      let parents = commit.parents.map { names[$0] ?? $0 }
      let message = try mended(commit, now: now, &findings)
      guard message != nil || parents != commit.parents else { continue }
      guard !isPublished.contains(id) else { throw Self.publishedCommit(id) }
      let new = try CommitRewriter(repository).rewrite(commit, parents: parents, message: message)
      names[id] = new.id
      unsigned += new.wasSigned ? 1 : 0
      let subject = CommitMessage(commit.message ?? "").subject
      rewritten.append(Rewritten(old: id, new: new.id, subject: subject, isRestamped: message != nil))
    }
    guard let new = names[tip], findings.isEmpty, !isDry else {
      return Outcome(findings: findings, rewritten: rewritten, unsigned: unsigned, ref: nil)
    }
    let output = try GitProcess.run(
      ["update-ref", "-m", "readiness restamp", ref, new.description, tip.description])
    guard output.status == 0 else {
      throw GitError(
        .changedMeanwhile, "\(ref) could not be moved: \(output.errorText)", hint: "Try again.",
        function: "git update-ref")
    }
    return Outcome(findings: [], rewritten: rewritten, unsigned: unsigned, ref: ref)
  }

  private func scope(_ range: String?) throws -> (tip: ObjectID, hidden: [ObjectID], ref: String) {
    guard let range else { return (try repository.commit(named: "HEAD"), [], "HEAD") }
    guard let dots = range.firstRange(of: ".."), !range.contains("...") else {
      throw UnknownName(
        message: "\"\(range)\" is no range.", hint: "Write it as git does, such as origin/main..HEAD.")
    }
    let from = String(range[..<dots.lowerBound])
    let to = String(range[dots.upperBound...])
    let scope = try HistoryScope(repository, "\(from)..\(to)")
    if to.isEmpty || to == "HEAD" { return (scope.tip, scope.anchor.map { [$0] } ?? [], "HEAD") }
    let branch = try GitProcess.run(["rev-parse", "--verify", "--quiet", "refs/heads/" + to])
    guard branch.status == 0 else {
      throw UnknownName(
        message: "\(to) is no branch, so nothing could point at the new commits.",
        hint: "End the range at a branch, or leave its end out for HEAD.")
    }
    return (scope.tip, scope.anchor.map { [$0] } ?? [], "refs/heads/" + to)
  }

  private static func publishedCommit(_ id: ObjectID) -> GitError {
    GitError(
      .other, "The commit \(id.description.prefix(12)) is on a remote-tracking branch: others may have built on it.",
      hint: "Do not rewrite it; record the missing stamp: readiness heal.", function: "restamp")
  }

  /// Returns the message with a true stamp. Nil if its present stamp is true, or it needs none.
  private func mended(_ commit: Commit, now: String, _ findings: inout [Finding]) throws -> String? {
    let proposal = try Proposal(commit, in: repository)
    // A new stamp in the same encoding would be read no better.
    if let encoding = commit.unknownEncoding, case .committed = proposal.claim,
      try Judge.assess(proposal).draft != nil
    {
      var finding = Finding.unknownEncoding(encoding)
      finding.commit = commit.id.description
      findings.append(finding)
      return nil
    }
    guard case .committed(let blocks) = proposal.claim, let text = commit.message else { return nil }
    let assessment = try Judge.assess(proposal)
    guard assessment.verdict.findings.contains(where: { $0.isMendable(blocks) }) else { return nil }
    var message = CommitMessage(text, isEdited: false)
    let stated = Stamping.Stated(message)
    message.removeBlocks()
    guard assessment.draft != nil else { return message.text }
    // A forge that dropped the body may have dropped the title too.
    if message.subject.isEmpty { message = CommitMessage("Change the plan\n") }
    let outcome = try Stamping.stamp(
      message, stated: stated, by: commit.author, at: now, mayFollow: false, signer: RunSigner(repository)
    ) {
      var proposal = proposal.claiming($0)
      proposal.now = Timestamp.milliseconds(of: now)
      return proposal
    }
    switch outcome {
    case .unchanged: return nil
    case .rewritten(let text): return text
    case .refused(let refused):
      findings += refused.filter { $0.severity == .error }.map { finding in
        var finding = finding
        finding.commit = commit.id.description
        return finding
      }
      return nil
    }
  }
}

extension Finding {
  /// Returns true if a new stamp repairs it. A single stamp names the author; stamps of a squash keep their actors.
  fileprivate func isMendable(_ blocks: [StampBlock]) -> Bool {
    if code == .actorMismatch { return severity == .error || blocks.count == 1 }
    return ReasonCode.repairedByStamps.contains(code)
  }
}
