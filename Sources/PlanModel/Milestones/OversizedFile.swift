/// A file that is too large to be read into memory.
public struct OversizedFile: Sendable {
  /// The size in bytes.
  public let size: Int
  /// The digest of its bytes.
  public let digest: Digest

  /// Creates a record of an oversized file.
  public init(size: Int, digest: Digest) {
    self.size = size
    self.digest = digest
  }

  func finding(milestone: MilestoneID?, path: String, bound: Int) -> Finding {
    Finding(
      .fileTooLarge, "\(path) has \(size) bytes; at most \(bound) are read.", milestone: milestone, path: path, line: 1)
  }
}
