public import PlanModel

/// A change that somebody wants accepted. Every entry point builds one of these, and only these reach the judge.
public struct Proposal {
  /// What is said about the change.
  public enum Claim {
    /// Nothing yet: an entry point will stamp it. `reason` is what a person gave; `mayFollow` is true where an editor opens;
    /// `waives` are the rules that a person lets go, and more of them may follow where the message is not known yet.
    case draft(reason: String?, mayFollow: Bool, waives: [Run.Waive] = [], moreWaives: Bool = false)
    /// A commit's message, by its blocks; empty where it has none.
    case committed([StampBlock])
    /// Nothing, and a later commit records the change: one step along a path of edges, as without a stamp where policy
    /// only warns (contract 3, heal).
    case healed
  }

  /// A text of a commit that no rule reads but the one about secrets.
  public struct Text: Sendable {
    let what: String
    let text: String
    /// True where it holds random words by its nature, so that only well-known secrets are sought in it.
    let isRandom: Bool

    /// - Parameter what: what it is, for a refusal, such as `the message`.
    public init(what: String, text: String, isRandom: Bool = false) {
      (self.what, self.text, self.isRandom) = (what, text, isRandom)
    }
  }

  /// How the commit itself is signed.
  public enum Seal: Sendable {
    /// There is no commit yet; git signs it when it is made.
    case unknown
    /// Not at all.
    case none
    /// By an armoured signature, of the commit's bytes without it.
    case signed(armour: String, payload: [UInt8])
  }

  /// The trees of the parents, first parent first; none for a first commit.
  public private(set) var parents: [any PlanTree]
  /// The tree that is proposed.
  public let candidate: any PlanTree
  /// What came before the parents.
  public private(set) var ancestry: any Ancestry
  /// The author of the commit.
  public let author: Identity
  /// What is said about the change.
  public private(set) var claim: Claim
  /// How the commit is signed.
  public let seal: Seal
  /// The own clock of a hook or a command, in milliseconds since 1970; nil for a commit that is judged later.
  public var now: Int64?
  /// What is known of a commit's dates; nothing of a change that is still to be stamped.
  public var dates = CommitDates()
  /// Whether a signature is good.
  public let verifier: any SignatureVerifier
  /// What is trusted beside the parents.
  public let anchor: Anchor
  /// What else the commit says, as far as it is known.
  public private(set) var texts: [Text] = []

  /// Makes a proposal.
  public init(
    parents: [any PlanTree], candidate: any PlanTree, ancestry: any Ancestry, author: Identity, claim: Claim,
    seal: Seal = .unknown, now: Int64?, verifier: any SignatureVerifier, anchor: Anchor = Anchor()
  ) {
    self.anchor = anchor
    self.seal = seal
    self.parents = parents
    self.candidate = candidate
    self.ancestry = ancestry
    self.author = author
    self.claim = claim
    self.now = now
    self.verifier = verifier
  }

  /// The same change, with something else said about it.
  public func claiming(_ claim: Claim) -> Proposal {
    var other = self
    other.claim = claim
    return other
  }

  /// The same change, seen from some of its parents.
  func keeping(_ kept: [Int]) -> Proposal {
    if kept == Array(parents.indices) { return self }
    var other = self
    other.parents = kept.map { parents[$0] }
    other.ancestry = ancestry.keeping(kept)
    return other
  }

  /// The same change in a commit with that message. Signatures of stamps are random words by their nature.
  public func saying(_ message: String) -> Proposal {
    let key = TrailerKey.signature.rawValue + ":"
    let lines = message.split(separator: "\n", omittingEmptySubsequences: false)
    func text(_ lines: [Substring], isRandom: Bool) -> Text {
      Text(what: "the message", text: lines.joined(separator: "\n"), isRandom: isRandom)
    }
    return with(text(lines.filter { !$0.hasPrefix(key) }, isRandom: false))
      .with(text(lines.filter { $0.hasPrefix(key) }, isRandom: true))
  }

  /// The same change, and a text that its commit holds beside author and stamp.
  public func with(_ text: Text) -> Proposal {
    var proposal = self
    proposal.texts.append(text)
    return proposal
  }

  /// The same merge with one parent first, as that parent sees it; the others keep their order.
  func seen(from parent: Int) -> Proposal {
    parent > 0 ? keeping([parent] + parents.indices.filter { $0 != parent }) : self
  }

  /// The first parent's tree, or the empty one.
  public var base: any PlanTree { parents.first ?? EmptyTree() }
  /// True where several lines of history meet.
  public var isMerge: Bool { parents.count > 1 }
}

/// The judge's answer to a proposal, and what a true stamp of it says.
public struct Assessment {
  /// The answer.
  public let verdict: Verdict
  /// What a stamp has to say; nil where the change needs none.
  public let draft: RunDraft?
}

/// What a stamp of a change says, before moment, actor and reason are known.
public struct RunDraft: Sendable {
  /// Changes of status.
  public let transitions: [Run.Transition]
  /// Other changes of files.
  public let edits: [Run.Edit]
  /// Evidence that is added.
  public let evidence: [Run.EvidenceAdded]
  /// Rules that are let go.
  public let waives: [Run.Waive]
  /// The change of the policy.
  public let policyChange: Run.PolicyChange?
  /// The policy that judges.
  public let policy: Digest
  /// `planId` of the proposed tree.
  public let plan: String?
  /// True where a guard asks for a reason.
  public let asksForReason: Bool
  /// True where a rule asks for the actor's signature.
  public let asksForSignature: Bool
  /// True where a rule asks for a signature of the commit as well.
  public let asksForSignedCommit: Bool

  /// True where there is nothing to stamp.
  public var isEmpty: Bool { transitions.isEmpty && edits.isEmpty && policyChange == nil }

  /// The run, complete.
  public func run(at: String, actor: Identity, reason: String?) -> Run {
    var run = Run(at: at, actor: actor, policy: policy)
    run.transitions = transitions
    run.edits = edits
    run.evidence = evidence
    run.waives = waives
    run.policyChange = policyChange
    run.reason = reason
    return run
  }

  /// True where a stamp tells exactly this change.
  public func isTold(by run: Run) -> Bool {
    run.tellsSameChange(as: self.run(at: run.at, actor: run.actor, reason: run.reason))
  }
}
