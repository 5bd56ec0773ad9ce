import PlanModel

/// The facts that a rule may use about a proposal, seen from its first parent or from one side of a merge.
struct JudgeContext {
  let proposal: Proposal
  /// The policy that judges.
  let policy: Policy
  let policyDigest: Digest
  let isBaseline: Bool
  let before: States
  let after: States
  var changes: ChangeSet
  var telling: Telling
  /// True for a merge, seen from one of its sides.
  var isSideOfMerge = false
  /// The tree whose signers verify signatures; nil for the first parent's.
  var signers: (any PlanTree)?

  /// Returns the verification of the proposal's signatures.
  func signatures() throws -> Signatures { try Signatures(proposal, signersOf: signers) }

  var workflow: Workflow { policy.workflow }

  /// The guards for this telling of the change.
  var guards: Guards {
    Guards(
      candidate: proposal.candidate, states: after, countsWhatWasTakenAway: telling.mode != .chain,
      proof: Proof(
        tree: proposal.candidate, authorization: policy.authorization, moment: proposal.moment,
        leastMoment: proposal.leastMoment))
  }

  /// The changes that rules of transition, birth, deletion and authority check (contract 3, merges). Excludes files
  /// whose name is not an id: invariants reject them, but anyone may delete them.
  var judged: [MilestoneChange] { changes.stamped + telling.thereAndBack }
}

/// The telling of a change: the steps of each milestone from the first parent to the commit.
struct Telling {
  enum Mode {
    /// One step, with all its guards.
    case direct
    /// Several stamps; the last step must meet the guards of state (contract 3, squash).
    case chain
    /// No stamp, if policy only warns: any path of edges is legal (contract 2.3).
    case path
  }

  struct Step {
    let from: String?
    let to: String?
    let actor: Identity
    let reason: String?
    /// The stamp of the step; nil if there is none yet.
    var run: Run?
    /// True if the step changes the file's bytes.
    var changesFile = true

    var changesStatus: Bool { from != to }
  }

  let mode: Mode
  /// The steps by milestone; the default is a single step by `actor` for `reason`.
  var steps: [MilestoneID: [Step]] = [:]
  /// The milestones that end in their original state and bytes after steps of several stamps.
  var thereAndBack: [MilestoneChange] = []
  /// The actor and reason of changes without a step.
  let actor: Identity
  let reason: String?
  /// The stamp of changes without a step.
  var run: Run?
  /// The stamps that change the policy.
  var policyRuns: [Run] = []
  /// The stamps that grant exceptions.
  var waivingRuns: [Run] = []
  /// True if the stamp does not exist yet, and so can still be signed.
  var isDraft = false
  /// True if exceptions may still be added, because the message is not known yet.
  var waivesMayFollow = false
  /// True if a reason may still be written, because an editor will open.
  var reasonMayFollow = false
  /// False if there is no stamp that could have a reason (contract 2.3, `unstamped`).
  var takesReason = true

  /// Returns the steps of one change.
  func steps(of change: MilestoneChange) -> [Step] {
    steps[change.id] ?? [
      Step(from: change.before?.status, to: change.after?.status, actor: actor, reason: reason, run: run)
    ]
  }

  /// Returns true if a reason is given for a milestone, or may follow.
  func hasReason(for change: MilestoneChange) -> Bool {
    reasonMayFollow || !takesReason || steps(of: change).contains { $0.reason != nil }
  }
}

/// A rule about a commit's changes. A new rule needs a type in `Rules/`, an entry in `ChangeRules.all`, and a test.
protocol ChangeRule: SendableMetatype {
  static func findings(in context: JudgeContext) throws -> [Finding]
}

enum ChangeRules {
  /// Every rule except `LapseRule`, which the judge applies with the invariants.
  static let all: [any ChangeRule.Type] = [
    TransitionRule.self, BirthRule.self, DeletionRule.self, ReentryRule.self, PlanRule.self, ApprovalRule.self,
    WaiverRule.self, WaiveRule.self,
    AuthorityRule.self, PolicyAuthorityRule.self, SignatureRule.self, JudgedFromRule.self, AnchorRule.self,
    SecretRule.self,
  ]
}
