import Foundation
import TestSupport
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
      ("policy-too-new", "sed -i 's/\"version\": 1/\"version\": 3/' ssot/policies/gates.json"),
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
    // A change that was forced in broken can be repaired.
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
    s.git("reset", "-q")
    #expect(s.readiness("status").errors.contains("git add .readiness ssot"))
    s.git("add", "-A")
    #expect(s.readiness("status").errors.contains("readiness install, then git commit"))
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
    #expect(s["ssot/schemas/workflow.schema.json"] != nil && s["hooks/pre-receive"] != nil)
    #expect(s["ssot/schemas/sinks.schema.json"] == nil)
    #expect(s.shell("git ls-files --cached | wc -l").line.trimmingCharacters(in: .whitespaces) == "29")
    #expect(s.readiness("init").output.contains("Created 0 files; 29 existed already"))
    #expect(s.readiness("init", "--examples").status == 0)
    #expect(s["ssot/schemas/sinks.schema.json"] != nil && s["ssot/examples/valid/plan/retired.json"] != nil)
    s["ssot/policies/gates.json"] = "{}"
    s.shell("rm .readiness/M-01.json")
    let third = s.readiness("init")
    #expect(third.status == 2 && third.errors.contains("has a plan already"), "\(third.all)")
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
    // The first edit bypassed the hooks; only each move's own requirements count.
    #expect(s.readiness("move", "M-02", "in-progress").status == 0)
    let review = s.readiness("move", "M-02", "in-review")
    #expect(review.status == 1 && review.errors.contains("unmet-dependency"), "\(review.all)")
  }

  @Test("a folder that holds a name twice is refused, whichever of the two somebody reads; it is nobody else's fault")
  func twice() throws {
    let s = try Scratch.withPlan()
    let done = s.shell("sed 's/Not Started/Done/; s/TBD/ada/' .readiness/M-12.json | git hash-object -w --stdin").line
    s["../twice.py"] = #"""
      import subprocess, sys
      out = b""
      for line in subprocess.check_output(["git", "ls-tree", "HEAD:.readiness"], text=True).splitlines():
          meta, name = line.split("\t"); mode, _, id = meta.split()
          pair = [id] if name != "M-12.json" else [sys.argv[1], id] if sys.argv[2] == "first" else [id, sys.argv[1]]
          for one in pair: out += mode.encode() + b" " + name.encode() + b"\0" + bytes.fromhex(one)
      sys.stdout.buffer.write(out)
      """#
    for order in ["first", "last"] {
      let folder = s.shell("python3 ../twice.py \(done) \(order) | git hash-object -t tree --literally -w --stdin").line
      let top = s.shell(
        "{ git ls-tree HEAD | grep -v readiness; printf '040000 tree \(folder)\\t.readiness\\n'; } | git mktree"
      ).line
      let commit = s.git("commit-tree", "-p", "HEAD", "-m", "twice", top).line
      let verified = s.readiness("verify", commit)
      #expect(verified.status == 1 && verified.output.contains("malformed-tree"), "\(order): \(verified.all)")
      // A commit on top of it inherits the fault; a repair is legal.
      let next = s.git("commit-tree", "-p", commit, "-m", "mended", "HEAD^{tree}").line
      let after = s.readiness("verify", "\(commit)..\(next)")
      #expect(!after.output.contains("malformed-tree"), "\(order): \(after.all)")
    }
  }

  @Test("what next says to type starts a milestone, in the words of the team's own workflow")
  func start() throws {
    let s = try Scratch.withPlan()
    let file = "ssot/policies/workflow.json"
    s[file] = try #require(s[file]).replacingOccurrences(of: "In Progress", with: "Being Made")
    s.git("commit", "-qam", "our own words")
    let said = s.readiness("next").output.components(separatedBy: "To start one: ").last ?? ""
    let typed = said.split(separator: "\n").first.map(String.init) ?? ""
    #expect(typed == "readiness start M-01 --owner me", "\(said)")
    let done = s.shell(typed.replacingOccurrences(of: "readiness", with: "\"$READINESS\""))
    #expect(done.status == 0, "\(typed): \(done.all)")
    #expect(s.readiness("show", "M-01").output.contains("Being Made"))
    // If work cannot start from the initial state, no command is proposed.
    s[file] = s[file]?.replacingOccurrences(of: "\"active\"", with: "\"review\"")
    #expect(!s.readiness("next", "--worktree").output.contains("To start one"))
  }
}
