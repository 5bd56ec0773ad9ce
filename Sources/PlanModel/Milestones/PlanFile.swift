public import GitObjects
public import StrictJSON

/// `ssot/plan.json`, read once (contract 2).
public struct PlanFile: Sendable {
  /// The digest of its bytes; nil if it is not a regular file. Computed on first use.
  public var digest: Digest? { lazyDigest?.value }
  private let lazyDigest: LazyDigest?
  /// The plan; nil if the file cannot be read.
  public let plan: Plan?
  /// The findings about the file alone.
  public let findings: [Finding]
  /// The parsed text, for positions and for merging.
  public let document: JSONDocument?

  /// The maximum size of the file, in bytes.
  public static let bound = 16 << 20

  /// Creates a file that exceeds the size limit.
  public init(oversized: OversizedFile) {
    lazyDigest = LazyDigest(oversized.digest)
    plan = nil
    document = nil
    findings = [oversized.finding(milestone: nil, path: PlanPaths.plan, bound: Self.bound)]
  }

  /// Reads the file. O(bytes).
  public init(kind: FileKind, bytes: [UInt8]) {
    let path = PlanPaths.plan
    guard kind == .regular || kind == .executable else {
      lazyDigest = nil
      plan = nil
      document = nil
      findings = [Finding(.notARegularFile, "\(path) is \(kind.phrase), not a regular file.", path: path)]
      return
    }
    lazyDigest = LazyDigest(of: bytes)
    do {
      let document = try JSONDocument(
        parsing: bytes, limits: JSONLimits(depth: 32, size: Self.bound, portableOnly: true))
      let faults = FaultList()
      self.document = document
      plan = Plan(document.root, faults)
      findings = faults.faults.map {
        Finding($0.code, $0.message, path: path, line: document.position(of: $0.offset).line)
      }
    } catch {
      document = nil
      plan = nil
      findings = [Finding(error, path: path)]
    }
  }

  /// Returns the line of an entry of `executionOrder` or `retired`.
  package func line(of id: MilestoneID, in property: String) -> Int? {
    guard let document, let element = document.root[property]?.array?.first(where: { $0.string == id.text }) else {
      return nil
    }
    return document.position(of: element).line
  }
}

/// The properties of the plan as a whole.
public struct Plan: Sendable {
  /// A UUID that never changes.
  public let planID: String
  /// The title, for people.
  public let title: String
  /// The order in which the team intends to work.
  public let executionOrder: [MilestoneID]
  /// The ids that were used and must never be used again.
  public let retired: [MilestoneID]

  /// Creates a plan.
  public init(planID: String, title: String, executionOrder: [MilestoneID], retired: [MilestoneID] = []) {
    self.planID = planID
    self.title = title
    self.executionOrder = executionOrder
    self.retired = retired
  }

  init?(_ root: JSONValue, _ faults: FaultList) {
    let known: [StaticString] = ["planId", "title", "executionOrder", "retired"]
    guard let reader = ObjectReader(root, "The plan", known: known, faults) else { return nil }
    let planID = reader.text("planId")
    let title = reader.text("title", mayBeEmpty: true)
    executionOrder = reader.ids("executionOrder", required: true)
    retired = reader.ids("retired", required: true)
    if let planID, !Self.isUUID(planID) {
      faults.add("\"planId\" should be a UUID.", at: root["planId"] ?? root)
    }
    guard faults.faults.isEmpty, let planID, let title else { return nil }
    self.planID = planID
    self.title = title
  }

  /// Returns true if a text has 8-4-4-4-12 hexadecimal digits (RFC 9562, section 4).
  static func isUUID(_ text: String) -> Bool {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    return parts.map(\.utf8.count) == [8, 4, 4, 4, 12] && parts.allSatisfy { $0.allSatisfy(\.isHexDigit) }
  }

  /// The contents of the plan file.
  public var json: JSONValue {
    [
      "planId": .text(planID), "title": .text(title),
      "executionOrder": .texts(executionOrder.map(\.text)), "retired": .texts(retired.map(\.text)),
    ]
  }
}
