import StrictJSON

/// The spans of one run in spools, from every process that handled it.
public struct RunTrace: Sendable {
  /// One process's work on the run.
  public struct Entry: Sendable, Equatable {
    /// The work, such as `receive` or `deliver audit`.
    public let name: String
    /// The name of the process, such as `hook pre-receive`.
    public let process: String
    /// The start, in nanoseconds since 1970.
    public let start: Int64
    /// The end, in nanoseconds since 1970.
    public let end: Int64
    /// The attributes of the span, except the run and the process.
    public let attributes: [Attribute]
    /// The ids of the span.
    public let context: TraceContext

    /// Returns the text of an attribute. Returns nil if there is none of that name.
    public func text(_ name: String) -> String? {
      for attribute in attributes where attribute.name == name {
        switch attribute.value {
        case .text(let text): return text
        case .int(let number): return String(number)
        case .bool(let truth): return String(truth)
        case .texts(let texts): return texts.joined(separator: ", ")
        }
      }
      return nil
    }
  }

  /// The run ID.
  public let run: String
  /// The entries, by start time.
  public let entries: [Entry]

  /// Finds the runs in spools whose ID has a prefix. O(bytes of the spools).
  /// - Returns: the traces, by run ID, and the number of damaged lines.
  /// - Throws: `SystemError` if a spool cannot be read.
  public static func find(_ prefix: String, in spools: [Spool]) throws -> (traces: [RunTrace], torn: Int) {
    var (found, torn) = ([String: [Entry]](), 0)
    // A trace id is the first half of the run ID, so a line without these digits does not concern the run.
    let needle = Array("\"traceId\":\"\(prefix.prefix(32))".utf8)
    for spool in spools {
      for bytes in try spool.unsent(.traces) {
        for line in bytes.split(separator: 0x0A) where line.holds(needle) {
          let read = SpoolLine(line, of: .traces)
          if read.isTorn { torn += 1 }
          for (record, _) in read.records(of: .traces) {
            guard let (run, entry) = entry(record), run.hasPrefix(prefix) else { continue }
            found[run, default: []].append(entry)
          }
        }
      }
    }
    let traces = found.sorted { $0.key < $1.key }.map { run, entries in
      RunTrace(
        run: run,
        entries: entries.sorted { ($0.start, $0.name, $0.context.span) < ($1.start, $1.name, $1.context.span) })
    }
    return (traces, torn)
  }

  /// Parses a span in a run's own trace. Returns nil for the root, which only repeats the stamp, and for any other
  /// span.
  private static func entry(_ record: JSONValue) -> (run: String, entry: Entry)? {
    let attributes = (record["attributes"]?.array ?? []).compactMap { Attribute(json: $0) }
    guard let trace = record["traceId"]?.string, let span = record["spanId"]?.string, record["parentSpanId"] != nil,
      let name = record["name"]?.string, let start = record["startTimeUnixNano"]?.string.flatMap({ Int64($0) }),
      let end = record["endTimeUnixNano"]?.string.flatMap({ Int64($0) }),
      case .text(let run)? = attributes.first(where: { $0.name == "readiness.run.id" })?.value,
      TraceContext(run: run)?.trace == trace
    else { return nil }
    let told = attributes.filter { !["readiness.run.id", "readiness.process"].contains($0.name) }
    let process =
      if case .text(let text)? = attributes.first(where: { $0.name == "readiness.process" })?.value { text } else { "" }
    return (
      run,
      Entry(
        name: name, process: process, start: start, end: max(start, end), attributes: told,
        context: TraceContext(trace: trace, span: span))
    )
  }
}

extension Attribute {
  /// Parses an attribute of OTLP's JSON. Returns nil for any other value.
  init?(json: JSONValue) {
    guard let name = json["key"]?.string, let value = json["value"] else { return nil }
    if let text = value["stringValue"]?.string {
      self.init(name, .text(text))
    } else if let number = value["intValue"]?.string.flatMap({ Int($0) }) ?? value["intValue"]?.integer {
      self.init(name, .int(number))
    } else if let truth = value["boolValue"]?.bool {
      self.init(name, .bool(truth))
    } else if let values = value["arrayValue"]?["values"]?.array {
      self.init(name, .texts(values.compactMap { $0["stringValue"]?.string }))
    } else {
      return nil
    }
  }
}

extension ArraySlice<UInt8> {
  /// Returns true if the bytes contain a sequence.
  fileprivate func holds(_ needle: [UInt8]) -> Bool {
    guard let first = needle.first, count >= needle.count else { return false }
    var at = startIndex
    let last = endIndex - needle.count
    while at <= last, let place = self[at...last].firstIndex(of: first) {
      if self[place..<place + needle.count].elementsEqual(needle) { return true }
      at = place + 1
    }
    return false
  }
}
