import PlanJudge
import PlanModel
import StrictJSON

/// An attestation in a file of the ref: an envelope, or a Statement without a signature.
public struct StoredAttestation: Sendable {
  /// The largest attestation, in bytes.
  public static let bound = 16 << 10

  /// The statement.
  public let check: CheckStatement
  /// The envelope; nil if it is unsigned.
  public let envelope: Envelope?
  /// The path.
  public let path: AttestationPath

  /// Parses a file, and checks that its content matches its path.
  /// - Throws: `AttestationFault`.
  public init(_ bytes: [UInt8], at path: String) throws(AttestationFault) {
    guard bytes.count <= Self.bound else { throw AttestationFault("It has more than 16 KiB.") }
    guard let place = AttestationPath(path) else {
      throw AttestationFault("Its path is not of the form aa/INPUTS/CHECK.KEYID.json.")
    }
    let envelope: Envelope? = place.keyid == nil ? nil : try Envelope(parsing: bytes)
    let check = try CheckStatement(Statement(parsing: envelope?.payload ?? bytes))
    guard check.inputs == place.inputs, check.check == place.check else {
      throw AttestationFault("It is about another check or other inputs than its path says.")
    }
    if let keyid = place.keyid, envelope?.signatures.contains(where: { $0.keyid == keyid }) != true {
      throw AttestationFault("It has no signature by the key that its path names.")
    }
    (self.check, self.envelope, self.path) = (check, envelope, place)
  }
}
