public import GitObjects

/// The origin of milestones: their runs, the policy of each run, their evidence and their dependencies.
public struct Lineage: Sendable {
  /// A run, with the results of recomputing it.
  public struct Step: Sendable {
    /// The run ID that the stamp claims; nil if the change has no stamp.
    public let id: Digest?
    /// The commit of the run; the first one if there are several.
    public let commit: ObjectID
    /// The run from the stamp; from the trees if there is no stamp.
    public let run: Run
    /// The `planId` of that commit; nil if it has none.
    public let plan: String?
    /// The codes of the judge's errors, sorted; empty if the run was accepted.
    public let codes: [String]
    /// The check records that the run added, by the criterion's name, such as `M-04/replay`.
    public let checks: [(name: String, record: CheckRecord)]

    /// Creates a step.
    public init(
      id: Digest?, commit: ObjectID, run: Run, plan: String?, codes: [String],
      checks: [(name: String, record: CheckRecord)]
    ) {
      (self.id, self.commit, self.run, self.plan) = (id, commit, run, plan)
      (self.codes, self.checks) = (codes, checks)
    }

    /// The fingerprint of the signing key, as `ssh-keygen -l` prints it; nil if the run is not signed.
    public var signer: String? { run.signature.flatMap(Self.fingerprint) }

    /// Returns the fingerprint of the public key in an SSH signature (OpenSSH's PROTOCOL.sshsig): magic, version, key.
    private static func fingerprint(_ signature: String) -> String? {
      guard let bytes = Base64.decode(signature), bytes.count > 14, bytes.starts(with: Array("SSHSIG".utf8)) else {
        return nil
      }
      let length = bytes[10..<14].reduce(0) { $0 << 8 | Int($1) }
      guard length <= bytes.count - 14 else { return nil }
      let digest = Digest(of: Array(bytes[14..<(14 + length)])).bytes
      return "SHA256:" + Base64.encode(digest).prefix { $0 != "=" }
    }
  }

  /// The comparison of an entry of evidence with the requested tree.
  public enum Match: Sendable, Equatable {
    /// Every recorded digest equals that of the tree.
    case same
    /// The entry no longer matches: paths, or the criterion with a reason.
    case changed([String])
    /// The entry is a person's statement, which cannot be recomputed.
    case word
  }

  /// An entry of a milestone's evidence.
  public struct Entry: Sendable {
    /// The criterion's id.
    public let criterion: String
    /// The entry.
    public let evidence: Evidence
    /// The index in `steps` of the run that added the entry; nil if none did.
    public let bringer: Int?
    /// The comparison with the tree.
    public let match: Match

    /// Creates an entry.
    public init(criterion: String, evidence: Evidence, bringer: Int?, match: Match) {
      (self.criterion, self.evidence, self.bringer, self.match) = (criterion, evidence, bringer, match)
    }
  }

  /// A milestone and its origin.
  public struct Node: Sendable {
    /// The milestone.
    public let id: MilestoneID
    /// Its workstream, by which people know it.
    public let title: String
    /// Its status.
    public let status: String
    /// The digest of its file; nil if that is not a regular file.
    public let file: Digest?
    /// The indices in `steps` of the runs that change it, oldest first.
    public let steps: [Int]
    /// Its evidence, by criterion.
    public let evidence: [Entry]
    /// The waived criteria, each with its last day.
    public let waived: [(criterion: String, until: String)]
    /// The milestones that it depends on.
    public let dependsOn: [MilestoneID]

    /// Creates a node.
    public init(
      id: MilestoneID, title: String, status: String, file: Digest?, steps: [Int], evidence: [Entry],
      waived: [(criterion: String, until: String)], dependsOn: [MilestoneID]
    ) {
      (self.id, self.title, self.status, self.file) = (id, title, status, file)
      (self.steps, self.evidence, self.waived, self.dependsOn) = (steps, evidence, waived, dependsOn)
    }
  }

  /// The result of judging the whole history, on which every step depends.
  public struct Summary: Sendable {
    /// The name of the requested ref; nil if a commit was requested.
    public let ref: String?
    /// True if every commit is legal.
    public let isLegal: Bool
    /// True if every commit was judged, back to the baseline.
    public let isWhole: Bool
    /// The time of the latest run, `2026-11-22T19:00:00.123Z`; nil without a stamped run.
    public let at: String?

    /// Creates a summary.
    public init(ref: String?, isLegal: Bool, isWhole: Bool, at: String?) {
      (self.ref, self.isLegal, self.isWhole, self.at) = (ref, isLegal, isWhole, at)
    }
  }

  /// The requested commit.
  public let commit: ObjectID
  /// The `planId` in that commit; nil if it has none.
  public let plan: String?
  /// The digest of the policy in that commit.
  public let policy: Digest
  /// The runs, oldest first, each once.
  public let steps: [Step]
  /// The requested milestones, then their dependencies. Empty for a range.
  public let nodes: [Node]
  /// The recomputed digests that differ from the recorded ones, one sentence each.
  public let differences: [String]
  /// The summary of the history.
  public let summary: Summary

  /// Creates a lineage.
  public init(
    commit: ObjectID, plan: String?, policy: Digest, steps: [Step], nodes: [Node], differences: [String],
    summary: Summary
  ) {
    (self.commit, self.plan, self.policy, self.steps) = (commit, plan, policy, steps)
    (self.nodes, self.differences, self.summary) = (nodes, differences, summary)
  }

  /// True if every recomputed value equals the recorded one, and no step was rejected.
  public var holds: Bool { differences.isEmpty && steps.allSatisfy(\.codes.isEmpty) }
}
