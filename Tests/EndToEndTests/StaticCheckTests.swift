import GitObjects
import Foundation
import PlanModel
import TestSupport
import StrictJSON
import Testing

@Suite("Checks without a command")
struct StaticCheckTests {
  private func outcome(_ check: String, _ files: [String: String]) throws -> (passed: Bool, message: String) {
    let scratch = try Scratch.withSource()
    for (path, text) in files { scratch[path] = text }
    try scratch.give([("M-01", check)])
    let result = scratch.readiness("check", "--all", "--json")
    let found = try JSONDocument(parsing: Array(result.output.utf8), limits: .general).root["results"]?.array?.first
    return (found?["outcome"]?.string == "passed", found?["message"]?.string ?? result.all)
  }

  @Test("examples fit a schema, and what should not fit does not")
  func schema() throws {
    let check = #"{ "kind": "schema", "schema": "s.json", "valid": ["good/*.json"], "invalid": ["bad/*.json"] }"#
    let schema = #"{ "type": "object", "required": ["a"] }"#
    #expect(try outcome(check, ["s.json": schema, "good/1.json": #"{ "a": 1 }"#, "bad/1.json": "{}"]).passed)
    #expect(
      try outcome(check, ["s.json": schema, "good/1.json": "\n{}", "bad/1.json": "{}"]).message
        .hasPrefix("good/1.json does not fit, at line 2, /:"))
    #expect(
      try outcome(check, ["s.json": schema, "good/1.json": #"{ "a": 1 }"#, "bad/1.json": #"{ "a": 1 }"#]).message
        == "bad/1.json fits, and should not.")
    #expect(try outcome(check, ["s.json": schema, "bad/1.json": "{}"]).message.contains("covers no file"))
    #expect(try outcome(check, ["s.json": "{", "good/1.json": "{}", "bad/1.json": "1"]).message.contains("is no JSON"))
  }

  @Test("a report of tests counts the tests that ran; an empty one is no evidence")
  func junit() throws {
    let check = #"{ "kind": "junit", "path": "r.xml", "minTests": 2 }"#
    let two = "<testsuites><testsuite tests=\"9\"><testcase name=\"a\"/><testcase name=\"b\"><system-out/></testcase>"
    let end = "</testsuite></testsuites>"
    #expect(try outcome(check, ["r.xml": two + end]).passed)
    for (text, says) in [
      (two + "<testcase name='c'><failure/></testcase>" + end, "reports 1 failed tests; at most 0 may."),
      ("<testsuite tests=\"2\"><testcase/><testcase><skipped/></testcase></testsuite>", "reports 1 tests that ran"),
      ("", "It holds no element."), ("<testsuites/>", "reports 0 tests that ran"), (two, "is not closed"),
      ("<!DOCTYPE x [<!ENTITY a \"b\">]><testsuites/>", "A document type is not read."),
      ("<html></html>", "The top is <html>"),
    ] {
      #expect(try outcome(check, ["r.xml": text]).message.contains(says), "\(text)")
    }
  }

  @Test("a report of findings counts its errors; one without a run is no evidence")
  func sarif() throws {
    let check = #"{ "kind": "sarif", "path": "r.sarif", "maxFailures": 1 }"#
    func report(_ results: String) -> String {
      #"{ "version": "2.1.0", "runs": [{ "tool": { "driver": { "name": "t" } }, "results": [\#(results)] }] }"#
    }
    let error = #"{ "level": "error", "message": { "text": "x" } }"#
    #expect(try outcome(check, ["r.sarif": report(error + #", { "level": "warning" }"#)]).passed)
    #expect(try outcome(check, ["r.sarif": report(error + "," + error)]).message.contains("reports 2 errors"))
    #expect(
      try outcome(check, ["r.sarif": #"{ "version": "2.1.0", "runs": [] }"#]).message.contains("no run of a tool"))
    #expect(try outcome(check, ["r.sarif": "{}"]).message.contains("Its version is not 2.1."))
  }

  @Test("a result without a level has that of its rule, and a tool that says that it failed is no evidence")
  func sarifDefaults() throws {
    let check = #"{ "kind": "sarif", "path": "r.sarif" }"#
    func report(_ rules: String, _ result: String, more: String = "") -> [String: String] {
      [
        "r.sarif":
          #"{ "version": "2.1.0", "runs": [{ "tool": { "driver": { "name": "t", "rules": [\#(rules)] } }, "results": [\#(result)]\#(more) }] }"#
      ]
    }
    let strict = #"{ "id": "r", "defaultConfiguration": { "level": "error" } }"#
    let mild = #"{ "id": "m", "defaultConfiguration": { "level": "note" } }"#
    for (rules, result, passes) in [
      (strict, #"{ "ruleId": "r" }"#, false), (strict, #"{ "ruleIndex": 0 }"#, false),
      (strict, #"{ "rule": { "id": "r" } }"#, false), (strict, #"{ "ruleId": "r/1" }"#, false),
      (strict, #"{ "ruleId": "r", "level": "note" }"#, true), (mild, #"{ "ruleId": "m" }"#, true),
      (strict, #"{ "ruleId": "other" }"#, true),
      (strict, #"{ "ruleId": "r", "suppressions": [{ "kind": "inSource" }] }"#, true),
    ] {
      #expect(try outcome(check, report(rules, result)).passed == passes, "\(rules) \(result)")
    }
    let failed = #", "invocations": [{ "executionSuccessful": false }]"#
    #expect(try outcome(check, report(mild, "", more: failed)).message.contains("did not succeed"))
    let noted =
      #", "invocations": [{ "executionSuccessful": true, "toolExecutionNotifications": [{ "level": "error" }] }]"#
    #expect(try outcome(check, report(mild, "", more: noted)).message.contains("reports an error"))
  }

  @Test("approvals are asked for first, given then, and counted while they are of what stands there")
  func approvals() throws {
    let scratch = try Scratch.withSource()
    scratch.start("M-01")
    try scratch.give([("M-01", #"{ "kind": "approval", "role": "approver", "count": 1 }"#)])
    let asked = scratch.readiness("check", "--all")
    #expect(asked.status == 1 && asked.output.contains("0 of 1 holders of approver"), "\(asked.all)")
    scratch.git("commit", "-qm", "approval is asked for")
    #expect(scratch.readiness("move", "M-01", "in-review").status == 1)
    let file = try #require(
      MilestoneFile(id: MilestoneID("M-01"), kind: .regular, bytes: Array((scratch[".readiness/M-01.json"] ?? "").utf8))
        .milestone)
    let approvals: JSONValue = [["by": "ada@example.com", "digest": .text(file.approvedDigest.tagged)]]
    let members = (file.json.object ?? []) + [JSONMember("approvals", approvals)]
    scratch[".readiness/M-01.json"] = String(decoding: JSONValue(.object(members)).layoutBytes, as: UTF8.self)
    scratch.git("commit", "-qam", "approved")
    #expect(scratch.readiness("check", "--all").status == 0)
    #expect(scratch.readiness("move", "M-01", "in-review").status == 0)
  }

  @Test("another repository's milestone counts at a commit, in its category")
  func milestone() throws {
    let other = try Scratch.withPlan()
    other.start("M-01")
    other.prove("M-01")
    other.git("commit", "-qam", "start")
    other.readiness("move", "M-01", "in-review")
    other.readiness("move", "M-01", "done")
    let (done, before) = (other.git("rev-parse", "HEAD").line, other.git("rev-parse", "HEAD~1").line)
    func outcome(_ commit: String, _ id: String = "M-01", from path: String? = nil) throws -> Scratch.Result {
      let scratch = try Scratch.withSource()
      try scratch.give([
        (
          "M-02",
          #"{ "kind": "milestone", "repository": "\#(path ?? other.path)", "commit": "\#(commit)", "milestone": "\#(id)" }"#
        )
      ])
      scratch.readiness("trust")
      return scratch.readiness("check", "--all")
    }
    #expect(try outcome(done).status == 0)
    #expect(try outcome(before).output.contains("M-01 of") && outcome(before).status == 1)
    #expect(try outcome(done, "M-99").output.contains(".readiness/M-99.json"))
    #expect(try outcome(done, from: "/nowhere").output.contains("cannot be read"))
  }
}
