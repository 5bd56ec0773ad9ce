import CLibrary

/// A bar on standard error for work that takes more than half a second, or what `GIT_PROGRESS_DELAY` says in seconds.
/// Quick work shows nothing.
public final class ProgressBar {
  private let title: String
  private let isShown: Bool
  private let began = Machine.millisecondsSince1970()
  private let delay: Int64
  private var drawn: Int64 = 0
  private var isThere = false

  /// - Parameter isShown: false to do nothing at all, as where nobody watches.
  public init(_ title: String, isShown: Bool, _ environment: [String: String]) {
    delay = environment["GIT_PROGRESS_DELAY"].flatMap { Int64($0) }.map { $0 * 1000 } ?? 500
    self.title = title
    self.isShown = isShown
  }

  /// Draws how far it is, at most ten times a second.
  /// - Parameter all: 0 where that is not known yet.
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

  /// Takes the bar away.
  public func end() {
    if isThere { write("\r\u{1B}[K") }
    isThere = false
  }

  private func write(_ text: String) {
    let bytes = Array(text.utf8)
    // A terminal that is gone is no reason to stop.
    _ = CLibrary.write(2, bytes, bytes.count)
  }
}
