import Glibc
import ReadinessSystem
import Reports
import Telemetry

/// Standard output and standard error, written whole.
enum Standard {
  /// Prints an answer for people; nothing in it reaches a terminal as an escape (decision 0042).
  static func output(_ text: String) { document(cleaned(Array(text.utf8))) }

  /// Returns text for people without what is no text. Whatever renders a stranger's text escapes it by itself; this is
  /// the one place that all of it passes.
  static func cleaned(_ bytes: [UInt8]) -> [UInt8] {
    TerminalText.cleaned(bytes, inWorkflowLog: getenv("GITHUB_ACTIONS") != nil)
  }

  /// Prints a document for programs, whose renderer has escaped what its medium asks for. An answer that cannot be
  /// written is none: the process ends with exit status 3, quietly where the reader has left.
  /// - Parameter ending: written behind them at one go, since a reader that has all lines which it wants may leave between
  ///   two; and an answer of megabytes is not put together anew for its last line end.
  static func document(_ bytes: [UInt8], ending: [UInt8] = []) {
    let code = write(bytes, ending, to: 1)
    guard code != 0 else { return }
    let status: Int32 = code == EPIPE ? 128 + SIGPIPE : 3
    _ = Telemetry.end(status: status)
    if code != EPIPE {
      error("readiness: the answer cannot be written: \(String(cString: strerror(code))). (output)\n")
    }
    exit(status)
  }

  /// What cannot be said is not said.
  static func error(_ text: String) { _ = write(cleaned(Array(text.utf8)), [], to: 2) }

  /// Tells something beside the answer; on a terminal in lines of at most 80 columns.
  static func note(_ text: String) {
    let width = Terminal.textWidth(Machine.environment())
    let style = Style(color: false, folder: CurrentFolder.prefix(for: text))
    error(style.hint("note: " + text, to: width - 2, rest: "  ").joined(separator: "\n") + "\n")
  }

  /// Draws on the terminal of standard error: text of our own, with the sequences that move its cursor.
  static func draw(_ text: String) { _ = write(Array(text.utf8), [], to: 2) }

  /// The error that stopped the writing; 0 where all was written.
  private static func write(_ bytes: [UInt8], _ ending: [UInt8], to descriptor: Int32) -> Int32 {
    var (bytes, ending) = (bytes[...], ending[...])
    while !bytes.isEmpty || !ending.isEmpty {
      let count = bytes.withUnsafeBytes { bytes in
        ending.withUnsafeBytes { ending in
          let parts = [bytes, ending].map {
            iovec(iov_base: UnsafeMutableRawPointer(mutating: $0.baseAddress), iov_len: $0.count)
          }
          return writev(descriptor, parts, 2)
        }
      }
      if count < 0 {
        if errno == EINTR { continue }
        return errno
      }
      ending = ending.dropFirst(max(0, count - bytes.count))
      bytes = bytes.dropFirst(count)
    }
    return 0
  }
}
