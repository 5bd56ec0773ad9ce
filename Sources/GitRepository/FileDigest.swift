public import PlanModel
public import ReadinessSystem

/// Digests files of any size by path, in chunks.
public enum FileDigest {
  /// Returns the SHA-256 of the file at a path. O(bytes).
  /// - Throws: `SystemError` if it cannot be read.
  public static func of(_ path: String) throws(SystemError) -> Digest {
    var stream = DigestStream()
    try FileSystem.forEachChunk(path) { stream.update(Array($0)) }
    return stream.finish()
  }

  /// Returns the SHA-256 of a file outside the repository, such as a program or a check's report. O(bytes).
  /// - Returns: nil if it is not a regular file, or cannot be read.
  public static func ofRegularFile(_ path: String) -> Digest? {
    guard FileSystem.isRegular(path) else { return nil }
    do { return try of(path) } catch { return nil }
  }
}
