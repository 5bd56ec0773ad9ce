/// The reason codes about stamps.
extension ReasonCode {
  /// See `explain`.
  public static let trailerMissing = ReasonCode(
    "trailer-missing", "A commit changes the plan or the policy and carries no stamp.",
    remedy:
      "Before it is published: readiness restamp. After that, readiness heal records it. The hooks stamp the next one: readiness install.",
    source: "3")
  /// See `explain`.
  public static let trailerMismatch = ReasonCode(
    "trailer-mismatch", "The stamp does not match what the commit changes, or is malformed.",
    remedy: "Before it is published, have it written again: readiness restamp. After that, readiness heal records it.",
    source: "3")
  /// See `explain`.
  public static let runMismatch = ReasonCode(
    "run-mismatch", "The run ID is not the digest of what the stamp says.",
    remedy: "Before it is published, have it written again: readiness restamp. After that, readiness heal records it.",
    source: "3")
  /// See `explain`.
  public static let replayedRun = ReasonCode(
    "replayed-run", "The same run occurs twice in the history of one commit.",
    remedy: "Let the hook stamp the commit again: git commit --amend.", source: "3")
  /// See `explain`.
  public static let policyMismatch = ReasonCode(
    "policy-mismatch",
    "The stamp was made under another policy than the one in force at this commit, for example before a rebase. The change was checked again by the policy in force.",
    remedy: "No action is needed if the change is accepted.", source: "3")
  /// See `explain`.
  public static let actorMismatch = ReasonCode(
    "actor-mismatch", "The stamp names another person than the commit's author.",
    remedy: "Let the author of the change commit it, or have the actor sign the run.", source: "3")
  /// See `explain`.
  public static let mergeUnresolved = ReasonCode(
    "merge-unresolved", "A merge decides between two different changes, and carries no stamp.",
    remedy: "Before it is published: readiness restamp. After that, readiness heal records it.", source: "3")
  /// See `explain`.
  public static let settledByPolicyChange = ReasonCode(
    "settled-by-policy-change",
    "A merge brings in a change that breaks a rule of one of its parents. Its stamp settles that, by a person who may change the policy of every parent.",
    remedy: "No action is needed; a reviewer should know.", source: "3")

  /// See `explain`.
  public static let clockAhead = ReasonCode(
    "clock-ahead",
    "A stamp or a commit is dated more than an hour ahead of the clock, or outside the years 1970 to 9999. As a warning: the stamp is more than an hour ahead of its commit.",
    remedy: "Set the clock and make the commit again: git commit --amend --no-edit.", source: "3")

  /// See `explain`.
  public static let policyUnknownFile = ReasonCode(
    "policy-unknown-file",
    "A file under ssot/policies/ has a name that no program knows, so it has no effect. It may be a misspelt policy.",
    remedy: "Correct the name, or move the file out of ssot/policies/.", source: "2")

  /// The codes that a correct stamp repairs: in the commit before publication, by a healing stamp afterwards (contract
  /// 3).
  public static let repairedByStamps: Set<ReasonCode> = [trailerMissing, trailerMismatch, runMismatch, mergeUnresolved]

  static let provenanceCodes = [
    trailerMissing, trailerMismatch, runMismatch, replayedRun, policyMismatch, actorMismatch, mergeUnresolved,
    settledByPolicyChange, clockAhead, policyUnknownFile,
  ]
}
