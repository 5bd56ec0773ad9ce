public import StrictJSON

/// An alerting rule of Prometheus.
public struct AlertingRule: Sendable {
  /// The alert's name.
  public let name: String
  /// The PromQL expression; each element of its answer is an alert.
  public let expression: String
  /// How long the expression has to hold, such as `10m`; nil for at once.
  public let holdsFor: String?
  /// Labels that the alert gets beside those of the expression; values are templates.
  public let labels: [(name: String, value: String)]
  /// A template of the sentence that a person reads first.
  public let summary: String
  /// Where the runbook is; a template.
  public let runbook: String

  /// Makes a rule.
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
  /// The text as Prometheus' templates print it: two braces would begin an action.
  public var templateText: String {
    split(separator: "{{", omittingEmptySubsequences: false).joined(separator: "{{\"{{\"}}")
  }
}
