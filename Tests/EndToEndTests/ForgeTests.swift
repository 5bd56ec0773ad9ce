import Foundation
import TestSupport
import Testing

/// The scripts for forges, run with the environment of each event. `doc/ci/README.md` lists the tests that need a
/// real forge.
@Suite("Checks on a forge")
struct ForgeTests {
  /// Runs the script of the action and of the component.
  private func verify(_ s: Scratch, _ environment: [String: String]) -> Scratch.Result {
    s.shell("mkdir -p ../bin ../home ../temp && ln -sf \"$READINESS\" ../bin/readiness")
    let path = s.path + "/../bin:" + (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin")
    var base = ["PATH": path, "RUNNER_TEMP": s.path + "/../temp"]
    if environment["GITLAB_CI"] == nil {
      base["GITHUB_OUTPUT"] = s.path + "/../output"
      base["GITHUB_STEP_SUMMARY"] = s.path + "/../summary"
    }
    s["../output"] = ""
    s["../summary"] = ""
    return s.shell(
      "sh '\(RepositoryFile.path("scripts/action/verify.sh"))'", environment: base.merging(environment) { $1 })
  }

  /// Creates `main`, and a branch that moves a milestone forward, legally or not.
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

  /// Creates the commit of a forge's trial merge: no driver, no hook.
  private func merge(_ s: Scratch, _ base: String, _ head: String) -> String {
    s.git("commit-tree", "\(head)^{tree}", "-p", base, "-p", head, "-m", "Merge").line
  }

  @Test(
    "GitHub: a pull request, from a fork or not, is checked by its commits and by its merge", arguments: [true, false])
  func pullRequest(isLegal: Bool) throws {
    let (s, base, head) = try proposed(isLegal: isLegal)
    let event = [
      "EVENT": "pull_request", "BASE": base, "HEAD": head, "RESULT": merge(s, base, head), "NUMBER": "7",
      "DEFAULT_BRANCH": "main",
    ]
    let result = verify(s, event)
    #expect(result.status == (isLegal ? 0 : 1), "\(result.all)")
    let summary = s["../summary"] ?? ""
    let lines = summary.components(separatedBy: "\n")
    #expect(
      lines[0].hasPrefix("readiness: 1 milestone moves") && lines[0].hasSuffix("<!-- readiness -->"), "\(summary)")
    #expect(lines[1].contains("M-01"), "\(summary)")
    #expect(summary.contains(isLegal ? "Not Started → **In Progress**" : "**Refused**"), "\(summary)")
    if isLegal {
      #expect(summary.contains("Body of a squash-merge"))
    } else {
      #expect(lines[0].contains("refused") && lines[1].contains("M-01 refused: "), "\(summary)")
      #expect(result.output.contains("file=.readiness/M-01.json,line=8"), "\(result.output)")
    }
    let output = s["../output"] ?? ""
    #expect(output.contains("accepted=\(isLegal)\n") && output.contains("decision=no-go\n"), "\(output)")
    #expect(s["../temp/readiness/number"] == "7\n")
    #expect(s["../temp/readiness/comment.md"] == s["../temp/readiness/readiness.md"])
    // The number becomes part of an API path in another job.
    #expect(verify(s, event.merging(["NUMBER": "7/../8"]) { $1 }).status == result.status)
    #expect(s["../temp/readiness/number"] == nil)
  }

  @Test("two changes that are legal alone and not together fail on the merge result")
  func mergeResult() throws {
    let (s, _, head) = try proposed(isLegal: true)
    s.git("checkout", "-q", "main")
    s.edit("M-01", "\"Not Started\"", "\"Blocked\",\n\"blocked\": { \"reason\": \"x\" }")
    s.git("commit", "-qam", "blocked")
    let moved = s.git("rev-parse", "HEAD").line
    let result = verify(
      s, ["EVENT": "pull_request", "BASE": moved, "HEAD": head, "RESULT": merge(s, moved, head), "NUMBER": "7"])
    #expect(result.status == 1 && result.output.contains("merge-unresolved"), "\(result.all)")
    #expect(s["../output"]?.contains("accepted=false") == true)
    let queue = verify(s, ["EVENT": "merge_group", "BASE": moved, "HEAD": merge(s, moved, head)])
    #expect(queue.status == 1 && queue.output.contains("merge-unresolved"), "\(queue.all)")
  }

  @Test("a merge queue, a push, a new branch, a forced push, a dispatch: each judged from what stood there before")
  func otherEvents() throws {
    for isLegal in [true, false] {
      let (s, base, head) = try proposed(isLegal: isLegal)
      let status: Int32 = isLegal ? 0 : 1
      s.git("update-ref", "refs/remotes/origin/main", base)
      let zeros = String(repeating: "0", count: 40)
      let gone = String(repeating: "f", count: 40)
      let events = [
        ["EVENT": "merge_group", "BASE": base, "HEAD": head],
        ["EVENT": "push", "BASE": base, "HEAD": head, "GITHUB_REF_NAME": "main", "DEFAULT_BRANCH": "main"],
        ["EVENT": "push", "BASE": zeros, "HEAD": head, "GITHUB_REF_NAME": "change", "DEFAULT_BRANCH": "main"],
        ["EVENT": "push", "BASE": gone, "HEAD": head, "GITHUB_REF_NAME": "change", "DEFAULT_BRANCH": "main"],
        ["EVENT": "push", "BASE": zeros, "HEAD": head, "GITHUB_REF_NAME": "main", "DEFAULT_BRANCH": "main"],
        ["EVENT": "workflow_dispatch", "BASE": "", "HEAD": head],
      ]
      for event in events {
        let result = verify(s, event)
        #expect(result.status == status, "\(event): \(result.all)")
        let isWhole =
          event["EVENT"] == "workflow_dispatch" || event["BASE"] == zeros && event["GITHUB_REF_NAME"] == "main"
        #expect(result.errors.contains("the whole history is checked") == isWhole, "\(event): \(result.errors)")
      }
      let deleted = verify(s, ["EVENT": "push", "BASE": head, "HEAD": zeros])
      #expect(deleted.status == 0 && deleted.errors.contains("was deleted"), "\(deleted.all)")
    }
  }

  @Test(
    "a forced push of the default branch fails, or cannot be checked if the old commit is gone; others may rebase")
  func forcedPush() throws {
    let (s, base, head) = try proposed(isLegal: true)
    s.git("checkout", "-q", "main")
    s.git("commit", "-q", "--allow-empty", "-m", "on")
    let moved = s.git("rev-parse", "HEAD").line
    s.git("update-ref", "refs/remotes/origin/main", moved)
    let event = ["EVENT": "push", "BASE": moved, "HEAD": head, "GITHUB_REF_NAME": "main", "DEFAULT_BRANCH": "main"]
    let forced = verify(s, event)
    #expect(forced.status == 1 && forced.output.contains("ref-protected"), "\(forced.all)")
    #expect(s["../summary"]?.contains("ref-protected") == true, "\(s["../summary"] ?? "")")
    #expect(verify(s, event.merging(["BASE": base]) { $1 }).status == 0)
    #expect(verify(s, event.merging(["GITHUB_REF_NAME": "change"]) { $1 }).status == 0)
    let gone = verify(s, event.merging(["BASE": String(repeating: "f", count: 40)]) { $1 })
    #expect(gone.status == 3 && gone.errors.contains("cannot be fetched"), "\(gone.all)")
    #expect(s["../output"]?.contains("accepted=false") == true)
  }

  @Test("a change that leaves the plan alone has nothing to say in a comment")
  func silent() throws {
    let s = try Scratch.withPlan()
    let base = s.git("rev-parse", "HEAD").line
    s["code"] = "x"
    s.git("add", "-A")
    s.git("commit", "-qm", "code")
    let head = s.git("rev-parse", "HEAD").line
    let event = ["EVENT": "pull_request", "BASE": base, "HEAD": head, "NUMBER": "7"]
    #expect(verify(s, event).status == 0)
    #expect(s["../temp/readiness/comment.md"]?.isEmpty == true, "\(s["../temp/readiness/comment.md"] ?? "")")
    #expect(s["../summary"]?.hasPrefix("readiness: the plan does not change") == true)
    // An event without its base does not reduce the checks.
    let broken = verify(s, event.merging(["BASE": "main; true"]) { $1 })
    #expect(broken.status == 3 && broken.errors.contains("no base"), "\(broken.all)")
  }

  @Test("shallow and blobless clones are completed; without that the answer is exit 3 with the command")
  func incompleteClones() throws {
    let (server, base, head) = try proposed(isLegal: true)
    let result = merge(server, base, head)
    server.git("update-ref", "refs/pull/7/merge", result)
    server.git("config", "uploadpack.allowFilter", "true")
    server.git("config", "uploadpack.allowAnySHA1InWant", "true")
    for how in ["--depth 1", "--filter=blob:none"] {
      let clone = try Scratch()
      clone.git("remote", "add", "origin", "file://" + server.path)
      clone.shell(
        "git fetch -q \(how) origin refs/pull/7/merge && git -c advice.detachedHead=false checkout -q FETCH_HEAD")
      let event = ["EVENT": "pull_request", "BASE": base, "HEAD": head, "RESULT": result, "NUMBER": "7"]
      let without = verify(clone, event.merging(["BACKFILL": "false"]) { $1 })
      // In this small plan, the blobs of the checked-out commit suffice for the commit before it.
      #expect(without.status > 1 || how != "--depth 1", "\(without.all)")
      let answer = verify(clone, event)
      #expect(answer.status == 0, "\(how): \(answer.all)")
    }
  }

  @Test("a server that gives no single objects: exit 3, its sentence, and nothing half done")
  func forbidden() throws {
    let (server, base, head) = try proposed(isLegal: true)
    server.git("config", "uploadpack.allowFilter", "true")
    let clone = try Scratch()
    clone.git("remote", "add", "origin", "file://" + server.path)
    clone.shell("git fetch -q --filter=blob:none origin change")
    clone.git("config", "protocol.version", "0")
    let result = verify(clone, ["EVENT": "push", "BASE": base, "HEAD": head])
    #expect(result.status == 3 && result.errors.contains("not allow request for unadvertised object"), "\(result.all)")
    #expect(s(clone).hasPrefix("readiness: could not check"), "\(s(clone))")
    #expect(clone["../output"]?.contains("accepted=false") == true)
  }

  private func s(_ clone: Scratch) -> String { clone["../summary"] ?? "" }

  @Test(
    "a workspace of another owner, as container jobs have, is declared safe",
    .enabled(if: Needed.ability(getuid() == 0)))
  func otherOwner() throws {
    let (s, base, head) = try proposed(isLegal: true)
    s.shell("chown -R 12345:12345 .")
    let home = s.path + "/../home"
    let environment = ["GIT_CONFIG_GLOBAL": home + "/gitconfig", "GIT_TEST_ASSUME_DIFFERENT_OWNER": "1", "HOME": home]
    s.shell("mkdir -p ../home && git config --file ../home/gitconfig user.name x")
    let event = ["EVENT": "push", "BASE": base, "HEAD": head].merging(environment) { $1 }
    let result = verify(s, event)
    #expect(result.status == 0, "\(result.all)")
    #expect(s["../home/gitconfig"]?.contains("directory = ") == true)
  }

  @Test("GitLab: merge requests, merged results and the branch, with its reports", arguments: [true, false])
  func gitLab(isLegal: Bool) throws {
    let (s, base, head) = try proposed(isLegal: isLegal)
    let common = ["GITLAB_CI": "true", "CI_PROJECT_DIR": s.path, "CI_DEFAULT_BRANCH": "main"]
    let request = [
      "CI_PIPELINE_SOURCE": "merge_request_event", "CI_MERGE_REQUEST_DIFF_BASE_SHA": base, "CI_COMMIT_SHA": head,
    ]
    let events = [
      request,
      request.merging(["CI_COMMIT_SHA": merge(s, base, head), "CI_MERGE_REQUEST_SOURCE_BRANCH_SHA": head]) { $1 },
      ["CI_PIPELINE_SOURCE": "push", "CI_COMMIT_BEFORE_SHA": base, "CI_COMMIT_SHA": head, "CI_COMMIT_BRANCH": "main"],
      ["CI_PIPELINE_SOURCE": "schedule", "CI_COMMIT_SHA": head, "CI_COMMIT_BRANCH": "main"],
    ]
    for event in events {
      let result = verify(s, common.merging(event) { $1 })
      #expect(result.status == (isLegal ? 0 : 1), "\(event): \(result.all)")
      #expect(s["readiness.md"]?.contains("Production readiness") == true)
      #expect(s["readiness.xml"]?.contains(isLegal ? "failures=\"0\"" : "<failure") == true)
      #expect(
        s["readiness.codequality.json"]?.contains(isLegal ? "[]" : "\"check_name\": \"illegal-transition\"") == true,
        "\(s["readiness.codequality.json"] ?? "")")
    }
  }

  @Test("GitLab: a merge request without a merged result answers to the target as it is now")
  func gitLabTarget() throws {
    let (s, base, head) = try proposed(isLegal: true)
    s.git("checkout", "-q", "main")
    s.edit("M-01", "\"Not Started\"", "\"Blocked\",\n\"blocked\": { \"reason\": \"x\" }")
    s.git("commit", "-qam", "blocked")
    s.git("remote", "add", "origin", ".")
    let request = [
      "GITLAB_CI": "true", "CI_PROJECT_DIR": s.path, "CI_DEFAULT_BRANCH": "main",
      "CI_PIPELINE_SOURCE": "merge_request_event", "CI_MERGE_REQUEST_DIFF_BASE_SHA": base, "CI_COMMIT_SHA": head,
    ]
    let named = request.merging(["CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main"]) { $1 }
    let gone = verify(s, request.merging(["CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "gone"]) { $1 })
    #expect(gone.status == 3 && gone.errors.contains("target branch"), "\(gone.all)")
    // Both sides moved the milestone, which no button merges.
    let target = s.git("rev-parse", "main").line
    for event in [named, request.merging(["CI_MERGE_REQUEST_TARGET_BRANCH_SHA": target]) { $1 }] {
      let result = verify(s, event)
      #expect(result.errors.contains("checking \(target)..\(head)"), "\(result.all)")
    }
    // The target's own rules, which came after the branch, are asked of the merge.
    s.git("reset", "-q", "--hard", base)
    s["ssot/policies/authorization.json"] =
      #"{ "version": 1, "roles": { "maintainer": ["ada@example.com"], "starter": ["grace@example.com"] }, "rules": [{ "to": "In Progress", "role": "starter" }] }"#
    s.git("add", "-A")
    #expect(s.git("commit", "-qm", "roles").status == 0)
    let refused = verify(s, named)
    #expect(refused.status == 1 && refused.output.contains("not-authorized"), "\(refused.all)")
    #expect(verify(s, request).status == 0)
  }

  @Test("no expression of a forge stands inside a shell line, and every job has the one name")
  func expressions() throws {
    let folder = RepositoryFile.path("doc/ci")
    let ci = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".yml") }
    let files = ci.map { "doc/ci/" + $0 } + ["action.yml", "comment/action.yml", "templates/verify.yml"]
    var shells = 0
    for file in files {
      let text = RepositoryFile.text(file)
      #expect(!text.isEmpty, "\(file)")
      for line in Self.shellLines(text) {
        shells += 1
        #expect(!line.contains("${{") && !line.contains("$[["), "\(file): \(line)")
      }
    }
    #expect(shells > 20)
    #expect(!Self.shellLines("    steps:\n      - run: echo ${{ github.head_ref }}\n").isEmpty)
    #expect(Self.shellLines("      run: |\n        echo ${{ x }}\n      env:\n        A: ${{ x }}\n").count == 1)
    let job = RepositoryFile.text("doc/ci/github.yml").components(separatedBy: "jobs:\n").last ?? ""
    #expect(job.components(separatedBy: "\n").filter { $0.hasPrefix("  ") && !$0.hasPrefix("   ") } == ["  readiness:"])
    #expect(!job.contains(" if:"))
    #expect(RepositoryFile.text("templates/verify.yml").contains("\nreadiness:\n"))
  }

  @Test("every action of others is pinned by a commit, and a comment names its release")
  func pinned() throws {
    let pattern = /uses: ([A-Za-z0-9_.\/-]+)@([0-9a-f]{40})( # v[0-9.]+)?/
    var used = 0
    for file in [
      "action.yml", "comment/action.yml", "doc/ci/README.md", "doc/ci/github.yml", "doc/ci/github-comment.yml",
    ] {
      for line in RepositoryFile.text(file).components(separatedBy: "\n") where line.contains("uses: ") {
        used += 1
        let entry = line.trimmingCharacters(in: .whitespaces).replacingOccurrences(of: "- uses", with: "uses")
        let match = try #require(try pattern.wholeMatch(in: entry), "\(file): \(line)")
        // This project's own action has no release yet.
        #expect(match.1.hasPrefix("ORG/readiness") != (match.3 != nil), "\(file): \(line)")
      }
    }
    #expect(used >= 6)
    #expect(try pattern.wholeMatch(in: "uses: actions/checkout@v4") == nil)
  }

  /// Returns the lines of a YAML file that a shell runs: values of `run`, `script`, `before_script` and
  /// `after_script`.
  private static func shellLines(_ text: String) -> [String] {
    var found: [String] = []
    var depth: Int?
    for line in text.components(separatedBy: "\n") where !line.trimmingCharacters(in: .whitespaces).isEmpty {
      let indent = line.prefix { $0 == " " }.count
      if let open = depth, indent > open {
        found.append(line)
        continue
      }
      depth = nil
      let entry = line.trimmingCharacters(in: .whitespaces)
      let key = (entry.hasPrefix("- ") ? String(entry.dropFirst(2)) : entry)
      for name in ["run:", "script:", "before_script:", "after_script:"] where key.hasPrefix(name) {
        depth = indent + (entry.hasPrefix("- ") ? 2 : 0)
        let rest = key.dropFirst(name.count).trimmingCharacters(in: .whitespaces)
        if !rest.isEmpty, !rest.hasPrefix("|"), !rest.hasPrefix(">") { found.append(rest) }
      }
    }
    return found
  }
}
