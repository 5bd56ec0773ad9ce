public import PlanModel
public import GitRepository
import StrictJSON
import ReadinessSystem

/// A push that requests an emergency override of the gate: `git push -o readiness.bypass=REASON`
/// (`doc/design/decisions/0027-emergency-push.md`).
public enum EmergencyPush {
  /// Returns the reason that a push option gives. Nil if no override is requested.
  public static func reason(_ environment: [String: String]) -> String? {
    let count = environment["GIT_PUSH_OPTION_COUNT"].flatMap { Int($0) } ?? 0
    let prefix = "readiness.bypass="
    let options = (0..<min(count, 100)).compactMap { environment["GIT_PUSH_OPTION_\($0)"] }
    return options.last { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
  }

  /// Returns the pusher according to the server: the good signer of a push certificate, or the name that ssh, a forge
  /// or a web server sets. A client cannot set these over the network.
  public static func pusher(_ environment: [String: String]) -> String? {
    if case .success(let signer)? = certificate(environment) { return signer }
    return ["READINESS_PUSHER", "GITEA_PUSHER_EMAIL", "REMOTE_USER", "GL_USER", "GL_USERNAME"]
      .compactMap { environment[$0] }.first { !$0.isEmpty }
  }

  /// Returns the address of a push certificate's signer, or why the certificate names nobody. Nil if there is none.
  ///
  /// The signer is `Ada <ada@example.com>` under OpenPGP, and a principal of the server's allowed signers under SSH
  /// (git-receive-pack(1)). A certificate with another nonce than the server's may be one that was recorded.
  static func certificate(_ environment: [String: String]) -> Result<String, CertificateFault>? {
    guard let status = environment["GIT_PUSH_CERT_STATUS"], !status.isEmpty else { return nil }
    guard status == "G" else {
      return .failure(
        CertificateFault(
          "The push certificate has no signature that the server trusts (GIT_PUSH_CERT_STATUS is \(status)).",
          hint: "On the server, list the key: gpg.ssh.allowedSignersFile for SSH, the keyring for OpenPGP."))
    }
    let nonce = environment["GIT_PUSH_CERT_NONCE_STATUS"] ?? "absent"
    guard nonce == "OK" else {
      return .failure(
        CertificateFault(
          "The push certificate may be an old one: its nonce is not the server's (GIT_PUSH_CERT_NONCE_STATUS is \(nonce)).",
          hint: "Push again; over HTTP the server may need receive.certNonceSlop."))
    }
    let signer = environment["GIT_PUSH_CERT_SIGNER"] ?? ""
    if let open = signer.lastIndex(of: "<"), let close = signer.lastIndex(of: ">"), open < close {
      return .success(String(signer[signer.index(after: open)..<close]))
    }
    guard signer.contains("@"), !signer.contains(where: \.isWhitespace) else {
      return .failure(
        CertificateFault(
          "The signer of the push certificate is \"\(signer)\", which is no e-mail address.",
          hint: "Write the address as the principal in the server's gpg.ssh.allowedSignersFile."))
    }
    return .success(signer)
  }

  /// Returns why a push names nobody, and what to do, in sentences.
  public static func unknownPusher(_ environment: [String: String]) -> String {
    if case .failure(let fault)? = certificate(environment) { return "\(fault.message) \(fault.hint)" }
    return "Sign the push (git push --signed; the server sets receive.certNonceSeed), or have the server set "
      + "READINESS_PUSHER, for example in the forced command of an ssh key."
  }

  /// A push certificate that names nobody.
  struct CertificateFault: Error {
    let message: String
    let hint: String

    init(_ message: String, hint: String) { (self.message, self.hint) = (message, hint) }
  }
}

/// The log of emergency overrides of a bare repository: `readiness/bypass.jsonl` in its folder, where no push can
/// write. It has a line for each override and for each closing; lines are only ever added.
public struct EmergencyLog {
  /// One emergency override.
  public struct Entry: Sendable {
    /// Its number, counted from 1.
    public let number: Int
    /// The moment of the push.
    public let at: String
    /// The person who pushed.
    public let pusher: String
    /// The reason given.
    public let reason: String
    /// The refs that moved, each with its new commit.
    public let refs: [String]
    /// The codes of the judge's errors.
    public let codes: [String]
    /// The person who closed it, and the moment. Nil while it is open.
    public var closed: (by: String, at: String)?

    /// The override in a sentence.
    public var line: String {
      "Push \(number) went past the gate on \(at.prefix(10)) for \(pusher) (\(reason)), against \(codes.joined(separator: ", ")): \(refs.joined(separator: ", "))."
    }

    /// The next step.
    public var remedy: String { "When it is repaired: readiness bypass close \(number)" }
  }

  private let commonFolder: String
  private var path: String { commonFolder + "readiness/bypass.jsonl" }

  /// Creates the log of a repository.
  public init(_ repository: Repository) { commonFolder = repository.commonFolder }

  /// Returns every entry, oldest first.
  /// - Throws: `SystemError`; `GitError` if a line cannot be read, because a lost entry is not known to be closed.
  public func entries() throws -> [Entry] {
    guard let bytes = try FileSystem.readIfPresent(path) else { return [] }
    var entries: [Entry] = []
    for line in bytes.split(separator: 0x0A) {
      let root: JSONValue
      do { root = try JSONDocument(parsing: Array(line)).root } catch { throw damaged }
      guard let at = root["at"]?.string else { throw damaged }
      if let number = root["closes"]?.integer, let by = root["by"]?.string {
        guard entries.indices.contains(number - 1) else { throw damaged }
        entries[number - 1].closed = (by, at)
        continue
      }
      guard let pusher = root["pusher"]?.string, let reason = root["reason"]?.string else { throw damaged }
      entries.append(
        Entry(
          number: entries.count + 1, at: at, pusher: pusher, reason: reason,
          refs: (root["refs"]?.array ?? []).compactMap(\.string),
          codes: (root["codes"]?.array ?? []).compactMap(\.string)
        ))
    }
    return entries
  }

  private var damaged: GitError {
    GitError(
      .damaged, "\(path) is damaged.", hint: "Look at it; it says which pushes went past the gate.",
      function: "EmergencyLog")
  }

  /// Returns the entries that nobody has closed.
  public func open() throws -> [Entry] { try entries().filter { $0.closed == nil } }

  /// Returns the warnings about the open entries.
  public func findings() throws -> [Finding] {
    try open().map { Finding(.emergencyPush, $0.line, hint: $0.remedy, severity: .warning) }
  }

  /// Records a push before it passes. It is written and synced on return.
  public func add(_ reason: String, by pusher: String, _ updates: [RefUpdate], _ findings: [Finding], at: String) throws
    -> Entry
  {
    let codes = Set(findings.filter { $0.severity == .error }.map(\.code.id)).sorted()
    let refs = updates.map { "\($0.name) \($0.new)" }
    try append([
      "at": .text(at), "pusher": .text(pusher), "reason": .text(reason), "refs": .texts(refs),
      "codes": .texts(codes),
    ])
    let number = try entries().count
    return Entry(
      number: number, at: at, pusher: pusher, reason: reason, refs: refs, codes: codes, closed: nil)
  }

  /// Records that somebody has looked at an override and repaired the result.
  public func close(_ number: Int, by: String, at: String) throws {
    try append(["at": .text(at), "closes": .int(number), "by": .text(by)])
  }

  /// Appends a line under a lock, so that lines are whole and numbers are unique.
  private func append(_ line: JSONValue) throws {
    let folder = try LinkFreeFolder(commonFolder).folder("readiness", creates: true)
    var lock = try FileLock(path: path + ".lock")
    for _ in 0..<100 where lock == nil {
      Machine.sleep(milliseconds: 50)
      lock = try FileLock(path: path + ".lock")
    }
    guard lock != nil else {
      throw GitError(
        .locked, "\(path) is locked.", hint: "Another push is being logged; try again.", function: "EmergencyLog")
    }
    try withExtendedLifetime(lock) { try folder?.append(line: line.canonicalBytes, to: "bypass.jsonl") }
  }
}
