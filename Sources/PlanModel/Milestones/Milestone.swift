public import StrictJSON

/// One milestone of the plan, as its file says it (contract 2.1). A class, because plans of thousands are handed about.
public final class Milestone: Sendable {
  /// The id; equals the file's stem in a sound plan.
  public let id: MilestoneID
  /// What the milestone is about, in a few words.
  public let workstream: String
  /// What is true when it is done.
  public var outcome: String { aim.string }
  private let aim: JSONText
  /// The milestones that come first.
  public let dependsOn: [MilestoneID]
  /// Who answers for it; `TBD` is nobody yet.
  public let owner: String
  /// The day by which it is to be done, such as `2026-12-31`; nil if none is set.
  public let target: String?
  /// The name of a state of the workflow.
  public let status: String
  /// Why it waits, where it does.
  public let blocked: Blocked?
  /// What has to be shown, at least one.
  public let exitCriteria: [ExitCriterion]
  /// True where one of these has a waiver.
  let hasWaiver: Bool
  /// Files that the milestone brings.
  public let deliverables: [Deliverable]
  /// What may go wrong.
  public let risks: [Risk]
  /// Who has approved what.
  public let approvals: [Approval]
  /// The whole file as JSON. O(1), and O(bytes) for one of thousands, which does not keep it.
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

  /// What was read from the same bytes before, so they are sound.
  private static func parsed(_ text: [UInt8]) -> JSONValue {
    do { return try JSONDocument(parsing: text, limits: .plan).root } catch { return nil }
  }

  /// True where somebody owns it.
  public var isOwned: Bool { Self.isOwned(by: owner) }

  /// True where an owner is somebody.
  public static func isOwned(by owner: String) -> Bool { owner != "TBD" }
}

/// Why a milestone is blocked.
public struct Blocked: Sendable {
  /// The reason in words.
  public let reason: String
  /// The milestones that block it.
  public let by: [MilestoneID]
}

/// One thing that has to be shown before a milestone is done.
public struct ExitCriterion: Sendable {
  /// Unique in the file, `^[a-z0-9][a-z0-9-]{0,62}$`.
  public let id: String
  /// What has to be shown.
  public var text: String { words.string }
  let words: JSONText
  /// What shows it.
  public let evidence: [Evidence]
  /// What most criteria do not have, so that a plan of thousands takes no room for it.
  let rare: Rare?
  /// Where the criterion stands in its file, in bytes.
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

  /// How a machine shows it.
  public var check: CheckDefinition? { rare?.check }
  /// Where it is let go for a while.
  public var waiver: Waiver? { rare?.waiver }
}

/// What shows that a criterion is met.
public struct Evidence: Sendable {
  /// The kinds that this version knows.
  public enum Kind: Sendable {
    /// A file of the same commit, with the digest of its bytes.
    case file(path: String, sha256: Digest)
    /// A person's word. It always matches, and is shown as resting on a word alone.
    case statement(text: String, by: String)
    /// What a check has left. It matches while the check's inputs are the same.
    case check(CheckRecord)
    /// Approvals of what the milestone says. It matches while so many holders of the role have given theirs.
    case approval(role: String, count: Int)
  }

  /// What kind of evidence it is.
  public let kind: Kind
  /// The entry as JSON; entries are the same where their RFC 8785 forms are.
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

  /// A check's evidence.
  public init(_ record: CheckRecord) { self.init(.check(record), record.json) }

  /// Evidence that so many approvals are.
  public init(approvalsBy role: String, count: Int) {
    self.init(.approval(role: role, count: count), ["kind": "approval", "role": .text(role), "count": .int(count)])
  }

  /// What the stamp names: a file's own SHA-256, else the SHA-256 of the entry's RFC 8785 form.
  public var digest: Digest {
    if case .file(_, let sha256) = kind { return sha256 }
    return Digest(of: json.canonicalBytes)
  }
}

/// A file or folder that a milestone brings.
public struct Deliverable: Sendable {
  /// Relative to the top of the repository.
  public let path: String
  /// What it is for.
  public var purpose: String { aim.string }
  let aim: JSONText
  /// The name of a state of the workflow.
  public let status: String
  /// Where the deliverable stands in its file, in bytes.
  public let offset: Int
}

/// What may go wrong with a milestone.
public struct Risk: Sendable {
  /// Unique in the file.
  public let id: String
  /// The risk in words.
  public let text: String
  /// `low`, `medium`, `high` or `critical`.
  public let severity: String
  /// `open`, `mitigated`, `accepted` or `closed`.
  public let status: String
}

/// One person's approval of what the milestone says.
public struct Approval: Sendable {
  /// The approver's e-mail address.
  public let by: String
  /// Of the RFC 8785 form of `{ id, outcome, dependsOn, exitCriteria }` (contract 2.4).
  public let digest: Digest
  /// The run that began the review to which a signed approval belongs.
  public let run: Digest?
  /// An SSH signature over plan, run and digest, if there is one.
  public let signature: String?

  /// True for a signature of the form before revision 2 of the contract, which named no review. It counts for nothing.
  public var isVoid: Bool { signature != nil && run == nil }

  /// What a signature is over: `<planId> <run> <digest>` in ASCII (contract 2.4).
  public static func signed(plan: String, run: Digest, digest: Digest) -> [UInt8] {
    Array("\(plan) \(run.hex) \(digest.tagged)".utf8)
  }
}

extension Milestone {
  /// What an approval is of: SHA-256 of the RFC 8785 form of `{ id, outcome, dependsOn, exitCriteria }` (contract 2.4).
  public var approvedDigest: Digest {
    let members = ["id", "outcome", "dependsOn", "exitCriteria"].compactMap { key in
      json[key].map { JSONMember(key, $0) }
    }
    return Digest(of: JSONValue(.object(members)).canonicalBytes)
  }

  /// The approvals of what the milestone says now. Whether their signatures are good is for the judge to say.
  public var standingApprovals: [Approval] {
    if approvals.isEmpty { return [] }
    let digest = approvedDigest
    return approvals.filter { $0.digest == digest && !$0.isVoid }
  }

  /// A milestone's members in the order in which files are written; the user's own come last, as they stood.
  public static func ordered(_ json: JSONValue) -> JSONValue {
    let members = json.object ?? []
    let known = propertyOrder.compactMap { key in members.first { $0.key == key } }
    return JSONValue(.object(known + members.filter { !propertyOrder.contains($0.key) }))
  }
}
