public import GitObjects
import StrictJSON

/// The files that `init` creates. Schemas and examples are copies of this repository's `ssot/`, embedded in the
/// program; the policies are generated from the built-in defaults.
public enum StandardFiles {
  /// A file, by its path relative to the top of the repository.
  public typealias File = (path: String, text: String)

  /// Returns every embedded file: schemas, examples and policies.
  public static func all(workflow: Workflow = .standard) -> [File] { carried + policies(workflow: workflow) }

  /// Returns the files that a new plan needs: the policies, and the schemas that plan and policies name.
  public static func needed(workflow: Workflow = .standard) -> [File] {
    let named = ["milestone", "plan", "workflow", "gates", "provenance"].map { "ssot/schemas/\($0).schema.json" }
    return carried.filter { named.contains($0.path) } + policies(workflow: workflow)
  }

  /// The embedded runtime profiles, in the form of `ssot/runtime.config.json`.
  public static var runtimeConfiguration: String { carried(at: "ssot/examples/runtime.config.json") ?? "{}" }

  /// A file that equals the built-in default: its git object and the SHA-256 of its bytes.
  public typealias Known = (id: ObjectID, digest: Digest)

  /// Returns the known standard file at a path, or nil for any other path. Most plans keep these files, so hooks need
  /// not read them; a test compares them with what `init` writes. No other file can be given the same object id: that
  /// needs a second preimage.
  public static func known(at path: String) -> Known? {
    switch path {
    case PlanPaths.workflow:
      known(
        "888b55156a0a4d9d0db7463209d515e1cf57021f", "81767f92ba02d6e54f38a0d5cff128a7d4e24d03f17bdce8e2670ea6ffaeeaf4")
    case PlanPaths.gates:
      known(
        "77564e225e8a710a8abd3439cd69300266342d2a", "56e5529291bd22fb581ec2a82564e8e87dc53a3f76d63e4ea9704398e36047ad")
    case PlanPaths.provenance:
      known(
        "c39bf22ae1a7fe9f64ef11a3d6800978c78ca60a", "565c379bb74d6f433509d55f2b1d3530b375e2203d6115688b68935de016132e")
    case PlanPaths.schema:
      known(
        "966adbcd1e77bd9536680d215341c26b5576dd3a", "17a4a112403ce2962921100277ff6500d0a4cba2f0acfe44858f38aee43b7453")
    default: nil
    }
  }

  private static func known(_ id: String, _ sha256: String) -> Known? {
    guard let id = ObjectID(hex: id), let digest = Digest(hex: sha256) else { return nil }
    return (id, digest)
  }

  /// Returns the policies that equal the built-in defaults.
  public static func policies(workflow: Workflow) -> [File] {
    let gates: JSONValue = [
      "$schema": "../schemas/gates.schema.json", "version": 1,
      "gates": ["release": Gates.Gate.standardRelease.json, "canary": Gates.Gate.standardCanary.json],
    ]
    let provenance: JSONValue = [
      "$schema": "../schemas/provenance.schema.json", "version": 1, "unstamped": "refuse",
    ]
    return [
      (PlanPaths.workflow, workflow.json), (PlanPaths.gates, gates), (PlanPaths.provenance, provenance),
    ].map { ($0.0, String(decoding: $0.1.layoutBytes, as: UTF8.self)) }
  }
}

extension Workflow {
  /// The contents of `workflow.json`.
  var json: JSONValue {
    [
      "$schema": "../schemas/workflow.schema.json", "version": 1,
      "states": JSONValue(
        .array(states.map { ["name": .text($0.name), "category": .text($0.category.rawValue)] })),
      "transitions": JSONValue(
        .array(
          edges.map {
            ["from": .text($0.from), "to": .text($0.to), "guards": .texts($0.guards.map(\.rawValue))]
          })),
    ]
  }
}

extension Gates.Gate {
  fileprivate var json: JSONValue {
    var members = [
      JSONMember("milestones", .texts(milestones)), JSONMember("category", .text(category.rawValue)),
      JSONMember("noSuspect", JSONValue(.bool(noSuspect))),
    ]
    if let maxOpenRisk { members.append(JSONMember("maxOpenRisk", .text(maxOpenRisk))) }
    return JSONValue(.object(members))
  }
}
