public import StrictJSON

/// A milestone to be created, from a tracker document or the standard plan.
public struct MilestoneDraft: Sendable {
  /// A deliverable to be created.
  public struct Deliverable: Sendable {
    let path: String
    let purpose: String
    let status: String

    /// Creates a deliverable.
    public init(path: String, purpose: String, status: String) {
      self.path = path
      self.purpose = purpose
      self.status = status
    }
  }

  /// The id.
  public let id: MilestoneID
  let workstream: String
  let outcome: String
  /// The milestones that it depends on.
  public let dependsOn: [MilestoneID]
  let owner: String
  let status: String
  let criteria: [String]
  /// The target day; nil if none is set.
  public var target: String?
  /// The line of its document, from 1.
  public var line: Int?
  /// The files and folders that the milestone produces.
  public var deliverables: [Deliverable] = []

  /// Creates a draft. The criteria are texts, from which their ids are derived.
  public init(
    id: MilestoneID, workstream: String, outcome: String, dependsOn: [MilestoneID], owner: String = "TBD",
    status: String, criteria: [String]
  ) {
    self.id = id
    self.workstream = workstream
    self.outcome = outcome
    self.dependsOn = dependsOn
    self.owner = owner
    self.status = status
    self.criteria = criteria
  }

  /// The contents of the milestone's file.
  public var json: JSONValue {
    var used = Set<String>()
    let criteria = self.criteria.map { text -> JSONValue in
      ["id": .text(Self.criterionID(for: text, unlike: &used)), "text": .text(text)]
    }
    var members = [
      JSONMember("$schema", "../ssot/schemas/milestone.schema.json"), JSONMember("id", .text(id.text)),
      JSONMember("workstream", .text(workstream)), JSONMember("outcome", .text(outcome)),
      JSONMember("dependsOn", .texts(dependsOn.map(\.text))), JSONMember("owner", .text(owner)),
    ]
    if let target { members.append(JSONMember("target", .text(target))) }
    members += [
      JSONMember("status", .text(status)), JSONMember("exitCriteria", JSONValue(.array(criteria))),
    ]
    if !deliverables.isEmpty {
      let listed = deliverables.map { item -> JSONValue in
        ["path": .text(item.path), "purpose": .text(item.purpose), "status": .text(item.status)]
      }
      members.append(JSONMember("deliverables", JSONValue(.array(listed))))
    }
    return JSONValue(.object(members))
  }

  /// Returns the words of a text in lower case, joined by hyphens, at most 63 letters. Appends a number to a duplicate.
  static func criterionID(for text: String, unlike used: inout Set<String>) -> String {
    let words = text.lowercased().split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }
    var slug = ""
    for word in words where slug.count + word.count + 1 <= 58 { slug += (slug.isEmpty ? "" : "-") + word }
    if slug.isEmpty { slug = "criterion" }
    var id = slug
    var number = 2
    while !used.insert(id).inserted {
      id = "\(slug)-\(number)"
      number += 1
    }
    return id
  }
}
