public import PlanJudge
import PlanModel
public import StrictJSON

/// The differences between two plans, one paragraph per milestone.
public struct DiffReport {
  private let diff: PlanDiff
  private let from: String
  private let to: String

  /// - Parameters:
  ///   - from: the commit before.
  ///   - to: the commit after.
  public init(_ diff: PlanDiff, from: String, to: String) {
    self.diff = diff
    self.from = from
    self.to = to
  }

  /// Renders the report for a terminal.
  public func text(width: Int, _ style: Style) -> String {
    guard !diff.isEmpty else { return "The plans are the same." }
    var lines: [String] = []
    for change in diff.changes {
      let name = (change.after ?? change.before)?.workstream.printable ?? ""
      let status: String
      switch (change.before?.status, change.after?.status) {
      case (nil, let new?): status = style("new", .good) + ", \(new.printable)"
      case (_?, nil): status = style("gone", .bad)
      case (let old?, let new?) where old != new: status = "\(old.printable) -> " + style(new.printable, .good)
      default: status = ""
      }
      lines.append(style(change.id.text, .strong) + "  \(name)" + (status.isEmpty ? "" : "  " + status))
      guard change.before != nil, change.after != nil else { continue }
      for (sign, text) in Self.details(change) {
        let wrapped = text.printable.wrapped(to: min(width, 80) - 6)
        lines += wrapped.enumerated().map { index, line in
          "    " + (index == 0 ? style(sign, sign == "+" ? .good : sign == "-" ? .bad : .quiet) + " " : "  ") + line
        }
      }
    }
    if diff.changesOrder { lines.append("The suggested order changed.") }
    if diff.changesPolicy { lines.append(style("The policy changed.", .warn)) }
    return lines.joined(separator: "\n")
  }

  /// Returns the changes of a milestone other than its state, each with a sign.
  static func details(_ change: PlanDiff.Change) -> [(String, String)] {
    var lines: [(String, String)] = []
    lines += change.addedDependencies.map { ("+", "depends on \($0)") }
    lines += change.removedDependencies.map { ("-", "depends on \($0)") }
    let criteria = change.criteria
    lines += criteria.added.map { ("+", "criterion \($0)") } + criteria.removed.map { ("-", "criterion \($0)") }
    lines += criteria.reworded.map { ("~", "criterion \($0) reworded") }
    let evidence = change.evidence
    lines += evidence.added.map { ("+", "evidence for \($0.criterion): \(text($0.entry))") }
    lines += evidence.removed.map { ("-", "evidence for \($0.criterion): \(text($0.entry))") }
    let known = Set((change.before?.risks ?? []).map(\.id))
    lines += change.risks.map { risk in
      known.contains(risk.id)
        ? ("~", "risk \(risk.id) (\(risk.severity), \(risk.status)): \(risk.text)")
        : ("+", "risk \(risk.id) added (\(risk.severity), \(risk.status)): \(risk.text)")
    }
    for field in change.otherFields {
      let values = [change.before?.json[field], change.after?.json[field]]
      // A long list is not readable on one line.
      if values.contains(where: { $0?.array != nil || $0?.object != nil }) {
        lines.append(("~", "\(field) changed"))
      } else {
        lines.append(("~", "\(field): " + values.map { $0.map(text) ?? "nothing" }.joined(separator: " -> ")))
      }
    }
    return lines
  }

  private static func text(_ value: JSONValue) -> String {
    let text = value.string ?? String(decoding: value.canonicalBytes, as: UTF8.self)
    return text.cut(to: 60)
  }

  static func text(_ evidence: Evidence) -> String {
    switch evidence.kind {
    case .file(let path, let sha256): "\(path) \(sha256.hex.prefix(12))…"
    default: EvidenceText.line(evidence)
    }
  }

  /// The answer `diff`: `from`, `to`, `milestones[]`, `order`, `policy`.
  public var json: JSONValue {
    let milestones = diff.changes.map { change -> JSONValue in
      let (criteria, evidence) = (change.criteria, change.evidence)
      func entries(_ list: [(criterion: String, entry: Evidence)]) -> JSONValue {
        JSONValue(.array(list.map { ["criterion": .text($0.criterion), "entry": $0.entry.json] }))
      }
      return [
        "id": .text(change.id.text), "from": change.before.map { .text($0.status) } ?? nil,
        "to": change.after.map { .text($0.status) } ?? nil,
        "dependsOn": [
          "added": .texts(change.addedDependencies.map(\.text)),
          "removed": .texts(change.removedDependencies.map(\.text)),
        ],
        "criteria": [
          "added": .texts(criteria.added), "removed": .texts(criteria.removed), "reworded": .texts(criteria.reworded),
        ],
        "evidence": ["added": entries(evidence.added), "removed": entries(evidence.removed)],
        "risks": .texts(change.risks.map(\.id)), "fields": .texts(change.otherFields),
      ]
    }
    return Envelope.json(
      "diff",
      [
        JSONMember("from", .text(from)), JSONMember("to", .text(to)),
        JSONMember("milestones", JSONValue(.array(milestones))),
        JSONMember("order", JSONValue(.bool(diff.changesOrder))),
        JSONMember("policy", JSONValue(.bool(diff.changesPolicy))),
      ])
  }
}
