public import GitObjects

/// An attestation that policy accepts, and that says: this check passed again on exactly these inputs.
public struct Renewal: Sendable, Equatable {
  /// The criterion that it renews.
  public let criterion: String
  /// The key of the policy that signed it.
  public let key: String
  /// The moment at which the check ended, in milliseconds since 1970.
  public let at: Int64
  /// The commit of the attestations that was read.
  public let commit: ObjectID
  /// The path in that commit.
  public let path: String

  /// Makes a renewal.
  public init(criterion: String, key: String, at: Int64, commit: ObjectID, path: String) {
    (self.criterion, self.key, self.at, self.commit, self.path) = (criterion, key, at, commit, path)
  }
}

/// Finds attestations. Reports ask; guards, hooks and audits never do, so that one commit gets one answer anywhere.
public protocol RenewalSource {
  /// Finds the youngest accepted attestation of a check.
  /// - Parameters:
  ///   - check: as the tree that is asked about defines it.
  ///   - inputs: the digest of its inputs in that tree.
  ///   - name: of the criterion, such as `M-04/replay`.
  ///   - policy: of that tree.
  ///   - now: in milliseconds since 1970; nil if nothing lapses.
  /// - Returns: nil if none counts.
  /// - Throws: if the attestations cannot be read, or no signature can be verified.
  func renewal(of check: CheckDefinition, inputs: Digest, for name: String, policy: AttestationPolicy, now: Int64?)
    throws -> Renewal?
}

/// Says why an attestation does not count.
public enum RenewalFault: String, Sendable {
  case malformed, unsigned
  case unknownKey = "unknown-key"
  case badSignature = "bad-signature"
  case keyOutOfDate = "key-out-of-date"
  case otherCriterion = "other-criterion"
  case notPassed = "not-passed"
  case lapsed, future
}

extension Proof {
  /// Divides what no longer matches into what attestations renew and what stays stale.
  ///
  /// Only evidence of a check is renewed, and only if its inputs changed or its days are over: a check that was changed
  /// asks for new evidence in the file.
  package func renewed(
    _ stale: [Stale], of milestone: Milestone, by source: any RenewalSource, _ policy: AttestationPolicy, now: Int64?
  ) throws -> (renewals: [Renewal], left: [Stale]) {
    var (renewals, left): ([Renewal], [Stale]) = ([], [])
    for one in stale {
      guard !one.isBeyondRenewal, let check = one.criterion.check,
        let renewal = try source.renewal(
          of: check, inputs: tree.inputs(PathSelection(check.inputs)).digest,
          for: "\(milestone.id)/\(one.criterion.id)", policy: policy, now: now)
      else {
        left.append(one)
        continue
      }
      if !renewals.contains(renewal) { renewals.append(renewal) }
    }
    return (renewals, left)
  }
}
