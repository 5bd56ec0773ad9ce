/// The facts of one repository that become metrics. Moments are in seconds since 1970.
public struct RepositoryFacts: Sendable {
  /// A moment that is about a milestone.
  public struct Dated: Sendable, Equatable {
    /// The milestone's id; empty for an objective.
    public let milestone: String
    /// The moment.
    public let at: Int64

    /// Makes one.
    public init(milestone: String, at: Int64) { (self.milestone, self.at) = (milestone, at) }
  }

  /// The answer of one gate.
  public struct Gate: Sendable, Equatable {
    /// Its name.
    public let name: String
    /// `go`, `no-go` or `inconclusive`.
    public let answer: String

    /// Makes one.
    public init(name: String, answer: String) { (self.name, self.answer) = (name, answer) }
  }

  /// What the capture of one objective says.
  public struct Objective: Sendable, Equatable {
    /// Its name.
    public let name: String
    /// The share of the error budget that is left; nil where nobody can tell.
    public let budgetLeft: Double?
    /// When it was captured; nil where it never was.
    public let capturedAt: Int64?

    /// Makes one.
    public init(name: String, budgetLeft: Double?, capturedAt: Int64?) {
      (self.name, self.budgetLeft, self.capturedAt) = (name, budgetLeft, capturedAt)
    }
  }

  /// How far a sink has been told.
  public struct Sink: Sendable, Equatable {
    /// Its name.
    public let name: String
    /// Runs that it did not take.
    public let deadLetters: Int
    /// Runs that were not tried yet; nil where the policy no longer names the sink.
    public let behind: Int?

    /// Makes one.
    public init(name: String, deadLetters: Int, behind: Int?) {
      (self.name, self.deadLetters, self.behind) = (name, deadLetters, behind)
    }
  }

  /// What the newest audit of all of history found, by severity.
  public struct Audit: Sendable, Equatable {
    /// Findings of each severity.
    public let errors: Int, warnings: Int, notes: Int

    /// Makes one.
    public init(errors: Int, warnings: Int, notes: Int) {
      (self.errors, self.warnings, self.notes) = (errors, warnings, notes)
    }
  }

  /// The record at the tip of a stage's branch.
  public struct Promotion: Sendable, Equatable {
    /// The stage.
    public let stage: String
    /// Its phase.
    public let phase: String
    /// When it came to that phase.
    public let at: Int64
    /// By when it has to be over; nil where it is.
    public let deadline: Int64?

    /// Makes one.
    public init(stage: String, phase: String, at: Int64, deadline: Int64?) {
      (self.stage, self.phase, self.at, self.deadline) = (stage, phase, at, deadline)
    }
  }

  /// The plan's id; empty where it cannot be read.
  public var plan = ""
  /// The number of milestones by category, in the order of the categories.
  public var milestones: [(category: String, count: Int)] = []
  /// The gates, by name.
  public var gates: [Gate] = []
  /// Since when milestones are suspect.
  public var suspectSince: [Dated] = []
  /// When the first evidence of a milestone lapses.
  public var evidenceEnds: [Dated] = []
  /// When the first waiver or exception of a milestone ends.
  public var waiverEnds: [Dated] = []
  /// The objectives, by name.
  public var objectives: [Objective] = []
  /// The sinks, by name.
  public var sinks: [Sink] = []
  /// The newest whole audit; nil where there was none.
  public var audit: Audit?
  /// The stages, by name.
  public var promotions: [Promotion] = []
  /// When HEAD was committed.
  public var headAt: Int64 = 0

  /// No facts.
  public init() {}
}
