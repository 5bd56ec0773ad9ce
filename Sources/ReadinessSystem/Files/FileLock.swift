import CLibrary

/// A lock that ends with its process, however the process ends.
public final class FileLock: Sendable {
  private let descriptor: Int32

  /// Acquires the lock. Returns nil if another process holds it.
  /// - Throws: `SystemError` if the file cannot be created.
  public init?(path: String) throws(SystemError) {
    let file = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw SystemError("open", path) }
    guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
      close(file)
      return nil
    }
    descriptor = file
  }

  /// Waits until no other process holds the lock, and acquires it.
  /// - Throws: `SystemError` if the file cannot be created.
  public init(waitingFor path: String) throws(SystemError) {
    let file = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0o644)
    guard file >= 0 else { throw SystemError("open", path) }
    descriptor = file
    while flock(file, LOCK_EX) != 0 {
      guard errno == EINTR else { throw SystemError("flock", path) }
    }
  }

  deinit { close(descriptor) }
}
