import ReadinessSystem

/// The repositories that a pattern of a shell means, each with a name of its own.
public struct RepositoryList: Sendable {
  /// A repository of a fleet.
  public struct Entry: Sendable, Equatable {
    /// Its folder, absolute.
    public let path: String
    /// The label of its metrics: the last parts of the path, as many as tell it from the others, without `.git`.
    public let name: String
    /// The name of its file of metrics.
    public var file: String { "readiness_" + name.map { $0 == "/" ? "_" : String($0) }.joined() + ".prom" }
  }

  /// The repositories, by path.
  public let entries: [Entry]

  /// Finds the folders that a pattern such as `/srv/git/*.git` means (glob(7)).
  public init(matching pattern: String) {
    entries = Self.named(FileSystem.folders(matching: pattern))
  }

  /// Names folders: `/a/x.git` and `/b/x.git` become `a/x` and `b/x`; file names differ as well.
  static func named(_ paths: [String]) -> [Entry] {
    let parts = paths.map { path in
      var parts = path.split(separator: "/").map(String.init)
      // A work tree's own folder is `NAME/.git`.
      if parts.last == ".git" { parts.removeLast() }
      if let last = parts.last, last.hasSuffix(".git") { parts[parts.count - 1] = String(last.dropLast(4)) }
      return parts
    }
    var counts = [Int](repeating: 1, count: paths.count)
    func entry(_ place: Int) -> Entry {
      Entry(path: paths[place], name: parts[place].suffix(counts[place]).joined(separator: "/"))
    }
    while true {
      let twins = Dictionary(grouping: paths.indices) { entry($0).file.lowercased() }.values.filter { $0.count > 1 }
      let longer = twins.joined().filter { counts[$0] < parts[$0].count }
      if longer.isEmpty { return paths.indices.map(entry) }
      for place in longer { counts[place] += 1 }
    }
  }
}
