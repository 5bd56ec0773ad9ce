/// A stable name for a reason, with its meaning and remedy (contract, section 5).
///
/// Codes are never renamed and never reused. `explain` and `doc/reason-codes.md` are generated from this list.
public struct ReasonCode: Hashable, Sendable, CustomStringConvertible {
  /// The code, in lower-case words with hyphens.
  public let id: String
  /// The meaning, in a sentence or two.
  public let meaning: String
  /// The general next step; a finding's own hint is more specific.
  public let remedy: String
  /// The contract section that defines the rule.
  public let source: String

  init(_ id: String, _ meaning: String, remedy: String, source: String) {
    self.id = id
    self.meaning = meaning
    self.remedy = remedy
    self.source = source
  }

  /// The page that documents the rule, and its chapter there. Packages install these pages.
  public var page: (chapter: String, path: String) {
    switch source {
    case "2": ("Files", "doc/design/specification.md")
    case "2.1": ("Milestone", "doc/design/specification.md")
    case "2.2": ("Workflow", "doc/design/specification.md")
    case "2.3": ("Gates and provenance policy", "doc/design/specification.md")
    case "2.4": ("Authorization", "doc/design/specification.md")
    case "3": ("Provenance", "doc/design/specification.md")
    case "6": ("Hooks", "doc/guides/hooks.md")
    case "5": ("Security", "doc/security.md")
    default: ("Commands", "doc/reference/cli.md")
    }
  }

  /// The code.
  public var description: String { id }
  /// Compares the codes.
  public static func == (a: ReasonCode, b: ReasonCode) -> Bool { a.id == b.id }
  /// Hashes the code.
  public func hash(into hasher: inout Hasher) { hasher.combine(id) }

  /// Returns the reason code with an id, or nil if there is none.
  public static func named(_ id: String) -> ReasonCode? { all.first { $0.id == id } }

  /// Every reason code, by topic.
  public static let all: [ReasonCode] =
    files + graph + workflow + life + provenanceCodes + authority + waives + entryPoints + gateCodes + attestationCodes
    + telemetryCodes + alertCodes
}

// MARK: - Files

extension ReasonCode {
  /// See `explain`.
  public static let malformedJSON = ReasonCode(
    "malformed-json",
    "The file is not the JSON that the plan is written in: UTF-8 without byte order mark, nested at most 32 levels, numbers that every program reads alike.",
    remedy: "Fix the text at the named line; an editor that knows JSON shows the place.", source: "2.1")
  /// See `explain`.
  public static let duplicateKey = ReasonCode(
    "duplicate-key",
    "One object has the same key twice. Programs disagree about which of the two counts, so the file is rejected.",
    remedy: "Delete one of the two.", source: "2.1")
  /// See `explain`.
  public static let schemaViolation = ReasonCode(
    "schema-violation",
    "The file is valid JSON, but it does not match the built-in schema or the repository's own schema.",
    remedy: "Change the named property; the files in ssot/schemas/ say what is allowed.", source: "2.1")
  /// See `explain`.
  public static let unknownStatus = ReasonCode(
    "unknown-status", "The status is not a state of the workflow.",
    remedy: "Write one of the states in ssot/policies/workflow.json, exactly as it is spelled there.", source: "2.2")
  /// See `explain`.
  public static let idMismatch = ReasonCode(
    "id-mismatch", "A milestone's id differs from its file name.",
    remedy: "Make the id and the file name equal.", source: "2.2")
  /// See `explain`.
  public static let caseCollision = ReasonCode(
    "case-collision", "Two milestone files differ only by case; some file systems hold only one of them.",
    remedy: "Rename one of the two.", source: "2.2")
  /// See `explain`.
  public static let malformedTree = ReasonCode(
    "malformed-tree",
    "A folder in the commit has the same name twice, is not sorted, or has an invalid name. Git never writes such a folder, and programs read it differently.",
    remedy:
      "Make the commit again with git; git fsck shows what else is damaged, and receive.fsckObjects keeps it out.",
    source: "2.1")
  /// See `explain`.
  public static let notARegularFile = ReasonCode(
    "not-a-regular-file",
    "A link, a submodule or a folder is where a file of the plan should be.",
    remedy: "Replace it with a regular file.", source: "2.2")
  /// See `explain`.
  public static let fileTooLarge = ReasonCode(
    "file-too-large", "A file of the plan is larger than 256 KiB.",
    remedy: "Move the large content into its own file and name it as evidence or as a deliverable.", source: "2.1")

  private static let files = [
    malformedJSON, duplicateKey, schemaViolation, unknownStatus, idMismatch, caseCollision, notARegularFile,
    fileTooLarge, malformedTree,
  ]
}

// MARK: - Graph

extension ReasonCode {
  /// See `explain`.
  public static let danglingDependency = ReasonCode(
    "dangling-dependency", "Something refers to a milestone that does not exist.",
    remedy: "Name a milestone that exists, or remove the reference.", source: "2.2")
  /// See `explain`.
  public static let dependencyCycle = ReasonCode(
    "dependency-cycle", "Milestones depend on each other in a circle, so none of them can ever start.",
    remedy: "Remove one of the dependencies in the circle.", source: "2.2")
  /// See `explain`.
  public static let matrixMismatch = ReasonCode(
    "matrix-mismatch", "In a tracker document, a cell of the dependency matrix disagrees with the Depends On column.",
    remedy: "Make the two agree, then import again.", source: "4")

  private static let graph = [danglingDependency, dependencyCycle, matrixMismatch]
}

// MARK: - Workflow

extension ReasonCode {
  /// See `explain`.
  public static let illegalTransition = ReasonCode(
    "illegal-transition", "The workflow has no edge from the old state to the new one.",
    remedy: "Move through the states that the workflow connects, one commit for each step.", source: "2.2")
  /// See `explain`.
  public static let unmetDependency = ReasonCode(
    "unmet-dependency",
    "A milestone moves on, or is done, while a dependency is not done. A dependency that the same commit removes still counts.",
    remedy: "Finish the dependency first.", source: "2.2")
  /// See `explain`.
  public static let doneDependent = ReasonCode(
    "done-dependent", "A finished milestone is reopened while one that depends on it is in review or done.",
    remedy: "Reopen the dependents in the same commit.", source: "2.2")
  /// See `explain`.
  public static let ownerMissing = ReasonCode(
    "owner-missing", "Work starts, or is in progress, on a milestone without an owner.",
    remedy: "Assign an owner.", source: "2.2")
  /// See `explain`.
  public static let reasonMissing = ReasonCode(
    "reason-missing", "The transition needs a reason, and the stamp has none.",
    remedy: "Say why in the commit's subject, or with move -m.", source: "2.2")
  /// See `explain`.
  public static let blockedReasonMissing = ReasonCode(
    "blocked-reason-missing", "A milestone is blocked and does not say why.",
    remedy: "Add \"blocked\": { \"reason\": … }.", source: "2.1")
  /// See `explain`.
  public static let criterionUnmet = ReasonCode(
    "criterion-unmet", "An exit criterion was removed in the same commit that needs it.",
    remedy: "Keep the criterion and meet it, or remove it earlier, in its own commit.", source: "2.2")
  /// See `explain`.
  public static let evidenceMissing = ReasonCode(
    "evidence-missing", "An exit criterion has no evidence and no waiver.",
    remedy: "Attach evidence to the criterion.", source: "2.2")
  /// See `explain`.
  public static let evidenceMismatch = ReasonCode(
    "evidence-mismatch", "Evidence names a file that is missing from this commit or has a different digest.",
    remedy: "Commit the file that the evidence names, or attach it again.", source: "2.2")
  /// See `explain`.
  public static let deliverableMissing = ReasonCode(
    "deliverable-missing", "A deliverable is not in the tree, or its own status is not done.",
    remedy: "Commit the deliverable and set its status.", source: "2.2")
  /// See `explain`.
  public static let pathEscape = ReasonCode(
    "path-escape", "A path leads out of the repository or into git's own folder.",
    remedy: "Write a path from the top of the repository, without . and .., separated by slashes.", source: "2.1")
  /// See `explain`.
  public static let frozenField = ReasonCode(
    "frozen-field",
    "The outcome, dependencies or exit criteria of a milestone in review or done have changed since they were reviewed. Such a change has to meet the guards of that state and give a reason.",
    remedy: "Reopen the milestone first, or meet the guards of its state in the same commit and give a reason.",
    source: "2.2"
  )

  private static let workflow = [
    illegalTransition, unmetDependency, doneDependent, ownerMissing, reasonMissing, blockedReasonMissing,
    criterionUnmet, evidenceMissing, evidenceMismatch, deliverableMissing, pathEscape, frozenField,
  ]
}

// MARK: - Birth and death

extension ReasonCode {
  /// See `explain`.
  public static let illegalBirth = ReasonCode(
    "illegal-birth", "A new milestone is in another state than the first pending one.",
    remedy: "Add it in that state, then move it through the workflow.", source: "2.2")
  /// See `explain`.
  public static let illegalDeletion = ReasonCode(
    "illegal-deletion",
    "A deleted milestone is not pending, or another one depends on it, or its id is not added to \"retired\".",
    remedy:
      "Move it back to pending, remove it from the dependencies of others, and add its id to \"retired\" in ssot/plan.json.",
    source: "2.2")
  /// See `explain`.
  public static let reusedID = ReasonCode(
    "reused-id", "A milestone has an id that was retired.",
    remedy: "Use an id that was never used before.", source: "2.2")
  /// See `explain`.
  public static let retiredShrunk = ReasonCode(
    "retired-shrunk", "An id was removed from the list of retired ids.",
    remedy: "Put it back; a retired id is never used again.", source: "2.2")
  /// See `explain`.
  public static let planIDChanged = ReasonCode(
    "plan-id-changed", "The plan's planId changed. It is set once, so that runs of two plans cannot be confused.",
    remedy: "Restore the planId of the commit before.", source: "2.2")

  /// See `explain`.
  public static let unrelatedPlans = ReasonCode(
    "unrelated-plans",
    "A merge joins histories of different plans, or one plan replaces another. The person who pushes must never choose which plan is checked.",
    remedy:
      "Rebase the younger line onto the older one. Where two people adopted at once, choose one plan: reset the other's baseline, and move its milestones over in commits of their own. To vendor another project, let the merge keep this project's plan and policy unchanged.",
    source: "2.2")
  /// See `explain`.
  public static let joinedPlans = ReasonCode(
    "joined-plans",
    "A merge brings in a line of history that has another plan, and leaves that plan out: a vendored project, a subtree.",
    remedy: "No action is needed.", source: "2.2")

  private static let life = [
    illegalBirth, illegalDeletion, reusedID, retiredShrunk, planIDChanged, unrelatedPlans, joinedPlans,
  ]
}

// MARK: - Authority

extension ReasonCode {
  /// See `explain`.
  public static let notAuthorized = ReasonCode(
    "not-authorized", "A rule of authorization needs a role that the actor does not have.",
    remedy: "Ask a holder of the role to make the change.", source: "2.4")
  /// See `explain`.
  public static let notApproved = ReasonCode(
    "not-approved", "A rule of authorization needs more approvals of this version of the milestone than there are.",
    remedy: "Ask holders of the role to approve it: readiness approve.", source: "2.4")
  /// See `explain`.
  public static let selfApproval = ReasonCode(
    "self-approval", "The person who sent the milestone to review also moves it on, which a rule excludes.",
    remedy: "Ask another holder of the role.", source: "2.4")
  /// See `explain`.
  public static let signatureMissing = ReasonCode(
    "signature-missing", "A rule of authorization needs the actor's signature, and the stamp has none.",
    remedy: "Set user.signingkey to an SSH key that ssot/policies/allowed_signers binds to you, and stamp again.",
    source: "2.4")
  /// See `explain`.
  public static let signatureInvalid = ReasonCode(
    "signature-invalid",
    "A signature does not match what it signs, or the signers of the first parent do not bind its key to that person.",
    remedy: "Sign with a key that ssot/policies/allowed_signers binds to you and that is not revoked.",
    source: "2.4")
  /// See `explain`.
  public static let secretDetected = ReasonCode(
    "secret-detected",
    "A file of the plan or policy, a name, a message or evidence contains text that looks like a password, a token or a private key. History keeps it for ever. Archives, compressed and encrypted files, base64 and commits that touch neither plan nor policy are not searched.",
    remedy:
      "Remove it, and change the secret if it was used anywhere; \"allow\" in ssot/policies/secrets.json lets a word through.",
    source: "5")
  /// See `explain`.
  public static let secretsNotSought = ReasonCode(
    "secrets-not-sought",
    "A file of evidence is packed or encrypted, or a message is longer than 256 KiB, so it is not searched for secrets.",
    remedy: "Check it yourself, or attach a plain file. This is a note; it changes no exit status.", source: "5")
  /// See `explain`.
  public static let policyChangeRefused = ReasonCode(
    "policy-change-refused", "Somebody without the authority to do so changed the policy.",
    remedy: "Ask a holder of the role to make the change in its own commit.", source: "2.4")
  /// See `explain`.
  public static let policyStrandsState = ReasonCode(
    "policy-strands-state", "Under the new policy the plan would be illegal.",
    remedy: "Change the plan so that both policies accept it, then change the policy.", source: "2.2")
  /// See `explain`.
  public static let policyUnreadable = ReasonCode(
    "policy-unreadable", "A policy file cannot be read, so no change can be checked by it.",
    remedy: "Fix the policy file at the named line; until then nothing else is accepted.", source: "2.2")
  /// See `explain`.
  public static let policyTooNew = ReasonCode(
    "policy-too-new", "A policy has a rule that this version does not know and would silently ignore.",
    remedy: "Use a version of readiness that knows the rule, or remove the rule.", source: "2")

  private static let authority = [
    notAuthorized, notApproved, selfApproval, signatureMissing, signatureInvalid, secretDetected, secretsNotSought,
    policyChangeRefused,
    policyStrandsState, policyUnreadable, policyTooNew,
  ]
}

// MARK: - Waives

extension ReasonCode {
  /// See `explain`.
  public static let waiveRefused = ReasonCode(
    "waive-refused",
    "A stamp makes an exception from a rule that allows none, or its actor may not, or it gives no reason, or it lasts longer than policy allows.",
    remedy:
      "Ask a holder of a role that \"bypass\" in ssot/policies/authorization.json names, or do what the rule asks.",
    source: "3")
  /// See `explain`.
  public static let waiveLapsed = ReasonCode(
    "waive-lapsed",
    "An exception from a rule ended on a day that is past, and what the rule asks for is still missing.",
    remedy: "Do what the rule asks, reopen the milestone, or make a new exception: readiness move --waive.",
    source: "3")
  private static let waives = [waiveRefused, waiveLapsed]
}

// MARK: - Entry points

extension ReasonCode {
  /// See `explain`.
  public static let undecidable = ReasonCode(
    "undecidable", "Part of the history is missing or unreadable, so it cannot be checked.",
    remedy: "Fetch the whole history, git fetch --unshallow, or only what is needed, readiness backfill.", source: "3")
  /// See `explain`.
  public static let damagedRepository = ReasonCode(
    "damaged-repository",
    "An object is missing, is not what its id says, or is held in several places with different content; or a file of ours under .git is not as this program writes it.",
    remedy:
      "git fsck --full names what is damaged. Fetch it again from a repository that you trust, then check again.",
    source: "3")
  /// See `explain`.
  public static let uncommittedChanges = ReasonCode(
    "uncommitted-changes",
    "The milestone's file has uncommitted changes; a move would mix with them or lose them.",
    remedy: "Commit them, or set them aside with git stash, then move again.", source: "4")
  /// See `explain`.
  public static let emptyMessage = ReasonCode(
    "empty-message", "The commit message contains only the stamp.",
    remedy: "Write a subject line.", source: "6")
  /// See `explain`.
  public static let textUnreadable = ReasonCode(
    "text-unreadable", "A text that the stamp needs cannot be decoded or contains control characters.",
    remedy: "Change the name, address or message to plain text in UTF-8.", source: "3")
  /// See `explain`.
  public static let tooManyChanges = ReasonCode(
    "too-many-changes", "One commit changes more milestones than can be checked at once.",
    remedy: "Split the change into several commits.", source: "2")
  /// See `explain`.
  public static let staleIndex = ReasonCode(
    "stale-index",
    "An older version of a milestone is staged, while its file equals HEAD's: a commit would revert a change by accident. A git commit that loses a race against a move leaves such an index.",
    remedy:
      "git restore --staged takes HEAD's version. To revert on purpose, change the file too and git add it.",
    source: "6")
  /// See `explain`.
  public static let refProtected = ReasonCode(
    "ref-protected",
    "A push would delete a protected ref, rewind it, or replace its history; or a history does not contain the anchor of its audit.",
    remedy: "Push forward only; ssot/policies/refs.json names the refs that are kept.", source: "2")
  /// See `explain`.
  public static let pathGuarded = ReasonCode(
    "path-guarded",
    "A commit changes a file that only holders of a role may change, or that a finished milestone freezes.",
    remedy:
      "Ask a holder of the role, or reopen the milestone first; ssot/policies/paths.json says which files and who.",
    source: "2.4")
  /// See `explain`.
  public static let emergencyPush = ReasonCode(
    "emergency-push", "An emergency override let a push past this server's gate, and nobody has closed it yet.",
    remedy: "Look at what came in, repair it, and close the entry: readiness bypass close.", source: "2.4")

  private static let entryPoints = [
    emergencyPush,
    pathGuarded, refProtected, undecidable, damagedRepository, uncommittedChanges, emptyMessage, textUnreadable,
    tooManyChanges,
    staleIndex,
  ]
}

// MARK: - Gates

extension ReasonCode {
  /// See `explain`.
  public static let gateCategory = ReasonCode(
    "gate-category", "A milestone that the gate covers has not reached the state that the gate requires.",
    remedy: "See what it still needs: readiness why-not.", source: "2.3")
  /// See `explain`.
  public static let gateRisk = ReasonCode(
    "gate-risk", "An open risk is more severe than the gate allows.",
    remedy: "Mitigate, accept or close the risk in the milestone's file, or change the gate's policy.",
    source: "2.3")
  /// See `explain`.
  public static let gateScope = ReasonCode(
    "gate-scope", "A gate covers no milestone, or names one that the plan does not have.",
    remedy: "Correct \"milestones\" of the gate in ssot/policies/gates.json.", source: "2.3")

  /// See `explain`.
  public static let gateOverdue = ReasonCode(
    "gate-overdue", "A milestone that the gate covers is past its target day and not done.",
    remedy: "Finish it, or move \"target\" in the milestone's file, which the history shows.", source: "2.3")

  private static let gateCodes = [gateCategory, gateRisk, gateScope, gateOverdue] + objectiveCodes
}
