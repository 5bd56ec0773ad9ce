import StrictJSON

/// The permissions by role and address (contract 2.4).
public struct Authorization: Sendable {
  /// The holders of each role, each person once.
  public let roles: [String: Set<Address>]
  /// The people with several addresses.
  public let people: People
  /// The rules; every applicable one must be met.
  public let rules: [AuthorizationRule]
  /// The role that may change the policy; nil if none is named.
  public let policyChangeRole: String?
  /// True if a change of the policy requires its actor's signature.
  public let policyChangeIsSigned: Bool
  /// True if a change of the policy also requires a signed commit.
  public let policyChangeTakesSignedCommit: Bool

  /// The permissions for temporary exceptions from rules; empty if nobody may grant one.
  public let bypasses: [BypassRule]
  /// The role that may push past the server's gate in an emergency; nil if nobody may.
  public let emergencyPushRole: String?

  /// The role that may waive a criterion; nil if none is named.
  public let waiverRole: String?

  /// The role that a waiver requires: the named one, else `approver` if it exists, else the role for policy changes.
  public var roleForWaivers: String? {
    waiverRole ?? (roles["approver"] != nil ? "approver" : roleForPolicyChange)
  }

  /// Returns true if the person with an address holds the role.
  public func holds(_ email: String, role: String) -> Bool {
    roles[role]?.contains(people.person(email)) ?? false
  }

  /// The role that a change of the policy requires: the named one, else `maintainer` if it exists, else none.
  public var roleForPolicyChange: String? {
    policyChangeRole ?? (roles["maintainer"] != nil ? "maintainer" : nil)
  }
}

/// A rule: its subject and the required role.
public struct AuthorizationRule: Sendable {
  /// The subject of a rule.
  public enum Subject: Sendable {
    /// A change of status; nil means any state.
    case transition(from: String?, to: String?)
    /// A change of these properties, with or without a change of status, including births and deletions. `*` is all but
    /// status, blocked and approvals; `evidence` is the evidence of the exit criteria.
    case fields([String])
  }

  /// The milestones: ids, `PREFIX-*` or `*`; empty for all.
  public let milestones: [String]
  /// The subject.
  public let subject: Subject
  /// The role that the actor must hold.
  public let role: String
  /// The number of role holders who must approve, including the actor.
  public let approvals: Int
  /// True if the actor must sign.
  public let isSigned: Bool
  /// True if the commit must be signed too.
  public let takesSignedCommit: Bool
  /// True if those who sent the milestone to review count neither as actor nor as approver.
  public let excludesSender: Bool

  /// Returns true if the rule covers the milestone.
  public func covers(_ id: MilestoneID) -> Bool {
    milestones.isEmpty || milestones.contains { id.matches(pattern: $0) }
  }

  /// Returns true if the rule covers this change of status. A nil status means that the milestone does not exist: a
  /// birth has only `to`, and a deletion only `from`.
  public func covers(from: String?, to: String?) -> Bool {
    guard case .transition(let wantedFrom, let wantedTo) = subject else { return false }
    return (wantedFrom == nil || wantedFrom == from) && (wantedTo == nil || wantedTo == to)
  }
}

extension Authorization {
  /// Reads `authorization.json`. Returns nil and adds faults if it is invalid.
  init?(_ root: JSONValue, workflow: Workflow?, _ faults: FaultList) {
    let known: [StaticString] = [
      "$schema", "version", "roles", "people", "rules", "policyChange", "waivers", "bypass", "emergencyPush",
    ]
    guard let reader = ObjectReader(root, "The authorization", known: known, extensible: true, faults) else {
      return nil
    }
    reader.checkVersion()
    people = reader["people"].map { People($0, faults) } ?? People()
    var roles: [String: Set<Address>] = [:]
    if let found = reader.required("roles") {
      if let members = found.object {
        for member in members { roles[member.key] = Self.holders(member, people, faults) }
      } else {
        faults.add("\"roles\" should be an object that maps each role to its holders' addresses.", at: found)
      }
    }
    self.roles = roles
    let names = workflow?.states.map(\.name)
    rules = reader.elements("rules").compactMap { AuthorizationRule($0, roles: roles, states: names, faults) }
    let change = root["policyChange"].flatMap {
      ObjectReader($0, "\"policyChange\"", known: ["role", "signed", "signedCommits"], faults)
    }
    policyChangeTakesSignedCommit = change?.flag("signedCommits") ?? false
    policyChangeRole = change?.role(of: roles)
    policyChangeIsSigned = change?.flag("signed") ?? false
    waiverRole = root["waivers"].flatMap { value in
      ObjectReader(value, "\"waivers\"", known: ["role"], faults)?.role(of: roles)
    }
    bypasses = reader.elements("bypass").compactMap { BypassRule($0, roles: roles, faults) }
    emergencyPushRole = root["emergencyPush"].flatMap { value in
      ObjectReader(value, "\"emergencyPush\"", known: ["role"], faults)?.role(of: roles)
    }
    guard faults.faults.isEmpty else { return nil }
  }

  private static func holders(_ member: JSONMember, _ people: People, _ faults: FaultList) -> Set<Address> {
    guard let elements = member.value.array else {
      faults.add("The role \"\(member.key)\" should list addresses.", at: member.value)
      return []
    }
    return Set(
      elements.compactMap { element in
        guard let email = element.string, !email.isEmpty else {
          faults.add("An e-mail address is expected here.", at: element)
          return nil
        }
        return people.person(email)
      })
  }
}

extension AuthorizationRule {
  fileprivate init?(_ value: JSONValue, roles: [String: Set<Address>], states: [String]?, _ faults: FaultList) {
    let known: [StaticString] = [
      "milestones", "from", "to", "fields", "role", "approvals", "signed", "signedCommits", "notWhoSentToReview",
    ]
    guard let reader = ObjectReader(value, "The rule", known: known, extensible: true, faults) else { return nil }
    milestones = reader.uniqueTexts("milestones").map(\.text)
    let from = reader.optionalText("from", mayBeEmpty: false)
    let to = reader.optionalText("to", mayBeEmpty: false)
    for (key, name) in [("from", from), ("to", to)] {
      if let name, let states, !states.contains(name), let place = value[key] {
        faults.add("\"\(name)\" is no state of the workflow, so the rule would never apply.", at: place)
      }
    }
    if value["fields"] != nil {
      if from != nil || to != nil { faults.add("A rule has \"fields\" or \"from\" and \"to\", not both.", at: value) }
      subject = .fields(reader.uniqueTexts("fields").map(\.text))
    } else {
      if from == nil && to == nil { faults.add("A rule names \"to\", \"from\" or \"fields\".", at: value) }
      subject = .transition(from: from, to: to)
    }
    isSigned = reader.flag("signed") ?? false
    takesSignedCommit = reader.flag("signedCommits") ?? false
    excludesSender = reader.flag("notWhoSentToReview") ?? false
    approvals = reader.count("approvals", 1...1_000_000) ?? 1
    role = reader.role(of: roles) ?? ""
  }
}

extension ObjectReader {
  func role(of roles: [String: Set<Address>]) -> String? {
    guard let role = text("role") else { return nil }
    if roles[role] == nil, let place = value["role"] {
      faults.add("Nobody holds the role \"\(role)\": \"roles\" does not name it.", at: place)
    }
    return role
  }
}
