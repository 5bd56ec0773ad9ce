import Foundation
import ReadinessTestSupport
import Testing

@Suite("Bad input")
struct BadInputTests {
  @Test(
    "damage in the plan is exit 1 with code and place, in the hook and when reading, and nothing is lost",
    arguments: [
      ("malformed-json", "printf 'nonsense' > .readiness/M-03.json"),
      ("malformed-json", "printf '\\357\\273\\277{}' > .readiness/M-03.json"),
      ("malformed-json", "printf '<<<<<<< HEAD\\n{}\\n=======\\n{}\\n>>>>>>> x\\n' > .readiness/M-03.json"),
      ("malformed-json", "head -c 100000 /dev/zero | tr '\\0' '[' > .readiness/M-03.json"),
      ("duplicate-key", "sed -i 's/\"owner\"/\"owner\": \"x\", \"owner\"/' .readiness/M-03.json"),
      ("file-too-large", "head -c 300000 /dev/zero | tr '\\0' ' ' >> .readiness/M-03.json"),
      ("not-a-regular-file", "rm .readiness/M-03.json; ln -s M-01.json .readiness/M-03.json"),
      (
        "not-a-regular-file",
        "rm .readiness/M-03.json; git init -q .readiness/M-03.json; git -C .readiness/M-03.json -c user.name=a -c user.email=b commit -q --allow-empty -m x"
      ),
      ("case-collision", "cp .readiness/M-03.json .readiness/m-03.json"),
      ("unknown-status", "sed -i 's/Not Started/Nearly Done/' .readiness/M-03.json"),
      ("schema-violation", "rm ssot/plan.json"),
      ("policy-unreadable", "printf '{' > ssot/policies/workflow.json"),
      ("policy-unreadable", "sed -i 's/\"pending\"/\"active\"/' ssot/policies/workflow.json"),
      ("policy-unreadable", "sed -i 's/\"minLength\"/\"minLenght\"/' ssot/schemas/milestone.schema.json"),
      ("policy-too-new", "sed -i 's/\"version\": 1/\"version\": 2/' ssot/policies/gates.json"),
      ("not-a-regular-file", "git rm -rqf .readiness; ln -s ssot .readiness"),
    ])
  func damaged(_ code: String, _ damage: String) throws {
    let s = try Scratch.withPlan()
    s.shell(damage)
    s.git("-c", "advice.addEmbeddedRepo=false", "add", "-A")
    let commit = s.git("commit", "-qm", "damage")
    #expect(commit.status == 1, "\(commit.all)")
    #expect(commit.errors.contains(code), "\(commit.errors)")
    #expect(commit.errors.contains("    -> "))
    #expect(commit.errors.contains(".readiness") || commit.errors.contains("ssot/"))
    #expect(s.git("log", "--oneline").line.split(separator: "\n").count == 1)
    s.git("commit", "-qm", "damage", environment: ["READINESS_SKIP": "1"])
    let verify = s.readiness("verify", "--json")
    #expect(verify.status == 1 && verify.output.contains("\"\(code)\""), "\(verify.all)")
    for command in ["status", "next", "blocked", "order", "matrix", "replay", "log"] {
      let read = s.readiness(command)
      #expect([0, 1].contains(read.status), "\(command): \(read.all)")
    }
    // What was forced in broken can be mended.
    s.shell("git rm -rqf --ignore-unmatch .readiness ssot >/dev/null; git checkout HEAD~1 -- .")
    s.git("add", "-A")
    let mend = s.git("commit", "-qm", "mend")
    #expect(mend.status == 0, "\(mend.all)")
  }

  @Test("no repository, no plan and no commit are said, with what to do")
  func nothing() throws {
    let s = try Scratch()
    #expect(s.readiness("-C", "/", "status").status == 3)
    #expect(s.readiness("-C", "/", "status", "--json").output.contains("\"no-repository\""))
    #expect(s.readiness("-C", "/nowhere", "status").status == 2)
    let empty = s.readiness("status")
    #expect(empty.status == 2 && empty.errors.contains("readiness init"))
    s.readiness("init")
    s.git("add", "-A")
    let staged = s.readiness("status")
    #expect(staged.status == 0 && staged.errors.contains("no commit yet"), "\(staged.all)")
    #expect(s.readiness("move", "M-01", "done").status == 3)
    #expect(s.readiness("verify").status == 2)
    #expect(s.readiness("verify", "nobranch").errors.contains("names no commit"))
  }

  @Test("a plan that is laid down and not committed is found, and the next step said")
  func uncommittedPlan() throws {
    let s = try Scratch()
    s.git("commit", "-q", "--allow-empty", "-m", "code first")
    #expect(s.readiness("status").errors.contains("readiness init"))
    s.readiness("init")
    #expect(s.readiness("status").errors.contains("git add .readiness ssot"))
    s.git("add", "-A")
    #expect(s.readiness("status").errors.contains("--index"))
    #expect(s.readiness("status", "--index").output.contains("M-12"))
    #expect(s.readiness("status", "--worktree").output.contains("M-12"))
  }

  @Test("a shallow history is undecidable, exit 3, with the command that deepens it")
  func shallow() throws {
    let s = try Scratch.withPlan()
    s.start("M-01")
    s.git("commit", "-qam", "start")
    let copy = try Scratch()
    copy.git("fetch", "-q", "--depth=1", "file://" + s.path, "main")
    copy.git("reset", "-q", "--hard", "FETCH_HEAD")
    for command in ["verify", "log", "replay"] {
      let answer = copy.readiness(command, "--json")
      #expect(answer.status == 3 && answer.output.contains("undecidable"), "\(answer.all)")
      #expect(answer.output.contains("--unshallow"))
    }
    #expect(copy.readiness("status").status == 0)
  }

  @Test("a repository that libgit2 cannot read stops only work on the plan, and says so")
  func unsupported() throws {
    let s = try Scratch.withPlan()
    s.shell(
      """
      mv .git/hooks ../kept && rm -rf .git && git init -q --object-format=sha256 -b main && rm -rf .git/hooks
      mv ../kept .git/hooks && git config user.name a && git config user.email a@b
      """
    )
    s["code.txt"] = "1\n"
    s.git("add", "code.txt")
    #expect(s.git("commit", "-qm", "code").status == 0)
    s.git("add", "-A")
    let plan = s.git("commit", "-qm", "plan")
    #expect(plan.status == 1 && plan.errors.contains("unsupported-repository"), "\(plan.all)")
    #expect(plan.errors.contains("READINESS_SKIP=1"))
    #expect(s.readiness("status").status == 3)
  }

  @Test("texts that a stamp cannot carry are refused")
  func texts() throws {
    let s = try Scratch.withPlan()
    s.start("M-01")
    s.git("add", "-A")
    let tree = s.git("write-tree").line
    let forged = s.shell(
      "printf 'tree \(tree)\\nparent %s\\nauthor A <a@b> 1 +0000\\ncommitter A <a@b> 1 +0000\\n\\nbad \\377\\n' $(git rev-parse HEAD) | git hash-object -t commit -w --stdin --literally"
    )
    s.git("update-ref", "refs/heads/forged", forged.line)
    #expect(s.readiness("verify", "forged", "--json").output.contains("text-unreadable"))
    let commit = s.git("commit", "-qm", "x", environment: ["GIT_AUTHOR_NAME": "A\u{1B}[31m"])
    #expect(commit.status != 0 && commit.errors.contains("control characters"), "\(commit.all)")
  }
}

@Suite("init, import and export")
struct LayingDownTests {
  @Test("init lays everything down, twice is nothing new, and nothing that differs is written over")
  func initialize() throws {
    let s = try Scratch()
    #expect(s.readiness("init").status == 0)
    #expect(s["ssot/schemas/runtime.config.schema.json"] != nil && s["hooks/pre-receive"] != nil)
    #expect(s.readiness("init").output.contains("Laid down 0 files"))
    s["ssot/policies/gates.json"] = "{}"
    s.shell("rm .readiness/M-01.json")
    let third = s.readiness("init")
    #expect(third.status == 2 && third.errors.contains("ssot/policies/gates.json"))
    #expect(s[".readiness/M-01.json"] == nil && s["ssot/policies/gates.json"] == "{}")
  }

  @Test(
    "every kind of plan begins with a baseline that verifies", arguments: ["", "--empty", "--workflow finish-order"])
  func kinds(_ flags: String) throws {
    let s = try Scratch()
    s["code.txt"] = "1\n"
    s.git("add", "-A")
    s.git("commit", "-qm", "code first")
    s["other.txt"] = "staged by the user\n"
    s.git("add", "other.txt")
    let laid = s.shell("\"$READINESS\" init --commit \(flags)")
    #expect(laid.status == 0, "\(laid.all)")
    #expect(s.git("status", "--porcelain").output == "A  other.txt\n")
    #expect(s.readiness("verify").status == 0)
    #expect(s.readiness("replay", "--json").output.contains("\"agrees\": true"))
  }

  @Test("finish-order lets work start before its dependencies are done, and not finish")
  func finishOrder() throws {
    let s = try Scratch()
    s.readiness("init", "--workflow", "finish-order", "--commit")
    s.edit("M-02", "\"TBD\"", "\"ada\"")
    s.prove("M-02")
    s.git("commit", "-qam", "owner")
    s.readiness("install")
    s.edit("M-02", "Stable", "Steady")
    s.git("commit", "-qam", "edit")
    // The first edit went in without hooks; what counts is what each move needs.
    #expect(s.readiness("move", "M-02", "in-progress").status == 0)
    let review = s.readiness("move", "M-02", "in-review")
    #expect(review.status == 1 && review.errors.contains("unmet-dependency"), "\(review.all)")
  }
}

@Suite("Hooks")
struct HookTests {
  @Test("install is idempotent and uninstall gives back the bytes that were there")
  func install() throws {
    let s = try Scratch()
    s.readiness("init", "--commit")
    let mine = "#!/bin/sh\necho mine >> ran.txt\n"
    s[".git/hooks/commit-msg"] = mine
    s.shell("chmod +x .git/hooks/commit-msg")
    #expect(s.readiness("install").status == 0)
    #expect(s.readiness("install").output.contains("installed already"))
    s.start("M-01")
    s.git("commit", "-qam", "start")
    #expect(s["ran.txt"] == "mine\n")
    #expect(s.readiness("verify").status == 0)
    s.edit("M-01", "In Progress", "Done")
    #expect(s.git("commit", "-qam", "no").status == 1)
    #expect(s.readiness("uninstall").status == 0)
    #expect(s[".git/hooks/commit-msg"] == mine)
    #expect(s.shell("ls .git/hooks | grep -v sample").line == "commit-msg")
    #expect(s.readiness("uninstall").output.contains("No hook"))
  }

  @Test("a user's own hook that fails stops the commit, and a user's pre-push hook still gets its input")
  func chained() throws {
    let s = try Scratch()
    s.readiness("init", "--commit")
    s[".git/hooks/pre-push"] = "#!/bin/sh\ncat > pushed.txt\n"
    s[".git/hooks/prepare-commit-msg"] = "#!/bin/sh\nexit 7\n"
    s.shell("chmod +x .git/hooks/pre-push .git/hooks/prepare-commit-msg")
    s.readiness("install")
    s.start("M-01")
    #expect(s.git("commit", "-qam", "start").status != 0)
    s[".git/hooks/prepare-commit-msg.before-readiness"] = "#!/bin/sh\nexit 0\n"
    #expect(s.git("commit", "-qam", "start").status == 0)
    let server = try Scratch(bare: true)
    #expect(s.git("push", "-q", server.path, "main").status == 0)
    #expect(s["pushed.txt"]?.contains("refs/heads/main") == true)
  }

  @Test(
    "what another hook manager owns is left alone, with the lines to add",
    arguments: ["pre-commit", "lefthook", "prek"])
  func owned(_ owner: String) throws {
    let s = try Scratch()
    s.readiness("init", "--commit")
    let text = "#!/bin/sh\n# File generated by \(owner)\n"
    s[".git/hooks/prepare-commit-msg"] = text
    let install = s.readiness("install")
    #expect(install.status == 2 && install.errors.contains("readiness hook prepare-commit-msg"), "\(install.all)")
    #expect(s[".git/hooks/prepare-commit-msg"] == text)
  }

  @Test("core.hooksPath is where git looks, so it is where the hooks go")
  func hooksPath() throws {
    let s = try Scratch()
    s.readiness("init", "--commit")
    s.git("config", "core.hooksPath", ".git/elsewhere")
    #expect(s.readiness("install").output.contains(".git/elsewhere"))
    s.start("M-01", as: "Done")
    #expect(s.git("commit", "-qam", "no").status == 1)
  }

  @Test("the stubs in hooks/ work where the program is on PATH")
  func stubs() throws {
    let s = try Scratch()
    s.readiness("init", "--commit")
    s.shell(
      "cp hooks/prepare-commit-msg hooks/commit-msg .git/hooks/ && mkdir ../bin && ln -s \"$READINESS\" ../bin/readiness"
    )
    s.start("M-01")
    let commit = s.shell("PATH=$PWD/../bin:$PATH git commit -qam start")
    #expect(commit.status == 0 && s.run().count == 64, "\(commit.all)")
    #expect(
      s.shell("PATH=$PWD/../bin:$PATH; ln -s readiness ../bin/git-readiness; git readiness status").output.contains(
        "M-12"))
  }

  /// A way to bring a commit about, and whether the hooks have to look closer.
  struct Way: CustomTestStringConvertible {
    let testDescription: String
    let isLookedAt: Bool
    let line: String
    init(_ name: String, isLookedAt: Bool, _ line: String) {
      (testDescription, self.isLookedAt, self.line) = (name, isLookedAt, line)
    }
  }

  static let ways = [
    Way("code alone", isLookedAt: false, "git commit -qm code"),
    Way("code, with -a", isLookedAt: false, "git commit -qam code"),
    Way("code, one of two files", isLookedAt: false, "echo 2 >other && git add other && git commit -qm code other"),
    Way("code, after an editor", isLookedAt: false, "GIT_EDITOR='echo code >' git commit -q"),
    Way(
      "code, from a linked work tree", isLookedAt: false,
      "git worktree add -q ../linked && cd ../linked && echo 1 >x && git add x && git commit -qm code"),
    Way("code, on a detached HEAD", isLookedAt: false, "git checkout -q --detach && git commit -qm code"),
    Way(
      "code, from an index of version 4", isLookedAt: false, "git update-index --index-version 4 && git commit -qm code"
    ),
    Way(
      "a thousand folders", isLookedAt: false,
      "for n in $(seq 1000); do mkdir -p d/$n && echo $n >d/$n/f; done; git add d && git commit -qm code"),
    Way("code, without the hook's second look", isLookedAt: false, "git commit -q --no-verify -m code"),
    Way("the plan", isLookedAt: true, "echo >>.readiness/M-01.json && git commit -qam plan"),
    Way("the plan, partly", isLookedAt: true, "echo >>.readiness/M-01.json && git commit -qm plan .readiness"),
    Way("the policy", isLookedAt: true, "echo >>ssot/policies/gates.json && git commit -qam policy"),
    Way("the plan, gone", isLookedAt: true, "git rm -qr .readiness && git commit -qm gone"),
    Way("an amend that nothing but the command line tells", isLookedAt: true, "git commit -q --amend -m code"),
    Way("an amend that keeps its message", isLookedAt: true, "git commit -q --amend --no-edit"),
    Way(
      "a message that speaks of a stamp", isLookedAt: true,
      "printf 'code\\n\\n  Readiness-Run: 1\\n' | git commit -qF -"),
    Way(
      "a merge", isLookedAt: true,
      "git switch -qc side && git -c core.hooksPath=x commit -qm side && git switch -q main && git -c core.hooksPath=x commit -q --allow-empty -m main && git merge -q --no-edit side"
    ),
    Way(
      "a squash", isLookedAt: true,
      "git switch -qc side && git -c core.hooksPath=x commit -qm side && git switch -q main && git merge -q --squash side && git commit -qm squash"
    ),
  ]

  @Test(
    "a commit that touches neither plan nor policy starts neither the program nor libgit2; others need it",
    arguments: ways)
  func cheapTest(_ way: Way) throws {
    for form in ["stubs", "launcher"] {
      let s = try Scratch()
      s.readiness("init", "--commit")
      s.shell(
        "mkdir ../bin && { ln \"$READINESS\" ../bin/readiness || cp \"$READINESS\" ../bin/readiness; } 2>/dev/null")
      if form == "launcher" {
        let copied = s.shell("cp \"$(dirname \"$READINESS\")/readiness-hook\" ../bin/")
        try withKnownIssue("no launcher was built: make test builds it", isIntermittent: true) {
          try #require(copied.status == 0)
        } when: {
          copied.status != 0
        }
        if copied.status != 0 { continue }
      }
      let install = s.shell("../bin/readiness install --hooks prepare-commit-msg,commit-msg && rm ../bin/readiness")
      #expect(install.status == 0, "\(install.all)")
      s["code.txt"] = "1\n"
      s.git("add", "-A")
      let commit = s.shell(way.line)
      let isMissed = commit.errors.contains("the program is gone")
      #expect((commit.status != 0) == way.isLookedAt && isMissed == way.isLookedAt, "\(form): \(commit.all)")
    }
  }

  @Test("where git's files do not tell, the launcher starts the program, which lets the commit through")
  func launcherInDoubt() throws {
    for line in [
      "git gc -q", "git pack-refs --all", "git update-index --split-index", "git config core.sparseCheckout true",
    ] {
      let s = try Scratch.withPlan()
      s["code.txt"] = "1\n"
      s.git("add", "-A")
      let commit = s.shell("\(line) && git commit -qm code")
      #expect(commit.status == 0, "\(line): \(commit.all)")
      s.start("M-01")
      #expect(s.shell("\(line) && git commit -qam start").status == 0)
      #expect(s.run().count == 64 && s.readiness("verify").status == 0)
    }
  }

  @Test("the stubs in this repository's hooks/ are those that init lays down")
  func ownStubs() throws {
    let s = try Scratch()
    s.readiness("init")
    let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    #expect(s.shell("diff -r hooks '/\(root)/hooks'").output == "")
  }

  @Test("READINESS_SKIP lets a person through with a word, and verify sees it")
  func skip() throws {
    let s = try Scratch.withPlan()
    s.start("M-01", as: "Done")
    let commit = s.git("commit", "-qam", "forced", environment: ["READINESS_SKIP": "1"])
    #expect(commit.status == 0 && commit.errors.contains("skipped by READINESS_SKIP"))
    #expect(s.readiness("verify").status == 1)
  }

  @Test("a submodule with a plan is guarded as a repository of its own, and its superproject as another")
  func submodule() throws {
    let inner = try Scratch.withPlan()
    let s = try Scratch.withPlan()
    let added = s.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", inner.path, "sub")
    #expect(added.status == 0, "\(added.all)")
    #expect(s.git("commit", "-qm", "submodule").status == 0)
    #expect(s.run().isEmpty)
    let work = """
      cd sub && git config user.name Ada && git config user.email ada@example.com && "$READINESS" install &&
      sed -i 's/"TBD"/"ada"/;s/"Not Started"/"In Progress"/' .readiness/M-01.json && git commit -qam start &&
      "$READINESS" verify && "$READINESS" move M-01 blocked -m why && git status --porcelain
      """
    let result = s.shell(work)
    #expect(result.status == 0 && result.output.contains("2 commits, 2 runs"), "\(result.all)")
    let illegal = s.shell("cd sub && sed -i 's/\"Blocked\"/\"Done\"/' .readiness/M-01.json && git commit -qam done")
    #expect(illegal.status == 1 && illegal.errors.contains("illegal-transition"), "\(illegal.all)")
    // The new commit of the submodule is no change of the superproject's plan; evidence inside it is none of its files.
    s.shell("cd sub && git checkout -q .")
    #expect(s.git("commit", "-qam", "sub moved").status == 0 && s.run().isEmpty)
    #expect(s.readiness("criteria", "M-01", "doc-slo-and-release-gates-md-approved", "--evidence", "sub/x").status == 2)
    #expect(s.readiness("verify").status == 0)
  }

  @Test("commit-msg alone, or beside somebody else's prepare-commit-msg, looks at every message")
  func commitMessageAlone() throws {
    for other in [nil, "#!/bin/sh\nexit 0\n"] {
      let s = try Scratch()
      s.readiness("init", "--commit")
      if let other { s[".git/hooks/prepare-commit-msg"] = other }
      s.shell("chmod +x .git/hooks/prepare-commit-msg 2>/dev/null; \"$READINESS\" install --hooks commit-msg")
      s.start("M-01", as: "Done")
      #expect(s.git("commit", "-qam", "x").errors.contains("illegal-transition"))
      s.edit("M-01", "\"Done\"", "\"In Progress\"")
      #expect(s.git("commit", "-qam", "x").status == 0 && s.run().count == 64)
    }
  }
}
