import StrictJSON
/// Says whether evidence came out the same when it was recomputed (`doc/reproducibility.md`).
public struct Reproduction: Sendable {
  /// The verdict on an entry, from the best to the worst.
  public enum Verdict: String, Sendable {
    /// Every recorded value is the same.
    case identical
    /// What the check expects holds, and it declares that the rest may differ.
    case equivalent
    /// It could not be recomputed.
    case unrepeatable
    /// Something else came out.
    case different
  }

  /// A recorded value and the one that came out now, as texts; empty if there is none.
  public struct Value: Sendable {
    /// Its name, such as `output`.
    public let name: String
    /// As it was recorded.
    public let recorded: String
    /// As it is now.
    public let now: String

    /// Makes a value.
    public init(_ name: String, recorded: String, now: String) {
      (self.name, self.recorded, self.now) = (name, recorded, now)
    }

    /// True if both are the same.
    public var isSame: Bool { recorded.isExactly(now) }
  }

  /// One entry of evidence.
  public struct Entry: Sendable {
    /// The milestone.
    public let milestone: MilestoneID
    /// The criterion's id.
    public let criterion: String
    /// The kind of evidence.
    public let kind: String
    /// The verdict.
    public let verdict: Verdict
    /// Why, in a sentence; empty if it is identical.
    public let reason: String
    /// The values that were compared.
    public let values: [Value]
    /// Programs whose files are others than those that were recorded: a likely cause of a difference.
    public let tools: [String]
    /// The difference of the outputs, at most 200 lines, secrets taken out; nil if the recorded output was not kept.
    public let diff: [String]?

    /// Makes an entry.
    public init(
      milestone: MilestoneID, criterion: String, kind: String, verdict: Verdict, reason: String = "",
      values: [Value] = [], tools: [String] = [], diff: [String]? = nil
    ) {
      (self.milestone, self.criterion, self.kind, self.verdict) = (milestone, criterion, kind, verdict)
      (self.reason, self.values, self.tools, self.diff) = (reason, values, tools, diff)
    }
  }

  /// The run ID that was asked about; nil for a milestone.
  public let run: String?
  /// What was found wrong in the history of what was asked about, a sentence each.
  public let faults: [String]
  /// The entries.
  public let entries: [Entry]

  /// Makes a report.
  public init(run: String?, faults: [String], entries: [Entry]) {
    (self.run, self.faults, self.entries) = (run, faults, entries)
  }

  /// The worst of all: different before unrepeatable before equivalent.
  public var verdict: Verdict {
    if !faults.isEmpty { return .different }
    for verdict in [Verdict.different, .unrepeatable, .equivalent]
    where entries.contains(where: { $0.verdict == verdict }) {
      return verdict
    }
    return .identical
  }
}
