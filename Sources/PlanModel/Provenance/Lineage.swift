public import GitObjects

/// Says what milestones are based on: runs, the policy of each, evidence, and the milestones that they depend on.
public struct Lineage: Sendable {
  /// A run, with what was recomputed of it.
  public struct Step: Sendable {
    /// The run ID that the stamp claims; nil if the change carries no stamp.
    public let id: Digest?
    /// The commit that holds it; the first one if several do.
    public let commit: ObjectID
    /// What the stamp says; without one, what the trees say.
    public let run: Run
    /// `planId` of that commit; nil if it has none.
    public let plan: String?
    /// The codes of the errors that the judge found, sorted; empty if it was accepted.
    public let codes: [String]
    /// The records of checks that it brought, by the name of the criterion, such as `M-04/replay`.
    public let checks: [(name: String, record: CheckRecord)]

    /// Makes a step.
    public init(
      id: Digest?, commit: ObjectID, run: Run, plan: String?, codes: [String],
      checks: [(name: String, record: CheckRecord)]
    ) {
      (self.id, self.commit, self.run, self.plan) = (id, commit, run, plan)
      (self.codes, self.checks) = (codes, checks)
    }

    /// The fingerprint of the key that signed the run, as `ssh-keygen -l` prints it; nil if it is not signed.
    public var signer: String? { run.signature.flatMap(Self.fingerprint) }

    /// Reads the public key in an SSH signature (OpenSSH's PROTOCOL.sshsig): magic, version, key.
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

  /// Says whether an entry of evidence still matches the tree that is asked about.
  public enum Match: Sendable, Equatable {
    /// Every recorded digest is that of the tree.
    case same
    /// It no longer matches: paths, or the criterion with a reason.
    case changed([String])
    /// A person's word, which nothing recomputes.
    case word
  }

  /// An entry of evidence of a milestone.
  public struct Entry: Sendable {
    /// The criterion's id.
    public let criterion: String
    /// The entry.
    public let evidence: Evidence
    /// The place in `steps` of the run that brought it; nil if none of them did.
    public let bringer: Int?
    /// Whether it matches.
    public let match: Match

    /// Makes an entry.
    public init(criterion: String, evidence: Evidence, bringer: Int?, match: Match) {
      (self.criterion, self.evidence, self.bringer, self.match) = (criterion, evidence, bringer, match)
    }
  }

  /// A milestone, with what it is based on.
  public struct Node: Sendable {
    /// The milestone.
    public let id: MilestoneID
    /// Its workstream, which people know it by.
    public let title: String
    /// Its status.
    public let status: String
    /// The digest of its file; nil if it is no regular file.
    public let file: Digest?
    /// The places in `steps` of the runs that touch it, oldest first.
    public let steps: [Int]
    /// Its evidence, by criterion.
    public let evidence: [Entry]
    /// Criteria that are waived, with the last day.
    public let waived: [(criterion: String, until: String)]
    /// What it depends on.
    public let dependsOn: [MilestoneID]

    /// Makes a node.
    public init(
      id: MilestoneID, title: String, status: String, file: Digest?, steps: [Int], evidence: [Entry],
      waived: [(criterion: String, until: String)], dependsOn: [MilestoneID]
    ) {
      (self.id, self.title, self.status, self.file) = (id, title, status, file)
      (self.steps, self.evidence, self.waived, self.dependsOn) = (steps, evidence, waived, dependsOn)
    }
  }

  /// What the whole history says, which vouches for every step.
  public struct Summary: Sendable {
    /// The name of the ref that was asked about; nil if it was a commit.
    public let ref: String?
    /// True if every commit is legal.
    public let isLegal: Bool
    /// True if every commit was judged, back to the baseline.
    public let isWhole: Bool
    /// The moment of the youngest run, `2026-11-22T19:00:00.123Z`; nil without a stamped run.
    public let at: String?

    /// Makes a summary.
    public init(ref: String?, isLegal: Bool, isWhole: Bool, at: String?) {
      (self.ref, self.isLegal, self.isWhole, self.at) = (ref, isLegal, isWhole, at)
    }
  }

  /// The commit that was asked about.
  public let commit: ObjectID
  /// `planId` there; nil if it has none.
  public let plan: String?
  /// The digest of the policy there.
  public let policy: Digest
  /// The runs, oldest first, each once.
  public let steps: [Step]
  /// The milestones: those that were asked about, then what they depend on. Empty for a range.
  public let nodes: [Node]
  /// Recomputed digests that are not those that were recorded, a sentence each.
  public let differences: [String]
  /// What the history says.
  public let summary: Summary

  /// Makes a lineage.
  public init(
    commit: ObjectID, plan: String?, policy: Digest, steps: [Step], nodes: [Node], differences: [String],
    summary: Summary
  ) {
    (self.commit, self.plan, self.policy, self.steps) = (commit, plan, policy, steps)
    (self.nodes, self.differences, self.summary) = (nodes, differences, summary)
  }

  /// True if everything that was recomputed is as it was recorded, and no step was rejected.
  public var holds: Bool { differences.isEmpty && steps.allSatisfy(\.codes.isEmpty) }
}
