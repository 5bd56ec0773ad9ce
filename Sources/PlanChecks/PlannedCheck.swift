public import PlanModel
public import Profiles
import StrictJSON

/// The check of one criterion, with its profile.
public struct PlannedCheck: Sendable {
  /// The milestone.
  public let milestone: MilestoneID
  /// The criterion's id.
  public let criterion: String
  /// The definition of the check.
  public let definition: CheckDefinition
  /// The profile from the files, which is the trusted one; nil without a command.
  public let plain: RuntimeProfile?
  /// The profile in effect, with flags and environment; nil without a command.
  public let profile: RuntimeProfile?

  /// Creates a planned check.
  public init(
    milestone: MilestoneID, criterion: String, definition: CheckDefinition, plain: RuntimeProfile?,
    profile: RuntimeProfile?
  ) {
    self.milestone = milestone
    self.criterion = criterion
    self.definition = definition
    self.plain = plain
    self.profile = profile
  }

  /// The name, such as `M-04/replay`.
  public var name: String { "\(milestone)/\(criterion)" }

  /// The digest that a person trusts: of the definition, and of the profile from the files. A change of either needs
  /// new trust.
  public var trustDigest: Digest { TrustStore.digest(of: definition.json, kind: "check", under: plain) }

  /// True if the check runs code that the repository chooses: a command, or git on another repository.
  public var needsTrust: Bool {
    switch definition.kind {
    case .command, .milestone: true
    case .file, .schema, .approval, .junit, .sarif, .slo: false
    }
  }
}

/// The result of a check.
public struct CheckResult: Sendable {
  /// The outcome of a check.
  public enum Outcome: String, Sendable {
    /// The criterion is met.
    case passed
    /// The criterion is not met.
    case failed
    /// It was not run, because a check that precedes it failed.
    case skipped
    /// Nobody has trusted its definition.
    case untrusted
  }

  /// The check.
  public let check: PlannedCheck
  /// The outcome.
  public let outcome: Outcome
  /// The reason, in a sentence; empty if it passed.
  public let message: String
  /// The evidence for the plan: a record, or the entry that requests approvals, which precedes them.
  public let evidence: Evidence?
  /// The output of both streams, up to the bound.
  public let output: [UInt8]
  /// Remarks, such as processes left behind or missing confinement.
  public let notes: [String]
  /// The exit status of a command that exited without meeting its criterion; nil for any other.
  let exitCode: Int?
  /// True if the result is unknown, because the command did not run to its end.
  let isUnfinished: Bool

  init(
    _ check: PlannedCheck, _ outcome: Outcome, _ message: String = "", evidence: Evidence? = nil,
    output: [UInt8] = [], notes: [String] = [], exitCode: Int? = nil, isUnfinished: Bool = false
  ) {
    self.check = check
    self.outcome = outcome
    self.message = message
    self.evidence = evidence
    self.output = output
    self.notes = notes
    self.exitCode = exitCode
    self.isUnfinished = isUnfinished
  }
}
