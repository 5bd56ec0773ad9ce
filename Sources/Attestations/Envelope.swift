import PlanJudge
public import PlanModel
import StrictJSON

/// The reason why bytes are not an envelope, Statement or attestation, in a sentence.
public struct AttestationFault: Error, Sendable, Equatable {
  /// The sentence.
  public let message: String

  /// Creates a fault.
  public init(_ message: String) { self.message = message }

  /// Refuses the bytes for which it was thrown.
  /// - Parameter sentence: what they are not.
  public func finding(_ sentence: String) -> Finding { Finding(.attestationMalformed, "\(sentence) \(message)") }
}

/// A DSSE envelope (https://github.com/secure-systems-lab/dsse, protocol 1.0): a payload and its signatures.
public struct Envelope: Sendable {
  /// One signature.
  public struct Signature: Sendable {
    /// The key id from the signer. Only a hint: verification uses a key that the reader trusts.
    public let keyid: String
    /// The bytes of the signature.
    public let bytes: [UInt8]

    /// Creates a signature.
    public init(keyid: String, bytes: [UInt8]) { (self.keyid, self.bytes) = (keyid, bytes) }
  }

  /// The payload type of an in-toto Statement.
  public static let statementType = "application/vnd.in-toto+json"
  /// The largest envelope, in bytes.
  public static let bound = 16 << 20

  /// The signed bytes.
  public let payload: [UInt8]
  /// The signatures, at least one.
  public let signatures: [Signature]

  /// Creates an envelope around a Statement.
  public init(payload: [UInt8], signatures: [Signature]) { (self.payload, self.signatures) = (payload, signatures) }

  /// Parses an envelope.
  /// - Throws: `AttestationFault`.
  public init(parsing bytes: [UInt8]) throws(AttestationFault) {
    guard bytes.count <= Self.bound else { throw AttestationFault("It has more than 16 MiB.") }
    let root = try Self.json(bytes)
    guard root["payloadType"]?.string == Self.statementType else {
      throw AttestationFault("\"payloadType\" should be \(Self.statementType).")
    }
    guard let payload = root["payload"]?.string.flatMap(Base64.decode) else {
      throw AttestationFault("\"payload\" should be base64.")
    }
    var signatures: [Signature] = []
    for entry in root["signatures"]?.array ?? [] {
      guard let keyid = entry["keyid"]?.string, !keyid.isEmpty, let bytes = entry["sig"]?.string.flatMap(Base64.decode)
      else { throw AttestationFault("A signature should have \"keyid\" and \"sig\" in base64.") }
      guard !signatures.contains(where: { $0.keyid.isExactly(keyid) }) else {
        throw AttestationFault("Two signatures have the keyid \(keyid).")
      }
      signatures.append(Signature(keyid: keyid, bytes: bytes))
    }
    guard !signatures.isEmpty else { throw AttestationFault("It has no signature.") }
    self.init(payload: payload, signatures: signatures)
  }

  static func json(_ bytes: [UInt8]) throws(AttestationFault) -> JSONValue {
    do { return try JSONDocument(parsing: bytes, limits: .general).root } catch {
      throw AttestationFault("Line \(error.position.line): \(error.message)")
    }
  }

  /// Returns the bytes to sign: DSSE's pre-authentication encoding.
  public static func signedBytes(_ payload: [UInt8]) -> [UInt8] {
    Array("DSSEv1 \(statementType.utf8.count) \(statementType) \(payload.count) ".utf8) + payload
  }

  /// The envelope as RFC 8785 JSON.
  public var bytes: [UInt8] {
    let signatures = signatures.map { signature -> JSONValue in
      ["keyid": .text(signature.keyid), "sig": .text(Base64.encode(signature.bytes))]
    }
    let json: JSONValue = [
      "payload": .text(Base64.encode(payload)), "payloadType": .text(Self.statementType),
      "signatures": JSONValue(.array(signatures)),
    ]
    return json.canonicalBytes
  }
}
