public import PlanModel
public import GitRepository
public import Profiles
public import StrictJSON
import ReadinessSystem

/// The digests that a person has reviewed and trusts on this machine, under `.git`, which no push reaches.
///
/// A `.git` folder may come from an attacker who wants to be trusted. So the file ends with a code by a key outside
/// every repository, and without a valid code all entries are ignored.
public struct TrustStore {
  private let path: String
  private let folder: String
  private let code: (_ creates: Bool) -> MessageCode?

  /// - Parameter key: returns a secret of this user outside every repository, created with the first trust. If it
  ///   returns nil, nothing is trusted.
  public init(_ repository: Repository, key: @escaping (_ creates: Bool) -> [UInt8]?) {
    folder = repository.commonFolder + "readiness"
    path = folder + "/trusted"
    let purpose = "trust \(repository.identity)"
    code = { creates in key(creates).map { MessageCode(key: $0).derived(for: purpose) } }
  }

  /// What a person trusts: a definition, and the profile as the files have it. Either one changed is another thing.
  /// - Parameters:
  ///   - kind: `check` or `sink`, so that trust in one is none in the other.
  ///   - profile: without flags and environment, which are the user's own; nil where no profile is used.
  public static func digest(of definition: JSONValue, kind: String, under profile: RuntimeProfile?) -> Digest {
    let members = [JSONMember(kind, definition), JSONMember("profile", profile?.json ?? nil)]
    return Digest(of: JSONValue(.object(members)).canonicalBytes)
  }

  /// Returns the trusted digests.
  /// - Throws: `SystemError`.
  public func trusted() throws -> Set<String> {
    let text = String(decoding: try FileSystem.readIfPresent(path) ?? [], as: UTF8.self)
    let lines = text.split(separator: "\n").map(String.init)
    guard let code = code(false), let last = lines.last, last == ending(lines.dropLast(), code) else { return [] }
    return Set(lines.dropLast())
  }

  private func ending(_ lines: some Sequence<String>, _ code: MessageCode) -> String {
    "code " + code.code(of: Array(lines.joined(separator: "\n").utf8)).tagged
  }

  /// Adds trusted digests.
  /// - Throws: `SystemError`.
  public func trust(_ digests: [Digest]) throws {
    try write(trusted().union(digests.map(\.tagged)))
  }

  /// Removes all trust.
  /// - Throws: `SystemError`.
  public func forget() throws { try write([]) }

  private func write(_ digests: Set<String>) throws {
    guard let code = code(true) else {
      throw SystemError(
        "open", path, reason: "this user has no key to sign it with, which takes a home: set HOME or XDG_STATE_HOME")
    }
    let lines = digests.sorted()
    let bytes = Array(((lines + [ending(lines, code)]).joined(separator: "\n") + "\n").utf8)
    try LinkFreeFolder(String(folder.dropLast("/readiness".count))).folder("readiness", creates: true)?
      .write(bytes, as: "trusted", isDurable: true)
  }
}
