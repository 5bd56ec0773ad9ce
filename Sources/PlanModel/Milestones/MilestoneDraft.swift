public import StrictJSON

/// A milestone in the making: what a tracker document or the standard plan says of one.
public struct MilestoneDraft: Sendable {
  /// A deliverable in the making.
  public struct Deliverable: Sendable {
    let path: String
    let purpose: String
    let status: String

    /// Makes one.
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
  /// What it depends on.
  public let dependsOn: [MilestoneID]
  let owner: String
  let status: String
  let criteria: [String]
  /// The day by which it is to be done, if there is one.
  public var target: String?
  /// Where a document tells it, from 1.
  public var line: Int?
  /// Files that it brings.
  public var deliverables: [Deliverable] = []

  /// Makes a draft; the criteria are texts, their ids are made from them.
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

  /// The file as it is written.
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

  /// The words of a text in lower case, joined by hyphens, at most 63 letters; numbered where it stands twice.
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
