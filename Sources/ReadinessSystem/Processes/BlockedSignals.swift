import CLibrary

/// Blocks the signals that ask the process to end while index, ref and files are inconsistent: for a few
/// milliseconds, on this thread and those that it starts meanwhile.
public final class BlockedSignals {
  private var before = sigset_t()
  private var isBlocked = true

  /// Blocks the signals.
  public init() {
    var asked = sigset_t()
    sigemptyset(&asked)
    for signal in [SIGINT, SIGTERM, SIGHUP, SIGQUIT] { sigaddset(&asked, signal) }
    pthread_sigmask(SIG_BLOCK, &asked, &before)
  }

  /// Unblocks the signals. A signal that arrived meanwhile ends the process here.
  public func unblock() {
    guard isBlocked else { return }
    isBlocked = false
    pthread_sigmask(SIG_SETMASK, &before, nil)
  }

  deinit { unblock() }
}
