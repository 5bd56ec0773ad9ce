/// A public key that verifies attestations: ed25519 (RFC 8410) or ECDSA on P-256 (RFC 5480), in X.509 form.
public struct PublicKey: Sendable, Hashable {
  /// The supported kinds of key.
  public enum Algorithm: Sendable { case ed25519, p256 }

  /// The SubjectPublicKeyInfo, in DER.
  public let der: [UInt8]
  /// The kind of key.
  public let algorithm: Algorithm

  /// The SHA-256 of the DER in lower-case hexadecimal: the `keyid` of its envelopes.
  public var fingerprint: String { Digest(of: der).hex }

  private static let ed25519: [UInt8] = [0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03, 0x21, 0x00]
  private static let p256: [UInt8] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01, 0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE,
    0x3D, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04,
  ]

  /// Creates a key from its DER; nil if the kind is not supported.
  public init?(der: [UInt8]) {
    if der.count == 44, der.starts(with: Self.ed25519) {
      algorithm = .ed25519
    } else if der.count == 91, der.starts(with: Self.p256) {
      algorithm = .p256
    } else {
      return nil
    }
    self.der = der
  }

  /// Reads a `-----BEGIN PUBLIC KEY-----` block; nil for any other text, such as a private key.
  public init?(pem: String) {
    let lines = pem.split(whereSeparator: \.isNewline).map { $0.drop { $0 == " " } }.filter { !$0.isEmpty }
    guard lines.count > 2, lines.first == "-----BEGIN PUBLIC KEY-----", lines.last == "-----END PUBLIC KEY-----",
      let der = Base64.decode(lines.dropFirst().dropLast().joined())
    else { return nil }
    self.init(der: der)
  }

  /// The key as PEM.
  public var pem: String {
    let body = Array(Base64.encode(der).utf8)
    let lines = stride(from: 0, to: body.count, by: 64).map {
      String(decoding: body[$0..<min($0 + 64, body.count)], as: UTF8.self)
    }
    return "-----BEGIN PUBLIC KEY-----\n\(lines.joined(separator: "\n"))\n-----END PUBLIC KEY-----\n"
  }
}
