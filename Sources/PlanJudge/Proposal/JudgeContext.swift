import PlanModel

/// Everything that a rule may look at while one proposal is judged: from its first parent, or in a merge from one of its
/// sides.
struct JudgeContext {
  let proposal: Proposal
  /// The policy that judges, and its digest.
  let policy: Policy
  let policyDigest: Digest
  let isBaseline: Bool
  let before: States
  let after: States
  var changes: ChangeSet
  var telling: Telling
  /// True for a merge, seen from one of its sides.
  var isSideOfMerge = false
  /// Whose signers decide about signatures; nil for the first parent's.
  var signers: (any PlanTree)?

  /// What is signed, and by whom.
  func signatures() throws -> Signatures { try Signatures(proposal, signersOf: signers) }

  var workflow: Workflow { policy.workflow }

  /// The guards as this telling of the change asks them.
  var guards: Guards {
    Guards(
      candidate: proposal.candidate, states: after, countsWhatWasTakenAway: telling.mode != .chain,
      proof: Proof(
        tree: proposal.candidate, authorization: policy.authorization, moment: proposal.moment,
        leastMoment: proposal.leastMoment))
  }

  /// The changes that rules of transition, birth, deletion and authority are asked of (contract 3, merges). A file
  /// whose name is no id is no milestone; invariants refuse it, and nothing keeps it from being taken away.
  var judged: [MilestoneChange] { changes.stamped + telling.thereAndBack }
}

/// How a change is told: the steps that lead each milestone from the first parent to the commit.
struct Telling {
  enum Mode {
    /// One step, with all its guards.
    case direct
    /// Several stamps; the guards of state of the last step are asked (contract 3, squash).
    case chain
    /// No stamp, where policy only warns: any path of edges will do (contract 2.3).
    case path
  }

  struct Step {
    let from: String?
    let to: String?
    let actor: Identity
    let reason: String?
    /// The stamp that tells it; nil where nothing does yet.
    var run: Run?
    /// True if the step changes the file's bytes.
    var changesFile = true

    var changesStatus: Bool { from != to }
  }

  let mode: Mode
  /// By milestone; one without an entry takes a single step, by `actor` and for `reason`.
  var steps: [MilestoneID: [Step]] = [:]
  /// Milestones that end where they began, in state and bytes, after steps of several stamps.
  var thereAndBack: [MilestoneChange] = []
  /// Who changes what no step tells, and why.
  let actor: Identity
  let reason: String?
  /// The stamp of what no step tells.
  var run: Run?
  /// The stamps that change the policy.
  var policyRuns: [Run] = []
  /// The stamps that let rules go.
  var waivingRuns: [Run] = []
  /// True where a stamp is still to be made, so that it can still be signed.
  var isDraft = false
  /// True where rules may still be let go, as before the message is known.
  var waivesMayFollow = false
  /// True where a reason may still be written, as before an editor opens.
  var reasonMayFollow = false
  /// False where nobody could have given a reason, because there is no stamp (contract 2.3, `unstamped`).
  var takesReason = true

  /// The steps of one change.
  func steps(of change: MilestoneChange) -> [Step] {
    steps[change.id] ?? [
      Step(from: change.before?.status, to: change.after?.status, actor: actor, reason: reason, run: run)
    ]
  }

  /// True where a reason is given for a milestone, or may follow.
  func hasReason(for change: MilestoneChange) -> Bool {
    reasonMayFollow || !takesReason || steps(of: change).contains { $0.reason != nil }
  }
}

/// A rule about what a commit does. A new one is a type in `Rules/`, an entry in `ChangeRules.all`, and a test.
protocol ChangeRule: SendableMetatype {
  static func findings(in context: JudgeContext) throws -> [Finding]
}

enum ChangeRules {
  /// Every rule but `LapseRule`, which the judge asks beside the invariants.
  static let all: [any ChangeRule.Type] = [
    TransitionRule.self, BirthRule.self, DeletionRule.self, ReentryRule.self, PlanRule.self, ApprovalRule.self,
    WaiverRule.self, WaiveRule.self,
    AuthorityRule.self, PolicyAuthorityRule.self, SignatureRule.self, JudgedFromRule.self, AnchorRule.self,
    SecretRule.self,
  ]
}
