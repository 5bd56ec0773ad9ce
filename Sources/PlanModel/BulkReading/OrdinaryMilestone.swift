import CPure
import StrictJSON

/// Reads the milestones of a plan of thousands, one after the other. For one thread.
public final class MilestoneReader {
  private let pool = TextPool()
  private var found = OrdinaryMilestone()

  /// Makes a reader.
  public init() {}

  /// Reads a milestone in one pass over its bytes, where nothing about it is out of the ordinary: of a plan of thousands
  /// that is nearly each. Checks, waivers, approvals, fields of the user's own, escapes, and whatever is wrong are left to
  /// `Milestone.read`, which knows all and can say why; a test holds the two together. O(bytes).
  /// - Returns: what is made of what was found; nil where it has to be read the other way.
  func read<Made>(_ bytes: [UInt8], stem: MilestoneID, _ make: (OrdinaryMilestone, OrdinaryText) -> Made) -> Made? {
    guard bytes.count <= JSONLimits.plan.size, stem.isValid else { return nil }
    var milestone = OrdinaryMilestone()
    swap(&milestone, &found)
    defer { swap(&milestone, &found) }
    return bytes.withUnsafeBufferPointer { buffer in
      let text = OrdinaryText(bytes: bytes, buffer: buffer, pool: pool)
      var scanner = JSONScanner(buffer)
      guard milestone.read(&scanner, text, stem), scanner.isAtEnd() else { return nil }
      return make(milestone, text)
    }
  }

  /// The milestone that some bytes say, where it is an ordinary one.
  func milestone(_ bytes: [UInt8], stem: MilestoneID) -> Milestone? {
    read(bytes, stem: stem) { $0.milestone(stem, $1) }
  }
}

/// What was found in the text of a milestone: mostly where it stands there, since of nearly all nothing else is ever made.
struct OrdinaryMilestone {
  typealias Place = Range<Int>

  private(set) var workstream = 0..<0
  private(set) var outcome = 0..<0
  private(set) var dependsOn: [Place] = []
  private(set) var owner = 0..<0
  private(set) var status = 0..<0
  private(set) var blocked: Blocked?
  private(set) var criteria: [(id: Place, text: Place, evidence: [Evidence], offset: Int)] = []
  private(set) var deliverables: [(path: Place, purpose: Place, status: Place, offset: Int)] = []
  private(set) var risks: [Risk] = []

  private static let names: [StaticString] = [
    "$schema", "id", "workstream", "outcome", "dependsOn", "owner", "status", "exitCriteria", "deliverables", "blocked",
    "risks",
  ]

  /// Goes through the text of one, and forgets the one before.
  /// - Returns: false where something is wrong, missing, or out of the ordinary.
  fileprivate mutating func read(_ scanner: inout JSONScanner, _ text: OrdinaryText, _ stem: MilestoneID) -> Bool {
    blocked = nil
    risks.removeAll(keepingCapacity: true)
    dependsOn.removeAll(keepingCapacity: true)
    criteria.removeAll(keepingCapacity: true)
    deliverables.removeAll(keepingCapacity: true)
    var seen = 0
    let isRead = scanner.members(Self.names) { name, scanner in
      seen |= 1 << name
      return switch name {
      case 0: scanner.text() != nil
      case 1: text.says(stem, scanner.text())
      case 2: scanner.say(&workstream)
      case 3: scanner.say(&outcome)
      case 4: text.ids(&scanner, &dependsOn)
      case 5: scanner.say(&owner)
      case 6: scanner.say(&status)
      case 7: text.criteria(&scanner, &criteria)
      case 8: text.deliverables(&scanner, &deliverables)
      case 9: note(text.blocked(&scanner), &blocked)
      default: text.risks(&scanner, &risks)
      }
    }
    // From `id` to `exitCriteria` each has to be there.
    return isRead && seen & 0xFE == 0xFE && !criteria.isEmpty
  }

  /// All of it.
  func milestone(_ stem: MilestoneID, _ text: OrdinaryText) -> Milestone {
    Milestone(
      id: stem, workstream: text.string(workstream), outcome: text.lazy(outcome), dependsOn: dependsOn.map(text.id),
      owner: text.string(owner), status: text.string(status), blocked: blocked,
      exitCriteria: criteria.map {
        ExitCriterion(
          id: text.string($0.id), words: text.lazy($0.text), evidence: $0.evidence, rare: nil, offset: $0.offset)
      },
      deliverables: deliverables.map {
        Deliverable(
          path: text.string($0.path), aim: text.lazy($0.purpose), status: text.string($0.status), offset: $0.offset)
      },
      risks: risks, approvals: [], whole: Optional.none, text: text.bytes)
  }

  /// True where it has nothing that its row does not tell, but words.
  var isQuiet: Bool { blocked == nil && risks.isEmpty && criteria.allSatisfy { $0.evidence.isEmpty } }
}

/// Keeps what was read; false where nothing was.
private func note<Value>(_ value: Value?, _ place: inout Value?) -> Bool {
  place = value
  return value != nil
}

extension JSONScanner {
  /// Goes over a string that has to say something.
  fileprivate mutating func say(_ place: inout Range<Int>) -> Bool {
    guard let text = text(), !text.isEmpty else { return false }
    place = text
    return true
  }
}

/// The text that is gone through, and what stands in it.
struct OrdinaryText {
  typealias Place = OrdinaryMilestone.Place

  let bytes: [UInt8]
  fileprivate let buffer: UnsafeBufferPointer<UInt8>
  fileprivate let pool: TextPool

  fileprivate init(bytes: [UInt8], buffer: UnsafeBufferPointer<UInt8>, pool: TextPool) {
    (self.bytes, self.buffer, self.pool) = (bytes, buffer, pool)
  }

  func string(_ place: Place) -> String { pool.text(slice(place)) }
  func id(_ place: Place) -> MilestoneID { MilestoneID(string(place)) }
  fileprivate func lazy(_ place: Place) -> JSONText { JSONText(bytes, plain: place) }
  func slice(_ place: Place) -> UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(rebasing: buffer[place]) }

  /// True where two places hold the same bytes.
  func isSame(_ a: Place, _ b: Place) -> Bool {
    guard a.count == b.count, let base = buffer.baseAddress else { return false }
    return memcmp(base + a.lowerBound, base + b.lowerBound, a.count) == 0
  }

  fileprivate func says(_ id: MilestoneID, _ place: Place?) -> Bool {
    guard let place else { return false }
    var text = id.text
    return text.withUTF8 { $0.elementsEqual(buffer[place]) }
  }

  /// How many of one kind a milestone has, as a rule, at most: so many are compared with each other.
  private static let few = 24

  /// Ids that are sound, each once.
  fileprivate func ids(_ scanner: inout JSONScanner, _ ids: inout [Place]) -> Bool {
    scanner.elements { scanner in
      guard let id = scanner.text(), MilestoneID.isValid(slice(id)), ids.count < Self.few,
        !ids.contains(where: { isSame($0, id) })
      else { return false }
      ids.append(id)
      return true
    }
  }

  fileprivate func blocked(_ scanner: inout JSONScanner) -> Blocked? {
    var (reason, by): (Place?, [Place]) = (nil, [])
    let isRead = scanner.members(["reason", "by"]) { name, scanner in
      name == 0 ? note(scanner.text(), &reason) : ids(&scanner, &by)
    }
    guard isRead, let reason else { return nil }
    return Blocked(reason: string(reason), by: by.map(id))
  }

  // MARK: - Criteria

  private static let criterionNames: [StaticString] = ["id", "text", "evidence"]

  fileprivate func criteria(
    _ scanner: inout JSONScanner, _ criteria: inout [(id: Place, text: Place, evidence: [Evidence], offset: Int)]
  ) -> Bool {
    scanner.elements { scanner in
      let offset = scanner.place()
      var (id, text) = (0..<0, 0..<0)
      var evidence: [Evidence] = []
      let isRead = scanner.members(Self.criterionNames) { name, scanner in
        switch name {
        case 0: scanner.say(&id)
        case 1: scanner.say(&text)
        default: self.evidence(&scanner, &evidence)
        }
      }
      guard isRead, !text.isEmpty, criteria.count < Self.few, ExitCriterion.isValid(id: slice(id)),
        !criteria.contains(where: { isSame($0.id, id) })
      else { return false }
      criteria.append((id, text, evidence, offset))
      return true
    }
  }

  private static let evidenceNames: [StaticString] = ["kind", "path", "sha256", "text", "by"]

  /// Files and people's words.
  private func evidence(_ scanner: inout JSONScanner, _ evidence: inout [Evidence]) -> Bool {
    scanner.elements { scanner in
      let start = scanner.place()
      var fields = [Place](repeating: 0..<0, count: Self.evidenceNames.count)
      let isRead = scanner.members(Self.evidenceNames) { $1.say(&fields[$0]) }
      guard isRead, let kind = kind(fields.map { $0.isEmpty ? nil : $0 }) else { return false }
      evidence.append(Evidence(kind, JSONPart(bytes, start..<scanner.end)))
      return true
    }
  }

  private func kind(_ fields: [Place?]) -> Evidence.Kind? {
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

  fileprivate func deliverables(
    _ scanner: inout JSONScanner,
    _ deliverables: inout [(path: Place, purpose: Place, status: Place, offset: Int)]
  ) -> Bool {
    scanner.elements { scanner in
      let offset = scanner.place()
      var (path, purpose, status) = (0..<0, 0..<0, 0..<0)
      let isRead = scanner.members(Self.deliverableNames) { name, scanner in
        switch name {
        case 0: scanner.say(&path)
        case 1: scanner.say(&purpose)
        default: scanner.say(&status)
        }
      }
      guard isRead, !purpose.isEmpty, !status.isEmpty, RepositoryPath.isPlain(slice(path)) else { return false }
      deliverables.append((path, purpose, status, offset))
      return true
    }
  }

  private static let riskNames: [StaticString] = ["id", "text", "severity", "status"]

  fileprivate func risks(_ scanner: inout JSONScanner, _ risks: inout [Risk]) -> Bool {
    scanner.elements { scanner in
      var fields = [Place](repeating: 0..<0, count: Self.riskNames.count)
      guard scanner.members(Self.riskNames, { $1.say(&fields[$0]) }), fields.allSatisfy({ !$0.isEmpty }) else {
        return false
      }
      let (id, severity, status) = (string(fields[0]), string(fields[2]), string(fields[3]))
      guard isAmong(Milestone.severities, severity), isAmong(Milestone.riskStates, status), risks.count < Self.few,
        !risks.contains(where: { $0.id.isExactly(id) })
      else { return false }
      risks.append(Risk(id: id, text: string(fields[1]), severity: severity, status: status))
      return true
    }
  }

  private func isAmong(_ words: [String], _ word: String) -> Bool { words.contains { $0.isExactly(word) } }
}
