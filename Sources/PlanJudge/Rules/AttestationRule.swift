public import GitObjects
public import PlanModel

/// A new commit of the attestations ref, as read by the gate.
public struct AttestationCommit: Sendable {
  /// A file that the commit adds, changes or removes.
  public struct Change: Sendable {
    /// The path.
    public let path: String
    /// True if the parent has a file at the path.
    public let wasThere: Bool
    /// The reason that the new file is not an attestation, as a sentence; nil if it is one.
    public let fault: String?

    /// Creates a change.
    public init(path: String, wasThere: Bool, fault: String?) {
      (self.path, self.wasThere, self.fault) = (path, wasThere, fault)
    }
  }

  /// The commit's id.
  public let id: ObjectID
  /// The number of its parents.
  public let parentCount: Int
  /// True if the commit may have no parent, as the first of a new ref.
  public let mayBeFirst: Bool
  /// The changes; one more than the limit means that there are more.
  public let changes: [Change]

  /// Creates a commit.
  public init(id: ObjectID, parentCount: Int, mayBeFirst: Bool, changes: [Change]) {
    (self.id, self.parentCount, self.mayBeFirst, self.changes) = (id, parentCount, mayBeFirst, changes)
  }
}

extension Judge {
  /// The maximum number of attestations in one push.
  public static let attestationsInPush = 10_000

  /// Judges the commits that a push adds to the attestations: a chain whose commits only add files (specification,
  /// attestations).
  public static func assess(_ commits: [AttestationCommit], of name: String) -> [Finding] {
    var findings: [Finding] = []
    var count = 0
    for commit in commits {
      func refuse(_ code: ReasonCode, _ message: String, path: String? = nil) {
        findings.append(Finding(code, message, path: path, commit: commit.id.description))
      }
      let isLink = commit.parentCount == 1 || commit.parentCount == 0 && commit.mayBeFirst
      if !isLink {
        refuse(.attestationsShrunk, "\(name) is a chain, and a commit of it has \(commit.parentCount) parents.")
      }
      for change in commit.changes {
        if change.wasThere {
          refuse(
            .attestationsShrunk, "\(name) would lose or change the attestation \(change.path).", path: change.path)
        } else if let fault = change.fault {
          refuse(.attestationMalformed, "\(change.path) is no attestation: \(fault)", path: change.path)
        }
        if findings.count >= 100 { return findings }
      }
      count += commit.changes.count
    }
    if count > attestationsInPush {
      findings.append(
        Finding(
          .attestationMalformed, "One push adds more than \(attestationsInPush) attestations to \(name).",
          hint: "Push them in several steps.", commit: commits.last?.id.description))
    }
    return findings
  }
}
