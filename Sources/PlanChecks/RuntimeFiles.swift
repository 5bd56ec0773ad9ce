import GitObjects
public import PlanModel
public import Profiles

/// The profiles for checks: the repository's own and the built-in ones.
public struct RuntimeFiles {
  /// The repository's own file.
  public static let path = "ssot/runtime.config.json"
  /// The files, the repository's own first.
  public let files: [RuntimeConfiguration]

  /// - Parameter own: the bytes of the repository's file; nil if there is none.
  /// - Throws: `ConfigurationError`.
  public init(own: [UInt8]?) throws {
    let builtIn = try RuntimeConfiguration(
      parsing: Array(StandardFiles.runtimeConfiguration.utf8), file: "built in", isBuiltIn: true)
    let delivery = try RuntimeConfiguration(
      parsing: Array(RuntimeConfiguration.delivery.utf8), file: "built in", isBuiltIn: true)
    files = try (own.map { [try RuntimeConfiguration(parsing: $0, file: Self.path)] } ?? []) + [builtIn, delivery]
  }

  /// Takes the repository's own file from a tree.
  /// - Throws: `ConfigurationError`, also for a file beyond `RuntimeConfiguration.bound`, of which nothing is read;
  ///   `GitError`, `SystemError`.
  public init(in tree: any PlanTree) throws {
    let own = try tree.bytes(at: Self.path, atMost: RuntimeConfiguration.bound)
    if own == nil, try tree.kind(at: Self.path) == .regular { throw ConfigurationError.tooLarge(Self.path) }
    try self.init(own: own)
  }

  /// The names of all profiles, without duplicates.
  public var names: [String] { files.uniqueNames }
}
