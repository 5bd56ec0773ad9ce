public import ReadinessSystem
import Synchronization

/// The recorder of this process. Without the variable `READINESS_TELEMETRY` there is none, and only the environment
/// is read, once.
public enum Telemetry {
  private static let held = Mutex<Recorder?>(nil)

  /// True once a recorder was set. It avoids creating the lock, which costs 14,000 instructions, if telemetry is off.
  // Safe: it is written once, in `begin`, before the first thread starts.
  private nonisolated(unsafe) static var isOn = false

  /// The recorder; nil if telemetry is off.
  public static var recorder: Recorder? { isOn ? held.withLock { $0 } : nil }

  /// The folder in the environment; nil if there is none.
  public static var folder: String? {
    Environment.value("READINESS_TELEMETRY").flatMap { $0.isEmpty ? nil : $0 }
  }

  /// Starts recording if the environment requests it. A hook also needs `READINESS_TELEMETRY_HOOKS=1`.
  ///
  /// From now on, child programs get this process's span as their caller.
  /// - Parameters:
  ///   - isHook: true for an entry point of git.
  ///   - name: returns the process span's name and kind; nil to record nothing.
  /// - Returns: the reason why recording is impossible; nil if it started, or was not requested.
  public static func begin(
    isHook: Bool, version: @autoclosure () -> String, name: () -> (String, Span.Kind)?
  ) -> String? {
    guard let folder, !isHook || isSet("READINESS_TELEMETRY_HOOKS"), let (name, kind) = name() else { return nil }
    guard folder.hasPrefix("/") else { return "READINESS_TELEMETRY is \(folder), which is no absolute path" }
    var random = SystemRandomNumberGenerator()
    let (wall, began) = (Machine.nanosecondsSince1970(), Machine.monotonicNanoseconds())
    let settings = Recorder.Settings(
      spool: Spool(folder: folder),
      caller: Environment.value("TRACEPARENT").flatMap {
        TraceContext(parent: $0, state: Environment.value("TRACESTATE"))
      }, name: name,
      kind: kind, version: version(), host: isSet("READINESS_TELEMETRY_HOST") ? Machine.hostName() : nil,
      tellsActor: isSet("READINESS_TELEMETRY_ACTOR"))
    let recorder = Recorder(
      settings, clock: { wall + Machine.monotonicNanoseconds() - began }, using: &random)
    // No thread has started yet, so no other code reads the environment.
    Environment.set("TRACEPARENT", recorder.context.parent)
    if recorder.context.state == nil { Environment.remove(["TRACESTATE"]) }
    held.withLock { $0 = recorder }
    isOn = true
    return nil
  }

  /// Ends the recording; a second call does nothing.
  /// - Returns: the reason why the spool could not be written; nil if it was, or telemetry is off.
  public static func end(status: Int32) -> SystemError? {
    guard isOn else { return nil }
    let recorder = held.withLock { held -> Recorder? in
      defer { held = nil }
      return held
    }
    return recorder?.end(status: status)
  }

  private static func isSet(_ name: String) -> Bool { Environment.value(name) == "1" }
}
