import Foundation
import TestSupport
import Testing

/// A library that counts the calls that change the file system, and at one of them dies or fails. The tested program
/// is linked dynamically, so that the library can be preloaded.
enum FaultShim {
  private static let source = """
    #define _GNU_SOURCE
    #include <dlfcn.h>
    #include <errno.h>
    #include <fcntl.h>
    #include <signal.h>
    #include <stdarg.h>
    #include <stdio.h>
    #include <stdlib.h>
    #include <sys/types.h>
    #include <unistd.h>
    static int fails(void) {
      static long count;
      const char *at = getenv("FAULT_AT"), *which = getenv("FAULT_ERRNO");
      long limit = at ? atol(at) : 0, error = which ? atol(which) : 0;
      // Several threads wait for the disk at the same time.
      if (__atomic_add_fetch(&count, 1, __ATOMIC_SEQ_CST) != limit) return 0;
      if (!error) kill(getpid(), SIGKILL);
      errno = (int)error;
      return 1;
    }
    #define REAL(name) __typeof__(name) *real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)
    int rename(const char *a, const char *b) { REAL(rename); return fails() ? -1 : real(a, b); }
    int link(const char *a, const char *b) { REAL(link); return fails() ? -1 : real(a, b); }
    int unlink(const char *a) { REAL(unlink); return fails() ? -1 : real(a); }
    int mkdir(const char *a, mode_t m) { REAL(mkdir); return fails() ? -1 : real(a, m); }
    int fsync(int d) { REAL(fsync); return fails() ? -1 : real(d); }
    ssize_t write(int d, const void *b, size_t n) { REAL(write); return d > 2 && fails() ? -1 : real(d, b, n); }
    #define OPEN(name) int name(const char *path, int flags, ...) { \\
      va_list list; va_start(list, flags); mode_t mode = va_arg(list, mode_t); va_end(list); \\
      int (*real)(const char *, int, ...) = (int (*)(const char *, int, ...))dlsym(RTLD_NEXT, #name); \\
      if ((flags & (O_CREAT | O_WRONLY | O_RDWR)) && fails()) return -1; \\
      return real(path, flags, mode); }
    OPEN(open)
    OPEN(open64)
    """

  /// Builds the library outside the work tree.
  static func build(_ s: Scratch) throws -> String {
    s["../shim.c"] = source
    let built = s.shell("clang -shared -fPIC -O1 -o ../shim.so ../shim.c -ldl")
    #expect(built.status == 0, "\(built.all)")
    return s.shell("realpath ../shim.so").line
  }
}

@Suite("Faults", .serialized)
struct FaultTests {
  /// Creates a repository with two milestones that have owners.
  private func repository() throws -> Scratch {
    let s = try Scratch.withPlan()
    for id in ["M-01", "M-02"] { s.edit(id, "\"TBD\"", "\"ada\"") }
    s.git("commit", "-qam", "owners")
    return s
  }

  @Test(
    "a full disk, an I/O error or an interruption at any call: what is acknowledged is there, what is not is told, and the next command works",
    arguments: [("ENOSPC", ENOSPC), ("EIO", EIO), ("EINTR", EINTR)])
  func errors(_ name: String, _ error: Int32) throws {
    let s = try repository()
    let shim = try FaultShim.build(s)
    let head = s.git("rev-parse", "HEAD").line
    var (acknowledged, refused, call) = (0, 0, 0)
    while call < 500 {
      call += 1
      let fault = ["LD_PRELOAD": shim, "FAULT_AT": "\(call)", "FAULT_ERRNO": "\(error)"]
      let move = s.shell("\"$READINESS\" move M-01 in-progress", environment: fault)
      let after = s.git("rev-parse", "HEAD").line
      #expect([0, 3].contains(move.status), "\(name), \(call): \(move.all)")
      if move.status == 0 {
        acknowledged += 1
        #expect(after != head, "\(name), \(call): acknowledged, and not there")
      } else {
        refused += 1
        #expect(move.errors.hasPrefix("readiness: ") && move.errors.contains("  -> "), "\(name), \(call): \(move.all)")
      }
      #expect(s.git("rev-list", "--count", "\(head)..HEAD").line == (after == head ? "0" : "1"), "\(name), \(call)")
      var next = s.readiness("move", "M-02", "blocked", "-m", "next")
      if next.status == 3, next.errors.contains(".lock") {
        s.shell("find .git -name '*.lock' -delete")
        next = s.readiness("move", "M-02", "blocked", "-m", "next")
      }
      #expect(next.status == 0, "\(name), \(call): \(move.all) then \(next.all)")
      #expect(
        s.git("status", "--porcelain").output.isEmpty, "\(name), \(call): \(s.git("status", "--porcelain").output)")
      #expect(s.readiness("verify").status == 0, "\(name), \(call)")
      s.git("reset", "-q", "--hard", head)
      // Past the last call, no call fails any more.
      if move.status == 0, call > 20, acknowledged > 30 { break }
    }
    #expect(refused > 5 && s.git("fsck", "--strict").status == 0, "\(name): \(refused) refused of \(call)")
    print("\(name): \(call) points, \(refused) told, \(acknowledged) done all the same")
  }

  @Test(
    "a hook killed at any call makes no commit, and the next commit is stamped",
    arguments: ["prepare-commit-msg", "commit-msg"])
  func hooks(_ hook: String) throws {
    let s = try repository()
    let shim = try FaultShim.build(s)
    s[".git/hooks/\(hook)"] = """
      #!/bin/sh
      [ -z "$FAULT_AT" ] || export LD_PRELOAD='\(shim)'
      exec "$READINESS" hook \(hook) "$@"
      """
    s.shell("chmod +x .git/hooks/\(hook)")
    let head = s.git("rev-parse", "HEAD").line
    var (killed, call) = (0, 0)
    while call < 200 {
      call += 1
      s.edit("M-01", "Not Started", "In Progress")
      // With an editor that changes nothing, so that commit-msg runs its checks too.
      let commit = s.shell(
        "git add -A && GIT_EDITOR=true git commit -q -m start -e", environment: ["FAULT_AT": "\(call)"])
      if commit.status == 0 { break }
      killed += 1
      #expect(s.git("rev-parse", "HEAD").line == head, "\(call)")
      let next = s.git("commit", "-qam", "start")
      #expect(next.status == 0 && s.readiness("verify").status == 0, "\(call): \(next.all)")
      s.git("reset", "-q", "--hard", head)
    }
    #expect(call < 200 && s.git("log", "-1", "--format=%B").output.contains("Readiness-Run: "), "\(call)")
    print("\(hook): killed at \(killed) points")
  }

  @Test("heal killed at any call leaves the old state or the new one")
  func heal() throws {
    let s = try repository()
    s.edit("M-03", "\"TBD\"", "\"ada\"")
    s.git("-c", "core.hooksPath=/dev/null", "commit", "-qam", "by hand")
    let shim = try FaultShim.build(s)
    let head = s.git("rev-parse", "HEAD").line
    var (killed, call) = (0, 0)
    while call < 500 {
      call += 1
      let heal = s.shell("\"$READINESS\" heal", environment: ["LD_PRELOAD": shim, "FAULT_AT": "\(call)"])
      if heal.status == 0 { break }
      killed += 1
      // The process that dies may be git, started for the author.
      #expect([137, 3].contains(heal.status), "\(call): \(heal.all)")
      s.shell("find .git -name '*.lock' -delete")
      s.readiness("doctor", "--fix")
      let again = s.readiness("heal")
      #expect(again.status == 0 && s.readiness("verify").status == 0, "\(call): \(again.all)")
      #expect(s.git("status", "--porcelain").output.isEmpty, "\(call)")
      s.git("reset", "-q", "--hard", head)
    }
    #expect(call < 500 && killed > 5, "\(killed) of \(call)")
    print("heal: killed at \(killed) points")
  }
}
