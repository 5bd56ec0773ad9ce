public import PlanJudge
import PlanModel
public import StrictJSON

/// The exit criteria of one milestone, and the evidence of each.
public struct CriteriaReport {
  private let entry: PlanOverview.Entry

  /// Creates a report.
  public init(_ entry: PlanOverview.Entry) { self.entry = entry }

  /// Renders the report for a terminal.
  public func text(width: Int, _ style: Style) -> String {
    let criteria = entry.milestone.exitCriteria
    let met = criteria.count { [.met, .waived].contains(entry.standing(of: $0)) }
    return
      ([style("\(entry.id)", .strong) + "  \(met) of \(criteria.count) criteria are met"]
      + criteria.flatMap { ShowReport.lines($0, entry, width, style) }).joined(separator: "\n")
  }

  /// The answer `criteria`: `milestone`, `criteria[]` (`id, text, standing, evidence[]`).
  public var json: JSONValue {
    let listed = entry.milestone.exitCriteria.map { criterion -> JSONValue in
      [
        "id": .text(criterion.id), "text": .text(criterion.text),
        "evidence": JSONValue(.array(criterion.evidence.map(\.json))),
        "check": criterion.check?.json ?? nil,
        "standing": .text(entry.standing(of: criterion).rawValue),
        "waived": JSONValue(.bool(entry.waived.contains { $0.id == criterion.id })),
      ]
    }
    return Envelope.json(
      "criteria",
      [JSONMember("milestone", .text(entry.id.text)), JSONMember("criteria", JSONValue(.array(listed)))])
  }
}
