import PlanJudge
public import PlanModel
import GitRepository
import ReadinessSystem

/// The error for an unusable key, with a hint.
public struct KeyFault: Error, Sendable {
  /// The stable code.
  public let code: String
  /// The message, in a sentence.
  public let message: String
  /// The next step.
  public let hint: String

  /// Creates a fault.
  public init(_ code: String, _ message: String, hint: String) {
    (self.code, self.message, self.hint) = (code, message, hint)
  }
}

/// A private key in PEM that signs attestations. `openssl` signs and verifies, so that this program has no
/// cryptography.
public struct SigningKey {
  /// The public key.
  public let publicKey: PublicKey
  private let path: String

  /// The hint with the command that creates a key.
  static let recipe = "openssl genpkey -algorithm ed25519 -out KEY.pem makes one."

  /// Reads a key.
  /// - Throws: `KeyFault` if it cannot be read, has a passphrase, or has an unsupported type.
  public init(path: String) throws {
    self.path = path
    // An empty passphrase keeps openssl from prompting.
    let output = try OpenSSL.run(["pkey", "-in", path, "-passin", "pass:", "-pubout", "-outform", "DER"])
    guard output.status == 0 else {
      throw KeyFault(
        "key-unreadable", "The key \(path) cannot be read as a private key without a passphrase.", hint: Self.recipe)
    }
    guard let key = PublicKey(der: output.bytes) else {
      throw KeyFault(
        "key-unsupported", "The key \(path) is neither ed25519 nor ECDSA on P-256.", hint: Self.recipe)
    }
    publicKey = key
  }

  /// Signs a Statement. Signatures of an ed25519 key are deterministic.
  public func envelope(_ statement: Statement) throws -> Envelope { try envelope(payload: statement.bytes) }

  /// Signs the bytes of a Statement unchanged.
  public func envelope(payload: [UInt8]) throws -> Envelope {
    let signature = try OpenSSL.withFiles(["input": Envelope.signedBytes(payload)]) { folder in
      let output = try OpenSSL.run(
        publicKey.algorithm == .ed25519
          ? ["pkeyutl", "-sign", "-rawin", "-inkey", path, "-passin", "pass:", "-in", folder + "input"]
          : ["dgst", "-sha256", "-sign", path, "-passin", "pass:", folder + "input"])
      guard output.status == 0, !output.bytes.isEmpty else {
        throw KeyFault("key-unusable", "The key \(path) cannot sign: \(output.errors)", hint: Self.recipe)
      }
      return output.bytes
    }
    return Envelope(payload: payload, signatures: [.init(keyid: publicKey.fingerprint, bytes: signature)])
  }
}

extension PublicKey {
  /// Reads the file of a public key.
  /// - Throws: `KeyFault` if it does not exist, or contains another type of key, such as a private one.
  public init(path: String) throws {
    guard let bytes = try FileSystem.readIfPresent(path, atMost: 1 << 20) else {
      throw KeyFault("key-unreadable", "There is no file \(path).", hint: "Name the signer's public key in PEM.")
    }
    guard let key = PublicKey(pem: String(decoding: bytes, as: UTF8.self)) else {
      throw KeyFault(
        "key-unsupported", "\(path) is no public key in PEM, of ed25519 or of ECDSA on P-256.",
        hint: "openssl pkey -in KEY.pem -pubout -out PUB.pem writes the public half.")
    }
    self = key
  }

  /// Returns true if this key made a signature over the payload of an envelope.
  /// - Throws: `GitError` if openssl is not installed.
  public func verifies(_ signature: Envelope.Signature, of payload: [UInt8]) throws -> Bool {
    let files = [
      "key": Array(pem.utf8), "input": Envelope.signedBytes(payload), "signature": signature.bytes,
    ]
    return try OpenSSL.withFiles(files) { folder in
      try OpenSSL.run(
        algorithm == .ed25519
          ? [
            "pkeyutl", "-verify", "-pubin", "-inkey", folder + "key", "-rawin", "-in", folder + "input", "-sigfile",
            folder + "signature",
          ]
          : ["dgst", "-sha256", "-verify", folder + "key", "-signature", folder + "signature", folder + "input"]
      ).status == 0
    }
  }
}

/// Runs `openssl`.
enum OpenSSL {
  static func run(_ arguments: [String]) throws -> (status: Int32, bytes: [UInt8], errors: String) {
    var bytes: [UInt8] = []
    do throws(SystemError) {
      let ending = try ChildProcess.run("openssl", arguments) { bytes += $0 }
      return (ending.status, bytes, String(decoding: ending.errors, as: UTF8.self))
    } catch {
      throw GitError(
        .notFound, "openssl could not be started: \(error.reason).", hint: "Install openssl and put it on PATH.",
        function: error.function)
    }
  }

  static func withFiles<T>(_ files: [String: [UInt8]], _ body: (_ folder: String) throws -> T) throws -> T {
    let folder = try FileSystem.makeTemporaryFolder("readiness-attest-")
    let result = Result {
      for (name, bytes) in files { try FileSystem.write(bytes, to: folder + "/" + name) }
      return try body(folder + "/")
    }
    try FileSystem.removeFolder(folder)
    return try result.get()
  }
}
