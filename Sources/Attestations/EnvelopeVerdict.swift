import StrictJSON
public import PlanModel

/// Says whether an envelope is signed by a key that the reader trusts, and is about what the reader asks.
public struct EnvelopeVerdict: Sendable {
  /// Says why an envelope is refused.
  public enum Fault: Sendable, Equatable {
    /// It is no envelope of a Statement, for a reason in a sentence.
    case malformed(String)
    /// No signature verifies with the key. A key that stands in the envelope is never asked.
    case notSigned
    /// It has another predicate type.
    case otherPredicate
    /// None of its subjects is the commit.
    case otherSubject
  }

  /// The statement; nil if it cannot be read.
  public let statement: Statement?
  /// Each signature by the key that it names, and whether the reader's key made it.
  public let signatures: [(keyid: String, isAccepted: Bool)]
  /// Why it is refused; nil if it is accepted.
  public let fault: Fault?

  /// The most signatures of one envelope that are tried.
  private static let bound = 32

  /// Verifies an envelope.
  /// - Parameters:
  ///   - bytes: the envelope as it was received.
  ///   - key: the key that is trusted. The `keyid` in the envelope is a hint that decides nothing (DSSE, protocol).
  ///   - predicate: the predicate type that is asked for; nil for any.
  ///   - commit: 40 hexadecimal digits that one `gitCommit` has to be; nil for any.
  /// - Throws: `GitError` if `openssl` is not there.
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
