/// A file that is too large to be read, by what can be known of it without holding it in memory.
public struct OversizedFile: Sendable {
  /// In bytes.
  public let size: Int
  /// Of its bytes.
  public let digest: Digest

  /// Makes one.
  public init(size: Int, digest: Digest) {
    self.size = size
    self.digest = digest
  }

  func finding(milestone: MilestoneID?, path: String, bound: Int) -> Finding {
    Finding(
      .fileTooLarge, "\(path) has \(size) bytes; at most \(bound) are read.", milestone: milestone, path: path, line: 1)
  }
}
