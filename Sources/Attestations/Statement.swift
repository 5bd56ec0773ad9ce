import PlanJudge
public import PlanModel
public import StrictJSON

/// An in-toto Statement (https://github.com/in-toto/attestation, spec/v1): facts about artifacts, which are
/// identified by digests.
public struct Statement: Sendable {
  /// An artifact that the facts are about.
  public struct Subject: Sendable {
    /// The name.
    public let name: String
    /// The digests, by algorithm.
    public let digest: [(algorithm: String, hex: String)]
    /// Additional data about the artifact.
    public let annotations: JSONValue?

    /// Creates a subject.
    public init(_ name: String, _ digest: (algorithm: String, hex: String), annotations: JSONValue? = nil) {
      (self.name, self.digest, self.annotations) = (name, [digest], annotations)
    }

    var json: JSONValue {
      var members = [
        JSONMember("name", .text(name)),
        JSONMember("digest", JSONValue(.object(digest.map { JSONMember($0.algorithm, .text($0.hex)) }))),
      ]
      if let annotations { members.append(JSONMember("annotations", annotations)) }
      return JSONValue(.object(members))
    }
  }

  /// The base of this project's predicate types. It does not resolve. Changing it creates new versions of these
  /// predicates (`doc/reproducibility.md`).
  public static let base = "https://readiness.example"
  /// The type of every Statement.
  public static let type = "https://in-toto.io/Statement/v1"

  /// The artifacts.
  public let subjects: [Subject]
  /// The kind of facts, a URI.
  public let predicateType: String
  /// The facts.
  public let predicate: JSONValue

  /// Creates a Statement.
  public init(_ subjects: [Subject], _ predicateType: String, _ predicate: JSONValue) {
    (self.subjects, self.predicateType, self.predicate) = (subjects, predicateType, predicate)
  }

  /// Parses a Statement.
  /// - Throws: `AttestationFault`.
  public init(parsing bytes: [UInt8]) throws(AttestationFault) {
    let root = try Envelope.json(bytes)
    guard root["_type"]?.string == Self.type else { throw AttestationFault("\"_type\" should be \(Self.type).") }
    guard let type = root["predicateType"]?.string, !type.isEmpty else {
      throw AttestationFault("It has no \"predicateType\".")
    }
    var subjects: [Subject] = []
    for entry in root["subject"]?.array ?? [] {
      let digests = (entry["digest"]?.object ?? []).compactMap { member in
        member.value.string.map { (algorithm: member.key, hex: $0) }
      }
      guard !digests.isEmpty else { throw AttestationFault("A subject has no digest.") }
      subjects.append(Subject(name: entry["name"]?.string ?? "", digest: digests))
    }
    guard !subjects.isEmpty else { throw AttestationFault("It has no subject.") }
    self.init(subjects, type, root["predicate"] ?? nil)
  }

  /// The Statement as RFC 8785 JSON: equal facts give equal bytes.
  public var bytes: [UInt8] {
    let json: JSONValue = [
      "_type": .text(Self.type), "subject": JSONValue(.array(subjects.map(\.json))),
      "predicateType": .text(predicateType), "predicate": predicate,
    ]
    return json.canonicalBytes
  }
}

extension Statement.Subject {
  fileprivate init(name: String, digest: [(algorithm: String, hex: String)]) {
    (self.name, self.digest, annotations) = (name, digest, nil)
  }

  /// Returns a subject with a SHA-256 digest.
  public static func sha256(_ name: String, _ digest: Digest) -> Self { Self(name, ("sha256", digest.hex)) }

  /// Returns a commit as a subject.
  public static func commit(_ id: String, name: String = "commit") -> Self { Self(name, ("gitCommit", id)) }
}
