import Foundation
import TestSupport
import Testing

/// The workflow files of `doc/ci` and the page for the first hour, run as far as a shell can.
@Suite("Workflows")
struct WorkflowTests {
  private static func document(_ name: String) -> String {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../doc/\(name)")
    return FileManager.default.contents(atPath: file.path).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }

  /// The literal block below a line, less its indentation.
  private static func script(in file: String, after marker: String) -> String {
    let lines = document("ci/" + file).components(separatedBy: "\n")
    guard let start = lines.firstIndex(where: { $0.contains(marker) }),
      let head = lines[start...].firstIndex(where: { $0.hasSuffix("|") })
    else { return "exit 9" }
    let indent = (lines[head + 1].prefix { $0 == " " }).count
    let body = lines[(head + 1)...].prefix { $0.isEmpty || $0.prefix { $0 == " " }.count >= indent }
    return body.map { String($0.dropFirst(indent)) }.joined(separator: "\n")
  }

  private func run(_ s: Scratch, _ script: String, _ environment: [String: String]) -> Scratch.Result {
    s["../bin/readiness"] = "#!/bin/sh\nexec \"$READINESS\" \"$@\"\n"
    s.shell("chmod +x ../bin/readiness")
    s["../script.sh"] = script
    return s.shell("PATH=$(realpath ../bin):$PATH sh -e ../script.sh", environment: environment)
  }

  /// `main`, and a branch that moves a milestone forward, by hand or legally.
  private func proposed(isLegal: Bool) throws -> (s: Scratch, base: String, head: String) {
    let s = try Scratch.withPlan()
    let base = s.git("rev-parse", "HEAD").line
    s.git("checkout", "-q", "-b", "change")
    s.start("M-01", as: isLegal ? "In Progress" : "Done")
    if isLegal {
      s.git("commit", "-qam", "start")
    } else {
      s.git("-c", "core.hooksPath=/dev/null", "commit", "-qam", "done, trust me")
    }
    return (s, base, s.git("rev-parse", "HEAD").line)
  }

  @Test("GitHub: a legal pull request passes with a summary, a hand-made Done fails with file and line")
  func gitHub() throws {
    for isLegal in [true, false] {
      let (s, base, head) = try proposed(isLegal: isLegal)
      s.git("remote", "add", "origin", ".")
      let environment = ["BASE": base, "HEAD": head, "GITHUB_STEP_SUMMARY": s.path + "/../summary"]
      let result = run(s, Self.script(in: "github.yml", after: "Judge the commits"), environment)
      #expect(result.status == (isLegal ? 0 : 1), "\(result.all)")
      let summary = s["../summary"] ?? ""
      #expect(summary.contains(isLegal ? "Not Started → **In Progress**" : "**Refused**"), "\(summary)")
      if isLegal { #expect(summary.contains("Body of a squash-merge")) }
      if !isLegal { #expect(result.output.contains("file=.readiness/M-01.json,line=8")) }
      let branch = run(s, Self.script(in: "github.yml", after: "Judge the branch"), environment)
      #expect(branch.status == (isLegal ? 0 : 1), "\(branch.all)")
    }
  }

  @Test("GitHub: two changes that are legal alone and not together fail on the merge result")
  func gitHubResult() throws {
    let (s, _, head) = try proposed(isLegal: true)
    s.git("checkout", "-q", "main")
    s.edit("M-01", "\"Not Started\"", "\"Blocked\",\n\"blocked\": { \"reason\": \"x\" }")
    s.git("commit", "-qam", "blocked")
    let moved = s.git("rev-parse", "HEAD").line
    // The forge's merge commit: no driver, no hook, one side's file.
    let merge = s.git("commit-tree", "\(head)^{tree}", "-p", moved, "-p", head, "-m", "Merge").line
    s.git("checkout", "-q", "--detach", merge)
    let result = run(s, Self.script(in: "github.yml", after: "Judge the merge result"), ["BASE": moved])
    #expect(result.status == 1 && result.output.contains("merge-unresolved"), "\(result.all)")
  }

  @Test("GitLab: merge requests, merged results and the branch")
  func gitLab() throws {
    let script = Self.script(in: "gitlab.yml", after: "script:\n".trimmingCharacters(in: .newlines))
    for isLegal in [true, false] {
      let (s, base, head) = try proposed(isLegal: isLegal)
      let request = run(s, script, ["CI_MERGE_REQUEST_DIFF_BASE_SHA": base, "CI_COMMIT_SHA": head])
      #expect(request.status == (isLegal ? 0 : 1), "\(request.all)")
      #expect(s["readiness.md"]?.contains("Production readiness") == true)
      #expect(s["readiness.xml"]?.contains(isLegal ? "failures=\"0\"" : "<failure") == true)
      let branch = run(s, script, ["CI_COMMIT_SHA": head])
      #expect(branch.status == (isLegal ? 0 : 1), "\(branch.all)")
      let result = s.git("commit-tree", "\(head)^{tree}", "-p", base, "-p", head, "-m", "Merge").line
      let train = run(
        s, script,
        [
          "CI_MERGE_REQUEST_DIFF_BASE_SHA": base, "CI_COMMIT_SHA": result, "CI_MERGE_REQUEST_SOURCE_BRANCH_SHA": head,
        ])
      #expect(train.status == (isLegal ? 0 : 1), "\(train.all)")
    }
  }

  @Test("a shallow clone is exit 3 with the depth that is missing")
  func shallow() throws {
    let (s, _, head) = try proposed(isLegal: true)
    let shallow = try Scratch()
    shallow.shell("git fetch -q --depth 1 file://\(s.path) change && git checkout -q FETCH_HEAD")
    let result = run(
      shallow, Self.script(in: "gitlab.yml", after: "script:"),
      ["CI_MERGE_REQUEST_DIFF_BASE_SHA": head, "CI_COMMIT_SHA": head])
    #expect(result.status == 3 && result.errors.contains("git fetch --unshallow"), "\(result.all)")
  }

  @Test("the first hour, command by command")
  func firstHour() throws {
    let s = try Scratch()
    for n in 1...5 {
      s["code-\(n).txt"] = "\(n)\n"
      s.git("add", "-A")
      s.git("commit", "-qm", "work \(n)")
    }
    let blocks = Self.document("adopting.md").components(separatedBy: "```sh\n").dropFirst()
      .map { $0.components(separatedBy: "```")[0] }
    #expect(blocks.count >= 6)
    let result = run(s, blocks.joined(separator: "\n"), [:])
    #expect(result.status == 0, "\(result.all)")
    #expect(result.output.contains("which judgedFrom leaves out"), "\(result.output)")
    #expect(s.readiness("gate", "--json").output.contains("M-01/doc-slo-and-release-gates-md-approved"))
    #expect(s.readiness("status").output.contains("In Review"))
    #expect(s.readiness("verify").status == 0 && s.git("status", "--porcelain").output.isEmpty)
  }
}
