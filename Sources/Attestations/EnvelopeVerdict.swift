import StrictJSON
public import PlanModel

/// The verdict on an envelope: whether a trusted key signed it, and whether it has the requested predicate and
/// commit.
public struct EnvelopeVerdict: Sendable {
  /// The reason why an envelope is rejected.
  public enum Fault: Sendable, Equatable {
    /// It is not an envelope of a Statement; the sentence says why.
    case malformed(String)
    /// No signature verifies with the key. A key in the envelope is never used.
    case notSigned
    /// It has another predicate type.
    case otherPredicate
    /// None of its subjects is the commit.
    case otherSubject
  }

  /// The statement; nil if it cannot be parsed.
  public let statement: Statement?
  /// The signatures with their key ids, true if the reader's key made them.
  public let signatures: [(keyid: String, isAccepted: Bool)]
  /// The reason for rejection; nil if the envelope is accepted.
  public let fault: Fault?

  /// The largest number of signatures of one envelope that are verified.
  private static let bound = 32

  /// Verifies an envelope.
  /// - Parameters:
  ///   - bytes: the envelope as received.
  ///   - key: the trusted key. The `keyid` in the envelope is only a hint (DSSE, protocol).
  ///   - predicate: the required predicate type; nil for any.
  ///   - commit: 40 hexadecimal digits that one `gitCommit` must equal; nil for any.
  /// - Throws: `GitError` if `openssl` is not installed.
  public init(_ bytes: [UInt8], key: PublicKey, predicate: String? = nil, commit: String? = nil) throws {
    let envelope: Envelope
    let statement: Statement
    do throws(AttestationFault) {
      envelope = try Envelope(parsing: bytes)
      statement = try Statement(parsing: envelope.payload)
    } catch {
      (self.statement, signatures, fault) = (nil, [], .malformed(error.message))
      return
    }
    signatures = try envelope.signatures.prefix(Self.bound).map {
      ($0.keyid, try key.verifies($0, of: envelope.payload))
    }
    self.statement = statement
    if !signatures.contains(where: \.isAccepted) {
      fault = .notSigned
    } else if let predicate, !statement.predicateType.isExactly(predicate) {
      fault = .otherPredicate
    } else if let commit, !statement.names(commit: commit) {
      fault = .otherSubject
    } else {
      fault = nil
    }
  }
}

extension Statement {
  fileprivate func names(commit: String) -> Bool {
    subjects.contains { $0.digest.contains { $0.algorithm == "gitCommit" && $0.hex == commit } }
  }
}
