public import PlanModel
public import StrictJSON

/// Merges a milestone of a document into the plan's, property by property, without losing anything. Evidence, approvals
/// and the user's own fields are kept, and so are criteria, risks and deliverables that the document does not name.
public struct ImportMerge: Sendable {
  /// A property that changes.
  public struct Change: Sendable, Equatable {
    /// The property, or the criterion, risk or deliverable within it, such as `exitCriteria/replay`.
    public let property: String
    /// The value before. Nil if it is new.
    public let before: String?
    /// The value after.
    public let after: String
  }

  /// The merged file.
  public let json: JSONValue
  /// The differences, in the file's order.
  public let changes: [Change]
  /// The document's state if it differs: only a move changes a status.
  public let otherStatus: String?

  /// Merges the document's milestone. Empty cells and the owner `TBD` change nothing.
  public init(_ told: JSONValue, into known: Milestone) {
    var members = known.json.object ?? []
    var changes: [Change] = []
    for member in told.object ?? [] where !Self.kept.contains(member.key) {
      let before = known.json[member.key]
      if Self.saysNothing(member) { continue }
      let after: JSONValue
      if let keys = Self.lists[member.key] {
        after = Self.merged(member.key, before?.array ?? [], member.value.array ?? [], keys: keys, &changes)
      } else {
        after = member.value
        if before?.canonicalBytes != after.canonicalBytes {
          changes.append(Change(property: member.key, before: before.map(Self.text), after: Self.text(after)))
        }
      }
      if before?.canonicalBytes == after.canonicalBytes { continue }
      members.removeAll { $0.key == member.key }
      members.append(JSONMember(member.key, after))
    }
    self.changes = changes
    json = changes.isEmpty ? known.json : Milestone.ordered(JSONValue(.object(members)))
    otherStatus = told["status"]?.string.flatMap { $0 == known.status ? nil : $0 }
  }

  private static let kept: Set<String> = ["$schema", "id", "status", "blocked", "approvals"]
  /// The lists of objects, with the keys that identify an object.
  private static let lists = ["exitCriteria": ["id", "text"], "risks": ["id"], "deliverables": ["path"]]

  private static func saysNothing(_ member: JSONMember) -> Bool {
    switch member.key {
    case "owner": !Milestone.isOwned(by: member.value.string ?? "")
    case "dependsOn": member.value.array?.isEmpty ?? true
    default: member.value.string?.isEmpty ?? false
    }
  }

  private static func merged(
    _ list: String, _ known: [JSONValue], _ told: [JSONValue], keys: [String], _ changes: inout [Change]
  ) -> JSONValue {
    var all = known
    for item in told {
      let name = item[keys[0]]?.string ?? ""
      let property = "\(list)/\(name)"
      guard
        let place = keys.lazy.compactMap({ key in
          all.firstIndex { $0[key] != nil && $0[key]?.string == item[key]?.string }
        })
        .first
      else {
        all.append(item)
        changes.append(Change(property: property, before: nil, after: item["text"]?.string ?? text(item)))
        continue
      }
      let old = all[place]
      var new = old.object ?? []
      for member in item.object ?? [] where member.key != "id" {
        if member.key == "evidence" {
          let present = old["evidence"]?.array ?? []
          let added = (member.value.array ?? []).filter { one in
            !present.contains { $0.canonicalBytes == one.canonicalBytes }
          }
          guard !added.isEmpty else { continue }
          new.removeAll { $0.key == member.key }
          new.append(JSONMember("evidence", JSONValue(.array(present + added))))
        } else if old[member.key]?.canonicalBytes != member.value.canonicalBytes {
          new.removeAll { $0.key == member.key }
          new.append(JSONMember(member.key, member.value))
        }
      }
      let value = JSONValue(.object(new))
      guard value.canonicalBytes != old.canonicalBytes else { continue }
      all[place] = value
      changes.append(
        Change(
          property: "\(list)/\(old[keys[0]]?.string ?? name)", before: old["text"]?.string ?? text(old),
          after: value["text"]?.string ?? text(value)))
    }
    return JSONValue(.array(all))
  }

  private static func text(_ value: JSONValue) -> String {
    if let text = value.string { return text }
    if let list = value.array, list.allSatisfy({ $0.string != nil }) {
      return list.isEmpty ? "none" : list.compactMap(\.string).joined(separator: ", ")
    }
    return String(decoding: value.canonicalBytes, as: UTF8.self)
  }
}

extension ImportedPlan.File {
  /// Returns the file with a statement on each criterion without evidence and waiver, if it claims to be reviewed or
  /// done. The person who imports that claim is responsible for it.
  public func vouched(_ claims: Bool, document: String, by person: String) -> ImportedPlan.File {
    guard claims, let criteria = json["exitCriteria"]?.array else { return self }
    let statement: JSONValue = [
      "kind": "statement", "text": .text("imported from \(document)"), "by": .text(person),
    ]
    let vouched = criteria.map { criterion -> JSONValue in
      guard (criterion["evidence"]?.array ?? []).isEmpty, criterion["waiver"] == nil else { return criterion }
      var members = (criterion.object ?? []).filter { $0.key != "evidence" }
      members.append(JSONMember("evidence", JSONValue(.array([statement]))))
      return JSONValue(.object(members))
    }
    return with("exitCriteria", JSONValue(.array(vouched)))
  }

  /// Returns the file with a reason for its blocked state, if the document gives none.
  public func waiting(document: String) -> ImportedPlan.File {
    guard json["blocked"] == nil else { return self }
    let blocked: JSONValue = ["reason": .text("imported from \(document)")]
    let members = (json.object ?? []) + [JSONMember("blocked", blocked)]
    return ImportedPlan.File(id: id, json: Milestone.ordered(JSONValue(.object(members))), line: line)
  }

  /// Returns the file with another state.
  public func inState(_ status: String) -> ImportedPlan.File { with("status", .text(status)) }

  private func with(_ key: String, _ value: JSONValue) -> ImportedPlan.File {
    let members = (json.object ?? []).map { $0.key == key ? JSONMember(key, value) : $0 }
    return ImportedPlan.File(id: id, json: JSONValue(.object(members)), line: line)
  }
}
