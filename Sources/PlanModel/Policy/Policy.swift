public import GitObjects
package import JSONSchema
import StrictJSON

/// The policy: everything under `ssot/policies/`, and the team's schema of milestones (contract 2).
public final class Policy {
  /// The states and edges.
  public let workflow: Workflow
  /// The authorization rules; nil if anyone may make any legal change.
  public let authorization: Authorization?
  /// The gates.
  public let gates: Gates
  /// The handling of unstamped changes.
  public let provenance: ProvenancePolicy
  /// The sinks for runs.
  public let sinks: Sinks
  /// The refs that a server protects; nil if every ref is judged and none is protected.
  public let refs: ProtectedRefs?
  /// The guarded files; nil if anyone may change any file.
  public let paths: GuardedPaths?
  /// The rules for secrets.
  public let secrets: Secrets
  /// The keys for attestations; nil if no attestation counts.
  public let attestations: AttestationPolicy?
  /// The alert thresholds.
  public let alerts: AlertPolicy
  /// The team's schema; nil unless it differs from the built-in one.
  package let schema: SchemaValidator?

  init(
    workflow: Workflow, authorization: Authorization?, gates: Gates, provenance: ProvenancePolicy,
    sinks: Sinks, refs: ProtectedRefs?, paths: GuardedPaths?, secrets: Secrets,
    attestations: AttestationPolicy?, alerts: AlertPolicy, schema: SchemaValidator?
  ) {
    self.workflow = workflow
    self.authorization = authorization
    self.gates = gates
    self.provenance = provenance
    self.sinks = sinks
    self.refs = refs
    self.paths = paths
    self.secrets = secrets
    self.attestations = attestations
    self.alerts = alerts
    self.schema = schema
  }

  /// Returns the policy for a tree without one. It equals the files that `init` writes.
  public static func builtIn() -> Policy {
    Policy(
      workflow: .standard, authorization: nil,
      gates: Gates(gates: ["release": .standardRelease, "canary": .standardCanary]),
      provenance: ProvenancePolicy(unstamped: .refuse, judgedFrom: nil), sinks: .none, refs: nil, paths: nil,
      secrets: .builtIn, attestations: nil, alerts: .standard, schema: nil)
  }
}

/// A file of the policy.
public struct PolicyBlob: Sendable {
  /// The path, relative to the top of the repository.
  public let path: String
  /// The kind of file in git.
  public let kind: FileKind
  /// Its bytes; empty if it is too large.
  public let bytes: [UInt8]
  /// The digest of its bytes.
  public let digest: Digest
  let isOversized: Bool
  /// True if the file equals the built-in default; then its bytes may be absent.
  let isStandard: Bool

  /// The maximum depth of a policy's folders (specification, bounds).
  public static let depthBound = 64
  /// The maximum number of a policy's files.
  public static let countBound = 4_096
  /// The maximum total size of a policy's files, in bytes.
  public static let sizeBound = 16 << 20

  /// Creates a blob for a folder beyond the limits, whose contents were not read.
  public init(path: String, folder: ObjectID) {
    self.path = path
    kind = .folder
    bytes = []
    digest = Digest(of: folder.bytes)
    isOversized = true
    isStandard = false
  }

  /// Creates a blob for a standard file, recognized by its object id; nil if the file must be read.
  public init?(path: String, _ identity: FileIdentity) {
    guard identity.kind == .regular, let known = StandardFiles.known(at: path), known.id == identity.id else {
      return nil
    }
    self.path = path
    kind = .regular
    bytes = []
    digest = known.digest
    isOversized = false
    isStandard = true
  }

  /// Creates a blob.
  public init(path: String, kind: FileKind, bytes: [UInt8]) {
    self.path = path
    self.kind = kind
    self.bytes = bytes
    digest = Digest(of: bytes)
    isOversized = false
    let isFile = kind == .regular || kind == .executable
    isStandard = isFile && StandardFiles.known(at: path)?.digest == digest
  }

  /// Creates a blob that is too large to be read.
  public init(path: String, oversized: OversizedFile) {
    self.path = path
    kind = .regular
    bytes = []
    digest = oversized.digest
    isOversized = true
    isStandard = false
  }
}

/// The policy of a tree: its digest, its files' digests, and its contents if they can be read.
public final class PolicySnapshot {
  /// The digest of each file's bytes, by path.
  public let blobs: [String: Digest]
  /// The digest of the RFC 8785 form of the object that maps each path to its digest (contract 3).
  public let digest: Digest
  /// The policy; nil if it cannot be read.
  public let policy: Policy?
  /// The reasons that it cannot be read.
  public let findings: [Finding]

  /// True if the tree has no policy.
  public var isAbsent: Bool { blobs.isEmpty }

  /// The digest of an absent policy: that of `{}`.
  public static let absentDigest = Digest(of: Array("{}".utf8))

  /// Reads a policy. O(bytes).
  public init(_ blobs: [PolicyBlob]) {
    var digests: [String: Digest] = [:]
    for blob in blobs { digests[blob.path] = blob.digest }
    self.blobs = digests
    let map = JSONValue(.object(digests.map { JSONMember($0.key, .text($0.value.tagged)) }))
    digest = Digest(of: map.canonicalBytes)
    var reader = PolicyReader(blobs: Dictionary(blobs.map { ($0.path, $0) }) { first, _ in first })
    policy = reader.read()
    findings = reader.findings
  }

  /// Returns the snapshot of a tree without a policy.
  public static func absent() -> PolicySnapshot { PolicySnapshot([]) }
}

/// A reader of the known policy files, which reports each fault with file and line.
private struct PolicyReader {
  let blobs: [String: PolicyBlob]
  var findings: [Finding] = []

  init(blobs: [String: PolicyBlob]) { self.blobs = blobs }

  mutating func read() -> Policy? {
    if let other = blobs[PlanPaths.policies] {
      refuse(other, .policyUnreadable, "\(other.path) is \(other.kind.phrase), not a folder.", line: nil)
    }
    for blob in blobs.values where blob.kind == .folder {
      refuse(
        blob, .policyUnreadable,
        "A policy is at most \(PolicyBlob.depthBound) folders deep and has at most \(PolicyBlob.countBound) files.",
        line: nil)
    }
    let workflow = read(PlanPaths.workflow, absent: Workflow.standard) { Workflow($0, $1) }
    let authorization = read(PlanPaths.authorization, absent: Authorization?.none) { root, faults in
      Authorization(root, workflow: workflow, faults).map(Optional.some)
    }
    let standardGates = Gates(gates: ["release": .standardRelease, "canary": .standardCanary])
    let gates = read(PlanPaths.gates, absent: standardGates) { Gates($0, $1) }
    let provenance = read(
      PlanPaths.provenance, absent: ProvenancePolicy(unstamped: .refuse, judgedFrom: nil)
    ) { ProvenancePolicy($0, $1) }
    let sinks = read(PlanPaths.sinks, absent: Sinks.none) { Sinks($0, $1) }
    let refs = read(PlanPaths.refs, absent: ProtectedRefs?.none) { ProtectedRefs($0, $1).map(Optional.some) }
    let paths = read(PlanPaths.paths, absent: GuardedPaths?.none) { root, faults in
      GuardedPaths(root, authorization: authorization ?? nil, faults).map(Optional.some)
    }
    let secrets = read(PlanPaths.secrets, absent: Secrets.builtIn) { Secrets($0, $1) }
    let attestations = read(PlanPaths.attestations, absent: AttestationPolicy?.none) { root, faults in
      AttestationPolicy(root, faults).map(Optional.some)
    }
    let alerts = read(PlanPaths.alerts, absent: AlertPolicy.standard) { AlertPolicy($0, $1) }
    let schema = readSchema()
    guard findings.isEmpty, let workflow, let authorization, let gates, let provenance, let sinks, let refs, let paths,
      let secrets, let attestations, let alerts
    else {
      return nil
    }
    return Policy(
      workflow: workflow, authorization: authorization, gates: gates, provenance: provenance, sinks: sinks,
      refs: refs, paths: paths, secrets: secrets, attestations: attestations, alerts: alerts, schema: schema)
  }

  private mutating func read<T>(
    _ path: String, absent: T, _ make: (JSONValue, FaultList) -> T?
  ) -> T? {
    guard let blob = blobs[path], !blob.isStandard else { return absent }
    guard let document = parse(blob) else { return nil }
    let faults = FaultList()
    let value = make(document.root, faults)
    for fault in faults.faults {
      let code: ReasonCode = fault.code == .policyTooNew ? .policyTooNew : .policyUnreadable
      refuse(blob, code, fault.message, line: document.position(of: fault.offset).line)
    }
    return value
  }

  private mutating func parse(_ blob: PolicyBlob) -> JSONDocument? {
    guard blob.kind == .regular || blob.kind == .executable else {
      refuse(blob, .policyUnreadable, "The policy is \(blob.kind.phrase), not a regular file.", line: nil)
      return nil
    }
    guard !blob.isOversized else {
      refuse(blob, .policyUnreadable, "The policy is too large to be read.", line: 1)
      return nil
    }
    do {
      return try JSONDocument(parsing: blob.bytes, limits: .plan)
    } catch {
      refuse(blob, .policyUnreadable, error.message, line: error.position.line)
      return nil
    }
  }

  private mutating func readSchema() -> SchemaValidator? {
    // The built-in schema always applies, in code.
    guard let blob = blobs[PlanPaths.schema], !blob.isStandard else { return nil }
    guard let document = parse(blob) else { return nil }
    do {
      let schema = try SchemaRegistry(refusesUnknownKeywords: true).add(
        document, uri: "repository:///" + PlanPaths.schema)
      try schema.check()
      return schema
    } catch let error as SchemaError {
      refuse(blob, .policyUnreadable, error.message, line: error.position.line)
    } catch {
      refuse(blob, .policyUnreadable, "\(error)", line: nil)
    }
    return nil
  }

  private mutating func refuse(_ blob: PolicyBlob, _ code: ReasonCode, _ message: String, line: Int?) {
    findings.append(Finding(code, message, path: blob.path, line: line))
  }
}
