import CSupervisor
import CLibrary

/// Wakes a waiting thread when another one signals.
public final class Arrivals: @unchecked Sendable {
  // Safe: both ends of a pipe may be used by any thread, and they do not change after init.
  private let ends: (read: Int32, write: Int32)

  /// Creates an instance without a signal.
  public init() {
    var pair: [Int32] = [-1, -1]
    // Without a pipe, `wait` only sleeps.
    if readiness_pipe(&pair) != 0 { pair = [-1, -1] }
    ends = (pair[0], pair[1])
  }

  deinit {
    close(ends.read)
    close(ends.write)
  }

  /// Wakes the waiting thread, or the next one to wait.
  public func signal() {
    var byte: UInt8 = 1
    _ = write(ends.write, &byte, 1)
  }

  /// Waits for a signal or the timeout.
  public func wait(milliseconds: Int32) {
    var descriptor = pollfd(fd: ends.read, events: Int16(POLLIN), revents: 0)
    guard poll(&descriptor, 1, milliseconds) > 0 else { return }
    var byte: UInt8 = 0
    _ = read(ends.read, &byte, 1)
  }
}
