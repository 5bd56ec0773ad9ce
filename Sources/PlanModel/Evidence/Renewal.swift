public import GitObjects

/// An attestation, accepted by the policy, that a check passed again on the same inputs.
public struct Renewal: Sendable, Equatable {
  /// The name of the renewed criterion, such as `M-04/replay`.
  public let criterion: String
  /// The policy's key that signed the attestation.
  public let key: String
  /// The time at which the check ended, in milliseconds since 1970.
  public let at: Int64
  /// The commit from which the attestation was read.
  public let commit: ObjectID
  /// The attestation's path in that commit.
  public let path: String

  /// Creates a renewal.
  public init(criterion: String, key: String, at: Int64, commit: ObjectID, path: String) {
    (self.criterion, self.key, self.at, self.commit, self.path) = (criterion, key, at, commit, path)
  }
}

/// A source of attestations. Only reports use it: guards, hooks and audits do not, so a commit gets the same verdict
/// everywhere.
public protocol RenewalSource {
  /// Finds the latest accepted attestation of a check.
  /// - Parameters:
  ///   - check: the check as the tree defines it.
  ///   - inputs: the digest of its inputs in the tree.
  ///   - name: the criterion's name, such as `M-04/replay`.
  ///   - policy: the tree's attestation policy.
  ///   - now: the time in milliseconds since 1970; nil if nothing expires.
  /// - Returns: nil if no attestation is accepted.
  /// - Throws: if the attestations cannot be read, or a signature cannot be verified.
  func renewal(of check: CheckDefinition, inputs: Digest, for name: String, policy: AttestationPolicy, now: Int64?)
    throws -> Renewal?
}

/// The reason that an attestation does not count.
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
  /// Splits stale evidence into what attestations renew and what remains stale.
  ///
  /// An attestation renews only evidence of a check, and only if its inputs changed or it expired. A changed check
  /// needs new evidence in the file.
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
