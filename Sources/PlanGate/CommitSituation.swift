public import GitObjects
public import PlanJudge
public import PlanModel
public import GitRepository
public import PlanTrees
import GitTransaction
import PlanHistory
import ReadinessSystem

/// The commit that git is about to create, as far as a hook can know: its parents, its tree, its author.
public final class CommitSituation {
  /// The repository of the trees and parents.
  public let repository: Repository
  /// The parents, first parent first.
  public let parents: [ObjectID]
  /// True if the message comes from another commit that remains where it is.
  public let isPlainPick: Bool
  /// The staged tree.
  public let candidate: GitTree
  /// The moment in the format of stamps.
  public let now: String
  /// True if git creates the commit from another one, as a pick and a rebase do.
  public var isReplayed: Bool { picked != nil || isRebase }
  private let environment: [String: String]
  private let picked: ObjectID?
  private let isRebase: Bool
  private let amended: Commit?
  private var knownAuthor: Identity?

  /// - Parameters:
  ///   - isAmend: true if HEAD is replaced, so that its parents are the parents.
  ///   - environment: the environment of the hook.
  ///   - now: the moment in the format of stamps.
  public init(_ repository: Repository, isAmend: Bool, environment: [String: String], now: String) throws {
    if try MoveJournal.left(in: repository) != nil {
      throw GitError(
        .other, "A move was killed half-way: history holds it, and the index may still lack it.",
        hint: "End it: readiness doctor --fix.", function: "CommitSituation")
    }
    self.repository = repository
    self.environment = environment
    self.now = now
    let head: ObjectID? = if case .commit(let id) = try repository.head() { id } else { nil }
    let headCommit = try head.map { try repository.commit($0) }
    amended = isAmend ? headCommit : nil
    if let amended {
      parents = amended.parents
    } else {
      parents = try (head.map { [$0] } ?? []) + Self.mergeHeads(repository, environment)
    }
    candidate = repository.tree(try repository.candidateTree())
    picked = try repository.heads(in: "CHERRY_PICK_HEAD").first
    isRebase = FileSystem.exists(repository.gitFolder + "rebase-merge")
    isPlainPick = picked != nil && !isRebase
  }

  /// Reads `MERGE_HEAD`. It does not exist yet in `pre-merge-commit`; there git names the heads in the environment.
  private static func mergeHeads(_ repository: Repository, _ environment: [String: String]) throws -> [ObjectID] {
    let heads = try repository.heads(in: "MERGE_HEAD")
    guard heads.isEmpty else { return heads }
    return environment.keys.filter { $0.hasPrefix("GITHEAD_") }.sorted().compactMap {
      ObjectID(hex: String($0.dropFirst(8)))
    }
  }

  /// Returns the author. Call it only if the plan changes: it may start a process.
  public func author() throws -> Identity {
    if let knownAuthor { return knownAuthor }
    let author = try Self.checked(findAuthor())
    knownAuthor = author
    return author
  }

  /// Finds the author. Git passes it only to hooks of `git commit`; elsewhere the picked or rebased commit names it.
  private func findAuthor() throws -> Identity {
    if environment["GIT_AUTHOR_EMAIL"].map({ !$0.isEmpty }) ?? false {
      return Identity(name: try Self.variable("GIT_AUTHOR_NAME"), email: try Self.variable("GIT_AUTHOR_EMAIL"))
    }
    if isRebase, let script = try FileSystem.readIfPresent(repository.gitFolder + "rebase-merge/author-script"),
      let author = Identity(authorScript: String(decoding: script, as: UTF8.self))
    {
      return author
    }
    if let picked { return try repository.commit(picked).author }
    if let amended { return amended.author }
    return try Self.configuredAuthor(repository)
  }

  /// Returns a variable, decoded from the encoding of the next commit: git copies its bytes into the commit.
  private static func variable(_ name: String) throws -> String {
    guard let bytes = Environment.bytes(name) else { return "" }
    let encoding = bytes.allSatisfy { $0 < 0x80 } ? nil : try TextEncoding.ofNextCommit()
    guard let text = TextEncoding.decode(bytes[...], encoding: encoding) else { throw unreadable(name) }
    return text
  }

  private static func unreadable(_ what: String) -> GitError {
    GitError(
      .other, "\(what) is not a text in the encoding of commits.",
      hint: "git config i18n.commitEncoding names that encoding; UTF-8 is the usual one.", function: "getenv")
  }

  /// Returns the author that git would write now.
  /// - Throws: `GitError` if no identity is set.
  public static func configuredAuthor(_ repository: Repository) throws -> Identity {
    guard let author = try repository.configuredIdentity(.author) else {
      throw GitError(
        .other, "Git does not know who you are, so no change can be stamped.",
        hint: "git config user.name \"Your Name\" and git config user.email you@example.com", function: "git var")
    }
    return try checked(author)
  }

  /// Returns the identity if it is one clean line, because the stamp contains names and addresses.
  private static func checked(_ identity: Identity) throws -> Identity {
    let text = identity.description
    guard text.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control }), !identity.email.isEmpty else {
      throw GitError(
        .other, "The author's name or address is empty or holds control characters.",
        hint: "git config user.name and user.email with plain text.", function: "git var")
    }
    return identity
  }

  /// Returns the proposal for the judge.
  /// - Parameter tree: the proposed tree; nil for the staged one.
  public func proposal(_ claim: Proposal.Claim, of tree: GitTree? = nil) throws -> Proposal {
    let trees = try parents.map { repository.tree(of: try repository.commit($0)) }
    return try Proposal(
      parents: trees, candidate: tree ?? candidate,
      ancestry: CommitAncestry(repository, parents: parents), author: author(), claim: claim,
      now: Timestamp.milliseconds(of: now), verifier: repository.signatures)
  }

  /// Returns true if the policy in force guards paths outside the plan.
  public func guardsPaths() throws -> Bool {
    guard let parent = parents.first else { return false }
    return try repository.tree(of: repository.commit(parent)).policyFiles()[PlanPaths.paths] != nil
  }

  /// Returns true if the commit touches neither plan nor policy.
  public func changesNothing() throws -> Bool {
    if parents.isEmpty { return try candidate.hasSamePlanAndPolicy(as: EmptyTree()) }
    return try parents.allSatisfy {
      try candidate.hasSamePlanAndPolicy(as: repository.tree(of: try repository.commit($0)))
    }
  }
}

extension Identity {
  /// Reads `rebase-merge/author-script`: lines `GIT_AUTHOR_NAME='…'`, a quote inside written as `'\''`.
  init?(authorScript text: String) {
    var values: [Substring: String] = [:]
    for line in text.split(separator: "\n") {
      guard let equals = line.firstIndex(of: "=") else { continue }
      let quoted = line[line.index(after: equals)...]
      guard quoted.count >= 2, quoted.hasPrefix("'"), quoted.hasSuffix("'") else { continue }
      let pieces = quoted.dropFirst().dropLast().split(separator: "'\\''", omittingEmptySubsequences: false)
      values[line[..<equals]] = pieces.joined(separator: "'")
    }
    guard let name = values["GIT_AUTHOR_NAME"], let email = values["GIT_AUTHOR_EMAIL"] else { return nil }
    self.init(name: name, email: email)
  }
}
