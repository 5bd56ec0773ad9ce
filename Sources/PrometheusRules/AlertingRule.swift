public import StrictJSON

/// An alerting rule of Prometheus.
public struct AlertingRule: Sendable {
  /// The name of the alert.
  public let name: String
  /// The PromQL expression; each element of its result is an alert.
  public let expression: String
  /// The time for which the expression must be true, such as `10m`; nil for none.
  public let holdsFor: String?
  /// The labels in addition to those of the expression; values are templates.
  public let labels: [(name: String, value: String)]
  /// The template of the summary sentence.
  public let summary: String
  /// The template of the runbook's address.
  public let runbook: String

  /// Creates a rule.
  public init(
    _ name: String, _ expression: String, for holdsFor: String?, labels: [(name: String, value: String)],
    summary: String, runbook: String
  ) {
    (self.name, self.expression, self.holdsFor) = (name, expression, holdsFor)
    (self.labels, self.summary, self.runbook) = (labels, summary, runbook)
  }

  /// The rule as an entry of a group.
  public var json: JSONValue {
    var members = [
      JSONMember("alert", .text(name)), JSONMember("expr", .text(expression)),
      JSONMember("labels", JSONValue(.object(labels.map { JSONMember($0.name, .text($0.value)) }))),
      JSONMember("annotations", ["summary": .text(summary), "runbook_url": .text(runbook)]),
    ]
    if let holdsFor { members.append(JSONMember("for", .text(holdsFor))) }
    return JSONValue(.object(members))
  }
}

extension String {
  /// The text with `{{` escaped for Prometheus' templates.
  public var templateText: String {
    split(separator: "{{", omittingEmptySubsequences: false).joined(separator: "{{\"{{\"}}")
  }
}
