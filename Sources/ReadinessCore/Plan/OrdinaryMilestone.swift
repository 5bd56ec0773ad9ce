import StrictJSON

extension Milestone {
  /// Reads a milestone in one pass over its bytes, where nothing about it is out of the ordinary: of a plan of thousands
  /// that is nearly each. Checks, waivers, approvals, fields of the user's own, escapes, and whatever is wrong are left to
  /// `Milestone.read`, which knows all and can say why; a test holds the two together. O(bytes).
  /// - Returns: nil where it has to be read the other way.
  static func ordinary(_ bytes: [UInt8], stem: MilestoneID, _ pool: TextPool) -> Milestone? {
    guard bytes.count <= JSONLimits.plan.size, stem.isValid else { return nil }
    return bytes.withUnsafeBufferPointer { buffer in
      var reading = OrdinaryMilestone(bytes: bytes, buffer: buffer, pool: pool)
      var scanner = JSONScanner(buffer)
      guard reading.members(&scanner), scanner.isAtEnd() else { return nil }
      return reading.milestone(stem)
    }
  }
}

/// What was read of one so far.
private struct OrdinaryMilestone {
  let bytes: [UInt8]
  let buffer: UnsafeBufferPointer<UInt8>
  let pool: TextPool
  private var id: Range<Int>?
  private var workstream: Range<Int>?
  private var outcome: Range<Int>?
  private var dependsOn: [MilestoneID]?
  private var owner: Range<Int>?
  private var status: Range<Int>?
  private var blocked: Blocked?
  private var criteria: [ExitCriterion] = []
  private var deliverables: [Deliverable] = []
  private var risks: [Risk] = []

  init(bytes: [UInt8], buffer: UnsafeBufferPointer<UInt8>, pool: TextPool) {
    (self.bytes, self.buffer, self.pool) = (bytes, buffer, pool)
  }

  func milestone(_ stem: MilestoneID) -> Milestone? {
    guard let id, isSame(id, stem), let workstream, let outcome, let dependsOn, let owner, let status,
      !criteria.isEmpty
    else { return nil }
    return Milestone(
      id: stem, workstream: string(workstream), outcome: JSONText(bytes, plain: outcome), dependsOn: dependsOn,
      owner: string(owner), status: string(status), blocked: blocked, exitCriteria: criteria,
      deliverables: deliverables, risks: risks, approvals: [], whole: Optional.none, text: bytes)
  }

  /// How many of one kind a milestone has, as a rule, at most: so many are compared with each other.
  private static let few = 24

  private static let names: [StaticString] = [
    "$schema", "id", "workstream", "outcome", "dependsOn", "owner", "status", "exitCriteria", "deliverables", "blocked",
    "risks",
  ]

  mutating func members(_ scanner: inout JSONScanner) -> Bool {
    scanner.members(Self.names) { name, scanner in
      switch name {
      case 0: scanner.text() != nil
      case 1: note(scanner.text(), &id)
      case 2: note(scanner.text(), &workstream)
      case 3: note(scanner.text(), &outcome)
      case 4: note(ids(&scanner), &dependsOn)
      case 5: note(scanner.text(), &owner)
      case 6: note(scanner.text(), &status)
      case 7: readCriteria(&scanner)
      case 8: readDeliverables(&scanner)
      case 9: note(blocked(&scanner), &blocked)
      default: readRisks(&scanner)
      }
    }
  }

  /// A text that has to say something.
  private func note(_ text: Range<Int>?, _ place: inout Range<Int>?) -> Bool {
    place = text
    return text?.isEmpty == false
  }

  private func note<Value>(_ value: Value?, _ place: inout Value?) -> Bool {
    place = value
    return value != nil
  }

  private func string(_ range: Range<Int>) -> String {
    pool.text(UnsafeBufferPointer(rebasing: buffer[range]))
  }

  private func isSame(_ range: Range<Int>, _ id: MilestoneID) -> Bool {
    var text = id.text
    return text.withUTF8 { $0.count == range.count && $0.elementsEqual(buffer[range]) }
  }

  private func ids(_ scanner: inout JSONScanner) -> [MilestoneID]? {
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

  private func blocked(_ scanner: inout JSONScanner) -> Blocked? {
    var (reason, by): (Range<Int>?, [MilestoneID]?) = (nil, nil)
    let isRead = scanner.members(["reason", "by"]) { name, scanner in
      name == 0 ? note(scanner.text() as Range<Int>?, &reason) : note(ids(&scanner), &by)
    }
    guard isRead, let reason else { return nil }
    return Blocked(reason: string(reason), by: by ?? [])
  }

  // MARK: - Criteria

  private static let criterionNames: [StaticString] = ["id", "text", "evidence"]

  private mutating func readCriteria(_ scanner: inout JSONScanner) -> Bool {
    criteria.reserveCapacity(2)
    return scanner.elements { scanner in
      let offset = scanner.place()
      var (id, text): (Range<Int>?, Range<Int>?) = (nil, nil)
      var evidence: [Evidence] = []
      let isRead = scanner.members(Self.criterionNames) { name, scanner in
        switch name {
        case 0: note(scanner.text(), &id)
        case 1: note(scanner.text(), &text)
        default: read(&scanner, &evidence)
        }
      }
      guard isRead, let id, let text, criteria.count < Self.few else { return false }
      let name = string(id)
      guard ExitCriterion.isValid(id: name), !criteria.contains(where: { $0.id == name }) else { return false }
      criteria.append(
        ExitCriterion(
          id: name, words: JSONText(bytes, plain: text), evidence: evidence, rare: nil, offset: offset))
      return true
    }
  }

  private static let evidenceNames: [StaticString] = ["kind", "path", "sha256", "text", "by"]

  /// Files and people's words.
  private func read(_ scanner: inout JSONScanner, _ evidence: inout [Evidence]) -> Bool {
    scanner.elements { scanner in
      let start = scanner.place()
      var fields = [Range<Int>?](repeating: nil, count: Self.evidenceNames.count)
      let isRead = scanner.members(Self.evidenceNames) { note($1.text(), &fields[$0]) }
      guard isRead, let kind = fields[0].map(string), let read = self.kind(kind, fields) else { return false }
      evidence.append(Evidence(read, JSONPart(bytes, start..<scanner.end)))
      return true
    }
  }

  private func kind(_ kind: String, _ fields: [Range<Int>?]) -> Evidence.Kind? {
    switch (kind, fields[1], fields[2], fields[3], fields[4]) {
    case ("file", let path?, let hex?, nil, nil):
      guard RepositoryPath.isPlain(buffer[path]), let digest = Digest(hex: buffer[hex]) else { return nil }
      return .file(path: string(path), sha256: digest)
    case ("statement", nil, nil, let text?, let by?): return .statement(text: string(text), by: string(by))
    default: return nil
    }
  }

  // MARK: - Deliverables and risks

  private static let deliverableNames: [StaticString] = ["path", "purpose", "status"]

  private mutating func readDeliverables(_ scanner: inout JSONScanner) -> Bool {
    scanner.elements { scanner in
      let offset = scanner.place()
      var (path, purpose, status): (Range<Int>?, Range<Int>?, Range<Int>?) = (nil, nil, nil)
      let isRead = scanner.members(Self.deliverableNames) { name, scanner in
        switch name {
        case 0: note(scanner.text(), &path)
        case 1: note(scanner.text(), &purpose)
        default: note(scanner.text(), &status)
        }
      }
      guard isRead, let path, let purpose, let status, RepositoryPath.isPlain(buffer[path]) else { return false }
      deliverables.append(
        Deliverable(
          path: string(path), aim: JSONText(bytes, plain: purpose), status: string(status), offset: offset))
      return true
    }
  }

  private static let riskNames: [StaticString] = ["id", "text", "severity", "status"]

  private mutating func readRisks(_ scanner: inout JSONScanner) -> Bool {
    scanner.elements { scanner in
      var fields = [Range<Int>?](repeating: nil, count: Self.riskNames.count)
      guard scanner.members(Self.riskNames, { note($1.text(), &fields[$0]) }), let id = fields[0], let text = fields[1],
        let severity = fields[2].map(string), let status = fields[3].map(string),
        Self.isAmong(Milestone.severities, severity), Self.isAmong(Milestone.riskStates, status), risks.count < Self.few
      else { return false }
      let name = string(id)
      guard !risks.contains(where: { $0.id.isExactly(name) }) else { return false }
      risks.append(Risk(id: name, text: string(text), severity: severity, status: status))
      return true
    }
  }

  private static func isAmong(_ words: [String], _ word: String) -> Bool { words.contains { $0.isExactly(word) } }
}
