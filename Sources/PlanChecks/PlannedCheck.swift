public import PlanModel
public import Profiles
import StrictJSON

/// One criterion's check, with the profile that it runs under.
public struct PlannedCheck: Sendable {
  /// The milestone.
  public let milestone: MilestoneID
  /// The criterion's id.
  public let criterion: String
  /// What shows it.
  public let definition: CheckDefinition
  /// The profile as the files have it, which is what is trusted; nil where no command runs.
  public let plain: RuntimeProfile?
  /// The profile as it is used, with flags and environment; nil where no command runs.
  public let profile: RuntimeProfile?

  /// Plans a check.
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

  /// `M-04/replay`.
  public var name: String { "\(milestone)/\(criterion)" }

  /// What a person trusts: the definition, and the profile as the files have it. Either one changed is another thing.
  public var trustDigest: Digest {
    let json: JSONValue = ["check": definition.json, "profile": plain?.json ?? nil]
    return Digest(of: json.canonicalBytes)
  }

  /// True where something of the repository's choosing is run: a command, or git on another repository.
  public var needsTrust: Bool {
    switch definition.kind {
    case .command, .milestone: true
    case .file, .schema, .approval, .junit, .sarif, .slo: false
    }
  }
}

/// How a check came out.
public struct CheckResult: Sendable {
  /// The short of it.
  public enum Outcome: String, Sendable {
    /// It shows its criterion.
    case passed
    /// It does not.
    case failed
    /// It was not run, because something that comes first failed.
    case skipped
    /// Nobody has trusted its definition.
    case untrusted
  }

  /// The check.
  public let check: PlannedCheck
  /// The short of it.
  public let outcome: Outcome
  /// Why, in a sentence; empty where it passed.
  public let message: String
  /// What it leaves in the plan: a record, or for approvals the entry that asks for them, which is there before they are.
  public let evidence: Evidence?
  /// What it printed, at most so much as is bounded; both streams.
  public let output: [UInt8]
  /// Remarks: what it left behind, that it was not confined.
  public let notes: [String]
  /// The exit status of a command that ended by itself without showing its criterion; nil for any other.
  let exitCode: Int?
  /// True if nothing is known, because the command could not be run to its end.
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
