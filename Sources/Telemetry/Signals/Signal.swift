import StrictJSON

/// A span: an operation with its time and its trace.
public struct Span: Sendable, Equatable {
  /// The kind of a span; the numbers are OTLP's.
  public enum Kind: Int, Sendable {
    /// An internal operation.
    case `internal` = 1
    /// A request that a server handles.
    case server = 2
  }

  /// The status of a span; the numbers are OTLP's.
  public enum Status: Int, Sendable {
    /// Unset, because the caller made an error.
    case unset = 0
    /// It did its work, even if the verdict was negative.
    case ok = 1
    /// It failed to do its work.
    case error = 2
  }

  /// The ids of the trace and the span.
  public let context: TraceContext
  /// The id of the parent span; nil for a root.
  public let parent: String?
  /// The name, of low cardinality.
  public let name: String
  /// The kind.
  public let kind: Kind
  /// The start, in nanoseconds since 1970.
  public let start: Int64
  /// The end, in nanoseconds since 1970.
  public let end: Int64
  /// The attributes.
  public let attributes: [Attribute]
  /// The related spans of other traces.
  public let links: [TraceContext]
  /// The status.
  public let status: Status

  /// Creates a span.
  public init(
    _ context: TraceContext, parent: String?, name: String, kind: Kind = .internal, start: Int64, end: Int64,
    attributes: [Attribute] = [], links: [TraceContext] = [], status: Status = .ok
  ) {
    self.context = context
    self.parent = parent
    self.name = name
    self.kind = kind
    self.start = start
    self.end = end
    self.attributes = attributes
    self.links = links
    self.status = status
  }

  /// Returns the OTLP flags: the sampling bit of W3C.
  private static func flags(_ context: TraceContext) -> JSONValue { .int(context.isSampled ? 1 : 0) }

  /// The span in OTLP's JSON: ids in hexadecimal, times as strings, enumerations as integers.
  var json: JSONValue {
    var members = [
      JSONMember("traceId", .text(context.trace)), JSONMember("spanId", .text(context.span)),
      JSONMember("flags", Self.flags(context)), JSONMember("name", .text(name.cut(to: AttributeValue.elementBound))),
      JSONMember("kind", .int(kind.rawValue)), JSONMember("startTimeUnixNano", .text(String(start))),
      JSONMember("endTimeUnixNano", .text(String(end))), JSONMember("attributes", Attribute.json(attributes)),
    ]
    if let parent { members.append(JSONMember("parentSpanId", .text(parent))) }
    if let state = context.state { members.append(JSONMember("traceState", .text(state))) }
    if !links.isEmpty {
      let links = links.prefix(AttributeValue.countBound).map { link -> JSONValue in
        ["traceId": .text(link.trace), "spanId": .text(link.span), "flags": Self.flags(link)]
      }
      members.append(JSONMember("links", JSONValue(.array(links))))
    }
    if status != .unset { members.append(JSONMember("status", ["code": .int(status.rawValue)])) }
    return JSONValue(.object(members))
  }
}

/// One log record: a finding, or the end of a process.
public struct LogEntry: Sendable, Equatable {
  /// The severity; the numbers are OTLP's.
  public enum Severity: Int, Sendable {
    /// Informational.
    case info = 9
    /// A warning.
    case warning = 13
    /// Rejected, or could not be judged.
    case error = 17

    /// The text of the severity.
    var text: String {
      switch self {
      case .info: "INFO"
      case .warning: "WARN"
      case .error: "ERROR"
      }
    }
  }

  /// The time, in nanoseconds since 1970.
  public let at: Int64
  /// The severity.
  public let severity: Severity
  /// The reason code, or `ended`; never a message.
  public let code: String
  /// The attributes.
  public let attributes: [Attribute]
  /// The span of the record.
  public let context: TraceContext

  /// Creates a record.
  public init(at: Int64, _ severity: Severity, code: String, attributes: [Attribute], context: TraceContext) {
    self.at = at
    self.severity = severity
    self.code = code
    self.attributes = attributes
    self.context = context
  }

  var json: JSONValue {
    [
      "timeUnixNano": .text(String(at)), "observedTimeUnixNano": .text(String(at)),
      "severityNumber": .int(severity.rawValue), "severityText": .text(severity.text),
      "body": AttributeValue.text(code).json, "attributes": Attribute.json(attributes),
      "flags": .int(context.isSampled ? 1 : 0), "traceId": .text(context.trace), "spanId": .text(context.span),
    ]
  }
}
