public import ReadinessSystem
import Synchronization

/// The recorder of this process. There is none unless the variable `READINESS_TELEMETRY` names a folder: then nothing is
/// read but the environment, once.
public enum Telemetry {
  private static let held = Mutex<Recorder?>(nil)

  /// True once there was a recorder: to make the lock costs 14,000 instructions, which nobody pays who asked for nothing.
  // Safe: it is written once, in `begin`, before the first thread starts.
  private nonisolated(unsafe) static var isOn = false

  /// The recorder; nil if nobody asked for telemetry.
  public static var recorder: Recorder? { isOn ? held.withLock { $0 } : nil }

  /// The folder that the environment names; nil if none.
  public static var folder: String? {
    Environment.value("READINESS_TELEMETRY").flatMap { $0.isEmpty ? nil : $0 }
  }

  /// Begins to record, if the environment asks for it; a hook needs `READINESS_TELEMETRY_HOOKS=1` beside it.
  ///
  /// From here on programs that this one starts are told this process's span as their caller.
  /// - Parameters:
  ///   - isHook: true for an entry point of git.
  ///   - name: the process span's name; nil to record nothing.
  /// - Returns: why nothing can be recorded; nil if all is well, or nobody asked.
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
    // No thread has begun yet, so nobody reads the environment meanwhile.
    Environment.set("TRACEPARENT", recorder.context.parent)
    if recorder.context.state == nil { Environment.remove(["TRACESTATE"]) }
    held.withLock { $0 = recorder }
    isOn = true
    return nil
  }

  /// Ends the recording; a second call does nothing.
  /// - Returns: why the spool could not be written; nil if it was, or nobody asked.
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
