import GitObjects
import PlanJudge
import PlanModel
import StrictJSON
import TestSupport
import Testing

@testable import Attestations

/// The written forms: base64, envelopes, Statements, paths.
@Suite("Forms of attestations")
struct AttestationFormTests {
  private let digest = Digest(of: Array("x".utf8))

  @Test("base64 comes back as it was, in both alphabets, and what is none is refused", arguments: [7, 8] as [UInt64])
  func base64(_ seed: UInt64) {
    var random = SplitMix(seed)
    for count in 0..<200 {
      let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
      let text = Base64.encode(bytes)
      #expect(Base64.decode(text) == bytes, "seed \(seed)")
      let safe = text.replacing("+", with: "-").replacing("/", with: "_")
      #expect(Base64.decode(safe) == bytes && Base64.decode(safe.replacing("=", with: "")) == bytes, "seed \(seed)")
    }
    #expect(Base64.encode(Array("foobar".utf8)) == "Zm9vYmFy" && Base64.encode(Array("fo".utf8)) == "Zm8=")
    for text in ["A", "A===", "AB=", "Zm9v=", "+-==", "Zm9\n", "QR==", "é"] {
      #expect(Base64.decode(text) == nil, "\(text)")
    }
  }

  @Test("the signed bytes are DSSE's encoding")
  func signedBytes() {
    #expect(
      String(decoding: Envelope.signedBytes(Array("hello".utf8)), as: UTF8.self)
        == "DSSEv1 28 application/vnd.in-toto+json 5 hello")
  }

  @Test(
    "an envelope that is not written as one is refused",
    arguments: [
      "{", "[]", #"{"payload":"e30=","payloadType":"text/plain","signatures":[{"keyid":"a","sig":"e30="}]}"#,
      #"{"payload":"!","payloadType":"application/vnd.in-toto+json","signatures":[{"keyid":"a","sig":"e30="}]}"#,
      #"{"payload":"e30=","payloadType":"application/vnd.in-toto+json","signatures":[]}"#,
      #"{"payload":"e30=","payloadType":"application/vnd.in-toto+json","signatures":[{"sig":"e30="}]}"#,
      #"{"payload":"e30=","payloadType":"application/vnd.in-toto+json","signatures":[{"keyid":"a","sig":"e30="},{"keyid":"a","sig":"e30="}]}"#,
    ])
  func malformed(_ text: String) {
    #expect(throws: AttestationFault.self) { try Envelope(parsing: Array(text.utf8)) }
  }

  @Test("a drill's steps are tests: passed, left out, failed; what is no record is refused")
  func drills() throws {
    func drill(_ text: String) throws -> Statement {
      try DrillStatement(record: Array(text.utf8), name: "ops/x.json").statement { _ in digest }
    }
    let book = #""at":"t","runbook":{"path":"b.md","sha256":"\#(digest.hex)"}"#
    func sections(_ verdicts: String...) -> String {
      let all = verdicts.enumerated().map { #"{"section":"\#($0.offset)","verdict":"\#($0.element)"}"# }
      return #"{"kind":"runbook",\#(book),"sections":[\#(all.joined(separator: ","))]}"#
    }
    for (text, result) in [
      (sections("passed", "passed"), "PASSED"), (sections("passed", "left out"), "WARNED"),
      (sections("left out", "passed", "broken"), "FAILED"),
    ] {
      let statement = try drill(text)
      #expect(
        statement.predicate["result"]?.string == result && statement.subjects.map(\.name) == ["ops/x.json", "b.md"])
    }
    let alerts = try drill(
      #"{"kind":"alert-drill","at":"t","alerts":[{"name":"A","answer":"passed","runbook":"p.md#a"},{"name":"B","answer":"passed","runbook":"https://e.x/b"}]}"#
    )
    #expect(alerts.subjects.map(\.name) == ["ops/x.json", "p.md"])
    for text in [sections(), #"{"kind":"lunch","at":"t"}"#, "[]", #"{"kind":"runbook","sections":[{"section":"1"}]}"#] {
      #expect(throws: AttestationFault.self, "\(text)") { try drill(text) }
    }
  }

  @Test("an SBOM is stated of the program that it names, and of no other")
  func materials() throws {
    let text =
      #"{"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{"component":{"hashes":[{"alg":"SHA-256","content":"\#(digest.hex)"}]}}}"#
    let made = try MaterialsStatement(bom: Array(text.utf8), program: digest, name: "tool").statement
    #expect(made.predicateType == "https://cyclonedx.org/bom" && made.predicate["specVersion"]?.string == "1.6")
    #expect(throws: AttestationFault.self) {
      try MaterialsStatement(bom: Array(text.utf8), program: Digest(of: [1]), name: "tool")
    }
    #expect(throws: AttestationFault.self) {
      try MaterialsStatement(bom: Array(#"{"spdxVersion":"SPDX-2.3"}"#.utf8), program: digest, name: "tool")
    }
  }

  @Test("a Statement that is not version 1, or whose subject has no digest, is refused; its neighbour is not")
  func statements() throws {
    func parse(_ type: String, _ subject: String) throws -> Statement {
      try Statement(
        parsing: Array(#"{"_type":"\#(type)","predicateType":"t","predicate":{},"subject":[\#(subject)]}"#.utf8))
    }
    let sound = #"{"name":"a","digest":{"sha256":"00"}}"#
    #expect(try parse(Statement.type, sound).subjects.count == 1)
    #expect(throws: AttestationFault.self) { try parse("https://in-toto.io/Statement/v0.1", sound) }
    #expect(throws: AttestationFault.self) { try parse(Statement.type, #"{"name":"a","digest":{}}"#) }
    #expect(throws: AttestationFault.self) { try parse(Statement.type, "") }
  }

  @Test("a check's statement comes back as it was, and the same facts give the same bytes")
  func check() throws {
    let record = CheckRecord(
      command: digest, profile: digest, inputs: digest, commit: String(repeating: "a", count: 40), before: nil,
      at: 1_700_000_000_123, exitCode: 0, attempts: 1, milliseconds: 5, output: digest, log: nil)
    let statement = CheckStatement(record, of: "M-04/replay")
    let again = try CheckStatement(Statement(parsing: statement.statement.bytes))
    #expect(again.name == "M-04/replay" && again.at == record.at && again.isPassed && again.check == digest)
    #expect(again.statement.bytes == statement.statement.bytes)
    let path = AttestationPath(inputs: digest, check: digest, keyid: nil).text
    _ = try StoredAttestation(statement.statement.bytes, at: path)
    let other = AttestationPath(inputs: Digest(of: []), check: digest, keyid: nil).text
    #expect(throws: AttestationFault.self) { try StoredAttestation(statement.statement.bytes, at: other) }
    // Signed by its name alone.
    let named = AttestationPath(inputs: digest, check: digest, keyid: digest.hex).text
    #expect(throws: AttestationFault.self) { try StoredAttestation(statement.statement.bytes, at: named) }
  }

  @Test("a path is read back, and any other is none")
  func paths() {
    for moment in [nil, AttestationPath.digits(of: 1_700_000_000_123)] {
      for keyid in [nil, digest.hex] {
        let path = AttestationPath(inputs: digest, check: digest, keyid: keyid, moment: moment)
        #expect(AttestationPath(path.text) == path)
      }
    }
    let hex = digest.hex
    for text in [
      "", "a.txt", "00/\(hex)/\(hex).unsigned.json", "\(hex.prefix(2))/\(hex)/\(hex).json",
      "\(hex.prefix(2))/\(hex)/\(hex).ci.json", "\(hex.prefix(2))/\(hex)/\(hex).unsigned.later.json",
      "\(hex.prefix(2))/\(hex)/x/\(hex).unsigned.json", "\(hex.prefix(2))/\(hex.uppercased())/\(hex).unsigned.json",
    ] { #expect(AttestationPath(text) == nil, "\(text)") }
  }

  @Test("the judge refuses what changes an attestation, is no chain, or is no attestation")
  func judge() {
    let id = ObjectID.zero
    func codes(_ parents: Int, first: Bool = false, _ changes: [AttestationCommit.Change]) -> [String] {
      Judge.assess(
        [AttestationCommit(id: id, parentCount: parents, mayBeFirst: first, changes: changes)], of: "refs/x"
      ).map(\.code.id)
    }
    let sound = AttestationCommit.Change(path: "a", wasThere: false, fault: nil)
    #expect(codes(1, [sound]) == [] && codes(0, first: true, [sound]) == [] && codes(1, []) == [])
    #expect(codes(0, [sound]) == ["attestations-shrunk"] && codes(2, [sound]) == ["attestations-shrunk"])
    #expect(codes(1, [.init(path: "a", wasThere: true, fault: nil)]) == ["attestations-shrunk"])
    #expect(codes(1, [.init(path: "a", wasThere: false, fault: "No.")]) == ["attestation-malformed"])
    let many = Array(repeating: sound, count: Judge.attestationsInPush)
    #expect(codes(1, many) == [] && codes(1, many + [sound]) == ["attestation-malformed"])
  }
}
