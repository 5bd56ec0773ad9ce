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
    TerminalText.cleaned(bytes, inWorkflowLog: Environment.isSet("GITHUB_ACTIONS"))
  }

  /// Prints a document for programs, whose renderer has escaped what its medium asks for. An answer that cannot be
  /// written is none: the process ends with exit status 3, quietly where the reader has left.
  /// - Parameter ending: written behind them at one go, since a reader that has all lines which it wants may leave between
  ///   two; and an answer of megabytes is not put together anew for its last line end.
  static func document(_ bytes: [UInt8], ending: [UInt8] = []) {
    do throws(SystemError) {
      try FileSystem.write(bytes, ending, to: 1, "standard output")
    } catch {
      let isClosed = error.kind == .closed
      let status = isClosed ? Machine.closedPipeStatus : 3
      _ = Telemetry.end(status: status)
      if !isClosed { Self.error("readiness: the answer cannot be written: \(error.reason). (output)\n") }
      Machine.exit(status)
    }
  }

  /// What cannot be said is not said.
  static func error(_ text: String) { write(cleaned(Array(text.utf8))) }

  /// Tells something beside the answer; on a terminal in lines of at most 80 columns.
  static func note(_ text: String) {
    let width = Terminal.textWidth(Environment.all())
    let style = Style(color: false, folder: CurrentFolder.prefix(for: text))
    error(style.hint("note: " + text, to: width - 2, rest: "  ").joined(separator: "\n") + "\n")
  }

  /// Draws on the terminal of standard error: text of our own, with the sequences that move its cursor.
  static func draw(_ text: String) { write(Array(text.utf8)) }

  private static func write(_ bytes: [UInt8]) {
    do { try FileSystem.write(bytes[...], to: 2, "standard error") } catch {}
  }
}
