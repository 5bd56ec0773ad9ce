public import PlanModel
import ReadinessSystem

/// Creates and checks SSH signatures with `ssh-keygen -Y`, and checks OpenPGP signatures with `gpg`. Results are
/// cached.
public final class GitSignatures: SignatureVerifier {
  private struct Key: Hashable {
    let signature: String
    let message: Digest
    let namespace: String
    let email: String
    let signers: Digest
    let revoked: Digest?
    let moment: Int64?
  }

  private var known: [Key: Bool] = [:]

  /// Creates an instance with an empty cache.
  public init() {}

  /// Checks a signature with `ssh-keygen -Y verify`: key, principal, namespace, validity interval and revocation.
  public func isValid(
    _ signature: String, of message: [UInt8], namespace: String, by email: String, signers: [UInt8], revoked: [UInt8]?,
    at moment: Int64?
  ) throws -> Bool {
    let key = Key(
      signature: signature, message: Digest(of: message), namespace: namespace, email: email,
      signers: Digest(of: signers), revoked: revoked.map { Digest(of: $0) }, moment: moment)
    if let answer = known[key] { return answer }
    // A key that is not among the signers' needs no process.
    let isPossible = AllowedSigners(signers).mayHold(SSHKey(signature: signature))
    let answer = try isPossible && check(signature, message, namespace, email, signers, revoked, moment)
    if isPossible, !answer { try FalseSignatures.process.take(FalseSignatures.ssh) }
    known[key] = answer
    return answer
  }

  /// Checks a signature with `gpg --verify`, with only the given keys and at the given time. A key is valid for the
  /// addresses in its own user ids.
  public func isValid(openPGP armour: String, of payload: [UInt8], by email: String, keys: [UInt8], at moment: Int64?)
    throws -> Bool
  {
    let key = Key(
      signature: armour, message: Digest(of: payload), namespace: "openpgp", email: email, signers: Digest(of: keys),
      revoked: nil, moment: moment)
    if let answer = known[key] { return answer }
    let answer = try ScratchFolder.with { folder in
      try FileSystem.create(folder + "payload", payload)
      try FileSystem.create(folder + "signature", Array(armour.utf8))
      try FileSystem.create(folder + "keys", keys)
      var words = ["--homedir", folder, "--batch", "--no-tty", "--no-autostart", "--status-fd", "1"]
      if let moment { words += ["--faked-system-time", "\(moment / 1000)!"] }
      func gpg(_ more: [String]) throws -> [Substring] {
        String(decoding: try GitProcess.run(program: "gpg", words + more, input: "/dev/null").bytes, as: UTF8.self)
          .split(separator: "\n")
      }
      _ = try gpg(["--import", folder + "keys"])
      let said = try gpg(["--verify", folder + "signature", folder + "payload"])
      func lines(_ keyword: String) -> [Substring] { said.filter { $0.hasPrefix("[GNUPG:] \(keyword) ") } }
      // With several signatures, gpg reports a good one next to a bad one, and git shows a third.
      guard said.filter({ $0.hasPrefix("[GNUPG:] NEWSIG") }).count == 1, lines("GOODSIG").count == 1,
        lines("VALIDSIG").count == 1, let fingerprint = lines("VALIDSIG").first?.split(separator: " ").last
      else { return false }
      return try gpg(["--with-colons", "--list-keys", String(fingerprint)])
        .contains { OpenPGPListing.address(in: $0).map(Address.init) == Address(email) }
    }
    if !answer { try FalseSignatures.process.take(FalseSignatures.openPGP) }
    known[key] = answer
    return answer
  }

  private func check(
    _ signature: String, _ message: [UInt8], _ namespace: String, _ email: String, _ signers: [UInt8],
    _ revoked: [UInt8]?, _ moment: Int64?
  ) throws -> Bool {
    guard let armour = Self.armoured(signature) else { return false }
    return try ScratchFolder.with { folder in
      let files = ["message": message, "signers": signers, "signature": armour]
      for (name, bytes) in files { try FileSystem.create(folder + name, bytes) }
      var words = [
        "-Y", "verify", "-f", folder + "signers", "-I", email, "-n", namespace, "-s", folder + "signature",
      ]
      if let revoked {
        try FileSystem.create(folder + "revoked", revoked)
        words += ["-r", folder + "revoked"]
      }
      if let moment { words += ["-O", "verify-time=" + Self.time(moment)] }
      // ssh-keygen reads a date without Z as local time, and a verdict must be equal on every machine.
      return try GitProcess.run(
        program: "ssh-keygen", words, input: folder + "message", changes: ["TZ": "UTC0"]
      ).status == 0
    }
  }

  /// Formats a time as `20261122190000Z`.
  private static func time(_ moment: Int64) -> String {
    Timestamp.text(millisecondsSince1970: moment).prefix(19).filter(\.isNumber) + "Z"
  }

  /// Adds armour and line breaks to a body. Returns nil if it is not base64.
  private static func armoured(_ body: String) -> [UInt8]? {
    let bytes = Array(body.utf8)
    let isBase64 = bytes.allSatisfy { byte in
      (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
        || [0x2B, 0x2F, 0x3D].contains(byte)
    }
    guard isBase64, !bytes.isEmpty else { return nil }
    var text = Array("-----BEGIN SSH SIGNATURE-----\n".utf8)
    for start in stride(from: 0, to: bytes.count, by: 70) {
      text += bytes[start..<min(bytes.count, start + 70)] + [0x0A]
    }
    return text + Array("-----END SSH SIGNATURE-----\n".utf8)
  }

  // MARK: - Making one

  /// Signs with the user's `user.signingkey`.
  /// - Returns: the base64 body, without armour and line breaks.
  /// - Throws: `GitError` if there is no key, or it cannot be used.
  public static func sign(_ message: [UInt8], namespace: String) throws -> String {
    let configured = try GitProcess.run(["config", "--type=path", "--get", "user.signingkey"]).trimmed
    guard !configured.isEmpty else {
      throw GitError(
        .other, "A signature is asked for, and user.signingkey is not set.",
        hint:
          "Name a key that ssot/policies/allowed_signers binds to you: git config user.signingkey ~/.ssh/id_ed25519.pub",
        function: "git config")
    }
    return try ScratchFolder.with { folder in
      var key = configured
      // The setting may contain the key itself instead of its file: then the agent signs.
      if key.hasPrefix("key::") || key.hasPrefix("ssh-") {
        let text = key.hasPrefix("key::") ? String(key.dropFirst(5)) : key
        key = folder + "key.pub"
        try FileSystem.create(key, Array((text + "\n").utf8))
      }
      try FileSystem.create(folder + "message", message)
      let output = try GitProcess.run(
        program: "ssh-keygen", ["-Y", "sign", "-q", "-f", key, "-n", namespace, folder + "message"], input: "/dev/null")
      guard output.status == 0 else {
        throw GitError(
          .other, "The key \(configured) cannot sign: \(output.errorText)",
          hint: "Check user.signingkey; a key with a passphrase signs through ssh-agent.", function: "ssh-keygen")
      }
      let armoured = String(decoding: try FileSystem.read(folder + "message.sig"), as: UTF8.self)
      return armoured.split(separator: "\n").filter { !$0.hasPrefix("-----") }.joined()
    }
  }
}

/// A temporary folder for files that another program reads.
enum ScratchFolder {
  static func with<T>(_ body: (_ folder: String) throws -> T) throws -> T {
    let folder = try FileSystem.makeTemporaryFolder("readiness-sign-")
    let result = Result { try body(folder + "/") }
    try FileSystem.removeFolder(folder)
    return try result.get()
  }
}
