import GitObjects
import StrictJSON

/// The paths of the plan and the policy in a repository (contract 2).
public enum PlanPaths {
  /// The folder of milestones.
  public static let folder = ".readiness"
  /// The plan file.
  public static let plan = "ssot/plan.json"
  /// The folder of policies.
  public static let policies = "ssot/policies"
  /// The team's own schema of milestones.
  public static let schema = "ssot/schemas/milestone.schema.json"
  /// The workflow.
  public static let workflow = "ssot/policies/workflow.json"
  /// The authorization rules.
  public static let authorization = "ssot/policies/authorization.json"
  /// The gates.
  public static let gates = "ssot/policies/gates.json"
  /// The provenance policy: handling of unstamped changes.
  public static let provenance = "ssot/policies/provenance.json"
  /// The people's public keys, in OpenSSH's format.
  public static let signers = "ssot/policies/allowed_signers"
  /// The revoked keys, in OpenSSH's format.
  public static let revokedSigners = "ssot/policies/revoked_signers"
  /// The OpenPGP keys for verifying commit signatures, ASCII-armoured.
  public static let openPGPKeys = "ssot/policies/openpgp_keys.asc"
  /// The protected refs.
  public static let refs = "ssot/policies/refs.json"
  /// The guarded files.
  public static let paths = "ssot/policies/paths.json"
  /// The rules for secrets.
  public static let secrets = "ssot/policies/secrets.json"
  /// The sinks for runs.
  public static let sinks = "ssot/policies/sinks.json"
  /// The keys for attestations.
  public static let attestations = "ssot/policies/attestations.json"

  /// The alert thresholds.
  public static let alerts = "ssot/policies/alerts.json"

  /// The folder of service-level objectives.
  public static let objectives = "ssot/policies/slo"

  private static let policyNames: Set<String> = Set(
    [
      "workflow", "authorization", "gates", "provenance", "sinks", "refs", "paths", "secrets", "promotion", "forge",
      "alerts", "attestations", "retention", "redactions",
    ].map { "\(policies)/\($0).json" } + [signers, revokedSigners, openPGPKeys, schema])

  /// Returns true if a path has the name of a policy that programs know (contract 2, policy).
  package static func isKnownPolicy(_ path: String) -> Bool {
    if policyNames.contains(path) { return true }
    let name = path.dropFirst(objectives.count + 1)
    return path.hasPrefix(objectives + "/") && name.hasSuffix(".json") && name.count > 5 && !name.contains("/")
  }

  /// Returns the path of an objective's definition.
  public static func objective(_ name: String) -> String { "\(objectives)/\(name).json" }

  /// Returns the path of an objective's capture.
  public static func capture(_ name: String) -> String { "ssot/slo/captures/\(name).json" }

  /// Returns the path of a milestone's file.
  public static func milestone(_ id: MilestoneID) -> String { folder + "/" + id.text + ".json" }

  /// Returns true if a file of the plan or the policy may have a path (contract 2). These are `.readiness/*.json`, the
  /// plan file, the schema of milestones, and any path below `ssot/policies/`.
  public static func mayHold(_ path: String) -> Bool {
    let parts = path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    let isPlain = parts.allSatisfy { part in
      let name = String(Substring(part))
      return !["", ".", "..", ".git"].contains(name.lowercased()) && part.allSatisfy { $0 >= 0x20 && $0 != 0x5C }
    }
    guard isPlain else { return false }
    if path == plan || path == schema || path.hasPrefix(policies + "/") { return true }
    return parts.count == 2 && path.hasPrefix(folder + "/") && stem(ofName: String(Substring(parts[1]))) != nil
  }

  /// Returns the stem of a milestone's file name, or nil if the name does not end in `.json`.
  public static func stem(ofName name: String) -> String? {
    name.hasSuffix(".json") && name.utf8.count > 5 ? String(name.dropLast(5)) : nil
  }
}

extension FileKind {
  /// The kind, for sentences.
  package var phrase: String {
    switch self {
    case .regular, .executable: "a regular file"
    case .symlink: "a symbolic link"
    case .submodule: "a submodule"
    case .folder: "a folder"
    }
  }
}

/// The rules for paths in milestones: relative to the top of the repository, and inside it.
package enum RepositoryPath {
  /// Returns the fault in a path, or nil if the path is valid.
  package static func fault(in path: String) -> String? {
    if isPlain(path.utf8) { return nil }
    if path.hasPrefix("/") { return "The path \"\(path)\" is absolute; paths begin at the top of the repository." }
    if path.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) {
      return "The path holds a control character."
    }
    if path.contains("\\") { return "The path \"\(path)\" holds a backslash; parts are separated by /." }
    for part in path.split(separator: "/", omittingEmptySubsequences: false) {
      if part == ".." { return "The path \"\(path)\" leads out of its folder." }
      if part.isEmpty || part == "." { return "The path \"\(path)\" is not in its shortest form." }
      if part.lowercased() == ".git" { return "The path \"\(path)\" leads into git's own folder." }
    }
    return nil
  }

  /// Returns true if a path is obviously valid: letters, digits, `_`, `-`, and no component that is empty or begins
  /// with a dot.
  static func isPlain(_ path: some Sequence<UInt8>) -> Bool {
    var isStart = true
    for byte in path {
      switch byte {
      case 0x2F where !isStart: isStart = true
      case 0x61...0x7A, 0x41...0x5A, 0x30...0x39, 0x5F, 0x2D: isStart = false
      case 0x2E where !isStart: break
      default: return false
      }
    }
    return !isStart
  }

  static func check(_ path: String, at value: JSONValue, _ faults: FaultList) {
    // People often write a folder with a trailing slash.
    let trimmed = path.utf8.count > 1 && path.utf8.last == 0x2F ? String(path.dropLast()) : path
    if let fault = fault(in: trimmed) { faults.add(fault, at: value, code: .pathEscape) }
  }
}
