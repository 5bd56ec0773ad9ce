import CLibrary

/// A process, identified by its pid and start time, because pids are reused.
public struct LivingProcess: Equatable, Sendable {
  /// The process id.
  public let pid: Int32
  /// The start time, as the system reports it; empty if it does not.
  public let began: String

  /// This process.
  public static let this = LivingProcess(pid: getpid(), began: began(of: getpid()) ?? "")

  /// Creates a process from its parts.
  public init(pid: Int32, began: String) {
    self.pid = pid
    self.began = began
  }

  /// Parses the text of a lock or a journal. Returns nil for any other text.
  public init?(text: String) {
    let parts = text.split(separator: " ")
    guard parts.count >= 2, parts[0] == "readiness", let pid = Int32(parts[1]) else { return nil }
    self.init(pid: pid, began: parts.count > 2 ? String(parts[2]) : "")
  }

  /// The text for locks and journals.
  public var text: String { "readiness \(pid) \(began)" }

  /// True if it still runs on this machine.
  public var isAlive: Bool { kill(pid, 0) == 0 || errno == EPERM ? Self.began(of: pid) ?? "" == began : false }

  /// Returns true if no process has the pid.
  public static func isGone(_ pid: Int32) -> Bool { kill(pid, 0) != 0 && errno == ESRCH }

  /// Returns the start time of a process in clock ticks since boot (proc(5), field 22). Returns nil if the system
  /// does not report it.
  private static func began(of pid: Int32) -> String? {
    guard let bytes = FileSystem.readQuietly("/proc/\(pid)/stat"),
      let close = bytes.lastIndex(of: UInt8(ascii: ")"))
    else { return nil }
    // A program's name, in parentheses, may contain spaces; the third field follows it.
    let fields = bytes[(close + 1)...].split(separator: UInt8(ascii: " "))
    return fields.count > 19 ? String(decoding: fields[19], as: UTF8.self) : nil
  }
}
