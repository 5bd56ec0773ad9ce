/// The reason codes about attestations.
extension ReasonCode {
  /// See `explain`.
  public static let attestationsShrunk = ReasonCode(
    "attestations-shrunk",
    "A push would change or remove an attestation that the server has, or is no chain of commits with one parent each.",
    remedy: "Fetch refs/readiness/attestations and add to it: readiness check --attest --push REMOTE does both.",
    source: "2.2")
  /// See `explain`.
  public static let attestationMalformed = ReasonCode(
    "attestation-malformed",
    "A file under refs/readiness/attestations, or an envelope that is to be verified, is not written as attestations are.",
    remedy: "Let readiness check --attest or readiness attest sign write it.", source: "2.2")
  /// See `explain`.
  public static let keyInTree = ReasonCode(
    "key-in-tree", "A private key that signs attestations is in the work tree and not ignored, so it may be committed.",
    remedy: "Move the key out of the repository, then name it: git config readiness.attestationKey PATH.",
    source: "2.2")

  static let attestationCodes = [attestationsShrunk, attestationMalformed, keyInTree]
}
