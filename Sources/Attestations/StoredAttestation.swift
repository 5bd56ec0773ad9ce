import PlanJudge
import PlanModel
import StrictJSON

/// An attestation as a file of the ref holds it: an envelope, or a Statement without a signature.
public struct StoredAttestation: Sendable {
  /// The most bytes that one may have.
  public static let bound = 16 << 10

  /// What it says.
  public let check: CheckStatement
  /// The envelope; nil if it is not signed.
  public let envelope: Envelope?
  /// Its path.
  public let path: AttestationPath

  /// Reads a file, and compares what it says with its path.
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
