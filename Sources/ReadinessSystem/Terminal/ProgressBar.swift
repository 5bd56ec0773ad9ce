import CLibrary

/// A bar on standard error for work that takes longer than half a second, or than `GIT_PROGRESS_DELAY` in seconds.
/// Shorter work shows no bar.
public final class ProgressBar {
  private let title: String
  private let isShown: Bool
  private let began = Machine.millisecondsSince1970()
  private let delay: Int64
  private var drawn: Int64 = 0
  private var isThere = false

  /// - Parameter isShown: false to never draw, such as without a terminal.
  public init(_ title: String, isShown: Bool, _ environment: [String: String]) {
    delay = environment["GIT_PROGRESS_DELAY"].flatMap { Int64($0) }.map { $0 * 1000 } ?? 500
    self.title = title
    self.isShown = isShown
  }

  /// Draws the progress, at most ten times a second.
  /// - Parameter all: the total; 0 if it is not known yet.
  public func show(_ done: Int, of all: Int) {
    guard isShown else { return }
    let now = Machine.millisecondsSince1970()
    guard now - began >= delay, now - drawn >= 100 else { return }
    drawn = now
    isThere = true
    guard all > 0 else { return write("\r\(title): \(done) read\u{1B}[K") }
    let percent = min(100, done * 100 / all)
    let filled = percent * 30 / 100
    let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: 30 - filled)
    write("\r\(title) [\(bar)] \(percent)% (\(done) of \(all))\u{1B}[K")
  }

  /// Erases the bar.
  public func end() {
    if isThere { write("\r\u{1B}[K") }
    isThere = false
  }

  private func write(_ text: String) {
    let bytes = Array(text.utf8)
    // The work continues if the terminal is gone.
    _ = CLibrary.write(2, bytes, bytes.count)
  }
}
