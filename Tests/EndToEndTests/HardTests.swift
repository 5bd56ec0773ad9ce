import Foundation
import TestSupport
import Testing

/// Difficult repositories, files and machines: each is judged, or is exit 3 with a hint; none is read only in part.
@Suite("Trouble")
struct HardTests {
  private func started() throws -> Scratch {
    let s = try Scratch.withPlan()
    s.edit("M-01", "\"TBD\"", "\"ada\"")
    s.git("commit", "-qam", "owner")
    return s
  }

  @Test("a link in the place of the plan is refused, though it has the very bytes of the file before it")
  func linkOfTheSameBytes() throws {
    let s = try Scratch.withPlan()
    let blob = s.git("rev-parse", "HEAD:ssot/plan.json").line
    s.git("update-index", "--cacheinfo", "120000,\(blob),ssot/plan.json")
    let commit = s.git("commit", "-qm", "a link")
    #expect(commit.status == 1 && commit.errors.contains("not-a-regular-file"), "\(commit.all)")
    s.git("-c", "core.hooksPath=/dev/null", "commit", "-qm", "past the hooks")
    let verify = s.readiness("verify", "--no-cache")
    #expect(verify.status == 1 && verify.output.contains("not-a-regular-file"), "\(verify.all)")
    // And back again: the file is not mistaken for the link.
    s.git("reset", "-q", "--hard", "HEAD~1")
    #expect(s.readiness("verify", "--no-cache").status == 0)
  }

  @Test("a folder of a milestone's name beside its file hides it from nobody")
  func foldersBesideFiles() throws {
    let s = try Scratch.withPlan()
    let ids = (1...12).map { "M-" + ($0 < 10 ? "0" : "") + "\($0)" }
    for id in ids { s[".readiness/\(id)/notes"] = "x\n" }
    s.git("add", "-A")
    #expect(s.git("commit", "-qm", "folders").status == 0)
    #expect(s.readiness("status").output.contains("0 of 12 done"))
    for id in ids {
      s.edit(id, "Not Started", "Done")
      s.git("add", "-A")
      #expect(s.git("commit", "-qm", "by hand").status == 1, "\(id)")
      s.git("-c", "core.hooksPath=/dev/null", "commit", "-qm", "past the hooks")
      let verify = s.readiness("verify")
      #expect(verify.status == 1 && verify.output.contains("illegal-transition"), "\(id): \(verify.all)")
      s.git("reset", "-q", "--hard", "HEAD~1")
    }
  }

  @Test(
    "a file that is too large is refused where it stands, and hashed all the same; scripts/try-large.sh takes 1 GiB")
  func large() throws {
    let s = try started()
    s.shell("truncate -s 20M .readiness/M-02.json && cp --sparse=always .readiness/M-02.json big.bin")
    let status = s.readiness("status", "--worktree")
    #expect(status.status == 1 && status.errors.contains("file-too-large"), "\(status.all)")
    s.git("add", "-A")
    let commit = s.git("commit", "-qm", "large")
    #expect(commit.status == 1 && commit.errors.contains("file-too-large"), "\(commit.all)")
    // A legal change repairs the large file that was forced in, and the stamp names its digest.
    s.git("-c", "core.hooksPath=/dev/null", "commit", "-qm", "forced")
    let sum = s.shell("sha256sum .readiness/M-02.json | cut -d' ' -f1").line
    s.git("checkout", "-q", "HEAD~1", "--", ".readiness/M-02.json")
    #expect(s.git("commit", "-qm", "mended").status == 0)
    #expect(s.git("log", "-1", "--format=%(trailers)").output.contains("sha256:\(sum) sha256:"))
    #expect(
      s.readiness("criteria", "M-01", "doc-slo-and-release-gates-md-approved", "--evidence", "big.bin").status == 0)
    #expect(s[".readiness/M-01.json"]?.contains(sum) == true)
    #expect(s.git("commit", "-qm", "evidence").status == 0)
    // The same applies to a policy and the plan file.
    for path in ["ssot/policies/gates.json", "ssot/plan.json"] {
      s.shell("truncate -s 20M \(path) && git add -A")
      let refused = s.git("commit", "-qm", "large")
      #expect(refused.status == 1 && refused.errors.contains(path), "\(refused.all)")
      s.git("reset", "-q", "--hard")
    }
  }

  @Test("names and ids of ten thousand letters are refused where they stand")
  func longNames() throws {
    let s = try started()
    let long = String(repeating: "M", count: 10_000) + "-1"
    s.edit("M-02", "\"M-01\"", "\"\(long)\"")
    let commit = s.git("commit", "-qam", "long")
    #expect(commit.status == 1 && commit.errors.contains("schema-violation"), "\(commit.errors.prefix(500))")
    s.git("checkout", "-q", ".")
    // No file system has such a name, but a git tree may.
    let blob = s.git("rev-parse", "HEAD:.readiness/M-02.json").line
    let folder = s.git(
      "mktree",
      input: s.git("ls-tree", "HEAD", ".readiness/").output.replacingOccurrences(of: ".readiness/", with: "")
        + "100644 blob \(blob)\t\(long).json\n"
    ).line
    let root = s.git(
      "mktree",
      input: s.git("ls-tree", "HEAD").output.split(separator: "\n").map {
        $0.hasSuffix("\t.readiness") ? "040000 tree \(folder)\t.readiness" : String($0)
      }.joined(separator: "\n") + "\n"
    ).line
    let id = s.git("commit-tree", root, "-p", "HEAD", "-m", "long").line
    let verify = s.readiness("verify", id)
    #expect(verify.status == 1 && verify.output.contains("id-mismatch"), "\(verify.all.prefix(800))")
    #expect(s.readiness("show", long).status == 2)
    #expect(s.readiness("move", long, "done").status == 2)
  }

  @Test("more milestones than can be judged at once are refused, before they fill the memory")
  func many() throws {
    let s = try started()
    let make = """
      blob=$(git hash-object -w --stdin </dev/null)
      folder=$({ git ls-tree HEAD .readiness/ | sed 's,\\.readiness/,,'
        seq 200001 | awk -v id=$blob '{ print "100644 blob " id "\\tX-" $1 ".json" }'; } | git mktree)
      tree=$(git ls-tree HEAD | awk -v id=$folder -F'\\t' '{ print $2 == ".readiness" ? "040000 tree " id "\\t.readiness" : $0 }' | git mktree)
      git commit-tree $tree -p HEAD -m many
      """
    let commit = s.shell(make)
    #expect(commit.line.count == 40, "\(commit.all)")
    let verify = s.readiness("verify", commit.line)
    #expect(verify.status == 1 && verify.output.contains("too-many-changes"), "\(verify.all.prefix(500))")
  }

  @Test("a corrupt object in the middle of history is exit 3, never a short history")
  func corrupt() throws {
    for kind in ["commit", "tree", "blob"] {
      let s = try started()
      for n in 1...4 {
        s.edit("M-02", "Stable", "Stable\(n)")
        s.git("commit", "-qam", "edit \(n)")
        s.edit("M-02", "Stable\(n)", "Stable")
        s.git("commit", "-qam", "back \(n)")
      }
      let name = ["commit": "HEAD~4", "tree": "HEAD~4^{tree}", "blob": "HEAD~5:.readiness/M-02.json"][kind] ?? ""
      let object = s.git("rev-parse", name).line
      let file = ".git/objects/\(object.prefix(2))/\(object.dropFirst(2))"
      s.shell("chmod u+w \(file) && printf 'garbage' >\(file)")
      let verify = s.readiness("verify")
      #expect(verify.status == 3, "\(kind): \(verify.all)")
      #expect(!verify.output.contains("verified") && verify.errors.contains("git fsck"), "\(verify.all)")
      s.shell("rm -f \(file)")
      #expect(s.readiness("verify").status == 3)
      #expect(s.readiness("log").status == 3 && s.readiness("replay").status == 3)
    }
  }

  @Test("a history is read whole and each commit once, over packs that hold the same, deltas, and objects beside them")
  func packs() throws {
    let s = try started()
    // Five megabytes of incompressible data separate the commits, so that they are read by the chunk, and by threads.
    let make = """
      { for n in $(seq 1 3000); do
          printf 'commit refs/heads/main\ncommitter A <a@example.com> %s +0000\n' $((1700000000+n))
          printf 'data <<END\nwork %s, in the words of every other message, so that it is made from one\nEND\n' $n
          [ $n = 1 ] && echo 'from refs/heads/main^0'
          [ $((n % 1000)) = 0 ] && { echo "M 100644 inline noise-$n"; echo 'data 5000000'; head -c 5000000 /dev/urandom; }
          printf '\n'; done; } | git fast-import --quiet --force
      git reset -q --hard
      cp .git/objects/pack/*.pack .git/objects/pack/*.idx ..
      git repack -adfq --window=50
      chmod u+w ../*.pack ../*.idx; cp ../*.pack ../*.idx .git/objects/pack
      """
    #expect(s.shell(make).status == 0)
    #expect(Int(s.shell("git verify-pack -v .git/objects/pack/*.idx | grep -c ' commit .* 1 '").line) ?? 0 > 100)
    s.edit("M-02", "Stable", "Stable now")
    #expect(s.git("commit", "-qam", "loose").status == 0)
    s.git("checkout", "-q", "-b", "side", "HEAD~2000")
    s.edit("M-03", "Security", "All security")
    s.git("commit", "-qam", "side")
    s.git("checkout", "-q", "main")
    #expect(s.git("merge", "-q", "--no-edit", "side").status == 0)
    let count = s.git("rev-list", "--count", "HEAD").line
    for _ in 0..<3 {
      let verify = s.readiness("verify", "--no-cache")
      #expect(verify.status == 0 && verify.output.hasPrefix("verified  \(count) commits, 4 runs"), "\(verify.all)")
    }
    let log = s.readiness("log", "--json").output
    #expect(log.components(separatedBy: "\"run\":").count == 5, "\(log)")
    // Unreachable objects of a deleted branch do not matter; a needed object that cannot be read is never skipped.
    let gone = s.git("commit-tree", "HEAD^{tree}", "-p", "HEAD~5", "-m", "gone").line
    #expect(s.shell("echo \(gone) | git pack-objects -q .git/objects/pack/pack && git prune-packed").status == 0)
    func damage(_ id: String) -> String {
      """
      for index in .git/objects/pack/*.idx; do
        at=$(git show-index <$index | sed -n 's/ \(id).*//p')
        [ -n "$at" ] && { chmod u+w ${index%.idx}.pack
          printf 'damage' | dd of=${index%.idx}.pack bs=1 seek=$((at + 3)) conv=notrunc status=none; }
      done; true
      """
    }
    #expect(s.shell(damage(gone)).status == 0)
    #expect(s.readiness("verify", "--no-cache").status == 0)
    #expect(s.shell(damage(s.git("rev-parse", "HEAD~700").line)).status == 0)
    let verify = s.readiness("verify", "--no-cache")
    #expect(verify.status == 3 && !verify.output.contains("verified"), "\(verify.all)")
  }

  @Test("in a sparse checkout and with a split index everything works, moves as well", arguments: ["split", "sparse"])
  func index(_ kind: String) throws {
    let s = try started()
    s.shell("mkdir -p src/deep && echo 1 >src/deep/a.txt && git add src && git commit -qm src")
    if kind == "split" {
      s.git("update-index", "--split-index")
    } else {
      s.git("sparse-checkout", "init", "--cone", "--sparse-index")
      s.git("sparse-checkout", "set", ".readiness", "ssot", "hooks")
      #expect(s["src/deep/a.txt"] == nil)
    }
    s["loose.txt"] = "1\n"
    s.git("add", "loose.txt")
    let move = s.readiness("move", "M-01", "in-progress")
    #expect(move.status == 0, "\(move.all)")
    #expect(s.git("status", "--porcelain").output == "A  loose.txt\n", "\(s.git("status", "--porcelain").output)")
    #expect(s.readiness("set", "M-02", "owner", "bob").status == 0)
    #expect(s.git("commit", "-qm", "both").status == 0)
    #expect(s.readiness("status").output.contains("In Progress"))
    #expect(s.readiness("verify").status == 0 && s.git("fsck", "--strict").status == 0)
    #expect(s.git("status", "--porcelain").output.isEmpty)
  }

  @Test("refs in a form that libgit2 cannot read are exit 3, and what does not concern the plan is git's own affair")
  func reftable() throws {
    let s = try started()
    s.git("config", "core.repositoryFormatVersion", "1")
    s.git("config", "extensions.refStorage", "reftable")
    let status = s.readiness("status")
    #expect(status.status == 3 && status.errors.contains("unsupported-repository"), "\(status.all)")
  }

  @Test("a partial clone is read as far as it goes, and is undecidable where it does not")
  func partial() throws {
    let s = try started()
    s.edit("M-02", "Stable", "Steady")
    s.git("commit", "-qam", "words")
    s.git("config", "uploadpack.allowFilter", "true")
    let clone = try Scratch()
    clone.shell(
      "rm -rf .git && git clone -q --filter=blob:none file://\(s.path) . && git config user.name A && git config user.email a@b"
    )
    #expect(clone.readiness("status").status == 0, "\(clone.readiness("status").all)")
    let verify = clone.readiness("verify")
    #expect(verify.status == 3 && verify.errors.contains("--refetch --no-filter"), "\(verify.all)")
    clone.shell("git fetch -q --refetch --no-filter")
    #expect(clone.readiness("verify").status == 0, "\(clone.readiness("verify").all)")
  }

  @Test(
    "a full disk or a read-only one leaves the old state, says so, and leaves nothing behind",
    arguments: [
      ("28", "disk-full"), ("30", "permission"),
    ])
  func full(_ error: String, _ code: String) throws {
    let s = try started()
    s["../shim.c"] = """
      #define _GNU_SOURCE
      #include <dlfcn.h>
      #include <errno.h>
      #include <fcntl.h>
      #include <stdarg.h>
      #include <stdlib.h>
      #include <string.h>
      #include <sys/types.h>
      #include <unistd.h>
      static long count;
      static int fails(void) { const char *at = getenv("FAIL_AT"); return at && ++count >= atol(at); }
      ssize_t write(int d, const void *b, size_t n) {
        ssize_t (*real)(int, const void *, size_t) = (ssize_t (*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
        if (d > 2 && fails()) { errno = atoi(getenv("FAIL_WITH")); return -1; }
        return real(d, b, n);
      }
      #define OPEN(name) int name(const char *path, int flags, ...) { \\
        va_list list; va_start(list, flags); mode_t mode = va_arg(list, mode_t); va_end(list); \\
        int (*real)(const char *, int, ...) = (int (*)(const char *, int, ...))dlsym(RTLD_NEXT, #name); \\
        if (flags & O_CREAT && fails()) { errno = atoi(getenv("FAIL_WITH")); return -1; } \\
        return real(path, flags, mode); }
      OPEN(open)
      OPEN(open64)
      """
    let built = s.shell("clang -shared -fPIC -O1 -o ../fail.so ../shim.c -ldl && realpath ../fail.so")
    #expect(built.status == 0, "\(built.all)")
    let head = s.git("rev-parse", "HEAD").line
    var (refused, call) = (0, 0)
    while call < 200 {
      call += 1
      let move = s.shell(
        "\"$READINESS\" move M-01 in-progress",
        environment: ["LD_PRELOAD": built.line, "FAIL_AT": "\(call)", "FAIL_WITH": error])
      if move.status == 0 { break }
      #expect(move.status == 3, "\(call): \(move.all)")
      refused += move.errors.contains(code) ? 1 : 0
      let isOld = s.git("rev-parse", "HEAD").line == head
      #expect(
        s.shell("find .git -name '*.lock' -o -name 'readiness-tmp*'").output.isEmpty || !isOld, "\(call): \(move.all)")
      // If the ref had moved, the next command completes the move.
      let next = s.readiness("move", "M-02", "blocked", "-m", "next")
      #expect(next.status == 0, "\(call): \(next.all)")
      #expect(s.git("status", "--porcelain").output.isEmpty && s.readiness("verify").status == 0, "\(call)")
      s.git("reset", "-q", "--hard", head)
    }
    #expect(call > 10 && call < 200 && refused > 2, "\(call) \(refused)")
    let output = s.shell("\"$READINESS\" status >/dev/full")
    #expect(output.status == 3 && output.errors.contains("No space left"), "\(output.all)")
    #expect(s.shell("\"$READINESS\" log --json | head -n 1").errors.isEmpty)
  }

  @Test("a reader that leaves when it has its lines is told the whole of a short answer, which is one write")
  func readers() throws {
    let s = try started()
    let script = "set -o pipefail; for n in $(seq 60); do \"$READINESS\" status | head -n 3 >/dev/null || exit 1; done"
    #expect(s.shell("bash -c '\(script)'").status == 0)
  }

  @Test("a signal at any moment leaves the old state or the new one, and no lock")
  func signals() throws {
    let s = try started()
    for (round, signal) in zip(0..., Array(repeating: ["INT", "TERM", "HUP"], count: 8).flatMap { $0 }) {
      s.shell(
        "\"$READINESS\" move M-01 \(round % 2 == 0 ? "blocked -m x" : "not-started") & p=$!; sleep 0.0\(round % 8 + 1); kill -\(signal) $p 2>/dev/null; wait $p"
      )
      #expect(s.shell("find .git -name '*.lock'").output.isEmpty, "\(round)")
      #expect(s.git("status", "--porcelain").output.isEmpty, "\(round)")
    }
    #expect(s.readiness("verify").status == 0)
    #expect(s.shell("find .git -name 'readiness-journal*' -o -name 'readiness-tmp*'").output.isEmpty)
  }

  @Test(
    "a repository owned by somebody else is named as such, with what makes it readable",
    .enabled(if: Needed.ability(geteuid() == 0), "only root gives files away"))
  func foreign() throws {
    let s = try started()
    s.shell("chown -R 12345 .")
    let status = s.readiness("status")
    #expect(status.status == 3 && status.errors.contains("safe.directory"), "\(status.all)")
    s.shell("chown -R 0 .")
  }

  @Test("hooks that cannot be put where git looks are said, and nothing is half installed")
  func hookFolder() throws {
    let s = try Scratch()
    s.shell("rm -rf .git/hooks && echo x >.git/hooks")
    let install = s.readiness("install")
    #expect(install.status == 3 && install.errors.contains(".git/hooks"), "\(install.all)")
    s.shell("rm .git/hooks && mkdir .git/hooks && mkdir .git/hooks/pre-push")
    let folder = s.readiness("install")
    #expect(folder.status != 0, "\(folder.all)")
    #expect(s.readiness("doctor").status == 1)
  }

  @Test(
    "a terminal that goes away ends the command and nothing else",
    .enabled(if: Needed.programs("script"), "script is not here"))
  func terminal() throws {
    let s = try started()
    s.shell("script -qc '\"$READINESS\" move M-01 in-progress & sleep 0; exit' /dev/null; sleep 0.3")
    #expect(s.readiness("verify").status == 0)
    #expect(s.git("status", "--porcelain").output.isEmpty && s.shell("find .git -name '*.lock'").output.isEmpty)
  }
}
