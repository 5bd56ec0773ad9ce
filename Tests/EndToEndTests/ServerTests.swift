import TestSupport
import Testing

@Suite("pre-receive")
struct ServerTests {
  /// Creates a clone with hooks, and the bare repository with the gate that it pushes to.
  private func pair() throws -> (clone: Scratch, server: Scratch) {
    let clone = try Scratch.withPlan()
    let server = try Scratch(cloneOf: clone, bare: true)
    let installed = clone.readiness("install", "--server", server.path)
    #expect(installed.status == 0, "\(installed.all)")
    clone.git("remote", "add", "origin", server.path)
    clone.kept.append(server)
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

  @Test("protected refs only go forward; others may hold anything until a protected one takes it")
  func protectedRefs() throws {
    let (s, server) = try pair()
    s["ssot/policies/refs.json"] = #"{ "version": 1, "protected": ["refs/heads/main", "refs/heads/release/*"] }"#
    s["code.txt"] = "1\n"
    s.git("add", "-A")
    s.git("commit", "-qm", "refs are kept")
    #expect(s.git("push", "-q", "origin", "main", "main:refs/heads/release/1", "main:refs/heads/free").status == 0)
    let tip = server.git("rev-parse", "main").line
    for push in [
      ["--force", "origin", "main~1:main"], ["origin", ":main"], ["origin", ":release/1"],
      ["--force", "origin", "main~1:release/1"],
    ] {
      let result = s.shell("git push --no-verify \(push.joined(separator: " "))")
      #expect(result.status != 0 && result.errors.contains("ref-protected"), "\(push): \(result.all)")
    }
    #expect(server.git("rev-parse", "main", "release/1").output == "\(tip)\n\(tip)\n")
    #expect(s.git("push", "-q", "--force", "origin", "main~1:free").status == 0)
    #expect(s.git("push", "-q", "origin", ":free").status == 0)
    // An illegal commit may be on an unprotected branch, but not move from there to a protected one.
    s.start("M-01", as: "Done")
    s.git("commit", "-qam", "by hand", environment: ["READINESS_SKIP": "1"])
    #expect(s.git("push", "-q", "--no-verify", "origin", "main:refs/heads/draft").status == 0)
    let merged = s.git("push", "--no-verify", "origin", "main")
    #expect(merged.status != 0 && merged.errors.contains("trailer-missing"), "\(merged.all)")
    // The rule of the server's HEAD counts, not one from the push.
    s.git("reset", "-q", "--hard", "HEAD~1")
    s["ssot/policies/refs.json"] = #"{ "version": 1, "protected": [] }"#
    s.git("commit", "-qam", "nothing is kept")
    #expect(s.git("push", "--no-verify", "origin", "main", ":release/1").errors.contains("ref-protected"))
  }

  @Test("a tag of a tree cannot carry a plan past the gate, and a protected ref takes commits alone")
  func tagsOfTrees() throws {
    let (clone, server) = try pair()
    clone.shell(
      "sed -i 's/\"Not Started\"/\"Done\"/' .readiness/M-12.json && git add -A && git tag -am x v9 $(git write-tree)")
    #expect(clone.git("push", "-q", "--no-verify", "origin", "v9").status != 0)
    #expect(clone.shell("git push -q --no-verify origin $(git write-tree):refs/tags/v10").status != 0)
    #expect(
      clone.shell("git push -q --no-verify origin $(git hash-object -w --stdin </dev/null):refs/tags/file")
        .status == 0)
    #expect(clone.shell("git push -q --no-verify origin $(git mktree </dev/null):refs/tags/empty").status == 0)
    clone.git("reset", "-q", "--hard")
    clone.git("tag", "-am", "x", "v11")
    #expect(clone.git("push", "-q", "--no-verify", "origin", "v11").status == 0)
    #expect(server.git("tag").output.split(separator: "\n") == ["empty", "file", "v11"])
  }

  @Test("replacements are refused where there is a plan")
  func replacements() throws {
    let (s, server) = try pair()
    s.git("replace", "HEAD", s.shell("git commit-tree -m other HEAD^{tree}").line)
    let push = s.git("push", "--no-verify", "origin", "refs/replace/*:refs/replace/*")
    #expect(push.status != 0 && push.errors.contains("ref-protected"), "\(push.all)")
    #expect(server.git("for-each-ref", "refs/replace").output == "")
  }

  @Test(
    "the gate stands where Gitea, GitLab and gitolite look for it, and git checks what is pushed",
    arguments: ["plain", "gitea", "gitlab", "gitolite"])
  func layouts(_ layout: String) throws {
    let s = try Scratch.withPlan()
    let server = try Scratch(cloneOf: s, bare: true)
    s.git("remote", "add", "origin", server.path)
    // The dispatchers of those servers, as far as they call the gate.
    switch layout {
    case "gitea":
      server.shell(
        "mkdir -p hooks/pre-receive.d; printf '#!/bin/sh\ndata=$(cat)\nfor hook in hooks/pre-receive.d/*; do [ -x \"$hook\" ] || continue; printf \"%%s\\n\" \"$data\" | \"$hook\" || exit 1; done\n' > hooks/pre-receive; chmod +x hooks/pre-receive"
      )
    case "gitlab":
      server.shell(
        "mkdir -p custom_hooks; printf '#!/bin/sh\ndata=$(cat)\nfor hook in custom_hooks/pre-receive.d/*; do [ -x \"$hook\" ] || continue; printf \"%%s\\n\" \"$data\" | GL_ID=key-1 \"$hook\" || exit 1; done\n' > hooks/pre-receive; chmod +x hooks/pre-receive"
      )
    case "gitolite":
      server.shell(
        "mkdir -p local/VREF; printf '#!/bin/sh\nexec local/VREF/readiness \"$@\"\n' > hooks/update; chmod +x hooks/update"
      )
    default: break
    }
    let folder = layout == "gitolite" ? server.path + "/local" : server.path
    let installed = s.readiness("install", "--server", folder)
    #expect(installed.status == 0, "\(installed.all)")
    #expect(s.readiness("install", "--server", folder).output.contains("installed already"))
    if layout != "gitolite" { #expect(server.git("config", "receive.fsckObjects").line == "true") }
    s.edit("M-02", "\"TBD\"", "\"ada\"")
    s.git("commit", "-qam", "owner")
    #expect(s.git("push", "-q", "origin", "main").status == 0)
    s.start("M-01", as: "Done")
    s.git("commit", "-qam", "by hand", environment: ["READINESS_SKIP": "1"])
    let push = s.git("push", "--no-verify", "origin", "main")
    #expect(push.status != 0 && push.errors.contains("illegal-transition"), "\(layout): \(push.all)")
    #expect(push.errors.contains("GL-HOOK-ERR: readiness") == (layout == "gitlab"), "\(push.all)")
    #expect(server.git("rev-parse", "main").line == s.git("rev-parse", "HEAD~1").line)
    if layout == "gitea" || layout == "gitlab" {
      #expect(server.readiness("uninstall").output.contains("pre-receive.d/readiness"))
      #expect(s.git("push", "-q", "--no-verify", "origin", "main").status == 0)
    }
  }
}
