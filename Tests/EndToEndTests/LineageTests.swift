import Foundation
import StrictJSON
import TestSupport
import Testing

/// The basis of milestones and runs (`doc/reproducibility.md`).
@Suite("Provenance of milestones", .enabled(if: Needed.programs("openssl")))
struct LineageTests {
  private func json(_ result: Scratch.Result) throws -> JSONValue {
    try JSONDocument(parsing: Array(result.output.utf8), limits: .general).root
  }

  @Test("a milestone is traced to its run, its evidence and the runs of its dependencies, and a change since is named")
  func milestone() throws {
    let s = try Scratch.withStaleCheck()
    let said = s.readiness("provenance", "M-01")
    #expect(said.status == 0, "\(said.all)")
    #expect(said.output.contains("In Progress -> In Review") && said.output.contains("changed since: src/a.txt"))
    #expect(s.readiness("provenance", "m-01", "--at", "HEAD~1").output.contains("= tree"))
    let answer = try json(s.readiness("provenance", "M-01", "--json"))
    let node = try #require(answer["milestones"]?.array?.first)
    let entry = try #require(node["evidence"]?.array?.first)
    #expect(entry["match"]?.string == "changed" && answer["holds"]?.bool == true)
    // The run that added the evidence is one of git's own trailers.
    let bringer = try #require(entry["run"]?.string)
    #expect(s.git("log", "--format=%B").output.contains("Readiness-Run: \(bringer)"))
    let deep = try json(s.readiness("provenance", "M-02", "--json"))
    #expect(deep["milestones"]?.array?.compactMap { $0["id"]?.string } == ["M-02", "M-01"])
    let shallow = try json(s.readiness("provenance", "M-02", "--depth", "1", "--json"))
    #expect(shallow["milestones"]?.array?.count == 1)
  }

  @Test("a run is named by 7 digits, an unknown one or a short one is refused, a range holds its runs alone")
  func runs() throws {
    let s = try Scratch.withStaleCheck()
    let run = s.run(of: "HEAD~1")
    let said = s.readiness("provenance", String(run.prefix(7)))
    #expect(said.status == 0 && said.output.contains("run \(run.prefix(12))"), "\(said.all)")
    #expect(!said.output.contains("changed since"), "the run's own commit is asked: \(said.all)")
    for word in ["0000000", String(run.prefix(6)), "M-99", "zzzzzzz"] {
      #expect(s.readiness("provenance", word).status == 2, "\(word)")
    }
    let range = try json(s.readiness("provenance", "HEAD~3..HEAD", "--json"))
    #expect(range["runs"]?.array?.count == 2)
    #expect(s.readiness("provenance", "HEAD~3..HEAD").output.contains("M-01 In Progress -> In Review"))
    for words in [["--key", "x"], ["--out", "x"], ["--depth", "0"], ["a..b", "--at", "HEAD"]] {
      #expect(s.readiness(["provenance"] + words).status == 2, "\(words)")
    }
  }

  @Test("the same history gives the same Statements in another clone, and none without a run ID")
  func statements() throws {
    let s = try Scratch.withStaleCheck()
    let here = s.readiness("provenance", "--format", "in-toto")
    #expect(here.status == 0, "\(here.all)")
    let other = try Scratch(cloneOf: s)
    #expect(other.readiness("provenance", "--format", "in-toto").output == here.output)
    let lines = try here.output.split(separator: "\n").map { try JSONDocument(parsing: Array($0.utf8)).root }
    let types = lines.compactMap { $0["predicateType"]?.string }
    #expect(types.count { $0.hasSuffix("/run/v1") } == 4 && types.count { $0.contains("test-result") } == 1, "\(types)")
    #expect(types.last == "https://slsa.dev/verification_summary/v1")
    for line in lines where line["predicateType"]?.string?.hasSuffix("/run/v1") == true {
      // The file name is the digest of the facts.
      let facts = try #require(line["predicate"]?["facts"])
      s["facts.json"] = String(decoding: facts.canonicalBytes, as: UTF8.self)
      let sum = String(s.shell("sha256sum facts.json").line.prefix(64))
      #expect(line["subject"]?.array?.first?["digest"]?["sha256"]?.string == sum)
    }
    // The summary names the lines that it covers.
    let covered = here.output.split(separator: "\n").dropLast().joined(separator: "\n") + "\n"
    s["covered"] = covered
    let sum = String(s.shell("sha256sum covered").line.prefix(64))
    #expect(
      lines.last?["predicate"]?["inputAttestations"]?.array?.first?["digest"]?["sha256"]?.string == sum)
  }

  @Test("a run that the judge rejects ends with 1 and is named, and so does an altered record")
  func rejected() throws {
    let s = try Scratch.withStaleCheck()
    let forged = s.shell(
      "printf '%s' \"$(git log -1 --format=%B main~1 | sed 's/In Review/Done/')\" | git commit-tree -p main~2 main~1^{tree} -F -"
    )
    #expect(forged.status == 0)
    let said = s.readiness("provenance", "M-01", "--at", forged.line)
    #expect(said.status == 1 && said.output.contains("run-mismatch"), "\(said.all)")
    let summary = s.readiness("provenance", "--at", forged.line, "--format", "in-toto")
    #expect(summary.status == 1 && summary.output.contains("\"verificationResult\":\"FAILED\""))
    let json = try json(s.readiness("provenance", "M-01", "--at", forged.line, "--json"))
    #expect(json["holds"]?.bool == false)
  }

  @Test("an envelope is accepted by the key that signed it, and by no other, altered or misnamed one")
  func envelopes() throws {
    let s = try Scratch.withStaleCheck()
    let pem = s.publicKey("signer")
    s["../pub.pem"] = pem
    s["../eve.pub"] = s.publicKey("eve")
    let made = s.readiness(
      "provenance", "M-01", "--format", "in-toto", "--key", "../signer.pem", "--out", "../out")
    #expect(made.status == 0, "\(made.all)")
    let again = s.readiness("provenance", "M-01", "--format", "in-toto", "--key", "../signer.pem", "--out", "../two")
    #expect(again.status == 0 && s.shell("diff -r ../out ../two").status == 0)
    let file = s.shell("ls ../out/*.run.dsse.json | head -n 1").line
    func verify(_ words: String..., key: String = "../pub.pem") -> Scratch.Result {
      s.readiness(["attest", "verify", file, "--key", key] + words)
    }
    #expect(verify().status == 0, "\(verify().all)")
    #expect(verify(key: "../eve.pub").status == 1)
    #expect(verify("--predicate", "https://readiness.example/run/v1").status == 0)
    #expect(verify("--predicate", "https://readiness.example/run/v2").output.contains("other-predicate"))
    #expect(verify("--subject", "HEAD").output.contains("other-subject"))
    let commit = s.git("log", "--format=%H", "-1", "--grep", String(file.split(separator: "/").last?.prefix(64) ?? ""))
      .line
    #expect(verify("--subject", commit).status == 0)
    let text = try #require(s[file])
    for (name, altered, reason) in [
      ("byte", text.replacingOccurrences(of: "\"payload\":\"ey", with: "\"payload\":\"e0"), "attestation-malformed"),
      ("type", text.replacingOccurrences(of: "in-toto+json", with: "json"), "attestation-malformed"),
      ("key", text.replacingOccurrences(of: "\"sig\":\"", with: "\"sig\":\"AAAA"), "bad-signature"),
      (
        "twice",
        text.replacingOccurrences(
          of: "\"signatures\":[", with: "\"signatures\":[{\"keyid\":\"a\",\"sig\":\"\"},{\"keyid\":\"a\",\"sig\":\"\"},"
        ), "attestation-malformed"
      ),
    ] {
      s["../altered.json"] = altered
      let said = s.readiness("attest", "verify", "../altered.json", "--key", "../pub.pem", "--json")
      #expect(said.status == 1 && said.output.contains("\"\(reason)\""), "\(name): \(said.all)")
    }
    // URL-safe base64 is also valid (DSSE).
    s["../altered.json"] = text.replacingOccurrences(of: "+", with: "-").replacingOccurrences(of: "/", with: "_")
      .replacingOccurrences(of: "application_vnd.in-toto-json", with: "application/vnd.in-toto+json")
    #expect(s.readiness("attest", "verify", "../altered.json", "--key", "../pub.pem").status == 0)
    #expect(s.readiness("attest", "verify", "../none.json", "--key", "../pub.pem").status == 2)
    #expect(s.readiness("attest", "verify", file, "--key", "../signer.pem").status == 2)
  }

  @Test("attest sign keeps the bytes of a Statement, and refuses what is none")
  func sign() throws {
    let s = try Scratch.withPlan()
    s["../pub.pem"] = s.publicKey("signer")
    s["../s.json"] =
      #"{ "_type": "https://in-toto.io/Statement/v1", "predicateType": "t", "more": 1, "predicate": {}, "subject": [{ "name": "a", "digest": { "sha256": "00" } }] }"#
    let signed = s.readiness("attest", "sign", "../s.json", "--key", "../signer.pem")
    #expect(signed.status == 0, "\(signed.all)")
    let envelope = try JSONDocument(parsing: Array(signed.output.utf8)).root
    let payload = try #require(envelope["payload"]?.string.flatMap { Data(base64Encoded: $0) })
    #expect(String(decoding: payload, as: UTF8.self) == s["../s.json"])
    s["../e.json"] = signed.output
    #expect(s.readiness("attest", "verify", "../e.json", "--key", "../pub.pem").status == 0)
    s["../s.json"] = "{}"
    let refused = s.readiness("attest", "sign", "../s.json", "--key", "../signer.pem")
    #expect(refused.status == 1 && refused.errors.contains("attestation-malformed"), "\(refused.all)")
    #expect(s.readiness("attest", "sign", "../s.json").status == 1)
    s["../s.json"] = payload.isEmpty ? "" : String(decoding: payload, as: UTF8.self)
    #expect(s.readiness("attest", "sign", "../s.json").status == 2)
  }
}
