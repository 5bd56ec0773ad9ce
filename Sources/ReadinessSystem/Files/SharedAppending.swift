import CLibrary

/// Appends to a file to which other processes append at the same moment, and removes it without losing what they write.
///
/// Writers share a lock on the file; whoever removes it holds the lock alone.
public enum SharedAppending {
  /// Appends lines, each with one `write` under `O_APPEND`, so that no two processes mix theirs. A link, a pipe and a
  /// device are refused.
  /// - Returns: the size of the file before.
  /// - Throws: `SystemError`. What was written until then stays.
  public static func append(_ lines: [[UInt8]], to path: String) throws(SystemError) -> Int {
    // Beyond a limit of sizes the write is to fail, and not the process.
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
        // Another process removes it at this moment: the next one is a new file.
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
      // Of a line that the disk took in part nothing is repeated: readers skip what is torn.
      throw SystemError("write", path, count < 0 ? errno : ENOSPC)
    }
  }

  /// Does something with a file that nobody is appending to, if it still has a size; a writer who has only opened it sees
  /// that its name is gone.
  /// - Returns: false if it has another size; true if it is not there.
  /// - Throws: `SystemError`, also if writers keep it for two seconds.
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
