import Foundation
import TestSupport
import Testing

/// Messages as git and its users write them, through the hooks and back by `verify`.
@Suite("Messages")
struct MessageTests {
  private func plan() throws -> Scratch {
    let s = try Scratch.withPlan()
    s.edit("M-01", "\"TBD\"", "\"ada\"")
    s.git("commit", "-qam", "owner")
    return s
  }

  /// Returns the raw message of HEAD, and checks that `verify` accepts it.
  private func accepted(_ s: Scratch, _ about: Comment) -> String {
    let verify = s.readiness("verify")
    #expect(verify.status == 0, "\(about): \(verify.all)")
    return s.git("log", "-1", "--format=%B").output
  }

  @Test(
    "an editor that writes carriage returns makes one stamp, whatever git strips",
    arguments: ["default", "verbatim", "whitespace"])
  func carriageReturns(_ cleanup: String) throws {
    let s = try plan()
    s["../editor"] = "#!/bin/sh\nsed -i '1s/^/begin M-01/' \"$1\"; sed -i 's/\\r*$/\\r/' \"$1\"\n"
    s.shell("chmod +x ../editor")
    s.edit("M-01", "\"Not Started\"", "\"In Progress\"")
    let commit = s.git(
      "-c", "commit.cleanup=\(cleanup)", "commit", "-qa", environment: ["GIT_EDITOR": s.path + "/../editor"])
    #expect(commit.status == 0, "\(commit.all)")
    let message = accepted(s, "\(cleanup)")
    #expect(message.components(separatedBy: "Readiness-Run:").count == 2, "\(message)")
    s["message"] = "from a file\r\n\r\nwith a body\r\n"
    s.edit("M-01", "\"ada\"", "\"bob\"")
    #expect(s.git("-c", "commit.cleanup=\(cleanup)", "commit", "-qaF", "message").status == 0)
    #expect(accepted(s, "-F").components(separatedBy: "Readiness-Run:").count == 2)
  }

  @Test("subjects and trailers that look like a stamp's are the user's: never deleted, never moved")
  func lookalikes() throws {
    let s = try plan()
    let subjects = ["Readiness-Reason: why we wait", "readiness-run: fix a typo", "readiness-probe: raise the timeout"]
    for (number, subject) in subjects.enumerated() {
      s["code.txt"] = "\(number)\n"
      s.git("add", "code.txt")
      #expect(s.git("commit", "-qm", subject).status == 0, "\(subject)")
      #expect(s.git("log", "-1", "--format=%B").line == subject)
      s.edit("M-01", number % 2 == 0 ? "\"ada\"" : "\"bob\"", number % 2 == 0 ? "\"bob\"" : "\"ada\"")
      let commit = s.git("commit", "-qam", subject, "-m", "Readiness-Ticket: R-1\nSigned-off-by: A <a@b>")
      #expect(commit.status == 0, "\(subject): \(commit.all)")
      let message = accepted(s, "\(subject)")
      #expect(
        message.hasPrefix("\(subject)\n\nReadiness-Ticket: R-1\nSigned-off-by: A <a@b>\nReadiness-Run: "), "\(message)")
      #expect(s.git("commit", "-q", "--amend", "--no-edit").status == 0)
      #expect(accepted(s, "amended") == message)
    }
    s.edit("M-01", "\"bob\"", "\"eve\"")
    #expect(s.git("commit", "-qam", "subject", "-m", "Signed-off-by: A <a@b>\nReadiness-Ticket: R-1").status == 0)
    let apart = accepted(s, "touching")
    #expect(apart.contains("Readiness-Ticket: R-1\n\nReadiness-Run: "), "\(apart)")
  }

  @Test("a stamp is sought in the raw bytes; only its values are decoded, by encodings that commits may have")
  func encodings() throws {
    let s = try plan()
    s.edit("M-01", "\"ada\"", "\"bob\"")
    s.git("commit", "-qam", "edit")
    func raw(_ change: String) -> Scratch.Result {
      let made = s.shell(
        "git cat-file commit main | \(change) | git hash-object -t commit -w --stdin --literally")
      return s.readiness("verify", made.line, "--json")
    }
    #expect(raw("cat").status == 0)
    // Prose in an undeclared encoding does not prevent the parsing of the stamp.
    #expect(raw("perl -pe 's/^edit$/\\xfcber/'").status == 0)
    for name in ["UTF-8", "us-ascii", "ISO-8859-15", "iso8859-2", "latin1", "windows-1252", "WINDOWS-1250"] {
      #expect(raw("sed 's|^committer .*|&\\nencoding \(name)|'").status == 0, "\(name)")
    }
    for name in [
      "UTF-7", "UTF-16", "ISO-2022-JP", "IBM037", "no-such-thing", "ISO-8859-17", "ISO-8859-1//TRANSLIT",
      "windows-1259", "EUC-JP", "",
    ] {
      let verified = raw("sed 's|^committer .*|&\\nencoding \(name)|'")
      #expect(verified.status == 1 && verified.output.contains("text-unreadable"), "\(name): \(verified.all)")
    }
    // Git shows a message up to a zero byte: text after it contains no stamp.
    let cut = raw("perl -pe 's/^(Readiness-Run: )/\\0\\n$1/'")
    #expect(cut.status == 1 && cut.output.contains("trailer-missing"), "\(cut.all)")
    // A value that is invalid in the commit's encoding.
    #expect(raw("perl -pe 's/^(Readiness-Actor: )Ada/$1\\xff\\xfe/'").status == 1)
  }

  @Test("a message of millions of faulty blocks is refused within the memory of a server")
  func flood() throws {
    let s = try plan()
    let server = try Scratch(cloneOf: s, bare: true)
    let made = s.shell(
      """
      { printf 'tree %s\\nparent %s\\nauthor a <a@b> 1700000000 +0000\\ncommitter a <a@b> 1700000000 +0000\\n\\n' \
      $(git rev-parse main^{tree}) $(git rev-parse main); yes 'Readiness-Run: x

      ' | head -c 20000000; } | git hash-object -t commit -w --stdin
      """)
    #expect(made.status == 0, "\(made.all)")
    let old = s.git("rev-parse", "main").line
    let gate = server.shell(
      "ulimit -v 1500000; echo \(old) \(made.line) refs/heads/main | timeout 60 \"$READINESS\" hook pre-receive",
      environment: ["GIT_DIR": ".", "GIT_ALTERNATE_OBJECT_DIRECTORIES": s.path + "/.git/objects"])
    #expect(gate.status == 1 && gate.errors.contains("trailer-mismatch"), "\(gate.all.suffix(2000))")
    #expect(gate.errors.contains("more findings of this commit"), "\(gate.all.suffix(2000))")
    #expect(gate.errors.utf8.count < 100_000)
  }
}
