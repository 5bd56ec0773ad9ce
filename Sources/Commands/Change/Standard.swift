import PlanModel
import ReadinessSystem
import Reports
import StrictJSON
import Telemetry

/// Standard output and standard error, written whole.
enum Standard {
  /// Prints an answer for people; nothing in it reaches a terminal as an escape sequence (decision 0042).
  static func output(_ text: String) { document(cleaned(Array(text.utf8))) }

  /// Returns text for people without escape sequences and secrets of known form. Renderers escape untrusted text
  /// themselves; this function is the one place that all text passes.
  static func cleaned(_ bytes: [UInt8]) -> [UInt8] {
    TerminalText.cleaned(Redaction.redacted(bytes), inWorkflowLog: Environment.isSet("GITHUB_ACTIONS"))
  }

  /// Prints a document for programs, whose renderer has escaped it for its medium.
  /// If the answer cannot be written, the process ends with exit status 3. If the reader has closed the pipe, it ends
  /// without a message, with exit status 141 (128 + SIGPIPE).
  /// - Parameter ending: bytes written in the same call, because a reader that has all the lines it needs may leave
  ///   between two calls. Megabytes are not copied to add a line end.
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

  /// Prints an answer for programs, without secrets of known form.
  static func answer(_ json: JSONValue) {
    let bytes = json.answerBytes
    document(Redaction.isNeeded(in: bytes) ? Redaction.redacted(json).answerBytes : bytes)
  }

  /// Prints text on standard error. A failure to write is ignored.
  static func error(_ text: String) { write(cleaned(Array(text.utf8))) }

  /// Prints a note in addition to the answer, on a terminal in lines of at most 80 columns.
  static func note(_ text: String) {
    let width = Terminal.textWidth(Environment.all())
    let style = Style(color: false, folder: CurrentFolder.prefix(for: text))
    error(style.hint("note: " + text, to: width - 2, rest: "  ").joined(separator: "\n") + "\n")
  }

  /// Draws on the terminal of standard error: our own text, with the sequences that move the cursor.
  static func draw(_ text: String) { write(Array(text.utf8)) }

  private static func write(_ bytes: [UInt8]) {
    do { try FileSystem.write(bytes[...], to: 2, "standard error") } catch {}
  }
}
