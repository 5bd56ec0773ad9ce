import CLibrary

/// A process, told from a later one of the same number by the moment at which it began.
public struct LivingProcess: Equatable, Sendable {
  /// Its number.
  public let pid: Int32
  /// When it began, as the system writes it; empty where it does not say.
  public let began: String

  /// This process.
  public static let this = LivingProcess(pid: getpid(), began: began(of: getpid()) ?? "")

  /// Names a process.
  public init(pid: Int32, began: String) {
    self.pid = pid
    self.began = began
  }

  /// Reads what a lock or a journal holds; nil for anything else.
  public init?(text: String) {
    let parts = text.split(separator: " ")
    guard parts.count >= 2, parts[0] == "readiness", let pid = Int32(parts[1]) else { return nil }
    self.init(pid: pid, began: parts.count > 2 ? String(parts[2]) : "")
  }

  /// As locks and journals hold it.
  public var text: String { "readiness \(pid) \(began)" }

  /// True while it runs on this machine.
  public var isAlive: Bool { kill(pid, 0) == 0 || errno == EPERM ? Self.began(of: pid) ?? "" == began : false }

  /// Returns true if no process has a number.
  public static func isGone(_ pid: Int32) -> Bool { kill(pid, 0) != 0 && errno == ESRCH }

  /// The start of a process in clock ticks since the system's (proc(5), field 22); nil where the system does not say.
  private static func began(of pid: Int32) -> String? {
    guard let bytes = FileSystem.readQuietly("/proc/\(pid)/stat"),
      let close = bytes.lastIndex(of: UInt8(ascii: ")"))
    else { return nil }
    // A program's name, which stands in the brackets, may hold spaces; the third field is behind it.
    let fields = bytes[(close + 1)...].split(separator: UInt8(ascii: " "))
    return fields.count > 19 ? String(decoding: fields[19], as: UTF8.self) : nil
  }
}
