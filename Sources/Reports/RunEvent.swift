import PlanModel
public import StrictJSON

/// A run as a CloudEvents 1.0 event in structured JSON (CloudEvents specification 1.0.2; JSON event format).
public struct RunEvent: Sendable {
  /// The run ID, so that repeated deliveries have the same id. Without a stamp, it names the commit.
  public let id: String
  /// The event.
  public let json: JSONValue

  /// Creates an event from stored JSON.
  public init(id: String, json: JSONValue) {
    self.id = id
    self.json = json
  }

  /// Creates an event.
  /// - Parameters:
  ///   - plan: `planId`; nil if the commit has none.
  ///   - codes: the codes of the judge's errors.
  ///   - committedAt: the moment of the commit in RFC 3339, for a run without a stamp.
  public init(_ line: RunLine, plan: String?, codes: [String], committedAt: String) {
    id = line.id ?? "unstamped-" + line.commit
    let subjects = line.run.transitions.map(\.milestone.text) + line.run.edits.map { $0.milestone?.text ?? "plan" }
    var members = [
      JSONMember("specversion", "1.0"), JSONMember("id", .text(id)),
      JSONMember("source", .text(plan.map { "urn:uuid:" + $0 } ?? "urn:git:" + line.commit)),
      JSONMember("type", .text(codes.isEmpty ? "readiness.run.accepted" : "readiness.run.refused")),
      JSONMember("time", .text(line.isStamped ? line.run.at : committedAt)),
      JSONMember("datacontenttype", "application/json"),
    ]
    if !subjects.isEmpty { members.append(JSONMember("subject", .text(subjects.joined(separator: ",")))) }
    let data = (line.json.object ?? []) + [JSONMember("codes", .texts(codes))]
    members.append(JSONMember("data", JSONValue(.object(data))))
    json = JSONValue(.object(members))
  }
}
