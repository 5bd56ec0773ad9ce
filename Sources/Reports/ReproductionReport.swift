public import PlanModel
public import StrictJSON

/// A report on whether evidence could be reproduced.
public struct ReproductionReport {
  private let reproduction: Reproduction

  /// Creates a report.
  public init(_ reproduction: Reproduction) { self.reproduction = reproduction }

  /// Renders the report for a terminal.
  public func text(width: Int, _ style: Style) -> String {
    func shown(_ verdict: Reproduction.Verdict) -> String {
      let role: Style.Role =
        verdict == .identical || verdict == .equivalent ? .good : verdict == .different ? .bad : .warn
      return style(verdict.rawValue.padded(to: 12), role)
    }
    var out: [String] = []
    for fault in reproduction.faults {
      out += fault.printable.wrapped(to: width - 14, first: shown(.different) + "  ", rest: "              ")
    }
    for entry in reproduction.entries {
      out.append("\(shown(entry.verdict))  \(entry.milestone)/\(entry.criterion)  \(entry.kind)")
      if !entry.reason.isEmpty {
        out += entry.reason.printable.wrapped(to: width - 14, first: "              ", rest: "              ")
      }
      for value in entry.values where !value.isSame && entry.verdict == .different {
        out.append(
          "              \(value.name.printable)  recorded \(Self.short(value.recorded)), now \(Self.short(value.now))")
      }
      if !entry.tools.isEmpty {
        out.append("              other programs than recorded: \(entry.tools.joined(separator: ", ").printable)")
      }
      out += (entry.diff ?? []).map { "    " + $0.printable }
    }
    if reproduction.entries.isEmpty {
      out.append("There is no evidence to recompute.")
      if reproduction.faults.isEmpty { return out.joined(separator: "\n") }
    }
    out.append(shown(reproduction.verdict).trimmed + (reproduction.run.map { "  run \($0.prefix(12))" } ?? ""))
    return out.joined(separator: "\n")
  }

  private static func short(_ text: String) -> String {
    text.isEmpty ? "nothing" : text.hasPrefix("sha256:") ? text.prefix(19) + "…" : text.printable
  }

  /// The answer `reproduce`: `run, verdict, faults[], entries[]` (`milestone, criterion, kind, verdict, reason,
  /// recorded{}, now{}, differs[], tools[], diff?`).
  public var json: JSONValue {
    let entries = reproduction.entries.map { entry -> JSONValue in
      func values(_ text: (Reproduction.Value) -> String) -> JSONValue {
        JSONValue(.object(entry.values.map { JSONMember($0.name, .text(text($0))) }))
      }
      var members = [
        JSONMember("milestone", .text(entry.milestone.text)), JSONMember("criterion", .text(entry.criterion)),
        JSONMember("kind", .text(entry.kind)), JSONMember("verdict", .text(entry.verdict.rawValue)),
        JSONMember("reason", .text(entry.reason)), JSONMember("recorded", values(\.recorded)),
        JSONMember("now", values(\.now)), JSONMember("differs", .texts(entry.values.filter { !$0.isSame }.map(\.name))),
        JSONMember("tools", .texts(entry.tools)),
      ]
      if let diff = entry.diff { members.append(JSONMember("diff", .text(diff.joined(separator: "\n")))) }
      return JSONValue(.object(members))
    }
    return Envelope.json(
      "reproduce",
      [
        JSONMember("run", reproduction.run.map { .text($0) } ?? nil),
        JSONMember("verdict", .text(reproduction.verdict.rawValue)), JSONMember("faults", .texts(reproduction.faults)),
        JSONMember("entries", JSONValue(.array(entries))),
      ])
  }
}

extension String {
  fileprivate var trimmed: String { replacing(" ", with: "") }
}
