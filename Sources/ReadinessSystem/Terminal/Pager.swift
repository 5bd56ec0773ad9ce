import CLibrary

/// A pager, as git uses one: a shell command line that reads standard input.
public enum Pager {
  /// Shows a text and waits until the pager ends.
  /// - Returns: false if the pager could not be started, so that the caller must print the text.
  public static func show(_ text: String, with line: String) -> Bool {
    // Git's own defaults: exit if the text fits, pass colours on, do not clear the screen.
    let defaults: [String: String?] = ["LESS": "FRX", "LV": "-c"].filter { getenv($0.key) == nil }
    do {
      return try ChildProcess.show("sh", ["-c", line], input: .bytes(Array(text.utf8)), changes: defaults) != 127
    } catch {
      return false
    }
  }
}
