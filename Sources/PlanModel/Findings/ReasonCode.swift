/// A stable name of a reason, with what it means and what to do (contract, section 5).
///
/// Codes are never renamed and never reused. `explain` and `doc/reason-codes.md` are made from this one list.
public struct ReasonCode: Hashable, Sendable, CustomStringConvertible {
  /// Lower-case words with hyphens.
  public let id: String
  /// What it means, in a sentence or two.
  public let meaning: String
  /// What to do next, in general; a finding's own hint is more exact.
  public let remedy: String
  /// Where the rule stands.
  public let source: String

  init(_ id: String, _ meaning: String, remedy: String, source: String) {
    self.id = id
    self.meaning = meaning
    self.remedy = remedy
    self.source = source
  }

  /// The id.
  public var description: String { id }
  /// By id.
  public static func == (a: ReasonCode, b: ReasonCode) -> Bool { a.id == b.id }
  /// By id.
  public func hash(into hasher: inout Hasher) { hasher.combine(id) }

  /// The code of that id.
  public static func named(_ id: String) -> ReasonCode? { all.first { $0.id == id } }

  /// Every code, by the part of the plan that it speaks of.
  public static let all: [ReasonCode] =
    files + graph + workflow + life + provenanceCodes + authority + waives + entryPoints + gateCodes
}

// MARK: - Files

extension ReasonCode {
  /// See `explain`.
  public static let malformedJSON = ReasonCode(
    "malformed-json",
    "The file is not the JSON that the plan is written in: UTF-8 without byte order mark, nested at most 32 levels, numbers that every program reads alike.",
    remedy: "Mend the text at the line that is named; an editor that knows JSON shows the place.", source: "2.1")
  /// See `explain`.
  public static let duplicateKey = ReasonCode(
    "duplicate-key",
    "One object holds the same key twice. Programs disagree which of the two counts, so neither does.",
    remedy: "Delete one of the two.", source: "2.1")
  /// See `explain`.
  public static let schemaViolation = ReasonCode(
    "schema-violation",
    "The JSON is sound but not of the form that a milestone, the plan or a policy has, by the built-in schema or by the repository's own.",
    remedy: "Change the property that is named; the files in ssot/schemas/ say what is legal.", source: "2.1")
  /// See `explain`.
  public static let unknownStatus = ReasonCode(
    "unknown-status", "The status is no state of the workflow.",
    remedy: "Write one of the states in ssot/policies/workflow.json, to the letter.", source: "2.2")
  /// See `explain`.
  public static let idMismatch = ReasonCode(
    "id-mismatch", "A milestone's id and the name of its file differ.",
    remedy: "Give both the same name.", source: "2.2")
  /// See `explain`.
  public static let caseCollision = ReasonCode(
    "case-collision", "Two milestone files differ only by case; some file systems hold only one of them.",
    remedy: "Rename one of the two.", source: "2.2")
  /// See `explain`.
  public static let malformedTree = ReasonCode(
    "malformed-tree",
    "A folder of the commit holds a name twice, is out of order, or holds what is no name. Git writes no such folder, and programs disagree about what it says.",
    remedy: "Make the commit anew with git; git fsck shows what else is damaged, and receive.fsckObjects keeps it out.",
    source: "2.1")
  /// See `explain`.
  public static let notARegularFile = ReasonCode(
    "not-a-regular-file",
    "Something stands in the place of a file of the plan that is a link, a submodule or a folder.",
    remedy: "Put a regular file there.", source: "2.2")
  /// See `explain`.
  public static let fileTooLarge = ReasonCode(
    "file-too-large", "A file of the plan has more than 256 KiB.",
    remedy: "Move what is large into a file of its own and name it as evidence or as a deliverable.", source: "2.1")

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
    remedy: "Name a milestone that exists, or take the reference away.", source: "2.2")
  /// See `explain`.
  public static let dependencyCycle = ReasonCode(
    "dependency-cycle", "Milestones depend on each other in a circle, so none of them can ever start.",
    remedy: "Take one of the dependencies of the circle away.", source: "2.2")
  /// See `explain`.
  public static let matrixMismatch = ReasonCode(
    "matrix-mismatch", "In a tracker document, a cell of the dependency matrix disagrees with the Depends On column.",
    remedy: "Make the two say the same, then import again.", source: "4")

  private static let graph = [danglingDependency, dependencyCycle, matrixMismatch]
}

// MARK: - Workflow

extension ReasonCode {
  /// See `explain`.
  public static let illegalTransition = ReasonCode(
    "illegal-transition", "The workflow has no edge from the old state to the new one.",
    remedy: "Take the steps that the workflow has, one commit each.", source: "2.2")
  /// See `explain`.
  public static let unmetDependency = ReasonCode(
    "unmet-dependency",
    "A milestone moves on, or is done, while one that it depends on is not done. A dependency that the same commit takes away still counts.",
    remedy: "Finish the dependency first.", source: "2.2")
  /// See `explain`.
  public static let doneDependent = ReasonCode(
    "done-dependent", "A finished milestone is reopened while one that depends on it is in review or done.",
    remedy: "Reopen the dependents in the same commit.", source: "2.2")
  /// See `explain`.
  public static let ownerMissing = ReasonCode(
    "owner-missing", "Work starts, or is under way, on a milestone that nobody owns.",
    remedy: "Put a name in the place of TBD.", source: "2.2")
  /// See `explain`.
  public static let reasonMissing = ReasonCode(
    "reason-missing", "The transition asks for a reason and the stamp has none.",
    remedy: "Say why in the commit's subject, or with move -m.", source: "2.2")
  /// See `explain`.
  public static let blockedReasonMissing = ReasonCode(
    "blocked-reason-missing", "A milestone is blocked and does not say by what.",
    remedy: "Add \"blocked\": { \"reason\": … }.", source: "2.1")
  /// See `explain`.
  public static let criterionUnmet = ReasonCode(
    "criterion-unmet", "An exit criterion was taken away in the very commit that needs it.",
    remedy: "Keep the criterion and meet it, or take it away in a commit of its own before.", source: "2.2")
  /// See `explain`.
  public static let evidenceMissing = ReasonCode(
    "evidence-missing", "An exit criterion has no evidence and no waiver.",
    remedy: "Attach evidence to the criterion.", source: "2.2")
  /// See `explain`.
  public static let evidenceMismatch = ReasonCode(
    "evidence-mismatch", "Evidence names a file that is not there in this commit, or whose bytes have another digest.",
    remedy: "Commit the file that the evidence names, or write its present digest.", source: "2.2")
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
    "What was reviewed has changed: outcome, dependencies or exit criteria of a milestone that is in review or done. Such a change has to hold what entering that state asks, and give a reason.",
    remedy: "Reopen the milestone first, or make the change hold what its state asks for, with a reason.", source: "2.2"
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
    "illegal-birth", "A milestone is born in a state other than the first pending one.",
    remedy: "Let it begin there and move it by the workflow's edges.", source: "2.2")
  /// See `explain`.
  public static let illegalDeletion = ReasonCode(
    "illegal-deletion",
    "A milestone is deleted that is not pending, that another one depends on, or whose id is not added to retired.",
    remedy: "Move it back to pending, free its dependents, and add its id to \"retired\" in ssot/plan.json.",
    source: "2.2")
  /// See `explain`.
  public static let reusedID = ReasonCode(
    "reused-id", "A milestone carries an id that was retired.",
    remedy: "Take an id that was never used.", source: "2.2")
  /// See `explain`.
  public static let retiredShrunk = ReasonCode(
    "retired-shrunk", "An id was taken out of the list of retired ids.",
    remedy: "Put it back; ids are never born again.", source: "2.2")
  /// See `explain`.
  public static let planIDChanged = ReasonCode(
    "plan-id-changed", "The plan's planId changed. It is set once, so that runs of two plans cannot be confused.",
    remedy: "Restore the planId of the commit before.", source: "2.2")

  /// See `explain`.
  public static let unrelatedPlans = ReasonCode(
    "unrelated-plans",
    "Lines of history that are about different plans meet, or one takes the place of another. Which plan is judged must never be a choice of who pushes.",
    remedy:
      "Rebase the younger line onto the older one. Where two people adopted at once, choose one plan: reset the other's baseline, and move its milestones over in commits of their own. To vendor another project, let the merge keep this project's plan and policy unchanged.",
    source: "2.2")
  /// See `explain`.
  public static let joinedPlans = ReasonCode(
    "joined-plans",
    "A merge brings in a line of history that has another plan, and leaves that plan out: a vendored project, a subtree.",
    remedy: "Nothing is to be done.", source: "2.2")

  private static let life = [
    illegalBirth, illegalDeletion, reusedID, retiredShrunk, planIDChanged, unrelatedPlans, joinedPlans,
  ]
}

// MARK: - Authority

extension ReasonCode {
  /// See `explain`.
  public static let notAuthorized = ReasonCode(
    "not-authorized", "A rule of authorization asks for a role that the actor does not hold.",
    remedy: "Ask a holder of the role to make the change.", source: "2.4")
  /// See `explain`.
  public static let notApproved = ReasonCode(
    "not-approved", "A rule of authorization asks for more approvals of what the milestone says than there are.",
    remedy: "Ask holders of the role to approve it: readiness approve.", source: "2.4")
  /// See `explain`.
  public static let selfApproval = ReasonCode(
    "self-approval", "Whoever sent the milestone to review would also take it further, which a rule excludes.",
    remedy: "Ask another holder of the role.", source: "2.4")
  /// See `explain`.
  public static let signatureMissing = ReasonCode(
    "signature-missing", "A rule of authorization asks for a signature of the actor, and the stamp has none.",
    remedy: "Set user.signingkey to an SSH key that ssot/policies/allowed_signers binds to you, and stamp anew.",
    source: "2.4")
  /// See `explain`.
  public static let signatureInvalid = ReasonCode(
    "signature-invalid",
    "A signature is not of what it stands beside, or its key is not the person's by the signers of the first parent.",
    remedy: "Sign with a key that ssot/policies/allowed_signers binds to the person, and that is not revoked.",
    source: "2.4")
  /// See `explain`.
  public static let secretDetected = ReasonCode(
    "secret-detected",
    "A file of plan or policy, a name, a message or evidence holds what looks like a password, a token or a private key. History keeps it for ever. Archives, compressed and encrypted files, base64 and commits that touch neither plan nor policy are not searched.",
    remedy:
      "Take it out, and change the secret if it has been anywhere else; \"allow\" in ssot/policies/secrets.json lets a word through.",
    source: "5")
  /// See `explain`.
  public static let secretsNotSought = ReasonCode(
    "secrets-not-sought",
    "A file of evidence is packed or encrypted, or a message is longer than 256 KiB, so it is not searched for secrets.",
    remedy: "Look into it yourself, or attach a plain file. It is a note, which no exit code counts.", source: "5")
  /// See `explain`.
  public static let policyChangeRefused = ReasonCode(
    "policy-change-refused", "The policy was changed by somebody who may not.",
    remedy: "Ask a holder of the role to make the change, in a commit of its own.", source: "2.4")
  /// See `explain`.
  public static let policyStrandsState = ReasonCode(
    "policy-strands-state", "Under the new policy the plan would hold something that is illegal.",
    remedy: "Bring the plan to where both policies accept it, then change the policy.", source: "2.2")
  /// See `explain`.
  public static let policyUnreadable = ReasonCode(
    "policy-unreadable", "A policy file cannot be read, so it cannot judge.",
    remedy: "Mend the policy file at the line that is named; until then only that is legal.", source: "2.2")
  /// See `explain`.
  public static let policyTooNew = ReasonCode(
    "policy-too-new", "A policy asks for something that this version does not know, and would silently not apply.",
    remedy: "Use a version of readiness that knows it, or take the rule out.", source: "2")

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
    "A stamp lets a rule go that cannot be let go, or its actor may not, or it gives no reason, or it reaches further than policy allows.",
    remedy:
      "Ask a holder of a role that \"bypass\" in ssot/policies/authorization.json names, or do what the rule asks.",
    source: "3")
  /// See `explain`.
  public static let waiveLapsed = ReasonCode(
    "waive-lapsed", "A rule was let go until a day that is past, and what it asks for is still not there.",
    remedy: "Do what the rule asks, reopen the milestone, or have the rule let go anew: readiness move --waive.",
    source: "3")
  private static let waives = [waiveRefused, waiveLapsed]
}

// MARK: - Entry points

extension ReasonCode {
  /// See `explain`.
  public static let undecidable = ReasonCode(
    "undecidable", "History is not all there, or cannot be read, so nothing can be said about it.",
    remedy: "Fetch the whole history, git fetch --unshallow, or what is read of it, readiness backfill.", source: "3")
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
    "The milestone's own file has changes that are not committed; a move would mix with them or lose them.",
    remedy: "Commit them, or put them aside with git stash, then move again.", source: "4")
  /// See `explain`.
  public static let emptyMessage = ReasonCode(
    "empty-message", "The commit message holds nothing but the stamp.",
    remedy: "Write a subject line.", source: "6")
  /// See `explain`.
  public static let textUnreadable = ReasonCode(
    "text-unreadable", "A text that the stamp has to carry cannot be decoded or holds control characters.",
    remedy: "Change the name, address or message to plain text in UTF-8.", source: "3")
  /// See `explain`.
  public static let tooManyChanges = ReasonCode(
    "too-many-changes", "One commit changes more milestones than the judge takes at once.",
    remedy: "Divide the change among several commits.", source: "2")
  /// See `explain`.
  public static let staleIndex = ReasonCode(
    "stale-index",
    "An older version of a milestone is staged, while its file is as HEAD has it: a commit would take back what nobody changed. A git commit that loses a race against a move leaves such an index.",
    remedy:
      "git restore --staged takes HEAD's version; to go back on purpose, let the file say so too, and git add it.",
    source: "6")
  /// See `explain`.
  public static let refProtected = ReasonCode(
    "ref-protected", "A push would delete a protected ref, set it back, or replace what history says.",
    remedy: "Push forward only; ssot/policies/refs.json names the refs that are kept.", source: "2")
  /// See `explain`.
  public static let pathGuarded = ReasonCode(
    "path-guarded",
    "A commit changes a file that only holders of a role may change, or that a milestone freezes that is done.",
    remedy:
      "Ask a holder of the role, or reopen the milestone first; ssot/policies/paths.json says which files and who.",
    source: "2.4")
  /// See `explain`.
  public static let emergencyPush = ReasonCode(
    "emergency-push", "A push was let past the gate of this server in an emergency, and nobody has closed that yet.",
    remedy: "Look at what came in, mend it, and close the entry: readiness bypass close.", source: "2.4")

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
    "gate-category", "A milestone that a gate covers is not as far as the gate asks.",
    remedy: "See what it still needs: readiness why-not.", source: "2.3")
  /// See `explain`.
  public static let gateRisk = ReasonCode(
    "gate-risk", "An open risk is higher than the gate bears.",
    remedy: "Mitigate, accept or close the risk in the milestone's file, or have the gate's policy changed.",
    source: "2.3")
  /// See `explain`.
  public static let gateScope = ReasonCode(
    "gate-scope", "A gate covers no milestone, or names one that the plan does not have.",
    remedy: "Correct \"milestones\" of the gate in ssot/policies/gates.json.", source: "2.3")

  private static let gateCodes = [gateCategory, gateRisk, gateScope] + objectiveCodes
}
