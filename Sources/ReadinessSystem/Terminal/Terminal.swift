import CLibrary

/// The terminal, where there is one.
public enum Terminal {
  /// Columns of standard output; `COLUMNS` goes first; without a terminal there is no bound.
  public static func width(_ environment: [String: String]) -> Int {
    if let columns = environment["COLUMNS"].flatMap({ Int($0) }), columns >= 20 { return columns }
    var size = winsize()
    guard ioctl(1, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 10_000 }
    return max(20, Int(size.ws_col))
  }

  /// How wide a sentence is written: 80 columns at most where somebody reads it on a terminal; a log keeps its lines whole.
  public static func textWidth(_ environment: [String: String]) -> Int {
    let width = width(environment)
    return width >= 10_000 ? width : min(width, 80)
  }

  /// Lines of standard output; nil where that is no terminal.
  public static func rows() -> Int? {
    var size = winsize()
    guard isatty(1) == 1, ioctl(1, UInt(TIOCGWINSZ), &size) == 0, size.ws_row > 0 else { return nil }
    return Int(size.ws_row)
  }

  /// True where somebody watches standard error on a terminal that can move its cursor.
  public static func isWatched(_ environment: [String: String]) -> Bool {
    isatty(2) == 1 && environment["TERM"].map { $0 != "dumb" && !$0.isEmpty } ?? false && environment["CI"] == nil
  }

  /// Whether a stream is coloured: flag, `NO_COLOR`, `FORCE_COLOR` and `CLICOLOR_FORCE`, git's settings, terminal.
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
