import StrictJSON

/// A person, as git writes one.
public struct Identity: Sendable, Hashable, CustomStringConvertible {
  /// The name; may be empty.
  public let name: String
  /// The e-mail address.
  public let email: String

  /// Makes an identity.
  public init(name: String, email: String) {
    self.name = name
    self.email = email
  }

  /// Reads `Name <address>`.
  init?(_ text: String) {
    guard text.hasSuffix(">"), let open = text.lastIndex(of: "<") else { return nil }
    email = String(text[text.index(after: open)...].dropLast())
    let before = text[..<open]
    guard before.isEmpty || before.hasSuffix(" ") else { return nil }
    name = String(before.dropLast())
    guard description == text else { return nil }
  }

  /// `Name <address>`.
  public var description: String { name.isEmpty ? "<\(email)>" : "\(name) <\(email)>" }

  /// The same address, without case.
  public func isSamePerson(as other: Identity) -> Bool { email.lowercased() == other.email.lowercased() }
}

/// A change of the plan or the policy, as its stamp tells it (contract 3).
public struct Run: Sendable, Equatable {
  /// A change of status; births and deletions have `none` at one end.
  public struct Transition: Sendable, Hashable {
    /// The milestone.
    public let milestone: MilestoneID
    /// The state before; nil for a birth.
    public let from: String?
    /// The state after; nil for a deletion.
    public let to: String?
    /// The file's digest before; nil where there was none.
    public let before: Digest?
    /// The file's digest after; nil where there is none.
    public let after: Digest?
  }

  /// A change of a file without a change of status.
  public struct Edit: Sendable, Hashable {
    /// The milestone; nil for `plan`.
    public let milestone: MilestoneID?
    /// The file's digest before; nil where there was none.
    public let before: Digest?
    /// The file's digest after; nil where there is none.
    public let after: Digest?
  }

  /// An entry of evidence that the commit adds.
  public struct EvidenceAdded: Sendable, Equatable {
    /// The milestone.
    public let milestone: MilestoneID
    /// The id of the exit criterion.
    public let criterion: String
    /// What the entry proves: a file's own digest, else that of the entry.
    public let digest: Digest
  }

  /// A recorded bypass of one rule.
  public struct Waive: Sendable, Equatable {
    /// The milestone.
    public let milestone: MilestoneID
    /// The rule that is waived.
    public let code: String
    /// The last day, `YYYY-MM-DD`.
    public let until: String
  }

  /// A change of the policy.
  public struct PolicyChange: Sendable, Hashable {
    /// The policy's digest before; nil in a baseline.
    public let before: Digest?
    /// The policy's digest after.
    public let after: Digest
  }

  /// The moment of stamping: UTC with milliseconds, `2026-11-22T19:00:00.123Z`.
  public var at: String
  /// The commit's author.
  public var actor: Identity
  /// The digest of the policy that judged.
  public var policy: Digest
  /// Sorted by milestone.
  public var transitions: [Transition] = []
  /// Sorted by milestone; `plan` last.
  public var edits: [Edit] = []
  /// Sorted by milestone, criterion, digest.
  public var evidence: [EvidenceAdded] = []
  /// Sorted by milestone, code.
  public var waives: [Waive] = []
  /// Where policy files changed.
  public var policyChange: PolicyChange?
  /// One line, where a guard or a person gave one.
  public var reason: String?
  /// Over the run ID, where there is one.
  public var signature: String?

  /// Makes a run without changes.
  public init(at: String, actor: Identity, policy: Digest) {
    self.at = at
    self.actor = actor
    self.policy = policy
  }

  /// The run ID: SHA-256 of the RFC 8785 form of what the stamp says (contract 3).
  /// - Parameter plan: `planId` of the commit's own `ssot/plan.json`; nil where there is none.
  public func id(plan: String?) -> Digest {
    func text(_ digest: Digest?) -> JSONValue { .text(digest?.tagged ?? "none") }
    var members: [JSONMember] = [
      JSONMember("version", 1), JSONMember("at", .text(at)), JSONMember("actor", .text(actor.description)),
      JSONMember("policy", .text(policy.tagged)),
      JSONMember(
        "transitions",
        JSONValue(
          .array(
            transitions.map {
              [
                "milestone": .text($0.milestone.text), "from": .text($0.from ?? "none"),
                "to": .text($0.to ?? "none"), "before": text($0.before), "after": text($0.after),
              ]
            }))),
      JSONMember(
        "edits",
        JSONValue(
          .array(
            edits.map {
              [
                "milestone": .text($0.milestone?.text ?? "plan"), "before": text($0.before),
                "after": text($0.after),
              ]
            }))),
      JSONMember(
        "evidence",
        JSONValue(
          .array(
            evidence.map {
              [
                "milestone": .text($0.milestone.text), "criterion": .text($0.criterion),
                "digest": .text($0.digest.tagged),
              ]
            }))),
    ]
    if let plan { members.append(JSONMember("plan", .text(plan))) }
    if !waives.isEmpty {
      let listed = waives.map { waive -> JSONValue in
        ["milestone": .text(waive.milestone.text), "code": .text(waive.code), "until": .text(waive.until)]
      }
      members.append(JSONMember("waives", JSONValue(.array(listed))))
    }
    if let policyChange {
      members.append(
        JSONMember(
          "policyChange", ["before": text(policyChange.before), "after": text(policyChange.after)]))
    }
    if let reason { members.append(JSONMember("reason", .text(reason))) }
    return Digest(of: JSONValue(.object(members)).canonicalBytes)
  }

  /// True where the run changes nothing.
  public var isEmpty: Bool { transitions.isEmpty && edits.isEmpty && policyChange == nil }

  /// True where both tell the same change by the same person; policy, moment and reason do not count (contract 3).
  func tellsSameChange(as other: Run) -> Bool {
    transitions == other.transitions && edits == other.edits && evidence == other.evidence
      && policyChange == other.policyChange
  }
}
