public import PlanModel
public import ReadinessSystem

/// Digests files by their paths, of any size, in chunks.
public enum FileDigest {
  /// Gives the SHA-256 of what a path leads to. O(bytes).
  /// - Throws: `SystemError` if it cannot be read.
  public static func of(_ path: String) throws(SystemError) -> Digest {
    var stream = DigestStream()
    try FileSystem.forEachChunk(path) { stream.update(Array($0)) }
    return stream.finish()
  }

  /// Gives the SHA-256 of a file outside of the repository, such as a program or a report that a check left. O(bytes).
  /// - Returns: nil if it is no regular file, or cannot be read.
  public static func ofRegularFile(_ path: String) -> Digest? {
    guard FileSystem.isRegular(path) else { return nil }
    do { return try of(path) } catch { return nil }
  }
}
