import ReadinessSystem

/// The repositories that match a shell pattern, with unique names.
public struct RepositoryList: Sendable {
  /// A repository of a fleet.
  public struct Entry: Sendable, Equatable {
    /// The folder, absolute.
    public let path: String
    /// The label of its metrics: the shortest unique suffix of the path, without `.git`.
    public let name: String
    /// The name of its metrics file.
    public var file: String { "readiness_" + name.map { $0 == "/" ? "_" : String($0) }.joined() + ".prom" }
  }

  /// The repositories, by path.
  public let entries: [Entry]

  /// Finds the folders that match a pattern such as `/srv/git/*.git` (glob(7)).
  public init(matching pattern: String) {
    entries = Self.named(FileSystem.folders(matching: pattern))
  }

  private init(_ entries: [Entry]) { self.entries = entries }

  /// Parts the repositories whose name can be a label from those whose name holds control characters: whoever makes a
  /// folder must not keep the others from being told.
  public func parted() -> (named: RepositoryList, odd: [Entry]) {
    (
      RepositoryList(entries.filter { MetricsCollection.isName($0.name) }),
      entries.filter { !MetricsCollection.isName($0.name) }
    )
  }

  /// Names folders: `/a/x.git` and `/b/x.git` become `a/x` and `b/x`. File names are also unique.
  static func named(_ paths: [String]) -> [Entry] {
    let parts = paths.map { path in
      var parts = path.split(separator: "/").map(String.init)
      // The git folder of a work tree is `NAME/.git`.
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
