import StrictJSON
/// A report on whether recomputed evidence equals the recorded evidence (`doc/reproducibility.md`).
public struct Reproduction: Sendable {
  /// The verdict on an entry, from the best to the worst.
  public enum Verdict: String, Sendable {
    /// Every recorded value is identical.
    case identical
    /// The check's expectations are met, and the check declares that other values may differ.
    case equivalent
    /// The evidence could not be recomputed.
    case unrepeatable
    /// A value differs.
    case different
  }

  /// A recorded value and the recomputed one, as texts; empty if missing.
  public struct Value: Sendable {
    /// Its name, such as `output`.
    public let name: String
    /// The recorded value.
    public let recorded: String
    /// The recomputed value.
    public let now: String

    /// Creates a value.
    public init(_ name: String, recorded: String, now: String) {
      (self.name, self.recorded, self.now) = (name, recorded, now)
    }

    /// True if the two are identical.
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
    /// The reason for the verdict, as a sentence; empty if identical.
    public let reason: String
    /// The compared values.
    public let values: [Value]
    /// The programs whose files differ from the recorded ones, a likely cause of a difference.
    public let tools: [String]
    /// The diff of the outputs without secrets, at most 200 lines; nil if the recorded output was not stored.
    public let diff: [String]?

    /// Creates an entry.
    public init(
      milestone: MilestoneID, criterion: String, kind: String, verdict: Verdict, reason: String = "",
      values: [Value] = [], tools: [String] = [], diff: [String]? = nil
    ) {
      (self.milestone, self.criterion, self.kind, self.verdict) = (milestone, criterion, kind, verdict)
      (self.reason, self.values, self.tools, self.diff) = (reason, values, tools, diff)
    }
  }

  /// The requested run ID; nil for a milestone.
  public let run: String?
  /// The faults found in the history, one sentence each.
  public let faults: [String]
  /// The entries.
  public let entries: [Entry]

  /// Creates a report.
  public init(run: String?, faults: [String], entries: [Entry]) {
    (self.run, self.faults, self.entries) = (run, faults, entries)
  }

  /// The worst verdict of all: different before unrepeatable before equivalent.
  public var verdict: Verdict {
    if !faults.isEmpty { return .different }
    for verdict in [Verdict.different, .unrepeatable, .equivalent]
    where entries.contains(where: { $0.verdict == verdict }) {
      return verdict
    }
    return .identical
  }
}
