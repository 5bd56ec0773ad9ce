import StrictJSON

/// Who may do what (contract 2.4), by role and address.
public struct Authorization: Sendable {
  /// Holders by role, each person once.
  public let roles: [String: Set<Address>]
  /// Whose several addresses are one person's.
  public let people: People
  /// Every rule that applies must hold.
  public let rules: [AuthorizationRule]
  /// The role that may change the policy, where one is named.
  public let policyChangeRole: String?
  /// Whether a change of the policy takes a signature of its actor.
  public let policyChangeIsSigned: Bool
  /// Whether the commit of a change of the policy has to be signed as well.
  public let policyChangeTakesSignedCommit: Bool

  /// Who may let which rule go for a while; empty where nobody may.
  public let bypasses: [BypassRule]
  /// The role that may push past the server's gate in an emergency; nil where nobody may.
  public let emergencyPushRole: String?

  /// The role that may waive a criterion, where one is named.
  public let waiverRole: String?

  /// The role that a waiver asks for: the named one, else `approver` where it exists, else that for the policy.
  public var roleForWaivers: String? {
    waiverRole ?? (roles["approver"] != nil ? "approver" : roleForPolicyChange)
  }

  /// True if the person with that address holds the role.
  public func holds(_ email: String, role: String) -> Bool {
    roles[role]?.contains(people.person(email)) ?? false
  }

  /// The role that a change of the policy asks for: the named one, else `maintainer` where it exists, else none.
  public var roleForPolicyChange: String? {
    policyChangeRole ?? (roles["maintainer"] != nil ? "maintainer" : nil)
  }
}

/// One rule: what it is about, and the role that it asks for.
public struct AuthorizationRule: Sendable {
  /// What the rule is about.
  public enum Subject: Sendable {
    /// A change of status; nil stands for any state.
    case transition(from: String?, to: String?)
    /// A change of these properties, whether or not the status changes too, births and deletions included. `*` is all
    /// but status, blocked and approvals; `evidence` is what is attached to the exit criteria.
    case fields([String])
  }

  /// Ids, `PREFIX-*` or `*`; empty is all.
  public let milestones: [String]
  /// What the rule is about.
  public let subject: Subject
  /// The role that the actor has to hold.
  public let role: String
  /// How many holders of the role have to approve, the actor counted.
  public let approvals: Int
  /// Whether the actor has to sign.
  public let isSigned: Bool
  /// Whether the commit has to be signed as well.
  public let takesSignedCommit: Bool
  /// Whether those who sent the milestone to review count neither as actor nor as approver.
  public let excludesSender: Bool

  /// True where the rule speaks of the milestone.
  public func covers(_ id: MilestoneID) -> Bool {
    milestones.isEmpty || milestones.contains { id.matches(pattern: $0) }
  }

  /// True where the rule is about this change of status; nil is that of a milestone that is not there, so a birth has
  /// only a `to`, and a deletion only a `from`.
  public func covers(from: String?, to: String?) -> Bool {
    guard case .transition(let wantedFrom, let wantedTo) = subject else { return false }
    return (wantedFrom == nil || wantedFrom == from) && (wantedTo == nil || wantedTo == to)
  }
}

extension Authorization {
  /// Reads `authorization.json`; nil, with faults, where it is none.
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
