import TestSupport
import Testing

/// Stamps are read from commits in a few encodings only (contract 3, blocks), and the hooks make no others.
@Suite("The encoding of commits")
struct EncodingTests {
  @Test("a change of the plan in another encoding is refused by the hook, with the command that commits it")
  func hook() throws {
    let s = try Scratch.withPlan()
    for encoding in ["KOI8-R", "UTF-16", "Shift_JIS"] {
      s.git("config", "i18n.commitEncoding", encoding)
      s.readiness("set", "M-05", "owner", encoding)
      let refused = s.git("commit", "-qm", "plain ascii")
      #expect(refused.status != 0 && refused.errors.contains("text-unreadable"), "\(refused.all)")
      #expect(refused.errors.contains(encoding) && refused.errors.contains("i18n.commitEncoding=UTF-8"))
      // Git's own option counts as its files do, both ways.
      #expect(s.git("-c", "i18n.commitEncoding=UTF-8", "commit", "-qm", "plain ascii").status == 0)
      // Beside the plan nothing is stamped, and the encoding is nobody's business.
      s["code"] = encoding
      s.git("add", "code")
      #expect(s.git("commit", "-qm", "code").status == 0)
    }
    s.git("config", "--unset", "i18n.commitEncoding")
    s.readiness("set", "M-05", "owner", "x")
    #expect(s.git("-c", "i18n.commitEncoding=KOI8-R", "commit", "-qm", "plain").errors.contains("KOI8-R"))
    for encoding in ["ISO-8859-2", "windows-1252", "utf8", "US-ASCII"] {
      s.readiness("set", "M-05", "owner", encoding)
      #expect(s.git("-c", "i18n.commitEncoding=\(encoding)", "commit", "-qm", "plain").status == 0, "\(encoding)")
    }
    #expect(s.readiness("verify").status == 0, "\(s.readiness("verify").all)")
  }

  @Test("verify and restamp name the encoding of a commit, and what they propose repairs it")
  func repair() throws {
    let s = try Scratch.withPlan()
    s.readiness("set", "M-05", "owner", "k")
    // As an earlier program stamped it.
    s.git("commit", "-qm", "plain ascii")
    s.shell(
      "git update-ref HEAD $(git cat-file commit HEAD | sed 's/^committer.*/&\\nencoding KOI8-R/' | git hash-object -t commit -w --stdin)"
    )
    let verified = s.readiness("verify", "--json")
    #expect(verified.status == 1 && verified.output.contains("text-unreadable"), "\(verified.all)")
    #expect(verified.output.contains("KOI8-R") && verified.output.contains("commit --amend --no-edit"))
    let restamped = s.readiness("restamp")
    #expect(restamped.status == 1 && restamped.all.contains("KOI8-R"), "\(restamped.all)")
    let later = s.git("rev-parse", "HEAD").line
    #expect(s.git("-c", "i18n.commitEncoding=UTF-8", "commit", "-q", "--amend", "--no-edit").status == 0)
    #expect(s.readiness("verify").status == 0, "\(s.readiness("verify").all)")
    // The same below another commit.
    s.git("reset", "-q", "--hard", later)
    s.git("commit", "-q", "--allow-empty", "-m", "later")
    #expect(s.git("-c", "i18n.commitEncoding=UTF-8", "rebase", "-q", "--force-rebase", "HEAD~2").status == 0)
    #expect(s.readiness("verify").status == 0, "\(s.readiness("verify").all)")
  }
}
