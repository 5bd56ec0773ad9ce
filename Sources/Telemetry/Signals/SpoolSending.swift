import Glibc
public import ReadinessSystem

/// The way of a file from the writers to the collector. The caller holds the lock of the spool.
extension Spool {
  /// Renames what processes append to, unless a file is left from an earlier time.
  /// - Returns: false if there is nothing to send.
  /// - Throws: `SystemError`.
  public func beginSending(_ signal: Signal) throws(SystemError) -> Bool {
    if FileSystem.exists(sendingPath(of: signal)) { return true }
    // A cursor without its file would skip lines of the next one.
    try FileSystem.remove(cursorPath(of: signal))
    guard rename(path(of: signal), sendingPath(of: signal)) == 0 else {
      if errno == ENOENT { return false }
      throw SystemError("open", path(of: signal))
    }
    return true
  }

  /// Takes the file away, if nobody has written to it since it had that size.
  ///
  /// Writers hold a shared lock while they write, so under the exclusive one nothing can come: a writer who has only
  /// opened the file sees that its name is gone.
  /// - Returns: false if there is more to read.
  /// - Throws: `SystemError`.
  public func endSending(_ signal: Signal, size: Int) throws(SystemError) -> Bool {
    let path = sendingPath(of: signal)
    let file = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    guard file >= 0 else {
      if errno == ENOENT { return true }
      throw SystemError("open", path)
    }
    defer { close(file) }
    var attempts = 0
    while flock(file, LOCK_EX | LOCK_NB) != 0 {
      attempts += 1
      guard errno == EWOULDBLOCK, attempts < 1000 else {
        throw SystemError("open", path)
      }
      Machine.sleep(milliseconds: 2)
    }
    var status = stat()
    guard fstat(file, &status) == 0, Int(status.st_size) == size else { return false }
    try FileSystem.remove(path)
    try FileSystem.remove(cursorPath(of: signal))
    return true
  }
}
