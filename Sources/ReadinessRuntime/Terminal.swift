import Glibc

/// What differs between two machines: the clock, the environment, the terminal, chance.
public enum Machine {
  /// Milliseconds since 1970 by the wall clock.
  public static func millisecondsSince1970() -> Int64 {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    return Int64(now.tv_sec) * 1000 + Int64(now.tv_nsec) / 1_000_000
  }

  /// The environment of the process.
  public static func environment() -> [String: String] {
    var values = [String: String](minimumCapacity: 64)
    var at = environ
    while let entry = at.pointee {
      if let equals = strchr(entry, 0x3D) {
        let name = UnsafeRawBufferPointer(start: entry, count: entry.distance(to: equals))
        values[String(decoding: name, as: UTF8.self)] = String(cString: equals + 1)
      }
      at += 1
    }
    return values
  }

  /// A random UUID, version 4 (RFC 9562, section 5.4).
  public static func uuid() -> String {
    var generator = SystemRandomNumberGenerator()
    var bytes = (0..<16).map { _ in UInt8.random(in: 0...255, using: &generator) }
    bytes[6] = bytes[6] & 0x0F | 0x40
    bytes[8] = bytes[8] & 0x3F | 0x80
    let digits = bytes.map { byte in
      let text = String(byte, radix: 16)
      return text.count == 1 ? "0" + text : text
    }
    return [0..<4, 4..<6, 6..<8, 8..<10, 10..<16].map { digits[$0].joined() }.joined(separator: "-")
  }

  /// The path of the running program.
  public static func programPath() -> String? {
    var buffer = [CChar](repeating: 0, count: 4096)
    let count = readlink("/proc/self/exe", &buffer, buffer.count)
    guard count > 0 else { return nil }
    return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// What tells this very executable from another one: its size, and when it was written.
  public static func programMark() -> String {
    var status = stat()
    guard stat("/proc/self/exe", &status) == 0 else { return "" }
    return " \(status.st_size) \(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)"
  }

  /// Waits. Bounded by the caller.
  public static func sleep(milliseconds: Int) { usleep(UInt32(milliseconds) * 1000) }
}

/// Waiting times between tries: exponential, with full jitter, so that those who lost a race do not meet again.
public struct Backoff {
  private var attempt = 0
  private let attempts: Int

  /// - Parameter attempts: how often it may be tried again.
  public init(attempts: Int) { self.attempts = attempts }

  /// Milliseconds to wait before the next try; nil where there is none left.
  public mutating func next() -> Int? {
    guard attempt < attempts else { return nil }
    attempt += 1
    return Int.random(in: 0...min(1000, 10 << attempt))
  }
}

/// The terminal, where there is one.
public enum Terminal {
  /// Columns of standard output; `COLUMNS` goes first; without a terminal there is no bound.
  public static func width(_ environment: [String: String]) -> Int {
    if let columns = environment["COLUMNS"].flatMap({ Int($0) }), columns >= 20 { return columns }
    var size = winsize()
    guard ioctl(1, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 10_000 }
    return max(20, Int(size.ws_col))
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
