import CLibrary

/// Keeps signals that ask the process to end waiting while index, ref and files are between two states: a few
/// milliseconds, on this thread and those that it starts meanwhile.
public final class BlockedSignals {
  private var before = sigset_t()
  private var isBlocked = true

  /// Blocks them from here on.
  public init() {
    var asked = sigset_t()
    sigemptyset(&asked)
    for signal in [SIGINT, SIGTERM, SIGHUP, SIGQUIT] { sigaddset(&asked, signal) }
    pthread_sigmask(SIG_BLOCK, &asked, &before)
  }

  /// Unblocks them; one that has arrived meanwhile ends the process here.
  public func unblock() {
    guard isBlocked else { return }
    isBlocked = false
    pthread_sigmask(SIG_SETMASK, &before, nil)
  }

  deinit { unblock() }
}
