import GitObjects
public import PlanModel
public import GitRepository
import PlanHistory

/// Synchronizes a branch and its remote: fetch, merge, judge the outgoing commits, push. Git does all of it, with its
/// hooks and its credentials; nothing is ever forced.
public struct Sync {
  /// The result of a round.
  public enum Outcome: Sendable {
    /// There was nothing to do.
    case upToDate
    /// The numbers of commits that were merged and pushed.
    case synced(came: Int, went: Int)
    /// The judge refused the outgoing commits; nothing was pushed.
    case refused([Finding])
    /// Git could not merge without help; nothing was changed.
    case conflict(String)
    /// The remote refused the push; a lost race does not count.
    case rejected(String)
  }

  private let repository: Repository
  private let remote: String?

  /// - Parameter remote: its name; nil for the branch's own upstream, else `origin`.
  public init(_ repository: Repository, remote: String?) {
    self.repository = repository
    self.remote = remote
  }

  /// Runs one round.
  /// - Throws: `GitError` of kind `changedMeanwhile` if another push was faster: run again, from the fetch.
  public func run() throws -> Outcome {
    // The short name that git prints is longer if a tag has the same one.
    let head = try text(["symbolic-ref", "--quiet", "HEAD"], "HEAD is on no branch.", hint: "git switch BRANCH")
    guard head.hasPrefix("refs/heads/") else {
      throw GitError(.other, "HEAD is on \(head), which is no branch.", hint: "git switch BRANCH", function: "sync")
    }
    let branch = String(head.dropFirst("refs/heads/".count))
    let upstream = try upstream(of: branch)
    let fetched = try GitProcess.run(["fetch", "--quiet", upstream.remote])
    guard fetched.status == 0 else {
      throw GitError(
        .other, "\(upstream.remote) cannot be fetched: \(fetched.errorText)",
        hint: "Run git fetch: it says what is wrong.",
        function: "git fetch")
    }
    let tracking = "refs/remotes/\(upstream.remote)/\(upstream.branch)"
    let isThere = try GitProcess.run(["rev-parse", "--verify", "--quiet", tracking]).status == 0
    let came = isThere ? try count("HEAD..\(tracking)") : 0
    if came > 0 {
      let merged = try GitProcess.run(["merge", "--quiet", "--no-edit", tracking])
      if merged.status != 0 {
        let words = (merged.errorText + "\n" + String(decoding: merged.bytes, as: UTF8.self))
        _ = try GitProcess.run(["merge", "--abort"])
        return .conflict(words)
      }
    }
    let went = try isThere ? count("\(tracking)..HEAD") : count("HEAD")
    guard went > 0 else { return came > 0 ? .synced(came: came, went: 0) : .upToDate }
    let tip = try repository.commit(named: "HEAD")
    let range =
      isThere ? try AuditRange.after([repository.commit(named: tracking)], to: [tip], in: repository) : .whole(tip)
    let report = try range.audit(repository)
    if !report.isAccepted { return .refused(report.findings) }
    return try push(tip, upstream, came: came, went: went)
  }

  private func push(_ tip: ObjectID, _ upstream: (remote: String, branch: String), came: Int, went: Int) throws
    -> Outcome
  {
    let pushed = try GitProcess.run([
      "push", "--porcelain", upstream.remote, "\(tip):refs/heads/\(upstream.branch)",
    ])
    if pushed.status == 0 { return .synced(came: came, went: went) }
    let words = String(decoding: pushed.bytes, as: UTF8.self) + "\n" + pushed.errorText
    // Git's messages if the ref has moved since the fetch, or moves at this very moment.
    let races = [
      "fetch first", "non-fast-forward", "cannot lock ref", "failed to update ref", "failed to lock", "stale info",
    ]
    if races.contains(where: words.contains) {
      throw GitError(
        .changedMeanwhile, "Somebody else pushed to \(upstream.branch) first, again and again.",
        hint: "Run readiness sync again.", function: "git push")
    }
    return .rejected(words)
  }

  private func upstream(of branch: String) throws -> (remote: String, branch: String) {
    let name = try GitProcess.run(["config", "--get", "branch.\(branch).remote"]).trimmed
    let merge = try GitProcess.run(["config", "--get", "branch.\(branch).merge"]).trimmed
    if remote == nil || remote == name, !name.isEmpty, merge.hasPrefix("refs/heads/") {
      return (name, String(merge.dropFirst(11)))
    }
    let chosen = remote ?? "origin"
    let known = try GitProcess.run(["remote"]).trimmed.split(separator: "\n").map(String.init)
    guard known.contains(chosen) else {
      throw UnknownName(
        message: "There is no remote \"\(chosen)\".",
        hint: nearestName(to: chosen, in: known).map { "Is \($0) meant?" } ?? "git remote add \(chosen) URL")
    }
    return (chosen, branch)
  }

  private func count(_ range: String) throws -> Int {
    let output = try GitProcess.run(["rev-list", "--count", range])
    guard output.status == 0, let count = Int(output.trimmed) else {
      throw GitError(.other, output.errorText, hint: "Run git fsck: it says what is damaged.", function: "git rev-list")
    }
    return count
  }

  private func text(_ arguments: [String], _ message: String, hint: String) throws -> String {
    let output = try GitProcess.run(arguments)
    guard output.status == 0, !output.trimmed.isEmpty else {
      throw GitError(.other, message, hint: hint, function: "git \(arguments[0])")
    }
    return output.trimmed
  }
}
