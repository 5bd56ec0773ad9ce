import StrictJSON

extension Milestone {
  /// Reads a milestone in one pass over its bytes, where nothing about it is out of the ordinary: of a plan of thousands
  /// that is nearly each. Checks, waivers, approvals, fields of the user's own, escapes, and whatever is wrong are left to
  /// `Milestone.read`, which knows all and can say why; a test holds the two together. O(bytes).
  /// - Returns: nil where it has to be read the other way.
  static func ordinary(_ bytes: [UInt8], stem: MilestoneID, _ pool: TextPool) -> Milestone? {
    guard bytes.count <= JSONLimits.plan.size, stem.isValid else { return nil }
    return bytes.withUnsafeBufferPointer { buffer in
      let text = OrdinaryText(bytes: bytes, buffer: buffer, pool: pool)
      var reading = OrdinaryMilestone()
      var scanner = JSONScanner(buffer)
      guard reading.read(&scanner, text), scanner.isAtEnd() else { return nil }
      return reading.milestone(stem, text)
    }
  }
}

/// What was read of one so far.
private struct OrdinaryMilestone {
  private var id: Range<Int>?
  private var workstream: Range<Int>?
  private var outcome: Range<Int>?
  private var dependsOn: [MilestoneID]?
  private var owner: Range<Int>?
  private var status: Range<Int>?
  private var blocked: Blocked?
  private var criteria: [ExitCriterion]?
  private var deliverables: [Deliverable]?
  private var risks: [Risk]?

  private static let names: [StaticString] = [
    "$schema", "id", "workstream", "outcome", "dependsOn", "owner", "status", "exitCriteria", "deliverables", "blocked",
    "risks",
  ]

  mutating func read(_ scanner: inout JSONScanner, _ text: OrdinaryText) -> Bool {
    scanner.members(Self.names) { name, scanner in
      switch name {
      case 0: scanner.text() != nil
      case 1: scanner.say(&id)
      case 2: scanner.say(&workstream)
      case 3: scanner.say(&outcome)
      case 4: note(text.ids(&scanner), &dependsOn)
      case 5: scanner.say(&owner)
      case 6: scanner.say(&status)
      case 7: note(text.criteria(&scanner), &criteria)
      case 8: note(text.deliverables(&scanner), &deliverables)
      case 9: note(text.blocked(&scanner), &blocked)
      default: note(text.risks(&scanner), &risks)
      }
    }
  }

  func milestone(_ stem: MilestoneID, _ text: OrdinaryText) -> Milestone? {
    guard let id, text.says(stem, id), let workstream, let outcome, let dependsOn, let owner, let status, let criteria,
      !criteria.isEmpty
    else { return nil }
    return Milestone(
      id: stem, workstream: text.string(workstream), outcome: text.lazy(outcome), dependsOn: dependsOn,
      owner: text.string(owner), status: text.string(status), blocked: blocked, exitCriteria: criteria,
      deliverables: deliverables ?? [], risks: risks ?? [], approvals: [], whole: Optional.none, text: text.bytes)
  }
}

/// Keeps what was read; false where nothing was.
private func note<Value>(_ value: Value?, _ place: inout Value?) -> Bool {
  place = value
  return value != nil
}

extension JSONScanner {
  /// Goes over a string that has to say something.
  fileprivate mutating func say(_ place: inout Range<Int>?) -> Bool {
    guard let text = text(), !text.isEmpty else { return false }
    place = text
    return true
  }
}

/// The text that is gone through, and what stands in it.
private struct OrdinaryText {
  let bytes: [UInt8]
  let buffer: UnsafeBufferPointer<UInt8>
  let pool: TextPool

  func string(_ range: Range<Int>) -> String { pool.text(slice(range)) }
  func lazy(_ range: Range<Int>) -> JSONText { JSONText(bytes, plain: range) }
  private func slice(_ range: Range<Int>) -> UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(rebasing: buffer[range])
  }

  func says(_ id: MilestoneID, _ range: Range<Int>) -> Bool {
    var text = id.text
    return text.withUTF8 { $0.elementsEqual(buffer[range]) }
  }

  /// How many of one kind a milestone has, as a rule, at most: so many are compared with each other.
  private static let few = 24

  func ids(_ scanner: inout JSONScanner) -> [MilestoneID]? {
    var ids: [MilestoneID] = []
    let isRead = scanner.elements { scanner in
      guard let text = scanner.text() else { return false }
      let id = MilestoneID(string(text))
      guard id.isValid, ids.count < Self.few, !ids.contains(id) else { return false }
      ids.append(id)
      return true
    }
    return isRead ? ids : nil
  }

  func blocked(_ scanner: inout JSONScanner) -> Blocked? {
    var (reason, by): (Range<Int>?, [MilestoneID]?) = (nil, nil)
    let isRead = scanner.members(["reason", "by"]) { name, scanner in
      name == 0 ? note(scanner.text(), &reason) : note(ids(&scanner), &by)
    }
    guard isRead, let reason else { return nil }
    return Blocked(reason: string(reason), by: by ?? [])
  }

  // MARK: - Criteria

  private static let criterionNames: [StaticString] = ["id", "text", "evidence"]

  func criteria(_ scanner: inout JSONScanner) -> [ExitCriterion]? {
    var criteria: [ExitCriterion] = []
    criteria.reserveCapacity(2)
    let isRead = scanner.elements { scanner in
      let offset = scanner.place()
      var (id, words): (Range<Int>?, Range<Int>?) = (nil, nil)
      var evidence: [Evidence]?
      let isRead = scanner.members(Self.criterionNames) { name, scanner in
        switch name {
        case 0: scanner.say(&id)
        case 1: scanner.say(&words)
        default: note(self.evidence(&scanner), &evidence)
        }
      }
      guard isRead, let id, let words, criteria.count < Self.few, ExitCriterion.isValid(id: slice(id)) else {
        return false
      }
      let name = string(id)
      guard !criteria.contains(where: { $0.id == name }) else { return false }
      criteria.append(
        ExitCriterion(id: name, words: lazy(words), evidence: evidence ?? [], rare: nil, offset: offset))
      return true
    }
    return isRead ? criteria : nil
  }

  private static let evidenceNames: [StaticString] = ["kind", "path", "sha256", "text", "by"]

  /// Files and people's words.
  private func evidence(_ scanner: inout JSONScanner) -> [Evidence]? {
    var evidence: [Evidence] = []
    let isRead = scanner.elements { scanner in
      let start = scanner.place()
      var fields = [Range<Int>?](repeating: nil, count: Self.evidenceNames.count)
      let isRead = scanner.members(Self.evidenceNames) { $1.say(&fields[$0]) }
      guard isRead, let kind = kind(fields) else { return false }
      evidence.append(Evidence(kind, JSONPart(bytes, start..<scanner.end)))
      return true
    }
    return isRead ? evidence : nil
  }

  private func kind(_ fields: [Range<Int>?]) -> Evidence.Kind? {
    switch (fields[0].map(string), fields[1], fields[2], fields[3], fields[4]) {
    case ("file", let path?, let hex?, nil, nil):
      guard RepositoryPath.isPlain(slice(path)), let digest = Digest(hex: buffer[hex]) else { return nil }
      return .file(path: string(path), sha256: digest)
    case ("statement", nil, nil, let text?, let by?): return .statement(text: string(text), by: string(by))
    default: return nil
    }
  }

  // MARK: - Deliverables and risks

  private static let deliverableNames: [StaticString] = ["path", "purpose", "status"]

  func deliverables(_ scanner: inout JSONScanner) -> [Deliverable]? {
    var deliverables: [Deliverable] = []
    let isRead = scanner.elements { scanner in
      let offset = scanner.place()
      var (path, purpose, status): (Range<Int>?, Range<Int>?, Range<Int>?) = (nil, nil, nil)
      let isRead = scanner.members(Self.deliverableNames) { name, scanner in
        switch name {
        case 0: scanner.say(&path)
        case 1: scanner.say(&purpose)
        default: scanner.say(&status)
        }
      }
      guard isRead, let path, let purpose, let status, RepositoryPath.isPlain(slice(path)) else { return false }
      deliverables.append(
        Deliverable(path: string(path), aim: lazy(purpose), status: string(status), offset: offset))
      return true
    }
    return isRead ? deliverables : nil
  }

  private static let riskNames: [StaticString] = ["id", "text", "severity", "status"]

  func risks(_ scanner: inout JSONScanner) -> [Risk]? {
    var risks: [Risk] = []
    let isRead = scanner.elements { scanner in
      var fields = [Range<Int>?](repeating: nil, count: Self.riskNames.count)
      guard scanner.members(Self.riskNames, { $1.say(&fields[$0]) }), let id = fields[0].map(string),
        let text = fields[1].map(string), let severity = fields[2].map(string), let status = fields[3].map(string),
        isAmong(Milestone.severities, severity), isAmong(Milestone.riskStates, status), risks.count < Self.few,
        !risks.contains(where: { $0.id.isExactly(id) })
      else { return false }
      risks.append(Risk(id: id, text: text, severity: severity, status: status))
      return true
    }
    return isRead ? risks : nil
  }

  private func isAmong(_ words: [String], _ word: String) -> Bool { words.contains { $0.isExactly(word) } }
}
