/// The signature of the commit itself.
public enum CommitSeal: Sendable {
  /// There is no commit yet; git signs it when it creates it.
  case unknown
  /// The commit is not signed.
  case none
  /// The armored signature, and the commit's bytes without it.
  case signed(armour: String, payload: [UInt8])
}
