import Foundation
import TestSupport
import Testing

@Suite("move")
struct MoveTests {
  private func started() throws -> Scratch {
    let s = try Scratch.withPlan()
    s.edit("M-01", "\"TBD\"", "\"ada\"")
    s.git("commit", "-qam", "owner")
    return s
  }

  @Test("leaves index and file in step with the commit, and everything else as it was")
  func inStep() throws {
    let s = try started()
    s["staged.txt"] = "staged\n"
    s.git("add", "staged.txt")
    s["loose.txt"] = "loose\n"
    s.edit("M-02", "Stable", "Steady")
    let before = s.git("status", "--porcelain").output
    let move = s.readiness("move", "m-01", "in_progress")
    #expect(move.status == 0, "\(move.all)")
    #expect(s.git("status", "--porcelain").output == before)
    #expect(s[".readiness/M-01.json"]?.contains("\"In Progress\"") == true)
    #expect(s.git("show", "--stat", "--format=", "HEAD").output.contains("1 file changed"))
    s.git("checkout", "-q", "--", ".readiness/M-02.json")
    #expect(s.git("commit", "-qm", "mine").status == 0)
    #expect(s.readiness("status", "--json").output.contains("\"In Progress\""))
    #expect(s.readiness("verify").status == 0)
  }

  @Test("what the command accepts its own hooks accept, and the other way round")
  func sameJudge() throws {
    for (state, legal) in [("In Progress", true), ("Done", false), ("In Review", false), ("Blocked", true)] {
      let s = try started()
      let dry = s.readiness("move", "M-01", state, "-m", "why", "--dry-run")
      s.edit(
        "M-01", "\"Not Started\"", "\"\(state)\"" + (state == "Blocked" ? ",\n\"blocked\":{\"reason\":\"why\"}" : ""))
      let commit = s.git("commit", "-qam", "why")
      #expect((dry.status == 0) == legal, "\(state): \(dry.all)")
      #expect((commit.status == 0) == legal, "\(state): \(commit.all)")
    }
  }

  @Test("refuses when the milestone's own file has uncommitted changes, and changes nothing")
  func uncommitted() throws {
    let s = try started()
    s.edit("M-01", "Explicit", "Clear")
    let head = s.git("rev-parse", "HEAD").line
    let move = s.readiness("move", "M-01", "in-progress", "--json")
    #expect(move.status == 1)
    #expect(move.output.contains("uncommitted-changes"))
    #expect(s.git("rev-parse", "HEAD").line == head)
    #expect(s[".readiness/M-01.json"]?.contains("Clear") == true)
  }

  @Test("takes along what is staged of the milestone's own file, and nothing else")
  func takesStagedChanges() throws {
    let s = try started()
    s["other.txt"] = "staged"
    s.git("add", "other.txt")
    s.edit("M-01", "Explicit", "Clear")
    s.git("add", ".readiness")
    #expect(s.readiness("move", "M-01", "in-progress").status == 0)
    let committed = s.git("show", "HEAD:.readiness/M-01.json").output
    #expect(committed.contains("Clear") && committed.contains("In Progress"))
    #expect(s.git("status", "--porcelain").line == "A  other.txt")
    #expect(s.readiness("verify").status == 0)
  }

  @Test("author and committer are those that git would write, wherever they are configured")
  func identities() throws {
    let s = try started()
    let local = try #require(s[".git/config"])
    let cases = [
      "", "git config user.name Local", "git config user.email local@example.com",
      "git config --global user.name Global; git config --global user.email global@example.com",
      "git config --unset user.name; git config --global user.name Global",
      "git config --remove-section user; git config --global user.name Global; git config --global user.email g@example.com",
      "git config --remove-section user; mkdir -p $XDG_CONFIG_HOME/git; printf '[user]\\nname = X\\nemail = x@example.com\\n' > $XDG_CONFIG_HOME/git/config",
      "git config --global user.name Global; git config --add user.name Twice",
      "git config --remove-section user; git config --global user.name Home; git config --global user.email h@example.com; export GIT_CONFIG_GLOBAL=$PWD/../global; git config --global user.name File; git config --global user.email file@example.com",
      "export GIT_CONFIG_GLOBAL=/dev/null", "git config author.name Author", "git config committer.email c@example.com",
      "git config --global author.email author@example.com", "export GIT_AUTHOR_NAME=Variable",
      "export GIT_AUTHOR_EMAIL=v@example.com GIT_AUTHOR_NAME=V", "export GIT_COMMITTER_NAME=Variable",
      "export EMAIL=mail@example.com",
      "export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=user.name GIT_CONFIG_VALUE_0=Counted",
      "export GIT_CONFIG_PARAMETERS=\"'user.email'='p@example.com'\"",
      "unset GIT_CONFIG_NOSYSTEM; export GIT_CONFIG_SYSTEM=$PWD/../system; git config -f ../system author.name System",
      "git config -f ../more user.name Included; git config include.path $PWD/../more",
      "git config -f ../more user.name Folder; git config --global includeIf.gitdir:$PWD/.path ../more; git config --global includeIf.gitdir:$PWD/.git.path $PWD/../more; git config --unset user.name",
      "git config -f ../more user.email r@example.com; git config remote.o.url http://o/x; git config includeIf.hasconfig:remote.*.url:http://o/**.path $PWD/../more",
      "git config extensions.worktreeConfig true; git config --worktree user.name Tree",
      "git config user.name ' Ada. '", "git config user.name 'A <b> c'", "git config user.name '\"Q\"'",
      "git config user.name Jürgen", "git config user.email 'a b@example.com;'", "git config user.name A,B",
    ]
    for (number, setup) in cases.enumerated() {
      s[".git/config"] = local
      let state = number % 2 == 0 ? "blocked" : "not-started"
      let told = s.shell(
        """
        unset GIT_CONFIG_GLOBAL; export HOME=$PWD/../home-\(number); export XDG_CONFIG_HOME=$HOME/xdg; mkdir -p $HOME
        rm -f ../more; \(setup)
        author=$(git var GIT_AUTHOR_IDENT) committer=$(git var GIT_COMMITTER_IDENT)
        $READINESS move M-01 \(state) -m why > ../moved 2>&1 || cat ../moved
        echo "${author%>*}> ${committer%>*}> ${author%>*}>"
        git log -1 --format='%an <%ae> %cn <%ce> %(trailers:key=Readiness-Actor,valueonly,separator=)'
        """)
      let lines = told.output.split(separator: "\n")
      #expect(lines.count == 2 && lines.first == lines.last, "\(setup): \(told.all)")
    }
    s[".git/config"] = local
    #expect(s.readiness("verify").status == 0)
    #expect(s.git("log", "--oneline").output.split(separator: "\n").count == cases.count + 2)
  }

  @Test("to the state that holds exits 0 and writes nothing; several moves are one commit")
  func twice() throws {
    let s = try started()
    s.readiness("move", "M-01", "in-progress")
    let head = s.git("rev-parse", "HEAD").line
    let again = s.readiness("move", "M-01", "in-progress")
    #expect(again.status == 0 && again.output.contains("Nothing to do"))
    #expect(s.git("rev-parse", "HEAD").line == head)
    s.prove("M-01")
    s.edit("M-02", "\"TBD\"", "\"ada\"")
    s.git("commit", "-qam", "prove")
    s.readiness("move", "M-01", "in-review")
    let both = s.readiness("move", "M-01", "done", "M-02", "in-progress", "--json")
    #expect(both.status == 0, "\(both.all)")
    #expect(
      s.git("log", "-1", "--format=%(trailers:key=Readiness-Transition,valueonly)").line.split(separator: "\n").count
        == 2)
    #expect(s.readiness("verify").status == 0)
  }

  @Test("names that do not exist exit 2 with the nearest that does")
  func names() throws {
    let s = try started()
    let id = s.readiness("move", "M-O1", "done")
    #expect(id.status == 2 && id.errors.contains("Is M-01 meant?"))
    let state = s.readiness("move", "M-01", "in-progres")
    #expect(state.status == 2 && state.errors.contains("Is \"In Progress\" meant?"))
    #expect(s.readiness("move", "M-01").status == 2)
    #expect(s.readiness("moove", "M-01", "done").errors.contains("Is move meant?"))
  }

  @Test("a lock in the way is named with its age, exit 3, and nothing is lost")
  func locked() throws {
    let s = try started()
    s[".git/index.lock"] = ""
    let move = s.readiness("move", "M-01", "in-progress")
    #expect(move.status == 3, "\(move.all)")
    #expect(move.errors.contains("index.lock") && move.errors.contains("s old"))
    s.shell("rm .git/index.lock")
    #expect(s.readiness("move", "M-01", "in-progress").status == 0)
    #expect(s.git("status", "--porcelain").output == "")
  }

  @Test("however a branch is kept, it moves, and its logs say so where git would")
  func branches() throws {
    let s = try started()
    let kept = s.git("rev-parse", "HEAD").line
    let cases = [
      "true", "git pack-refs --all", "git gc -q", "git checkout -q --detach", "git checkout -qb deep/er/branch",
      "git checkout -qb x && git pack-refs --all && mkdir -p .git/refs/heads/x", "rm .git/logs/HEAD",
      "rm -r .git/logs && git config core.logAllRefUpdates false",
      "rm -f .git/refs/heads/main && ln -s ../../kept .git/refs/heads/main && echo \(kept) >.git/kept",
      "git worktree add -q ../tree -b side && cd ../tree",
    ]
    for setup in cases {
      let done = s.shell(
        """
        set -e; rm -rf ../copy ../tree; cp -R . ../copy; cd ../copy; \(setup)
        logs() { for log in HEAD "$(git symbolic-ref -q HEAD)"; do git reflog exists "${log:-HEAD}" && echo 1 || echo 0; done; }
        $READINESS move M-01 in-progress >/dev/null
        git log -1 --format=%P; git log -1 --format=%s; git status --porcelain; $READINESS verify >/dev/null
        ours=$(logs); git -c core.hooksPath=/dev/null commit -q --allow-empty -m git; [ "$ours" = "$(logs)" ] || echo other logs
        git fsck --strict --no-dangling 2>&1 | grep -v '^notice'; ls .git | grep -E 'lock|readiness-' || true
        """)
      let lines = done.output.split(separator: "\n").map(String.init)
      #expect(lines.prefix(2) == [kept, "M-01: Not Started -> In Progress"], "\(setup): \(done.all)")
      #expect(lines.count == 2, "\(setup): \(done.all)")
    }
    s.readiness("move", "M-01", "in-progress")
    let own = s.git("log", "-g", "-1", "--format=%gs|%gn|%ge|%gd", "--date=unix", "HEAD").line
    #expect(
      own
        == "commit: M-01: Not Started -> In Progress|Ada Lovelace|ada@example.com|HEAD@{\(s.git("log", "-1", "--format=%ct").line)}"
    )
    #expect(s.shell("tail -1 .git/logs/HEAD").line == s.shell("tail -1 .git/logs/refs/heads/main").line)
  }

  @Test("a branch that somebody has locked is named with its lock, and nothing is left behind")
  func lockedBranch() throws {
    let s = try started()
    let head = s.git("rev-parse", "HEAD").line
    s[".git/refs/heads/main.lock"] = ""
    let move = s.readiness("move", "M-01", "in-progress")
    #expect(move.status == 3 && move.errors.contains("main.lock") && move.errors.contains("s old"), "\(move.all)")
    #expect(s.git("rev-parse", "HEAD").line == head && s.git("status", "--porcelain").output.isEmpty)
    #expect(s.shell("ls .git | grep -E 'lock|readiness-'; find .git/objects -name 'tmp*'").output.isEmpty)
    s.shell("rm .git/refs/heads/main.lock")
    #expect(s.readiness("move", "M-01", "in-progress").status == 0)
  }

  @Test("a move that is refused, or only tried, stores nothing")
  func storesNothing() throws {
    let s = try started()
    let count = s.git("count-objects").line
    #expect(s.readiness("move", "M-01", "done").status == 1)
    #expect(s.readiness("move", "M-01", "in-progress", "--dry-run").status == 0)
    #expect(s.git("count-objects").line == count)
  }

  @Test("eight writers at once, two of them after the same milestones, beside git commit and git gc: nothing is lost")
  func concurrent() throws {
    let s = try started()
    s["../writer.sh"] = """
      for n in 1 2 3; do
        "$READINESS" move $1 blocked -m "$n"; "$READINESS" move $1 not-started
      done
      """
    s["../git.sh"] = """
      for n in 1 2 3 4 5 6; do
        until { echo $n >code-$n.txt && git add code-$n.txt && git commit -qm "code $n"; } 2>/dev/null; do
          git restore -q --staged .readiness 2>/dev/null; sleep 0.02
        done
      done
      echo committed
      """
    let all = s.shell(
      "for k in 2 3 4 5 6 7 2 3; do sh ../writer.sh M-0$k & done; sh ../git.sh & git gc -q; wait; git gc -q")
    let moves = all.output.components(separatedBy: " -> ").count - 1
    #expect(all.output.contains("committed"))
    #expect(s.git("rev-list", "--count", "HEAD").line == "\(moves + 6 + 2)", "\(all.all)")
    let log = s.git("log", "--format=%(trailers:key=Readiness-Transition,valueonly,separator=%x0a)").output
    #expect(log.components(separatedBy: " -> ").count - 1 == moves + 12)
    #expect(moves >= 30, "\(moves) \(all.errors)")
    // A command that loses the race gives a reason: who was faster, which step is no longer legal, or a stale index.
    // The last is left by a git commit that lost its race, and that commit's own loop repairs it. Git's own errors
    // begin with "error:".
    for line in all.errors.split(separator: "\n") where line.hasPrefix("readiness:") || line.hasPrefix("error ") {
      let isKnown = ["locked", "changed-meanwhile", "illegal-transition", "uncommitted-changes", "stale-index"].contains
      {
        line.contains($0)
      }
      #expect(isKnown, "\(line)")
    }
    #expect(s.readiness("verify").status == 0)
    #expect(s.readiness("replay").status == 0)
    #expect(s.git("status", "--porcelain").output == "")
    #expect(s.git("fsck", "--strict").status == 0)
  }

  @Test("an index that git left behind is named as such, and what is said then helps")
  func behind() throws {
    let s = try started()
    s.edit("M-02", "\"TBD\"", "\"ada\"")
    #expect(s.git("commit", "-qam", "owner").status == 0)
    s.git("restore", "--staged", "--source=HEAD~1", ".readiness/M-02.json")
    let refused = s.readiness("move", "M-02", "blocked", "-m", "rain")
    #expect(refused.status == 1 && refused.errors.contains("stale-index"), "\(refused.all)")
    #expect(refused.errors.contains("git restore --staged .readiness/M-02.json"), "\(refused.all)")
    s.git("restore", "--staged", ".readiness/M-02.json")
    #expect(s.readiness("move", "M-02", "blocked", "-m", "rain").status == 0)
    #expect(s.git("status", "--porcelain").output.isEmpty)
  }

  @Test("without an identity it says how to set one")
  func identity() throws {
    let s = try started()
    s.git("config", "--unset", "user.name")
    s.git("config", "--unset", "user.email")
    s.git("config", "user.useConfigOnly", "true")
    let move = s.readiness("move", "M-01", "in-progress")
    #expect(move.status == 3 && move.errors.contains("user.email"), "\(move.all)")
  }

  @Test("works on a detached HEAD and in a linked work tree")
  func elsewhere() throws {
    let s = try started()
    s.git("worktree", "add", "-q", "--detach", "../linked")
    let move = s.shell(
      "cd ../linked && \"$READINESS\" move M-01 in-progress && git status --porcelain && \"$READINESS\" verify")
    #expect(move.status == 0, "\(move.all)")
    #expect(s.git("status", "--porcelain").output == "")
  }
}
