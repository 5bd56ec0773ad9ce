import PlanModel
import PlanJudge
import StrictJSON

/// Late and at-risk milestones in the wording of reports.
enum LatenessText {
  /// Returns wrapped lines for a terminal, beginning a new line for each milestone.
  static func lines(_ items: [Lateness.Item], width: Int, _ style: Style) -> [String] {
    items.flatMap { item -> [String] in
      let label = item.kind == .late ? "Late: " : "At risk: "
      return (label + sentence(item)).printable.wrapped(to: min(width, 80)).enumerated().map { index, line in
        index == 0
          ? style(String(line.prefix(label.count - 1)), item.kind == .late ? .bad : .warn)
            + line.dropFirst(label.count - 1)
          : "  " + line
      }
    }
  }

  private static func sentence(_ item: Lateness.Item) -> String {
    guard item.kind == .atRisk else { return "\(item.milestone) was due on \(item.target)." }
    let chain = item.path.dropFirst().map(\.text).joined(separator: " <- ")
    let due = item.causeTarget > item.target ? "is due on" : "was due on"
    return "\(item.milestone) (due on \(item.target)) waits for \(chain), which \(due) \(item.causeTarget)."
  }

  /// Returns `lateness[]`: `milestone, target, kind, path`.
  static func json(_ items: [Lateness.Item]) -> JSONValue {
    JSONValue(
      .array(
        items.map {
          [
            "milestone": .text($0.milestone.text), "target": .text($0.target), "kind": .text($0.kind.rawValue),
            "path": .texts($0.path.map(\.text)),
          ]
        }))
  }
}
