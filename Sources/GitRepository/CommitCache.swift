import GitObjects

/// The parsed commits with long messages, by id.
struct CommitCache {
  private(set) var commits: [ObjectID: Commit] = [:]
  private var size = 0

  /// The largest size of the cached commits, in bytes. Their stamps take about as much again.
  private static let bound = 24 << 20

  mutating func keep(_ commit: Commit, _ bytes: Int) {
    if size + bytes > Self.bound { (commits, size) = ([:], 0) }
    guard bytes <= Self.bound else { return }
    size += bytes
    commits[commit.id] = commit
  }
}
