import StrictJSON

/// A person, in git's format.
public struct Identity: Sendable, Hashable, CustomStringConvertible {
  /// The name; may be empty.
  public let name: String
  /// The e-mail address.
  public let email: String

  /// Creates an identity.
  public init(name: String, email: String) {
    self.name = name
    self.email = email
  }

  /// Reads `Name <address>`.
  init?(_ text: String) {
    var text = text
    let parts = text.withUTF8 { bytes -> (name: String, email: String)? in
      guard bytes.last == UInt8(ascii: ">"), let open = bytes.lastIndex(of: UInt8(ascii: "<")) else { return nil }
      let name = bytes[..<open].dropLast()
      // The text before the address is a name and one space, or empty.
      guard open == 0 || (bytes[open - 1] == 0x20 && !name.isEmpty) else { return nil }
      return (
        String(decoding: name, as: UTF8.self), String(decoding: bytes[(open + 1)...].dropLast(), as: UTF8.self)
      )
    }
    guard let parts else { return nil }
    self.init(name: parts.name, email: parts.email)
  }

  /// The identity as `Name <address>`.
  public var description: String { name.isEmpty ? "<\(email)>" : "\(name) <\(email)>" }

  /// Returns true if both have the same address.
  public func isSamePerson(as other: Identity) -> Bool { Address(email) == Address(other.email) }
}

extension String {
  /// The text with ASCII letters in lower case, and other characters unchanged. `Address` compares these.
  var foldedAddress: String {
    guard utf8.contains(where: { (0x41...0x5A).contains($0) }) else { return self }
    return String(decoding: utf8.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
  }
}

/// A change of the plan or the policy, as its stamp describes it (contract 3).
public struct Run: Sendable, Equatable {
  /// A change of status; births and deletions have `none` at one end.
  public struct Transition: Sendable, Hashable {
    /// The milestone.
    public let milestone: MilestoneID
    /// The state before; nil for a birth.
    public let from: String?
    /// The state after; nil for a deletion.
    public let to: String?
    /// The file's digest before; nil if there was no file.
    public let before: Digest?
    /// The file's digest after; nil if there is no file.
    public let after: Digest?

    /// The change in words: `In Review -> Done`, or that the milestone was added or retired.
    public var words: String {
      switch (from, to) {
      case (nil, let to?): "added, \(to)"
      case (let from?, nil): "retired, was \(from)"
      default: "\(from ?? "none") -> \(to ?? "none")"
      }
    }

    /// Creates a transition.
    package init(milestone: MilestoneID, from: String?, to: String?, before: Digest?, after: Digest?) {
      self.milestone = milestone
      self.from = from
      self.to = to
      self.before = before
      self.after = after
    }
  }

  /// A change of a file without a change of status.
  public struct Edit: Sendable, Hashable {
    /// The milestone; nil for `plan`.
    public let milestone: MilestoneID?
    /// The file's digest before; nil if there was no file.
    public let before: Digest?
    /// The file's digest after; nil if there is no file.
    public let after: Digest?

    /// Creates an edit.
    package init(milestone: MilestoneID?, before: Digest?, after: Digest?) {
      self.milestone = milestone
      self.before = before
      self.after = after
    }
  }

  /// An entry of evidence that the commit adds.
  public struct EvidenceAdded: Sendable, Equatable {
    /// The milestone.
    public let milestone: MilestoneID
    /// The id of the exit criterion.
    public let criterion: String
    /// The digest of the evidence: a file's own digest, else that of the entry.
    public let digest: Digest

    /// Creates a record of added evidence.
    package init(milestone: MilestoneID, criterion: String, digest: Digest) {
      self.milestone = milestone
      self.criterion = criterion
      self.digest = digest
    }
  }

  /// A recorded exception from a rule.
  public struct Waive: Sendable, Equatable {
    /// The milestone.
    public let milestone: MilestoneID
    /// The reason code of the rule.
    public let code: String
    /// The last day, `YYYY-MM-DD`.
    public let until: String

    /// Creates an exception.
    public init(milestone: MilestoneID, code: String, until: String) {
      (self.milestone, self.code, self.until) = (milestone, code, until)
    }

    /// Reads `M-04 unmet-dependency until 2026-12-01`.
    init?(_ text: String) {
      let parts = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
      guard parts.count == 4, parts[2] == "until" else { return nil }
      let id = MilestoneID(parts[0])
      guard id.isValid, Timestamp.isDate(parts[3]) else { return nil }
      self.init(milestone: id, code: parts[1], until: parts[3])
    }
  }

  /// A change of the policy.
  public struct PolicyChange: Sendable, Hashable {
    /// The policy's digest before; nil in a baseline.
    public let before: Digest?
    /// The policy's digest after.
    public let after: Digest

    /// Creates a change of the policy.
    package init(before: Digest?, after: Digest) {
      self.before = before
      self.after = after
    }
  }

  /// The time of stamping: UTC with milliseconds, `2026-11-22T19:00:00.123Z`.
  public var at: String
  /// The commit's author.
  public var actor: Identity
  /// The digest of the policy that judged the change.
  public var policy: Digest
  /// The changes of status, sorted by milestone.
  public var transitions: [Transition] = []
  /// The edits, sorted by milestone; `plan` is last.
  public var edits: [Edit] = []
  /// The added evidence, sorted by milestone, criterion, digest.
  public var evidence: [EvidenceAdded] = []
  /// The exceptions, sorted by milestone, code.
  public var waives: [Waive] = []
  /// The change of the policy; nil if no policy file changed.
  public var policyChange: PolicyChange?
  /// The reason, in one line; nil if neither a guard nor a person gave one.
  public var reason: String?
  /// The signature of the run ID; nil if the run is not signed.
  public var signature: String?

  /// Creates a run without changes.
  public init(at: String, actor: Identity, policy: Digest) {
    self.at = at
    self.actor = actor
    self.policy = policy
  }

  /// Returns the run ID: SHA-256 of the RFC 8785 form of the stamp's facts (contract 3).
  /// - Parameter plan: `planId` of the commit's own `ssot/plan.json`; nil if there is none.
  public func id(plan: String?) -> Digest { Digest(of: preimage(plan: plan)) }

  /// Returns the bytes whose SHA-256 is the run ID: the facts of the stamp in RFC 8785 form. Writes the keys in sorted
  /// order without sorting, because a long history has many runs. O(facts).
  /// - Parameter plan: `planId` of the commit's own `ssot/plan.json`; nil if there is none.
  public func preimage(plan: String?) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(512)
    func raw(_ text: StaticString) { out += UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount) }
    func value(_ text: String) { CanonicalJSON.appendString(text, to: &out) }
    func digest(_ digest: Digest?) {
      guard let digest else { return raw("\"none\"") }
      raw("\"sha256:")
      digest.appendHex(to: &out)
      raw("\"")
    }
    func list<T>(_ items: [T], _ write: (T) -> Void) {
      raw("[")
      for (index, item) in items.enumerated() {
        if index > 0 { raw(",") }
        write(item)
      }
      raw("]")
    }
    raw("{\"actor\":")
    value(actor.description)
    raw(",\"at\":")
    value(at)
    raw(",\"edits\":")
    list(edits) { edit in
      raw("{\"after\":")
      digest(edit.after)
      raw(",\"before\":")
      digest(edit.before)
      raw(",\"milestone\":")
      value(edit.milestone?.text ?? "plan")
      raw("}")
    }
    raw(",\"evidence\":")
    list(evidence) { entry in
      raw("{\"criterion\":")
      value(entry.criterion)
      raw(",\"digest\":")
      digest(entry.digest)
      raw(",\"milestone\":")
      value(entry.milestone.text)
      raw("}")
    }
    if let plan {
      raw(",\"plan\":")
      value(plan)
    }
    raw(",\"policy\":")
    digest(policy)
    if let policyChange {
      raw(",\"policyChange\":{\"after\":")
      digest(policyChange.after)
      raw(",\"before\":")
      digest(policyChange.before)
      raw("}")
    }
    if let reason {
      raw(",\"reason\":")
      value(reason)
    }
    raw(",\"transitions\":")
    list(transitions) { transition in
      raw("{\"after\":")
      digest(transition.after)
      raw(",\"before\":")
      digest(transition.before)
      raw(",\"from\":")
      value(transition.from ?? "none")
      raw(",\"milestone\":")
      value(transition.milestone.text)
      raw(",\"to\":")
      value(transition.to ?? "none")
      raw("}")
    }
    raw(",\"version\":1")
    if !waives.isEmpty {
      raw(",\"waives\":")
      list(waives) { waive in
        raw("{\"code\":")
        value(waive.code)
        raw(",\"milestone\":")
        value(waive.milestone.text)
        raw(",\"until\":")
        value(waive.until)
        raw("}")
      }
    }
    raw("}")
    return out
  }

  /// True if the run changes nothing.
  public var isEmpty: Bool { transitions.isEmpty && edits.isEmpty && policyChange == nil }

  /// Returns true if both describe the same change; ignores policy, time and reason (contract 3).
  package func tellsSameChange(as other: Run) -> Bool {
    transitions == other.transitions && edits == other.edits && evidence == other.evidence
      && policyChange == other.policyChange
  }
}
