import Glibc
import PlanModel
import Profiles

/// The SHA-256 of a file outside of the repository, such as a program or a report that a check left.
enum FileDigest {
  /// - Returns: nil if it is no regular file, or cannot be read.
  /// - Complexity: O(bytes), in chunks.
  static func of(_ path: String) -> Digest? {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    var stream = DigestStream()
    var chunk = [UInt8](repeating: 0, count: 1 << 18)
    while true {
      let count = chunk.withUnsafeMutableBytes { read(file, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { return nil }
      if count == 0 { return stream.finish() }
      stream.update(Array(chunk[..<count]))
    }
  }
}
