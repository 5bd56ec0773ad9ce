import PlanModel
public import StrictJSON

/// A run as a CloudEvents 1.0 event in structured JSON (CloudEvents specification 1.0.2; JSON event format).
public struct RunEvent: Sendable {
  /// The run ID, which makes every delivery of the same event the same; without a stamp, the commit.
  public let id: String
  /// The event.
  public let json: JSONValue

  /// An event that was made before.
  public init(id: String, json: JSONValue) {
    self.id = id
    self.json = json
  }

  /// Makes an event.
  /// - Parameters:
  ///   - plan: `planId`; nil where the commit has none.
  ///   - codes: of the errors that the judge found.
  ///   - committedAt: as RFC 3339, for a run without a stamp.
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
