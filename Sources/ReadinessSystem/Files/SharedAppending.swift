import CLibrary

/// Appends to a file while other processes append, and removes it without losing their lines.
///
/// Writers share a lock on the file; the process that removes it holds the lock exclusively.
public enum SharedAppending {
  /// Appends lines, each with one `write` under `O_APPEND`, so that no two processes interleave. Rejects a link, a
  /// pipe and a device.
  /// - Returns: the size of the file before.
  /// - Throws: `SystemError`. Lines already written remain.
  public static func append(_ lines: [[UInt8]], to path: String) throws(SystemError) -> Int {
    // At the file size limit, the write must fail instead of ending the process.
    signal(SIGXFSZ, SIG_IGN)
    for _ in 0..<20 {
      let file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0o660)
      guard file >= 0 else { throw SystemError("open", path) }
      defer { close(file) }
      var status = stat()
      let isFree = flock(file, LOCK_SH | LOCK_NB) == 0 || errno != EWOULDBLOCK
      guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
        throw SystemError("open", path, EINVAL)
      }
      guard isFree, status.st_nlink > 0 else {
        // Another process is removing the file: the next attempt creates a new one.
        usleep(500)
        continue
      }
      for line in lines { try write(line, to: file, path) }
      return Int(status.st_size)
    }
    throw SystemError("flock", path, EWOULDBLOCK)
  }

  private static func write(_ line: [UInt8], to file: Int32, _ path: String) throws(SystemError) {
    while true {
      let count = CLibrary.write(file, line, line.count)
      if count == line.count { return }
      if count < 0, errno == EINTR { continue }
      // A partly written line is not repeated, because readers skip incomplete lines.
      throw SystemError("write", path, count < 0 ? errno : ENOSPC)
    }
  }

  /// Runs a body on a file under the exclusive lock, if its size has not changed. A writer that has already opened
  /// the file notices that its name is gone.
  /// - Returns: false if the size differs; true if the file does not exist.
  /// - Throws: `SystemError`, also if writers hold the lock for two seconds.
  public static func ifUnchanged(
    _ path: String, size: Int, _ body: () throws(SystemError) -> Void
  ) throws(SystemError) -> Bool {
    let file = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    guard file >= 0 else {
      if errno == ENOENT { return true }
      throw SystemError("open", path)
    }
    defer { close(file) }
    var attempts = 0
    while flock(file, LOCK_EX | LOCK_NB) != 0 {
      attempts += 1
      guard errno == EWOULDBLOCK, attempts < 1000 else { throw SystemError("open", path) }
      Machine.sleep(milliseconds: 2)
    }
    var status = stat()
    guard fstat(file, &status) == 0, Int(status.st_size) == size else { return false }
    try body()
    return true
  }
}
