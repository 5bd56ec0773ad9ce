import StrictJSON

/// The two kinds of signals in the spool, each with its own file.
public enum Signal: String, Sendable, CaseIterable {
  /// Spans.
  case traces
  /// Log records.
  case logs

  /// The file name in the spool's folder.
  public var file: String { rawValue + ".jsonl" }

  /// The path after an OTLP/HTTP endpoint.
  public var path: String { "/v1/" + rawValue }

  /// The only member of a line's object.
  public var member: String { self == .traces ? "resourceSpans" : "resourceLogs" }

  var scope: String { self == .traces ? "scopeSpans" : "scopeLogs" }

  var records: String { self == .traces ? "spans" : "logRecords" }
}

/// The lines of the spool, as the OpenTelemetry file exporter defines them: one `TracesData` or `LogsData` object
/// each.
public enum SpoolLines {
  /// The largest line, in bytes, including its line end.
  public static let bound = 65_536

  /// Returns the fewest lines that fit all records within the bound; drops a single record that exceeds it. O(bytes).
  /// - Parameter resource: the attributes of the process.
  static func lines(_ signal: Signal, _ records: [JSONValue], resource: [Attribute], version: String) -> [[UInt8]] {
    let frame = frame(signal, resource, version)
    var (lines, line) = ([[UInt8]](), [UInt8]())
    for record in records {
      let bytes = record.canonicalBytes
      guard frame.count + bytes.count <= bound else { continue }
      if !line.isEmpty, frame.count + line.count + 1 + bytes.count > bound {
        lines.append(frame.head + line + frame.tail)
        line = []
      }
      if !line.isEmpty { line.append(UInt8(ascii: ",")) }
      line += bytes
    }
    if !line.isEmpty { lines.append(frame.head + line + frame.tail) }
    return lines
  }

  private struct Frame {
    let head: [UInt8]
    let tail: [UInt8]
    var count: Int { head.count + tail.count }
  }

  /// Returns the parts of a line around its records.
  private static func frame(_ signal: Signal, _ resource: [Attribute], _ version: String) -> Frame {
    let attributes = Attribute.json(resource).canonicalBytes
    let scope: JSONValue = ["name": "readiness", "version": .text(version)]
    let head =
      Array("{\"\(signal.member)\":[{\"resource\":{\"attributes\":".utf8) + attributes
      + Array("},\"\(signal.scope)\":[{\"scope\":".utf8) + scope.canonicalBytes
      + Array(",\"\(signal.records)\":[".utf8)
    return Frame(head: head, tail: Array("]}]}]}\n".utf8))
  }
}
