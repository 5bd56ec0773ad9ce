import Glibc

/// Wakes the one that waits when a thread has finished.
final class Finished: @unchecked Sendable {
  // Safe: both ends of a pipe may be used by any thread, and they are not changed after init.
  private let ends: (read: Int32, write: Int32)

  init() {
    var pair: [Int32] = [-1, -1]
    // Without a pipe waiting is sleeping.
    if pipe(&pair) == 0 { for end in pair { _ = fcntl(end, F_SETFD, FD_CLOEXEC) } }
    ends = (pair[0], pair[1])
  }

  deinit {
    close(ends.read)
    close(ends.write)
  }

  func signal() {
    var byte: UInt8 = 1
    _ = write(ends.write, &byte, 1)
  }

  /// Until somebody signals, or the time is over.
  func wait(milliseconds: Int32) {
    var descriptor = pollfd(fd: ends.read, events: Int16(POLLIN), revents: 0)
    guard poll(&descriptor, 1, milliseconds) > 0 else { return }
    var byte: UInt8 = 0
    _ = read(ends.read, &byte, 1)
  }
}
