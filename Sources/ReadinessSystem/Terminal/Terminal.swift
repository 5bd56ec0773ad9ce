import CLibrary

/// The terminal of the process, if there is one.
public enum Terminal {
  /// Returns the columns of standard output. `COLUMNS` takes precedence; without a terminal there is no bound.
  public static func width(_ environment: [String: String]) -> Int {
    if let columns = environment["COLUMNS"].flatMap({ Int($0) }), columns >= 20 { return columns }
    var size = winsize()
    guard ioctl(1, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 10_000 }
    return max(20, Int(size.ws_col))
  }

  /// Returns the width for sentences: at most 80 columns on a terminal, unbounded in a log.
  public static func textWidth(_ environment: [String: String]) -> Int {
    let width = width(environment)
    return width >= 10_000 ? width : min(width, 80)
  }

  /// Returns the lines of standard output. Returns nil if it is not a terminal.
  public static func rows() -> Int? {
    var size = winsize()
    guard isatty(1) == 1, ioctl(1, UInt(TIOCGWINSZ), &size) == 0, size.ws_row > 0 else { return nil }
    return Int(size.ws_row)
  }

  /// Returns true if standard error is an interactive terminal that can move its cursor.
  public static func isWatched(_ environment: [String: String]) -> Bool {
    isatty(2) == 1 && environment["TERM"].map { $0 != "dumb" && !$0.isEmpty } ?? false && environment["CI"] == nil
  }

  /// Returns true if a stream is coloured, by: flag, `NO_COLOR`, `FORCE_COLOR` and `CLICOLOR_FORCE`, git's settings,
  /// terminal.
  /// - Parameter configured: git's `color.readiness`, else `color.ui`.
  public static func isColored(
    flag: String?, _ environment: [String: String], configured: String?, descriptor: Int32
  ) -> Bool {
    func isSet(_ name: String) -> Bool { environment[name].map { !$0.isEmpty } ?? false }
    switch flag {
    case "always": return true
    case "never": return false
    default: break
    }
    if isSet("NO_COLOR") { return false }
    if isSet("FORCE_COLOR") || isSet("CLICOLOR_FORCE") { return true }
    switch configured?.lowercased() {
    case "always": return true
    case "never", "false", "no", "off", "0": return false
    default: return isatty(descriptor) == 1 && environment["TERM"] != "dumb"
    }
  }
}
