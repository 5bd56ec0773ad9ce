public import PlanModel
public import GitRepository
import ReadinessSystem

/// What a person has looked at and trusts on this machine: digests under `.git`, where no push reaches.
///
/// A `.git` folder may come from somebody else, who would like to be trusted. The file ends with a code by a key that no
/// repository holds, and without that code nothing in it counts.
public struct TrustStore {
  private let path: String
  private let folder: String
  private let code: (_ creates: Bool) -> MessageCode?

  /// - Parameter key: a secret of this user, which no repository holds, created with the first trust; nil where there is
  ///   none, and nothing is trusted.
  public init(_ repository: Repository, key: @escaping (_ creates: Bool) -> [UInt8]?) {
    folder = repository.commonFolder + "readiness"
    path = folder + "/trusted"
    let purpose = "trust \(repository.identity)"
    code = { creates in key(creates).map { MessageCode(key: $0).derived(for: purpose) } }
  }

  /// The digests that are trusted.
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

  /// Trusts these as well.
  /// - Throws: `SystemError`.
  public func trust(_ digests: [Digest]) throws {
    try write(trusted().union(digests.map(\.tagged)))
  }

  /// Trusts nothing any more.
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
