import Reports
import Telemetry

/// The span of one sink, and a record of each delivery in the trace of its run.
struct DeliverySpan {
  /// The trace context that is passed to the sink.
  let context: TraceContext
  private let recorder: Recorder
  private let name: String
  private let since: Int64

  /// Begins a span. Returns nil without telemetry.
  init?(_ sink: String) {
    guard let recorder = Telemetry.recorder else { return nil }
    self.recorder = recorder
    name = "deliver " + sink
    context = recorder.part()
    since = recorder.now
  }

  /// Records an attempt. `fault` is nil if the sink accepted the event.
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

  /// Returns the HTTP status in a reason. The rest of a reason may name paths and addresses, and is not recorded.
  private static func status(in reason: String) -> Int? {
    guard reason.hasPrefix("It answered "), reason.hasSuffix(".") else { return nil }
    return Int(reason.dropFirst("It answered ".count).dropLast())
  }

  /// Ends the span.
  func end(_ outcome: Deliverer.Outcome) {
    recorder.child(
      name, context, since: since,
      [
        Attribute("readiness.delivered", .int(outcome.delivered)), Attribute("readiness.dead", .int(outcome.dead)),
        Attribute("readiness.pending", .int(outcome.pending)),
      ])
  }
}
