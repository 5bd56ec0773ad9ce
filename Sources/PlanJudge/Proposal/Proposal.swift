public import GitObjects
public import PlanModel

/// A proposed change. Every entry point builds one, and the judge reads nothing else.
public struct Proposal {
  /// The statement about the change.
  public enum Claim {
    /// No stamp yet: the entry point will add it. `reason` is the given reason; `mayFollow` is true if an editor will
    /// open. `waives` are the granted exceptions; `moreWaives` is true if more may follow, because the message is not
    /// known yet.
    case draft(reason: String?, mayFollow: Bool, waives: [Run.Waive] = [], moreWaives: Bool = false)
    /// The blocks of a commit's message; empty if there are none.
    case committed([StampBlock])
    /// No stamp; a later commit records the change. It is one step along a path of edges, like an unstamped change if
    /// policy only warns (contract 3, heal).
    case healed
  }

  /// A text of a commit that only the rule about secrets reads.
  public struct Text: Sendable {
    let what: String
    let text: String
    /// True if the text contains random words by design, so that only well-known secrets are searched for.
    let isRandom: Bool

    /// - Parameter what: the text's name in messages, such as `the message`.
    public init(what: String, text: String, isRandom: Bool = false) {
      (self.what, self.text, self.isRandom) = (what, text, isRandom)
    }
  }

  /// The trees of the parents, first parent first; none for a first commit.
  public private(set) var parents: [any PlanTree]
  /// The proposed tree.
  public let candidate: any PlanTree
  /// The ancestry of the parents.
  public private(set) var ancestry: any Ancestry
  /// The author of the commit.
  public let author: Identity
  /// The statement about the change.
  public private(set) var claim: Claim
  /// The signature of the commit.
  public let seal: CommitSeal
  /// The clock of a hook or a command, in milliseconds since 1970; nil for a commit that is judged later.
  public var now: Int64?
  /// The commit's dates; empty for a change without a commit.
  public var dates = CommitDates()
  /// The verifier of signatures.
  public let verifier: any SignatureVerifier
  /// The trusted policies in addition to the parents.
  public let anchor: Anchor
  /// Other texts of the commit, as far as they are known.
  public private(set) var texts: [Text] = []

  /// Creates a proposal.
  public init(
    parents: [any PlanTree], candidate: any PlanTree, ancestry: any Ancestry, author: Identity, claim: Claim,
    seal: CommitSeal = .unknown, now: Int64?, verifier: any SignatureVerifier, anchor: Anchor = Anchor()
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

  /// Returns the same change with another claim.
  public func claiming(_ claim: Claim) -> Proposal {
    var other = self
    other.claim = claim
    return other
  }

  /// Returns the same change, seen from some of its parents.
  func keeping(_ kept: [Int]) -> Proposal {
    if kept == Array(parents.indices) { return self }
    var other = self
    other.parents = kept.map { parents[$0] }
    other.ancestry = ancestry.keeping(kept)
    return other
  }

  /// Returns the same change with a commit message. Signatures in stamps are random words by design.
  public func saying(_ message: String) -> Proposal {
    let key = TrailerKey.signature.rawValue + ":"
    let lines = message.split(separator: "\n", omittingEmptySubsequences: false)
    func text(_ lines: [Substring], isRandom: Bool) -> Text {
      Text(what: "the message", text: lines.joined(separator: "\n"), isRandom: isRandom)
    }
    return with(text(lines.filter { !$0.hasPrefix(key) }, isRandom: false))
      .with(text(lines.filter { $0.hasPrefix(key) }, isRandom: true))
  }

  /// Returns the same change with an additional text of its commit.
  public func with(_ text: Text) -> Proposal {
    var proposal = self
    proposal.texts.append(text)
    return proposal
  }

  /// Returns the same merge, seen from one parent, which becomes the first; the others keep their order.
  func seen(from parent: Int) -> Proposal {
    parent > 0 ? keeping([parent] + parents.indices.filter { $0 != parent }) : self
  }

  /// The first parent's tree, or the empty one.
  public var base: any PlanTree { parents.first ?? EmptyTree() }
  /// True if the proposal has several parents.
  public var isMerge: Bool { parents.count > 1 }
}

/// The verdict on a proposal, and its correct stamp.
public struct Assessment {
  /// The verdict.
  public let verdict: Verdict
  /// The correct stamp; nil if the change needs none.
  public let draft: RunDraft?
}

/// The stamp of a change, before time, actor and reason are known.
public struct RunDraft: Sendable {
  /// The changes of status.
  public let transitions: [Run.Transition]
  /// The other changes of files.
  public let edits: [Run.Edit]
  /// The added evidence.
  public let evidence: [Run.EvidenceAdded]
  /// The granted exceptions.
  public let waives: [Run.Waive]
  /// The change of the policy.
  public let policyChange: Run.PolicyChange?
  /// The digest of the policy that judges.
  public let policy: Digest
  /// The `planId` of the proposed tree.
  public let plan: String?
  /// True if a guard requires a reason.
  public let asksForReason: Bool
  /// True if a rule requires the actor's signature.
  public let asksForSignature: Bool
  /// True if a rule also requires a signature of the commit.
  public let asksForSignedCommit: Bool

  /// True if there is nothing to stamp.
  public var isEmpty: Bool { transitions.isEmpty && edits.isEmpty && policyChange == nil }

  /// Returns the complete run.
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

  /// Returns true if a stamp describes exactly this change.
  public func isTold(by run: Run) -> Bool {
    run.tellsSameChange(as: self.run(at: run.at, actor: run.actor, reason: run.reason))
  }
}
