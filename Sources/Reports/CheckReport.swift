public import PlanModel
public import StrictJSON

/// A report of the results of checks.
public struct CheckReport {
  /// One check.
  public struct Line {
    let milestone: MilestoneID
    let criterion: String
    let kind: String
    let outcome: String
    let message: String
    let evidence: Evidence?
    let isNew: Bool
    let tail: [String]
    let notes: [String]

    /// - Parameters:
    ///   - outcome: `passed`, `failed`, `skipped` or `untrusted`.
    ///   - isNew: true if its evidence differs from the plan's.
    ///   - tail: the last lines of the output of a failed check.
    public init(
      milestone: MilestoneID, criterion: String, kind: String, outcome: String, message: String, evidence: Evidence?,
      isNew: Bool, tail: [String], notes: [String]
    ) {
      self.milestone = milestone
      self.criterion = criterion
      self.kind = kind
      self.outcome = outcome
      self.message = message
      self.evidence = evidence
      self.isNew = isNew
      self.tail = tail
      self.notes = notes
    }

    fileprivate var record: CheckRecord? {
      if case .check(let record)? = evidence?.kind { record } else { nil }
    }
  }

  private let commit: String
  private let lines: [Line]
  private let done: String

  /// - Parameter done: a sentence about the use of the evidence; empty if there was none.
  public init(commit: String, _ lines: [Line], done: String) {
    self.commit = commit
    self.lines = lines
    self.done = done
  }

  /// True if a check failed or is not trusted.
  public var hasFailed: Bool { lines.contains { $0.outcome == "failed" || $0.outcome == "untrusted" } }

  private func count(_ outcome: String) -> Int { lines.count { $0.outcome == outcome } }

  /// Renders the report for a terminal.
  public func text(width: Int, _ style: Style) -> String {
    var out: [String] = []
    for line in lines {
      let role: Style.Role =
        switch line.outcome {
        case "passed": .good
        case "skipped": .quiet
        default: .bad
        }
      var facts: [String] = []
      if let record = line.record {
        facts.append(Self.duration(record.milliseconds))
        if record.attempts > 1 { facts.append("\(record.attempts) attempts") }
        if !line.isNew { facts.append("as recorded") }
      }
      let detail = facts.isEmpty ? "" : "  " + style(facts.joined(separator: ", "), .quiet)
      out.append("  " + style(line.outcome.padded(to: 9), role) + "  \(line.milestone)/\(line.criterion)" + detail)
      for text in [line.message].filter({ !$0.isEmpty }) + line.notes.map({ "It \($0)." }) {
        out += text.printable.wrapped(to: max(20, min(width, 80) - 13)).map { "             " + $0 }
      }
      out += line.tail.map {
        "             " + style("| ", .quiet) + $0.printable.cut(to: max(20, min(width, 215) - 15))
      }
    }
    let counts = ["passed", "failed", "untrusted", "skipped"].filter { count($0) > 0 }.map { "\(count($0)) \($0)" }
    out += ["", "\(counts.joined(separator: ", ")) at \(commit.prefix(12))."]
    if !done.isEmpty { out.append(done) }
    return out.joined(separator: "\n")
  }

  private static func duration(_ milliseconds: Int) -> String {
    milliseconds < 1000 ? "\(milliseconds) ms" : "\(milliseconds / 1000).\(milliseconds % 1000 / 100) s"
  }

  /// The answer `check`: `commit`, `results[]` (`milestone, criterion, kind, outcome, message, notes[], new,
  /// evidence?`).
  public var json: JSONValue {
    let results = lines.map { line -> JSONValue in
      var members = [
        JSONMember("milestone", .text(line.milestone.text)), JSONMember("criterion", .text(line.criterion)),
        JSONMember("kind", .text(line.kind)), JSONMember("outcome", .text(line.outcome)),
        JSONMember("message", .text(line.message)), JSONMember("notes", .texts(line.notes)),
        JSONMember("new", JSONValue(.bool(line.isNew))),
      ]
      if let evidence = line.evidence { members.append(JSONMember("evidence", evidence.json)) }
      return JSONValue(.object(members))
    }
    return Envelope.json(
      "check",
      [
        JSONMember("commit", .text(commit)), JSONMember("passed", JSONValue(.bool(count("passed") == lines.count))),
        JSONMember("results", JSONValue(.array(results))),
      ])
  }
}
