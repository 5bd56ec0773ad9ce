/// A verifier of signatures. The judge runs no programs, so the builder of a proposal provides the verifier.
public protocol SignatureVerifier {
  /// Returns true if a signature is valid.
  /// - Parameters:
  ///   - signature: the base64 body of an SSH signature.
  ///   - message: the signed bytes.
  ///   - namespace: `readiness-run`, `readiness-approval` or `git`.
  ///   - email: the required owner of the key.
  ///   - signers: the contents of OpenSSH's `allowed_signers`.
  ///   - revoked: the revoked keys; nil for none.
  ///   - moment: the time at which the key must be valid, in milliseconds since 1970; nil for now.
  /// - Throws: if the signature cannot be verified.
  func isValid(
    _ signature: String, of message: [UInt8], namespace: String, by email: String, signers: [UInt8], revoked: [UInt8]?,
    at moment: Int64?
  ) throws -> Bool

  /// Returns true if an OpenPGP signature is valid.
  /// - Parameters:
  ///   - armour: the armoured signature of the payload.
  ///   - keys: the accepted keys, armoured.
  ///   - moment: the time at which the key must be valid, in milliseconds since 1970; nil for now.
  /// - Throws: if the signature cannot be verified.
  func isValid(openPGP armour: String, of payload: [UInt8], by email: String, keys: [UInt8], at moment: Int64?) throws
    -> Bool
}
