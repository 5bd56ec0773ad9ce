import Glibc

/// Signals that ask the process to end wait while index, ref and files are between two states: a few milliseconds.
final class BlockedSignals {
  private var before = sigset_t()
  private var isBlocked = true

  init() {
    var asked = sigset_t()
    sigemptyset(&asked)
    for signal in [SIGINT, SIGTERM, SIGHUP, SIGQUIT] { sigaddset(&asked, signal) }
    sigprocmask(SIG_BLOCK, &asked, &before)
  }

  /// Lets them through; one that has come meanwhile ends the process here.
  func unblock() {
    guard isBlocked else { return }
    isBlocked = false
    sigprocmask(SIG_SETMASK, &before, nil)
  }

  deinit { unblock() }
}
