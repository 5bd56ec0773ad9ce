import StrictJSON

/// The keys whose attestations renew a check's evidence (`ssot/policies/attestations.json`, optional;
/// `doc/guides/attestations.md`). Without the file, attestations are shown but do not count.
public struct AttestationPolicy: Sendable {
  /// A key whose attestations count.
  public struct Key: Sendable {
    /// The name in envelopes and texts: the fingerprint, or a name that the team chose.
    public let id: String
    /// The key.
    public let publicKey: PublicKey
    /// The first day on which the key is valid, `2026-12-01`, in UTC; nil if there is none.
    public let validFrom: String?
    /// The last day on which the key is valid, in UTC; nil if it never expires.
    public let validUntil: String?
    /// The criteria that the key may renew: `M-04/replay`, `M-04/*`, `M-*` or `*`; nil for all.
    public let criteria: [String]?

    /// The name in texts for people; a fingerprint is truncated to 12 digits.
    public var shortName: String { Digest(hex: id) == nil ? id : String(id.prefix(12)) }

    /// Returns true if the key is valid at a time, in milliseconds since 1970.
    public func counts(at moment: Int64) -> Bool {
      let day = Timestamp.text(millisecondsSince1970: moment).prefix(10)
      return validFrom.map { $0 <= day } ?? true && validUntil.map { day <= $0 } ?? true
    }

    /// Returns true if the key may renew a criterion.
    /// - Parameter name: the criterion's name, such as `M-04/replay`.
    public func covers(_ name: String) -> Bool {
      criteria.map {
        $0.contains { pattern in
          pattern.hasSuffix("*") ? name.hasPrefix(pattern.dropLast()) : name.isExactly(pattern)
        }
      } ?? true
    }
  }

  /// The handling of an unsigned attestation, which never counts.
  public enum Unsigned: String, Sendable, CaseIterable { case ignore, show }

  /// The accepted keys.
  public let keys: [Key]
  /// The handling of unsigned attestations.
  public let unsigned: Unsigned

  /// Reads `attestations.json`. Returns nil and adds faults if it is invalid.
  init?(_ root: JSONValue, _ faults: FaultList) {
    let known: [StaticString] = ["$schema", "version", "keys", "unsigned"]
    guard let reader = ObjectReader(root, "The attestations file", known: known, extensible: true, faults) else {
      return nil
    }
    reader.checkVersion()
    var keys: [Key] = []
    for element in reader.elements("keys", required: true) {
      guard let key = Key(element, faults) else { continue }
      if keys.contains(where: { $0.id == key.id || $0.publicKey == key.publicKey }) {
        faults.add("The key \"\(key.id)\" occurs twice in \"keys\".", at: element)
      }
      keys.append(key)
    }
    self.keys = keys
    unsigned =
      root["unsigned"] == nil
      ? .ignore : reader.choice("unsigned", of: Unsigned.allCases.map(\.rawValue)).flatMap(Unsigned.init) ?? .ignore
    guard faults.faults.isEmpty else { return nil }
  }
}

extension AttestationPolicy.Key {
  fileprivate init?(_ value: JSONValue, _ faults: FaultList) {
    let known: [StaticString] = ["keyid", "publicKey", "validFrom", "validUntil", "criteria"]
    guard let reader = ObjectReader(value, "The key", known: known, extensible: true, faults) else { return nil }
    let id = reader.text("keyid")
    let pem = reader.text("publicKey")
    func day(_ key: StaticString) -> String? {
      guard let text = reader.optionalText(key) else { return nil }
      if !Timestamp.isDate(text) {
        faults.add("\"\(key)\" should be a day like 2026-12-01, not \"\(text)\".", at: reader[key] ?? value)
      }
      return text
    }
    (validFrom, validUntil) = (day("validFrom"), day("validUntil"))
    criteria = value["criteria"] == nil ? nil : reader.uniqueTexts("criteria").map(\.text)
    guard let id, let pem else { return nil }
    guard let key = PublicKey(pem: pem) else {
      faults.add(
        "\"publicKey\" should be an ed25519 or ECDSA P-256 key in PEM: openssl pkey -in KEY.pem -pubout.",
        at: value["publicKey"] ?? value)
      return nil
    }
    let isLabel =
      id.utf8.count <= 64
      && id.utf8.allSatisfy { byte in
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
          || [0x2D, 0x5F].contains(byte)
      }
    if !isLabel || id == "unsigned" {
      faults.add(
        "\"keyid\" should be the key's fingerprint, or a name of up to 64 letters, digits, - and _.",
        at: value["keyid"] ?? value)
    }
    // The fingerprint of a different key would mislead readers about which key verifies.
    if Digest(hex: id) != nil, id != key.fingerprint {
      faults.add("\"keyid\" is not the fingerprint of \"publicKey\", which is \(key.fingerprint).", at: value)
    }
    self.id = id
    publicKey = key
  }
}
