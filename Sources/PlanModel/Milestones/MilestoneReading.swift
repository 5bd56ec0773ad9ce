public import GitObjects
public import StrictJSON
import Synchronization

/// A file under `.readiness/`, read once.
public final class MilestoneFile: Sendable {
  /// The id from the file name.
  public let id: MilestoneID
  /// The kind of file in git.
  public let kind: FileKind
  /// The digest of its bytes; nil if it is not a regular file. Computed on first use, because reading commands never
  /// use it.
  public var digest: Digest? {
    guard let bytes else { return nil }
    return knownDigest.withLock { known in
      let digest = known ?? Digest(of: bytes)
      known = digest
      return digest
    }
  }
  /// Its bytes; nil if it is not a regular file, empty if it is too large.
  package var text: [UInt8]? { bytes }
  private let bytes: [UInt8]?
  private let knownDigest: Mutex<Digest?>
  /// The milestone; nil if the file cannot be read.
  public let milestone: Milestone?
  /// The findings about the file alone, independent of the workflow.
  public let findings: [Finding]
  /// The parsed text, for positions; nil if it does not parse. O(1); O(bytes) if read as one of many.
  public var document: JSONDocument? {
    if let parsed { return parsed }
    guard let bytes, doesParse else { return nil }
    do { return try JSONDocument(parsing: bytes, limits: .plan) } catch { return nil }
  }
  private let parsed: JSONDocument?
  private let doesParse: Bool

  /// The path, relative to the top of the repository.
  public var path: String { PlanPaths.milestone(id) }

  /// Creates a file that exceeds the size limit. It is not read, but has a digest.
  public init(id: MilestoneID, oversized: OversizedFile) {
    self.id = id
    kind = .regular
    bytes = []
    knownDigest = Mutex(oversized.digest)
    milestone = nil
    (parsed, doesParse) = (nil, false)
    findings = [oversized.finding(milestone: id, path: PlanPaths.milestone(id), bound: JSONLimits.plan.size)]
  }

  /// Reads a file according to the built-in schema. O(bytes).
  public convenience init(id: MilestoneID, kind: FileKind, bytes: [UInt8]) {
    self.init(id, kind, bytes, keepsAll: true)
  }

  /// Reads one of many files, and retains less in memory: `document` and `json` parse the text again. O(bytes).
  public convenience init(id: MilestoneID, oneOfMany bytes: [UInt8]) {
    self.init(id, .regular, bytes, keepsAll: false)
  }

  private init(_ id: MilestoneID, _ kind: FileKind, _ bytes: [UInt8], keepsAll: Bool) {
    self.id = id
    self.kind = kind
    knownDigest = Mutex(nil)
    var path: String { PlanPaths.milestone(id) }
    guard kind == .regular || kind == .executable else {
      self.bytes = nil
      milestone = nil
      (parsed, doesParse) = (nil, false)
      findings = [
        Finding(
          .notARegularFile, "\(path) is \(kind.phrase), not a regular file.",
          hint: "Put a regular JSON file in its place.", milestone: id, path: path)
      ]
      return
    }
    self.bytes = bytes
    let document: JSONDocument
    do {
      document = try JSONDocument(parsing: bytes, limits: .plan)
    } catch {
      (parsed, doesParse) = (nil, false)
      milestone = nil
      findings = [Finding(error, milestone: id, path: path)]
      return
    }
    (parsed, doesParse) = (keepsAll ? document : nil, true)
    let faults = FaultList()
    milestone = Milestone.read(document, stem: id, keeps: keepsAll, faults)
    findings = faults.faults.map { fault in
      Finding(
        fault.code, fault.message, hint: fault.code.remedy, milestone: id, path: path,
        line: document.position(of: fault.offset).line)
    }
  }

  /// Returns the line of a byte offset; 1 if the file does not parse.
  package func line(_ offset: Int) -> Int { document?.position(of: offset).line ?? 1 }

  /// Returns the line of a property; 1 if it is missing.
  package func line(of property: String) -> Int {
    document?.root.member(property).map { line($0.keyRange.lowerBound) } ?? 1
  }
}

extension Finding {
  /// Creates the finding for bytes that do not parse.
  public init(_ error: JSONError, milestone: MilestoneID? = nil, path: String) {
    let code: ReasonCode =
      switch error.reason {
      case .malformed, .tooDeep: .malformedJSON
      case .duplicateKey: .duplicateKey
      case .tooLarge: .fileTooLarge
      }
    self.init(
      code, error.message + " (line \(error.position.line), column \(error.position.column))",
      hint: code.remedy, milestone: milestone, path: path, line: error.position.line)
  }
}

extension Milestone {
  /// The properties, in the standard order.
  static let propertyOrder = properties.map(\.description)
  private static let properties: [StaticString] = [
    "$schema", "id", "workstream", "outcome", "dependsOn", "owner", "target", "status", "blocked", "exitCriteria",
    "deliverables", "risks", "approvals",
  ]
  /// The severities of a risk, in ascending order (contract 2.1).
  public static let severities = ["low", "medium", "high", "critical"]
  static let riskStates = ["open", "mitigated", "accepted", "closed"]

  /// Reads a milestone. Returns nil and adds faults if it does not match the built-in schema.
  /// `ssot/schemas/milestone.schema.json` expresses the same rules in JSON Schema; a test compares the two.
  static func read(_ document: JSONDocument, stem: MilestoneID, keeps: Bool, _ faults: FaultList) -> Milestone? {
    let root = document.root
    guard let reader = ObjectReader(root, "The milestone", known: Self.properties, extensible: true, faults) else {
      return nil
    }
    _ = reader.optionalText("$schema")
    let idText = reader.text("id")
    let workstream = reader.text("workstream")
    let outcome = reader.lazyText("outcome")
    let dependsOn = reader.ids("dependsOn", required: true)
    let owner = reader.text("owner")
    let target = reader.optionalText("target")
    if let target, !Timestamp.isDate(target) {
      faults.add("\"target\" should be a day like 2026-12-31, not \"\(target)\".", at: root["target"] ?? root)
    }
    let status = reader.text("status")
    let blocked = reader["blocked"].flatMap { Blocked($0, faults) }
    let criteria = criteria(reader, faults)
    let deliverables = reader.elements("deliverables").compactMap { Deliverable($0, faults) }
    let risks = risks(reader, faults)
    let approvals = reader.elements("approvals").compactMap { Approval($0, faults) }
    if let idText {
      let place = root["id"] ?? root
      if idText == stem.text ? !stem.isValid : !MilestoneID(idText).isValid {
        faults.add("\"\(idText)\" is no milestone id; an id looks like M-04.", at: place)
      } else if idText != stem.text {
        faults.add(
          "The file's name says \(stem), its id says \(idText).", at: place, code: .idMismatch)
      }
    }
    let unreadable = faults.faults.contains { $0.code == .schemaViolation }
    guard !unreadable, let idText, let workstream, let outcome, let owner, let status else { return nil }
    return Milestone(
      id: idText == stem.text ? stem : MilestoneID(idText), workstream: workstream, outcome: outcome,
      dependsOn: dependsOn, owner: owner, target: target, status: status, blocked: blocked, exitCriteria: criteria,
      deliverables: deliverables, risks: risks, approvals: approvals,
      whole: keeps ? Optional(root) : Optional.none, text: document.bytes)
  }

  private static func criteria(_ reader: ObjectReader, _ faults: FaultList) -> [ExitCriterion] {
    let elements = reader.elements("exitCriteria", required: true)
    if elements.isEmpty, let place = reader["exitCriteria"], place.array != nil {
      faults.add("\"exitCriteria\" should hold at least one criterion.", at: place)
    }
    var seen = Seen<ExactText>()
    var criteria: [ExitCriterion] = []
    criteria.reserveCapacity(elements.count)
    for element in elements {
      guard let criterion = ExitCriterion(element, faults) else { continue }
      if !seen.insert(ExactText(criterion.id)) {
        faults.add("The criterion \"\(criterion.id)\" occurs twice in this milestone.", at: element)
      }
      criteria.append(criterion)
    }
    return criteria
  }

  private static func risks(_ reader: ObjectReader, _ faults: FaultList) -> [Risk] {
    var seen = Seen<ExactText>()
    return reader.elements("risks").compactMap { element in
      guard let risk = Risk(element, faults) else { return nil }
      if !seen.insert(ExactText(risk.id)) {
        faults.add("The risk \"\(risk.id)\" occurs twice in this milestone.", at: element)
      }
      return risk
    }
  }
}

extension Blocked {
  fileprivate init?(_ value: JSONValue, _ faults: FaultList) {
    guard let reader = ObjectReader(value, "\"blocked\"", known: ["reason", "by"], faults) else { return nil }
    let reason = reader.text("reason", mayBeEmpty: true)
    by = reader.ids("by")
    guard let reason else { return nil }
    self.reason = reason
  }
}

extension ExitCriterion {
  /// Returns true if an id matches `^[a-z0-9][a-z0-9-]{0,62}$` (contract 2.1).
  public static func isValid(id: String) -> Bool {
    var id = id
    return id.withUTF8(isValid)
  }

  /// Returns true if an id's bytes are valid; see `isValid(id:)`.
  static func isValid(id bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    func isWord(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) }
    guard (1...63).contains(bytes.count), isWord(bytes[0]) else { return false }
    for byte in bytes where !isWord(byte) && byte != UInt8(ascii: "-") { return false }
    return true
  }

  fileprivate init?(_ value: JSONValue, _ faults: FaultList) {
    guard
      let reader = ObjectReader(value, "The criterion", known: ["id", "text", "check", "evidence", "waiver"], faults)
    else {
      return nil
    }
    let id = reader.text("id")
    let text = reader.lazyText("text")
    let check = reader["check"].flatMap { CheckDefinition($0, faults) }
    let waiver = reader["waiver"].flatMap { Waiver($0, faults) }
    rare = check == nil && waiver == nil ? nil : Rare(check: check, waiver: waiver)
    evidence = reader.elements("evidence").compactMap { Evidence($0, faults) }
    offset = value.range.lowerBound
    guard let id, let text else { return nil }
    guard Self.isValid(id: id) else {
      faults.add(
        "\"\(id)\" is no id of a criterion: lower-case letters, digits and hyphens, at most 63.",
        at: value["id"] ?? value)
      return nil
    }
    self.id = id
    words = text
  }
}

extension Evidence {
  fileprivate init?(_ value: JSONValue, _ faults: FaultList) {
    let kind: Kind
    switch value["kind"]?.string {
    case "file":
      guard let reader = ObjectReader(value, "The evidence", known: ["kind", "path", "sha256"], faults) else {
        return nil
      }
      guard let path = reader.text("path"), let hex = reader.text("sha256") else { return nil }
      guard let sha256 = Digest(hex: hex) else {
        faults.add("\"sha256\" should be 64 lower-case hexadecimal digits.", at: value["sha256"] ?? value)
        return nil
      }
      RepositoryPath.check(path, at: value["path"] ?? value, faults)
      kind = .file(path: path, sha256: sha256)
    case "statement":
      guard let reader = ObjectReader(value, "The evidence", known: ["kind", "text", "by"], faults) else { return nil }
      guard let text = reader.text("text"), let by = reader.text("by") else { return nil }
      kind = .statement(text: text, by: by)
    case "check":
      guard let record = CheckRecord(value, faults) else { return nil }
      kind = .check(record)
    case "approval":
      guard let reader = ObjectReader(value, "The evidence", known: ["kind", "role", "count"], faults) else {
        return nil
      }
      guard let role = reader.text("role"), reader.required("count") != nil,
        let count = reader.count("count", 1...1_000)
      else { return nil }
      kind = .approval(role: role, count: count)
    default:
      faults.add(
        "The evidence should say its \"kind\": file, statement, check or approval.", at: value["kind"] ?? value)
      return nil
    }
    self.init(kind, value)
  }
}

extension Deliverable {
  fileprivate init?(_ value: JSONValue, _ faults: FaultList) {
    let known: [StaticString] = ["path", "purpose", "status"]
    guard let reader = ObjectReader(value, "The deliverable", known: known, faults) else { return nil }
    let path = reader.text("path")
    let purpose = reader.lazyText("purpose")
    let status = reader.text("status")
    offset = value.range.lowerBound
    guard let path, let purpose, let status else { return nil }
    RepositoryPath.check(path, at: value["path"] ?? value, faults)
    self.path = path
    aim = purpose
    self.status = status
  }
}

extension Risk {
  fileprivate init?(_ value: JSONValue, _ faults: FaultList) {
    let known: [StaticString] = ["id", "text", "severity", "status"]
    guard let reader = ObjectReader(value, "The risk", known: known, faults) else { return nil }
    let id = reader.text("id")
    let text = reader.text("text")
    let severity = reader.choice("severity", of: Milestone.severities)
    let status = reader.choice("status", of: Milestone.riskStates)
    guard let id, let text, let severity, let status else { return nil }
    self.init(id: id, text: text, severity: severity, status: status)
  }
}

extension Approval {
  fileprivate init?(_ value: JSONValue, _ faults: FaultList) {
    let known: [StaticString] = ["by", "digest", "run", "signature"]
    guard let reader = ObjectReader(value, "The approval", known: known, faults) else { return nil }
    let by = reader.text("by")
    let tagged = reader.text("digest")
    let hex = reader.optionalText("run")
    let signature = reader.optionalText("signature")
    guard let by, let tagged else { return nil }
    guard let digest = Digest(tagged: tagged) else {
      faults.add("\"digest\" should be sha256: and 64 lower-case hexadecimal digits.", at: value["digest"] ?? value)
      return nil
    }
    let run = hex.flatMap { Digest(hex: $0) }
    if hex != nil, run == nil {
      faults.add("\"run\" should be 64 lower-case hexadecimal digits.", at: value["run"] ?? value)
    }
    self.init(by: by, digest: digest, run: run, signature: signature)
  }
}
