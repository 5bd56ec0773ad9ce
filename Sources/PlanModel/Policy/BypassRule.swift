import StrictJSON

/// Who may let rules go for a while, which ones, where and for how long (`bypass` of `authorization.json`).
public struct BypassRule: Sendable {
  /// The rules that can be let go: those about how ready a milestone is. What makes a record true cannot.
  public static let codes: [ReasonCode] = [
    .unmetDependency, .doneDependent, .criterionUnmet, .evidenceMissing, .evidenceMismatch, .deliverableMissing,
    .notApproved, .selfApproval,
  ]

  /// The role that may.
  public let role: String
  /// The codes of the rules.
  public let codes: Set<String>
  /// Ids or `PREFIX-*`; empty is all.
  public let milestones: [String]
  /// For how many days after the stamp at most.
  public let days: Int
  /// Whether it takes a signature of the actor.
  public let isSigned: Bool

  /// True where the rule speaks of this code at this milestone.
  public func covers(_ code: String, at id: MilestoneID) -> Bool {
    codes.contains(code) && (milestones.isEmpty || milestones.contains { id.matches(pattern: $0) })
  }
}

extension BypassRule {
  /// Reads one; nil, with faults, where it is none.
  init?(_ value: JSONValue, roles: [String: Set<Address>], _ faults: FaultList) {
    let known: [StaticString] = ["role", "codes", "milestones", "days", "signed"]
    guard let reader = ObjectReader(value, "The bypass", known: known, extensible: true, faults) else { return nil }
    let named = reader.uniqueTexts("codes")
    for name in named where !Self.codes.contains(where: { $0.id == name.text }) {
      let can = Self.codes.map(\.id).joined(separator: ", ")
      faults.add("The rule \"\(name.text)\" allows no exception; these do: \(can).", at: value["codes"] ?? value)
    }
    if named.isEmpty {
      faults.add("An entry of \"bypass\" names, under \"codes\", the rules from which it allows exceptions.", at: value)
    }
    codes = Set(named.map(\.text))
    milestones = reader.uniqueTexts("milestones").map(\.text)
    days = reader.count("days", 1...366) ?? 14
    isSigned = reader.flag("signed") ?? false
    guard let role = reader.role(of: roles) else { return nil }
    self.role = role
  }
}

extension Authorization {
  /// The rule by which this person may let a rule go at a milestone; nil where there is none. The longest one counts.
  public func bypass(of code: String, at id: MilestoneID, by email: String) -> BypassRule? {
    bypasses.filter { $0.covers(code, at: id) && holds(email, role: $0.role) }.max { $0.days < $1.days }
  }

  /// True where a stamp lets go what only a signature lets go.
  package func asksForSignature(of run: Run) -> Bool {
    run.waives.contains { bypass(of: $0.code, at: $0.milestone, by: run.actor.email)?.isSigned ?? false }
  }
}
