public import StrictJSON

/// A milestone of the plan, as its file defines it (contract 2.1). A class, so that copies of large plans are cheap.
public final class Milestone: Sendable {
  /// The id; equals the file's stem in a valid plan.
  public let id: MilestoneID
  /// The topic, in a few words.
  public let workstream: String
  /// The condition that is true when the milestone is done.
  public var outcome: String { aim.string }
  private let aim: JSONText
  /// The milestones that must be done first.
  public let dependsOn: [MilestoneID]
  /// The person or team that is responsible; `TBD` if nobody is assigned.
  public let owner: String
  /// The target day, such as `2026-12-31`; nil if none is set.
  public let target: String?
  /// The name of a state of the workflow.
  public let status: String
  /// The reason that the milestone is blocked; nil if it is not.
  public let blocked: Blocked?
  /// The exit criteria, at least one.
  public let exitCriteria: [ExitCriterion]
  /// True if an exit criterion has a waiver.
  package let hasWaiver: Bool
  /// The files and folders that the milestone produces.
  public let deliverables: [Deliverable]
  /// The risks.
  public let risks: [Risk]
  /// The approvals.
  public let approvals: [Approval]
  /// The whole file as JSON. O(1); O(bytes) if read as one of many, because it is parsed again.
  public var json: JSONValue { whole ?? Self.parsed(text) }
  private let whole: JSONValue?
  private let text: [UInt8]

  init(
    id: MilestoneID, workstream: String, outcome: JSONText, dependsOn: [MilestoneID], owner: String,
    target: String? = nil, status: String, blocked: Blocked?, exitCriteria: [ExitCriterion],
    deliverables: [Deliverable], risks: [Risk],
    approvals: [Approval], whole: JSONValue?, text: [UInt8]
  ) {
    self.id = id
    self.workstream = workstream
    aim = outcome
    self.dependsOn = dependsOn
    self.owner = owner
    self.target = target
    self.status = status
    self.blocked = blocked
    self.exitCriteria = exitCriteria
    hasWaiver = exitCriteria.contains { $0.waiver != nil }
    self.deliverables = deliverables
    self.risks = risks
    self.approvals = approvals
    self.whole = whole
    self.text = text
  }

  /// The same bytes were parsed before, so parsing succeeds.
  private static func parsed(_ text: [UInt8]) -> JSONValue {
    do { return try JSONDocument(parsing: text, limits: .plan).root } catch { return nil }
  }

  /// True if an owner is assigned.
  public var isOwned: Bool { Self.isOwned(by: owner) }

  /// Returns true if an owner's name is not `TBD`.
  public static func isOwned(by owner: String) -> Bool { owner != "TBD" }
}

/// The reason that a milestone is blocked.
public struct Blocked: Sendable {
  /// The reason in words.
  public let reason: String
  /// The milestones that block it.
  public let by: [MilestoneID]
}

/// A criterion that must be met before a milestone is done.
public struct ExitCriterion: Sendable {
  /// The id, unique in the file: `^[a-z0-9][a-z0-9-]{0,62}$`.
  public let id: String
  /// The criterion in words.
  public var text: String { words.string }
  let words: JSONText
  /// The evidence.
  public let evidence: [Evidence]
  /// The rare properties, stored separately to keep large plans small.
  let rare: Rare?
  /// The offset in its file, in bytes.
  public let offset: Int
}

extension ExitCriterion {
  /// See `check` and `waiver`.
  final class Rare: Sendable {
    let check: CheckDefinition?
    let waiver: Waiver?

    init(check: CheckDefinition?, waiver: Waiver?) {
      self.check = check
      self.waiver = waiver
    }
  }

  /// The automated check; nil if there is none.
  public var check: CheckDefinition? { rare?.check }
  /// The waiver; nil if there is none.
  public var waiver: Waiver? { rare?.waiver }
}

/// Evidence that a criterion is met.
public struct Evidence: Sendable {
  /// The kinds that this version knows.
  public enum Kind: Sendable {
    /// A file of the same commit, with the digest of its bytes.
    case file(path: String, sha256: Digest)
    /// A person's statement. It always matches, and is reported as statement only.
    case statement(text: String, by: String)
    /// Evidence of a check. It matches as long as the check's inputs are unchanged.
    case check(CheckRecord)
    /// Approvals of the milestone's text. It matches as long as `count` holders of the role have approved it.
    case approval(role: String, count: Int)
  }

  /// The kind of evidence.
  public let kind: Kind
  /// The entry as JSON; entries are equal if their RFC 8785 forms are.
  public var json: JSONValue {
    switch entry {
    case .made(let value): value
    case .part(let part): part.value
    }
  }

  private enum Entry {
    case made(JSONValue)
    case part(JSONPart)
  }
  private let entry: Entry

  init(_ kind: Kind, _ json: JSONValue) { (self.kind, entry) = (kind, .made(json)) }
  init(_ kind: Kind, _ part: JSONPart) { (self.kind, entry) = (kind, .part(part)) }

  /// Creates evidence of a check.
  public init(_ record: CheckRecord) { self.init(.check(record), record.json) }

  /// Creates evidence of `count` approvals.
  public init(approvalsBy role: String, count: Int) {
    self.init(.approval(role: role, count: count), ["kind": "approval", "role": .text(role), "count": .int(count)])
  }

  /// The digest in stamps: a file's own SHA-256, else the SHA-256 of the entry's RFC 8785 form.
  public var digest: Digest {
    if case .file(_, let sha256) = kind { return sha256 }
    return Digest(of: json.canonicalBytes)
  }
}

/// A file or folder that a milestone produces.
public struct Deliverable: Sendable {
  /// The path, relative to the top of the repository.
  public let path: String
  /// The purpose.
  public var purpose: String { aim.string }
  let aim: JSONText
  /// The name of a state of the workflow.
  public let status: String
  /// The offset in its file, in bytes.
  public let offset: Int
}

/// A risk of a milestone.
public struct Risk: Sendable {
  /// The id, unique in the file.
  public let id: String
  /// The risk in words.
  public let text: String
  /// The severity: `low`, `medium`, `high` or `critical`.
  public let severity: String
  /// The status: `open`, `mitigated`, `accepted` or `closed`.
  public let status: String
}

/// A person's approval of a milestone's text.
public struct Approval: Sendable {
  /// The approver's e-mail address.
  public let by: String
  /// The digest of the RFC 8785 form of `{ id, outcome, dependsOn, exitCriteria }` (contract 2.4).
  public let digest: Digest
  /// The run that began the review that a signed approval belongs to.
  public let run: Digest?
  /// An SSH signature of plan, run and digest; nil if the approval is not signed.
  public let signature: String?

  /// True if the signature predates revision 2 of the contract and names no review. Such an approval does not count.
  public var isVoid: Bool { signature != nil && run == nil }

  /// Returns the bytes that a signature covers: `<planId> <run> <digest>` in ASCII (contract 2.4).
  public static func signed(plan: String, run: Digest, digest: Digest) -> [UInt8] {
    Array("\(plan) \(run.hex) \(digest.tagged)".utf8)
  }
}

extension Milestone {
  /// The digest that an approval covers: SHA-256 of the RFC 8785 form of `{ id, outcome, dependsOn, exitCriteria }`
  /// (contract 2.4).
  public var approvedDigest: Digest {
    let members = ["id", "outcome", "dependsOn", "exitCriteria"].compactMap { key in
      json[key].map { JSONMember(key, $0) }
    }
    return Digest(of: JSONValue(.object(members)).canonicalBytes)
  }

  /// The approvals of the current text. Does not verify signatures; the judge does.
  public var standingApprovals: [Approval] {
    if approvals.isEmpty { return [] }
    let digest = approvedDigest
    return approvals.filter { $0.digest == digest && !$0.isVoid }
  }

  /// Returns a milestone's members in the standard order, followed by unknown members in their original order.
  public static func ordered(_ json: JSONValue) -> JSONValue {
    let members = json.object ?? []
    let known = propertyOrder.compactMap { key in members.first { $0.key == key } }
    return JSONValue(.object(known + members.filter { !propertyOrder.contains($0.key) }))
  }
}
