import ReadinessTestSupport
import Testing

@Suite("pre-receive")
struct ServerTests {
  /// A clone with hooks, and the bare repository that it pushes to, with the gate.
  private func pair() throws -> (clone: Scratch, server: Scratch) {
    let clone = try Scratch.withPlan()
    let server = try Scratch(cloneOf: clone, bare: true)
    let installed = clone.readiness("install", "--server", server.path)
    #expect(installed.status == 0, "\(installed.all)")
    clone.git("remote", "add", "origin", server.path)
    return (clone, server)
  }

  @Test("a legal push passes, a hand-made Done with --no-verify does not, and the refusal says why")
  func gate() throws {
    let (s, server) = try pair()
    s.start("M-01")
    s.git("commit", "-qam", "start")
    #expect(s.git("push", "-q", "origin", "main").status == 0)
    s.edit("M-01", "In Progress", "Done")
    s.git("commit", "-qam", "done", "--no-verify", environment: ["READINESS_SKIP": "1"])
    let push = s.git("push", "--no-verify", "origin", "main")
    #expect(push.status != 0)
    #expect(push.errors.contains("illegal-transition"), "\(push.errors)")
    #expect(push.errors.contains(".readiness/M-01.json:8"))
    #expect(push.errors.contains("trailer-missing"))
    #expect(server.git("rev-parse", "main").line == s.git("rev-parse", "HEAD~1").line)
    #expect(s.git("push", "origin", "main").errors.contains("this push is refused"))
  }

  @Test("a flip and a flip back in one push, and in a side branch, are found")
  func flips() throws {
    let (s, _) = try pair()
    s.start("M-01", as: "Done")
    s.git("commit", "-qam", "flip", environment: ["READINESS_SKIP": "1"])
    s.git("revert", "--no-edit", "HEAD", environment: ["READINESS_SKIP": "1"])
    #expect(s.git("diff", "--stat", "HEAD~2").output == "")
    #expect(s.git("push", "--no-verify", "origin", "main").status != 0)
    #expect(s.git("push", "--no-verify", "origin", "main:refs/heads/side").status != 0)
  }

  @Test("a push that touches no plan passes whatever state the plan is in; deletions pass")
  func untouched() throws {
    let (s, server) = try pair()
    s.start("M-01", as: "Done")
    s.git("commit", "-qam", "forced in", environment: ["READINESS_SKIP": "1"])
    server.shell("mv hooks/pre-receive hooks/aside")
    #expect(s.git("push", "-q", "--no-verify", "origin", "main").status == 0)
    server.shell("mv hooks/aside hooks/pre-receive")
    s["code.txt"] = "1\n"
    s.git("add", "code.txt")
    s.git("commit", "-qm", "code")
    let push = s.git("push", "-q", "origin", "main", "main:refs/heads/gone", "main:refs/tags/v1")
    #expect(push.status == 0, "\(push.all)")
    #expect(s.git("push", "-q", "origin", ":gone").status == 0)
  }

  @Test("reading, verify and replay work in a bare repository; GitLab gets its prefix")
  func bare() throws {
    let (s, server) = try pair()
    #expect(server.readiness("status").output.contains("M-12"))
    #expect(server.readiness("verify").status == 0)
    #expect(server.readiness("replay").status == 0)
    s.start("M-01", as: "Done")
    s.git("commit", "-qam", "x", environment: ["READINESS_SKIP": "1"])
    let push = s.git("push", "--no-verify", "origin", "main", environment: ["GL_ID": "user-1"])
    #expect(push.errors.contains("GL-HOOK-ERR: "), "\(push.errors)")
  }
}
