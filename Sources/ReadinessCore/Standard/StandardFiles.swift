import StrictJSON

/// The files that `init` lays down. `ssot/` of this repository was laid down by it, and a test holds the two together.
public enum StandardFiles {
  /// A file by its path from the top of the repository.
  public typealias File = (path: String, text: String)

  /// Schemas, examples and policies.
  public static func all(workflow: Workflow = .standard) -> [File] {
    schemas + examples + policies(workflow: workflow)
  }

  /// The SHA-256 of a file that says what judges where it is absent; nil for any other path. Most plans keep them, so
  /// hooks need not read them; a test holds the digests and the files together.
  public static func standardDigest(at path: String) -> Digest? {
    switch path {
    case PlanPaths.workflow: Digest(hex: "81767f92ba02d6e54f38a0d5cff128a7d4e24d03f17bdce8e2670ea6ffaeeaf4")
    case PlanPaths.gates: Digest(hex: "56e5529291bd22fb581ec2a82564e8e87dc53a3f76d63e4ea9704398e36047ad")
    case PlanPaths.provenance: Digest(hex: "565c379bb74d6f433509d55f2b1d3530b375e2203d6115688b68935de016132e")
    case PlanPaths.schema: Digest(hex: "b96b14c880d8281c3e667d4800766ed6abf8efefff5a21f53944011b0e653482")
    default: nil
    }
  }

  /// The policies that equal what judges where there are none.
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
  /// `workflow.json` as it is written.
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
