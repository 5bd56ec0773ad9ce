import Reports
import Telemetry

/// One sink's part of the process, and what it was told of each run in that run's trace.
struct DeliverySpan {
  /// What the sink is told as its caller.
  let context: TraceContext
  private let recorder: Recorder
  private let name: String
  private let since: Int64

  /// Begins; nil without telemetry.
  init?(_ sink: String) {
    guard let recorder = Telemetry.recorder else { return nil }
    self.recorder = recorder
    name = "deliver " + sink
    context = recorder.part()
    since = recorder.now
  }

  /// An event was tried: why the sink did not take it, after how many attempts; nil if it did.
  func told(_ event: RunEvent, _ fault: (reason: String, attempts: Int)?, since: Int64) {
    var attributes = [Attribute.answer(fault == nil ? "told" : "dead letter")]
    if let fault {
      attributes.append(Attribute("readiness.attempts", .int(fault.attempts)))
      if let status = Self.status(in: fault.reason) {
        attributes.append(Attribute("http.response.status_code", .int(status)))
      }
    }
    recorder.handled(event.id, name, since: since, attributes)
    recorder.handles([event.id])
  }

  /// Of a reason, which may name paths and addresses, nothing is told but the status of an answer.
  private static func status(in reason: String) -> Int? {
    guard reason.hasPrefix("It answered "), reason.hasSuffix(".") else { return nil }
    return Int(reason.dropFirst("It answered ".count).dropLast())
  }

  /// All events were tried.
  func end(_ outcome: Deliverer.Outcome) {
    recorder.child(
      name, context, since: since,
      [
        Attribute("readiness.delivered", .int(outcome.delivered)), Attribute("readiness.dead", .int(outcome.dead)),
        Attribute("readiness.pending", .int(outcome.pending)),
      ])
  }
}
