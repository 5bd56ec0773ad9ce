import CLibrary

/// A pager, as git uses one: a shell line that reads standard input.
public enum Pager {
  /// Shows a text and waits until the reader has seen enough.
  /// - Returns: false where the pager could not be started, so that the text is still to be printed.
  public static func show(_ text: String, with line: String) -> Bool {
    // Git's own defaults: leave at once what fits, pass colours on, leave the screen as it is.
    let defaults: [String: String?] = ["LESS": "FRX", "LV": "-c"].filter { getenv($0.key) == nil }
    do {
      return try ChildProcess.show("sh", ["-c", line], input: .bytes(Array(text.utf8)), changes: defaults) != 127
    } catch {
      return false
    }
  }
}
