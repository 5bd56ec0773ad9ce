import StrictJSON

/// One span: who did what, when, for how long, within which trace.
public struct Span: Sendable, Equatable {
  /// Whose side it is seen from; the numbers are OTLP's.
  public enum Kind: Int, Sendable {
    /// Within one program.
    case `internal` = 1
    /// A request that a server answers.
    case server = 2
  }

  /// How it ended; the numbers are OTLP's.
  public enum Status: Int, Sendable {
    /// Nothing is said: the caller was wrong.
    case unset = 0
    /// It did what it was for, also where the answer was no.
    case ok = 1
    /// It could not.
    case error = 2
  }

  /// Its trace and its own identifier.
  public let context: TraceContext
  /// The span that it is a part of; nil for a root.
  public let parent: String?
  /// The name, of few different ones.
  public let name: String
  /// Whose side it is seen from.
  public let kind: Kind
  /// When it began, in nanoseconds since 1970.
  public let start: Int64
  /// When it ended.
  public let end: Int64
  /// What is known of it.
  public let attributes: [Attribute]
  /// Spans of other traces that it belongs to.
  public let links: [TraceContext]
  /// How it ended.
  public let status: Status

  /// Makes a span.
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

  /// The flags of OTLP: the sampling bit of W3C.
  private static func flags(_ context: TraceContext) -> JSONValue { .int(context.isSampled ? 1 : 0) }

  /// The span as OTLP's JSON writes it: identifiers in hexadecimal, times as strings, enumerations as integers.
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

/// One record of the log: a finding, or the end of a process.
public struct LogEntry: Sendable, Equatable {
  /// How bad it is; the numbers are OTLP's.
  public enum Severity: Int, Sendable {
    /// Told, and counts for nothing.
    case info = 9
    /// To be looked at.
    case warning = 13
    /// Refused, or could not be judged.
    case error = 17

    /// The word.
    var text: String {
      switch self {
      case .info: "INFO"
      case .warning: "WARN"
      case .error: "ERROR"
      }
    }
  }

  /// When, in nanoseconds since 1970.
  public let at: Int64
  /// How bad it is.
  public let severity: Severity
  /// The reason code, or `ended`; never a message.
  public let code: String
  /// What is known of it.
  public let attributes: [Attribute]
  /// The span in which it happened.
  public let context: TraceContext

  /// Makes a record.
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
