import ReadinessCore
import ReadinessRuntime

/// What a person has looked at and trusts on this machine: digests under `.git`, where no push reaches.
public struct TrustStore {
  private let path: String
  private let folder: String

  /// - Parameter gitFolder: the folder that all work trees share, with a slash at its end.
  public init(gitFolder: String) {
    folder = gitFolder + "readiness"
    path = folder + "/trusted"
  }

  /// The digests that are trusted.
  /// - Throws: `FileFault`.
  public func trusted() throws -> Set<String> {
    let text = String(decoding: try DurableFile.read(path) ?? [], as: UTF8.self)
    return Set(text.split(separator: "\n").map(String.init))
  }

  /// Trusts these as well.
  /// - Throws: `FileFault`.
  public func trust(_ digests: [Digest]) throws {
    try write(trusted().union(digests.map(\.tagged)))
  }

  /// Trusts nothing any more.
  /// - Throws: `FileFault`.
  public func forget() throws { try write([]) }

  private func write(_ digests: Set<String>) throws {
    try DurableFile.makeFolders(folder)
    try DurableFile.write(Array((digests.sorted().joined(separator: "\n") + "\n").utf8), to: path)
  }
}
