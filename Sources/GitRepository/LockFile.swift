import GitObjects
import Glibc
package import ReadinessSystem

/// A lock of git's, or of ours.
public struct LockFile {
  /// Its path.
  public let path: String
  /// How old it is, in seconds.
  public let seconds: Int
  /// The command of ours that took it; nil where it is git's own.
  package let holder: LivingProcess?

  /// Nil where there is no such file.
  public init?(_ path: String) {
    var status = stat()
    guard lstat(path, &status) == 0 else { return nil }
    self.path = path
    seconds = max(0, time(nil) - status.st_mtim.tv_sec)
    let isShort = status.st_mode & S_IFMT == S_IFREG && status.st_size > 0 && status.st_size < 100
    holder =
      isShort ? FileSystem.readQuietly(path).flatMap { LivingProcess(text: String(decoding: $0, as: UTF8.self)) } : nil
  }

  /// For sentences: its age, and who holds it where that is known.
  public var age: String {
    guard let holder else { return ", \(seconds) s old" }
    return ", \(seconds) s old, held by readiness \(holder.pid)\(holder.isAlive ? "" : ", which runs no longer")"
  }

  /// True where one of our own commands took it and was killed.
  public var isAbandoned: Bool { holder.map { !$0.isAlive } ?? false }
}
