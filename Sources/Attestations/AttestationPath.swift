import PlanJudge
public import PlanModel

/// The path of an attestation: `<first two hex>/<inputs>/<check>.<keyid or "unsigned">.json`.
///
/// A check whose evidence lapses is attested again for the same inputs, so a time may follow the key
/// (`doc/design/decisions/0061-attestations-renew-evidence.md`).
public struct AttestationPath: Sendable, Equatable {
  /// The digest of the inputs' listing.
  public let inputs: Digest
  /// The digest of the check's definition.
  public let check: Digest
  /// The fingerprint of the key; nil if unsigned.
  public let keyid: String?
  /// The time as digits, `20261129T053400123Z`; nil for the first attestation of these inputs.
  public let moment: String?

  /// Creates a path.
  public init(inputs: Digest, check: Digest, keyid: String?, moment: String? = nil) {
    (self.inputs, self.check, self.keyid, self.moment) = (inputs, check, keyid, moment)
  }

  /// Returns the folder of all attestations about these inputs.
  public static func folder(_ inputs: Digest) -> String { "\(inputs.hex.prefix(2))/\(inputs.hex)" }

  /// The text of the path.
  public var text: String {
    "\(Self.folder(inputs))/\(check.hex).\(keyid ?? "unsigned")\(moment.map { "." + $0 } ?? "").json"
  }

  /// Parses a path. Returns nil if it is malformed.
  public init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 3, let inputs = Digest(hex: parts[1]), parts[0] == inputs.hex.prefix(2) else { return nil }
    let words = parts[2].split(separator: ".", omittingEmptySubsequences: false)
    guard (3...4).contains(words.count), words.last == "json", let check = Digest(hex: words[0]) else { return nil }
    guard words[1] == "unsigned" || Digest(hex: words[1]) != nil else { return nil }
    moment = words.count == 4 ? String(words[2]) : nil
    if let moment, !Self.isMoment(moment) { return nil }
    keyid = words[1] == "unsigned" ? nil : String(words[1])
    (self.inputs, self.check) = (inputs, check)
  }

  /// Returns the digits of a time in milliseconds since 1970.
  public static func digits(of moment: Int64) -> String {
    Timestamp.text(millisecondsSince1970: moment).filter { !"-:.".contains($0) }
  }

  private static func isMoment(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    return bytes.count == 19 && bytes[8] == UInt8(ascii: "T") && bytes[18] == UInt8(ascii: "Z")
      && bytes.indices.allSatisfy { [8, 18].contains($0) || (0x30...0x39).contains(bytes[$0]) }
  }
}
