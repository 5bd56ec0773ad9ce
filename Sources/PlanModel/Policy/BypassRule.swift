import StrictJSON

/// A permission for temporary exceptions from rules (`bypass` in `authorization.json`).
public struct BypassRule: Sendable {
  /// The rules that allow exceptions: those about a milestone's readiness. Rules that keep records truthful allow none.
  public static let codes: [ReasonCode] = [
    .unmetDependency, .doneDependent, .criterionUnmet, .evidenceMissing, .evidenceMismatch, .deliverableMissing,
    .notApproved, .selfApproval,
  ]

  /// The role that may grant the exceptions.
  public let role: String
  /// The reason codes of the rules.
  public let codes: Set<String>
  /// The milestones: ids or `PREFIX-*`; empty for all.
  public let milestones: [String]
  /// The maximum number of days after the stamp.
  public let days: Int
  /// True if the exception requires the actor's signature.
  public let isSigned: Bool

  /// Returns true if the permission covers a code at a milestone.
  public func covers(_ code: String, at id: MilestoneID) -> Bool {
    codes.contains(code) && (milestones.isEmpty || milestones.contains { id.matches(pattern: $0) })
  }
}

extension BypassRule {
  /// Reads an entry. Returns nil and adds faults if it is invalid.
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
  /// Returns a person's permission for an exception from a rule at a milestone, or nil if there is none. Prefers the
  /// longest.
  public func bypass(of code: String, at id: MilestoneID, by email: String) -> BypassRule? {
    bypasses.filter { $0.covers(code, at: id) && holds(email, role: $0.role) }.max { $0.days < $1.days }
  }

  /// Returns true if a stamp grants an exception that requires a signature.
  package func asksForSignature(of run: Run) -> Bool {
    run.waives.contains { bypass(of: $0.code, at: $0.milestone, by: run.actor.email)?.isSigned ?? false }
  }
}
