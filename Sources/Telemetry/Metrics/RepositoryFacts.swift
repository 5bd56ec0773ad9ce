/// The facts of one repository for metrics. Times are in seconds since 1970.
public struct RepositoryFacts: Sendable {
  /// A time that concerns a milestone.
  public struct Dated: Sendable, Equatable {
    /// The milestone's id; empty for an objective.
    public let milestone: String
    /// The time.
    public let at: Int64

    /// Creates a dated fact.
    public init(milestone: String, at: Int64) { (self.milestone, self.at) = (milestone, at) }
  }

  /// The verdict of one gate.
  public struct Gate: Sendable, Equatable {
    /// The name.
    public let name: String
    /// `go`, `no-go` or `inconclusive`.
    public let answer: String

    /// Creates a fact about a gate.
    public init(name: String, answer: String) { (self.name, self.answer) = (name, answer) }
  }

  /// The facts of one objective's capture.
  public struct Objective: Sendable, Equatable {
    /// The name.
    public let name: String
    /// The remaining share of the error budget; nil if it is unknown.
    public let budgetLeft: Double?
    /// The time of the capture; nil if there is none.
    public let capturedAt: Int64?

    /// Creates a fact about an objective.
    public init(name: String, budgetLeft: Double?, capturedAt: Int64?) {
      (self.name, self.budgetLeft, self.capturedAt) = (name, budgetLeft, capturedAt)
    }
  }

  /// The delivery state of a sink.
  public struct Sink: Sendable, Equatable {
    /// The name.
    public let name: String
    /// The number of rejected runs.
    public let deadLetters: Int
    /// The number of runs not yet tried; nil if the policy no longer names the sink.
    public let behind: Int?

    /// Creates a fact about a sink.
    public init(name: String, deadLetters: Int, behind: Int?) {
      (self.name, self.deadLetters, self.behind) = (name, deadLetters, behind)
    }
  }

  /// The number of findings of the newest whole audit, by severity.
  public struct Audit: Sendable, Equatable {
    /// The number of findings of each severity.
    public let errors: Int, warnings: Int, notes: Int

    /// Creates a fact about an audit.
    public init(errors: Int, warnings: Int, notes: Int) {
      (self.errors, self.warnings, self.notes) = (errors, warnings, notes)
    }
  }

  /// The record at the tip of a stage's branch.
  public struct Promotion: Sendable, Equatable {
    /// The stage.
    public let stage: String
    /// The phase.
    public let phase: String
    /// The start of the phase.
    public let at: Int64
    /// The deadline; nil if the promotion has ended.
    public let deadline: Int64?

    /// Creates a fact about a promotion.
    public init(stage: String, phase: String, at: Int64, deadline: Int64?) {
      (self.stage, self.phase, self.at, self.deadline) = (stage, phase, at, deadline)
    }
  }

  /// The plan's id; empty if it cannot be read.
  public var plan = ""
  /// The number of milestones by category, in the order of the categories.
  public var milestones: [(category: String, count: Int)] = []
  /// The gates, by name.
  public var gates: [Gate] = []
  /// The times since which milestones are suspect.
  public var suspectSince: [Dated] = []
  /// The times at which the first evidence of each milestone lapses.
  public var evidenceEnds: [Dated] = []
  /// The times at which the first waiver or exception of each milestone ends.
  public var waiverEnds: [Dated] = []
  /// The objectives, by name.
  public var objectives: [Objective] = []
  /// The sinks, by name.
  public var sinks: [Sink] = []
  /// The newest whole audit; nil if there is none.
  public var audit: Audit?
  /// The stages, by name.
  public var promotions: [Promotion] = []
  /// The commit time of HEAD.
  public var headAt: Int64 = 0

  /// Creates empty facts.
  public init() {}
}
