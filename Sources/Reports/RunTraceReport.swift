import PlanModel
public import StrictJSON

/// The spans of one run from all processes.
public struct RunTraceReport: Sendable {
  /// One span of a process.
  public struct Line: Sendable {
    /// The name of the step, such as `deliver audit`.
    public let name: String
    /// The process, such as `hook pre-receive`.
    public let process: String
    /// The beginning, in nanoseconds since 1970.
    public let start: Int64
    /// The duration, in nanoseconds.
    public let duration: Int64
    /// The names and values of its attributes, in order.
    public let facts: [(name: String, value: String)]

    /// Creates a line.
    public init(name: String, process: String, start: Int64, duration: Int64, facts: [(name: String, value: String)]) {
      self.name = name
      self.process = process
      self.start = start
      self.duration = duration
      self.facts = facts
    }

    fileprivate var at: String { Timestamp.text(millisecondsSince1970: start / 1_000_000) }

    fileprivate func fact(_ name: String) -> String? { facts.first { $0.name == name }?.value }

    /// The duration as `9.7 ms`, or as `3.0 s` from a tenth of a second on.
    fileprivate var time: String {
      let (unit, size): (String, Int64) = duration < 100_000_000 ? ("ms", 1_000_000) : ("s ", 1_000_000_000)
      let tenths = (duration * 10 + size / 2) / size
      return "\(tenths / 10).\(tenths % 10) \(unit)"
    }

    /// The process, if the name does not imply it.
    fileprivate var place: String {
      if name.hasPrefix("deliver ") { return "" }
      let ref = fact("vcs.ref.head.name").map { " " + $0 } ?? ""
      return (name == "receive" ? process.dropping("hook ") : process) + ref
    }

    /// The outcome.
    fileprivate var end: String {
      let attempts = fact("readiness.attempts").map { " after \($0) attempt\($0 == "1" ? "" : "s")" } ?? ""
      let status = fact("http.response.status_code")
      let why = attempts.isEmpty ? "" : ":\(status.map { " " + $0 } ?? "")\(attempts)"
      return [fact("readiness.answer").map { $0 + why }, fact("readiness.codes")].compactMap(\.self)
        .joined(separator: "  ")
    }
  }

  private let run: String
  private let line: RunLine?
  private let lines: [Line]
  private let torn: Int

  /// - Parameters:
  ///   - line: the repository's record of the run; nil if it has none.
  ///   - torn: the number of torn lines of the spool.
  public init(run: String, line: RunLine?, lines: [Line], torn: Int) {
    self.run = run
    self.line = line
    self.lines = lines
    self.torn = torn
  }

  /// The answer `trace`.
  public var json: JSONValue {
    let spans = lines.map { line -> JSONValue in
      [
        "name": .text(line.name), "process": .text(line.process), "at": .text(line.at),
        "startTimeUnixNano": .text(String(line.start)),
        "milliseconds": JSONValue(.number(JSONNumber(Double(line.duration) / 1_000_000))),
        "facts": JSONValue(.object(line.facts.map { JSONMember($0.name, .text($0.value)) })),
      ]
    }
    return Envelope.json(
      "trace",
      [
        JSONMember("run", .text(run)), JSONMember("traceId", .text(String(run.prefix(32)))),
        JSONMember("spans", JSONValue(.array(spans))), JSONMember("torn", .int(torn)),
        JSONMember("told", line?.json ?? nil),
      ])
  }

  /// Renders the report for people.
  public func text(_ style: Style) -> String {
    let isOneDay = Set(lines.map { $0.at.prefix(10) }).count <= 1
    let cells = lines.map { line in
      [
        isOneDay ? String(line.at.dropFirst(11).dropLast()) : line.at, line.time, line.name.printable,
        line.place.printable, line.end.printable,
      ]
    }
    let widths = (0..<5).map { column in cells.map { $0[column].columns }.max() ?? 0 }
    var text = ["run \(run.prefix(12))…" + told]
    for row in cells {
      let padded = row.enumerated().map { column, cell in
        let space = String(repeating: " ", count: widths[column] - cell.columns)
        return column == 1 ? space + cell : cell + space
      }
      var line = "  " + padded.joined(separator: "  ")
      while line.last == " " { line.removeLast() }
      text.append(line)
    }
    if torn > 0 { text.append("note: \(torn) torn line\(torn == 1 ? "" : "s") of the spool could not be read whole.") }
    return text.joined(separator: "\n")
  }

  private var told: String {
    guard let line else {
      let ids = Set(lines.compactMap { $0.fact("readiness.milestone.id") }).sorted()
      return ids.isEmpty ? "" : "   " + ids.joined(separator: ", ").printable
    }
    let moves = line.run.transitions.map { "\($0.milestone) \"\($0.from ?? "none")\" -> \"\($0.to ?? "none")\"" }
    let edits = line.run.edits.map { "\($0.milestone?.text ?? "plan") edited" }
    let what = (moves.isEmpty ? edits : moves).joined(separator: ", ")
    return "   \(what.printable)   \(line.run.actor.email.printable)"
  }
}

extension String {
  fileprivate func dropping(_ prefix: String) -> String { hasPrefix(prefix) ? String(dropFirst(prefix.count)) : self }
}
