import Foundation
import TestSupport
import Testing

/// Signed commits as an additional proof.
@Suite("Signed commits")
struct SignedCommitTests {
  private static let rule = #"{ "to": "Done", "role": "approver", "signedCommits": true }"#

  /// gpg's agent needs a socket, which is impossible with a long path or in a confined process.
  private static let makesKeys =
    (try? Scratch())?.shell(
      "mkdir -m 700 ../g && GNUPGHOME=../g gpg --batch --quiet --passphrase '' --quick-gen-key a ed25519 sign 1d; r=$?; GNUPGHOME=../g gpgconf --kill all; exit $r"
    ).status == 0

  @Test("by an SSH key of the actor; unsigned, by another's key, and altered ones are refused")
  func ssh() throws {
    let s = try Scratch.withPlan()
    let signers = s.key("ada") + s.key("bob")
    s.authorize(Self.rule, signers: signers)
    s.git("config", "gpg.format", "ssh")
    s.review()
    s.become("ada")
    s.git("branch", "base")
    let moved = s.readiness("move", "M-01", "done")
    #expect(moved.status == 0, "\(moved.all)")
    #expect(s.git("cat-file", "commit", "HEAD").output.contains("gpgsig -----BEGIN SSH SIGNATURE-----"))
    #expect(s.git("status", "--porcelain").output.isEmpty && s.git("fsck", "--strict").status == 0)
    #expect(s.readiness("verify").status == 0, "\(s.readiness("verify").all)")
    func byHand(_ words: String) -> Scratch.Result {
      s.git("checkout", "-q", "-B", "hand", "base")
      s.edit("M-01", "In Review", "Done")
      let committed = s.shell("git commit -qam 'M-01: done' \(words)")
      precondition(committed.status == 0, committed.all)
      return s.readiness("verify")
    }
    #expect(byHand("-S").status == 0)
    let unsigned = byHand("--no-gpg-sign")
    #expect(unsigned.status == 1 && unsigned.output.contains("signature-missing"), "\(unsigned.all)")
    s.git("config", "user.signingkey", s.path + "/../bob")
    let foreign = byHand("-S")
    #expect(foreign.status == 1 && foreign.output.contains("signature-invalid"), "\(foreign.all)")
    // The signature of one commit under another.
    s.become("ada")
    #expect(byHand("-S").status == 0)
    let altered = s.shell(
      "git cat-file commit HEAD | sed 's/^M-01: done/M-01: Done/' | git hash-object -t commit -w --stdin"
    ).line
    #expect(s.readiness("verify", altered).output.contains("signature-invalid"))
  }

  @Test("commit.gpgSign has every commit of ours signed")
  func configured() throws {
    let s = try Scratch.withPlan()
    _ = s.key("ada")
    s.become("ada")
    s.git("config", "gpg.format", "ssh")
    s.git("config", "commit.gpgSign", "true")
    #expect(s.readiness("move", "M-01", "blocked", "-m", "r\u{E9}asons").status == 0)
    #expect(s.git("cat-file", "commit", "HEAD").output.contains("gpgsig "))
    #expect(s.readiness("verify").status == 0 && s.git("status", "--porcelain").output.isEmpty)
    s.git("config", "user.signingkey", "/nowhere")
    let failed = s.readiness("move", "M-02", "blocked", "-m", "r")
    #expect(failed.status == 3 && failed.errors.contains("user.signingkey"), "\(failed.all)")
    #expect(s.git("status", "--porcelain").output.isEmpty && s.shell("ls .git | grep readiness-").output.isEmpty)
  }

  @Test(
    "by an OpenPGP key that the policy holds, good at the moment of the stamp",
    .enabled(if: Needed.ability(Self.makesKeys), "gpg is not installed, or makes no keys here"))
  func openPGP() throws {
    let s = try Scratch.withPlan()
    s.shell("mkdir -p -m 700 ../gnupg")
    let home = ["GNUPGHOME": s.path + "/../gnupg"]
    for name in ["ada", "eve"] {
      let made = s.shell(
        "gpg --batch --quiet --passphrase '' --quick-gen-key '\(name) <\(name)@example.com>' ed25519 sign 1d",
        environment: home)
      #expect(made.status == 0, "\(made.all)")
    }
    s["ssot/policies/openpgp_keys.asc"] = s.shell("gpg --armor --export ada@example.com", environment: home).output
    s.authorize(Self.rule)
    s.review()
    s.git("branch", "base")
    s.git("config", "user.signingkey", "ada@example.com")
    s.environment = home
    let moved = s.readiness("move", "M-01", "done")
    #expect(moved.status == 0, "\(moved.all)")
    #expect(s.git("cat-file", "commit", "HEAD").output.contains("gpgsig -----BEGIN PGP SIGNATURE-----"))
    #expect(s.readiness("verify").status == 0, "\(s.readiness("verify").all)")
    s.git("checkout", "-q", "-B", "hand", "base")
    s.git("config", "user.signingkey", "eve@example.com")
    s.edit("M-01", "In Review", "Done")
    s.git("commit", "-q", "-S", "-a", "-m", "M-01: done")
    let foreign = s.readiness("verify")
    #expect(foreign.status == 1 && foreign.output.contains("signature-invalid"), "\(foreign.all)")
    s.shell("gpgconf --kill all", environment: home)
  }
}
