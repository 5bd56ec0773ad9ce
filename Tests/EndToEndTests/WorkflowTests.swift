import Foundation
import TestSupport
import Testing

/// The page for the first hour, run as far as a shell can.
@Suite("Workflows")
struct WorkflowTests {
  @Test("the first hour, command by command")
  func firstHour() throws {
    let s = try Scratch()
    for n in 1...5 {
      s["code-\(n).txt"] = "\(n)\n"
      s.git("add", "-A")
      s.git("commit", "-qm", "work \(n)")
    }
    let blocks = RepositoryFile.text("doc/guides/adopting.md").components(separatedBy: "```sh\n").dropFirst()
      .map { $0.components(separatedBy: "```")[0] }
    #expect(blocks.count >= 6)
    s.shell("mkdir ../bin && ln -s \"$READINESS\" ../bin/readiness")
    s["../script.sh"] = blocks.joined(separator: "\n")
    let result = s.shell("PATH=$(realpath ../bin):$PATH sh -e ../script.sh")
    #expect(result.status == 0, "\(result.all)")
    #expect(result.output.contains("which judgedFrom leaves out"), "\(result.output)")
    #expect(s.readiness("gate", "--json").output.contains("M-01/doc-slo-and-release-gates-md-approved"))
    #expect(s.readiness("status").output.contains("In Review"))
    #expect(s.readiness("verify").status == 0 && s.git("status", "--porcelain").output.isEmpty)
  }
}
