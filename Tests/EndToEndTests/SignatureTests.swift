import Foundation
import TestSupport
import Testing

/// Authority with real keys, real commits and a real server.
@Suite("Signatures and quorum")
struct SignatureTests {
  @Test("two of three approve, each in a commit of their own, and an approval lapses when what it approved changes")
  func quorum() throws {
    let s = try Scratch.withPlan()
    s.authorize(#"{ "to": "Done", "role": "approver", "approvals": 2 }"#)
    s.review()
    let alone = s.readiness("move", "M-01", "done")
    #expect(
      alone.status == 1 && alone.errors.contains("not-approved") && alone.errors.contains("readiness approve M-01"),
      "\(alone.all)")
    s.become("bob", signs: false)
    let approved = s.readiness("approve", "M-01")
    #expect(approved.status == 0 && approved.output.hasPrefix("M-01 approved"), "\(approved.all)")
    #expect(s.readiness("approve", "M-01").output.hasPrefix("Nothing to do"))
    #expect(s.git("log", "-1", "--format=%an").line == "Bob")
    s.become("ada", signs: false)
    s.edit("M-01", "\"outcome\": \"", "\"outcome\": \"Better: ")
    #expect(s.git("commit", "-qam", "M-01: reworded").status == 0)
    #expect(s.readiness("move", "M-01", "done").errors.contains("not-approved"))
    s.become("bob", signs: false)
    #expect(s.readiness("approve", "M-01").status == 0)
    s.become("ada", signs: false)
    #expect(s.readiness("move", "M-01", "done").status == 0)
    #expect(s.readiness("verify").status == 0)
  }

  @Test("who sent it to review takes it no further, however often it went to and fro")
  func sender() throws {
    let s = try Scratch.withPlan()
    s.authorize(#"{ "to": "Done", "role": "approver", "notWhoSentToReview": true }"#)
    s.review()
    s["other.txt"] = "1\n"
    s.git("add", "-A")
    s.git("commit", "-qm", "other work")
    let own = s.readiness("move", "M-01", "done")
    #expect(own.status == 1 && own.errors.contains("self-approval"), "\(own.all)")
    s.become("bob", signs: false)
    #expect(s.readiness("move", "M-01", "in-progress", "-m", "not yet").status == 0)
    #expect(s.readiness("move", "M-01", "in-review").status == 0)
    #expect(s.readiness("move", "M-01", "done").errors.contains("self-approval"))
    s.become("ada", signs: false)
    #expect(s.readiness("move", "M-01", "done").status == 0)
    #expect(s.readiness("verify").status == 0)
  }

  @Test(
    "a signed run survives rebase and squash; without the key, with another's, or with one that is revoked it is refused"
  )
  func signed() throws {
    let s = try Scratch.withPlan()
    let signers = s.key("ada") + s.key("bob")
    _ = s.key("eve")
    s.authorize(#"{ "to": "Done", "role": "approver", "signed": true }"#, signers: signers)
    s.review()
    let unsigned = s.readiness("move", "M-01", "done")
    #expect(unsigned.status == 3 && unsigned.errors.contains("user.signingkey"), "\(unsigned.all)")
    s.become("ada")
    s.git("config", "user.signingkey", s.path + "/../eve")
    let foreign = s.readiness("move", "M-01", "done")
    #expect(foreign.status == 1 && foreign.errors.contains("signature-invalid"), "\(foreign.all)")
    s.become("ada")
    s.git("checkout", "-q", "-b", "side")
    #expect(s.readiness("move", "M-01", "done").status == 0)
    #expect(s.git("log", "-1", "--format=%B").output.contains("Readiness-Signature: "))
    #expect(s.readiness("verify").status == 0, "\(s.readiness("verify").all)")
    // Manually, through the hook.
    s.git("checkout", "-q", "-b", "hand", "main")
    s.edit("M-01", "In Review", "Done")
    let byHand = s.git("commit", "-qam", "M-01: done by hand")
    #expect(byHand.status == 0 && s.readiness("verify").status == 0, "\(byHand.all)")
    // Rebased onto other work the stamp is unchanged.
    s.git("checkout", "-q", "main")
    s["other.txt"] = "1\n"
    s.git("add", "-A")
    s.git("commit", "-qm", "other work")
    let stamp = s.run(of: "side")
    s.git("checkout", "-q", "side")
    s.become("bob")
    #expect(s.git("rebase", "-q", "main").status == 0)
    #expect(s.run() == stamp && s.readiness("verify").status == 0)
    // Squashed by another person, who becomes the author.
    s.git("checkout", "-q", "-b", "squashed", "main")
    s.git("merge", "-q", "--squash", "side")
    #expect(s.git("commit", "-q", "--no-edit").status == 0)
    let squashed = s.readiness("verify")
    #expect(squashed.status == 0 && s.git("log", "-1", "--format=%an").line == "Bob", "\(squashed.all)")
    // A message without the signature, past the hooks.
    s.git("checkout", "-q", "-b", "bare", "hand")
    s.shell(
      "git log -1 --format=%B | grep -v Readiness-Signature > ../message; git -c core.hooksPath=/dev/null commit -q --amend -F ../message"
    )
    #expect(s.readiness("verify").output.contains("signature-missing"))
    // Revoked: later commits are rejected, earlier ones stay legal.
    s.git("checkout", "-q", "hand")
    s.become("ada")
    s.shell("cp ../ada.pub ssot/policies/revoked_signers")
    s.git("add", "-A")
    #expect(s.git("commit", "-qm", "ada's key is gone").status == 0)
    #expect(s.readiness("verify").status == 0)
    s.readiness("move", "M-01", "in-progress", "-m", "again")
    s.readiness("move", "M-01", "in-review")
    #expect(s.readiness("move", "M-01", "done").errors.contains("signature-invalid"))
    s.become("bob")
    #expect(s.readiness("move", "M-01", "done").status == 0)
  }

  @Test("a key counts within its days, and readiness.sign signs what no rule asks for")
  func validity() throws {
    let s = try Scratch.withPlan()
    let signers =
      s.key("ada", options: "valid-before=\"20200101Z\" ") + s.key("bob", options: "valid-after=\"20200101Z\" ")
    s.authorize(#"{ "to": "Done", "role": "approver", "signed": true }"#, signers: signers)
    s.review()
    s.become("ada")
    #expect(s.readiness("move", "M-01", "done").errors.contains("signature-invalid"))
    s.become("bob")
    #expect(s.readiness("move", "M-01", "done").status == 0)
    s.git("config", "readiness.sign", "true")
    s.edit("M-02", "\"TBD\"", "\"bob\"")
    s.git("commit", "-qam", "M-02: bob takes it")
    #expect(s.git("log", "-1", "--format=%B").output.contains("Readiness-Signature: "))
    #expect(s.readiness("verify").status == 0)
  }

  @Test("a signed approval is brought in by anyone; the server judges all of it")
  func signedApproval() throws {
    let s = try Scratch.withPlan()
    let signers = s.key("ada") + s.key("bob")
    s.authorize(#"{ "to": "Done", "role": "approver", "approvals": 2 }"#, signers: signers)
    #expect(s.readiness("approve", "M-01", "--sign").errors.contains("readiness submit M-01"))
    s.review()
    let server = try Scratch(cloneOf: s, bare: true)
    #expect(server.readiness("install", "--server", server.path).status == 0)
    s.git("remote", "add", "server", server.path)
    s.become("bob")
    s.git("checkout", "-q", "-b", "bobs")
    #expect(s.readiness("approve", "M-01", "--sign").status == 0)
    let file = try #require(s[".readiness/M-01.json"])
    s.git("checkout", "-q", "main")
    s.become("ada")
    s[".readiness/M-01.json"] = file
    #expect(s.git("commit", "-qam", "M-01: bob's approval came by mail").status == 0)
    #expect(s.readiness("move", "M-01", "done").status == 0)
    #expect(s.git("push", "-q", "server", "main").status == 0)
    // One character of the signature changed.
    s.git("checkout", "-q", "-b", "forged", "HEAD~2")
    let forged = file.replacingOccurrences(
      of: "\"signature\": \"U1NIU0lH", with: "\"signature\": \"V1NIU0lH")
    s[".readiness/M-01.json"] = forged
    #expect(s.git("commit", "-qam", "forged").errors.contains("signature-invalid"))
    #expect(
      s.readiness("verify", "main", "--format", "markdown").output.contains(
        "bob@example.com approves what stands here, signed"))
    // The review ends with a reopening, and bob's approval with it: restored, it belongs to another review.
    s.git("checkout", "-q", "-f", "main")
    #expect(s.readiness("move", "M-01", "in-progress", "-m", "it broke").status == 0)
    #expect(s[".readiness/M-01.json"]?.contains("approvals") == false)
    #expect(s.readiness("move", "M-01", "in-review").status == 0)
    #expect(s.readiness("move", "M-01", "done").errors.contains("not-approved"))
    let entry = try #require(file.split(separator: "\"approvals\": ").last)
    s.edit("M-01", "\"exitCriteria\"", "\"approvals\": \(entry.dropLast(2)), \"exitCriteria\"")
    let replayed = s.git("commit", "-qam", "M-01: bob's old approval")
    #expect(replayed.status != 0 && replayed.errors.contains("signature-invalid"), "\(replayed.all)")
  }

  @Test("a signed quorum of two takes two keys, however names are written")
  func signedQuorum() throws {
    let s = try Scratch.withPlan()
    let signers = s.key("ada") + s.key("bob") + s.key("eve").replacing("eve@example.com", with: "*@example.com")
    s.authorize(#"{ "to": "Done", "role": "approver", "approvals": 2, "signed": true }"#, signers: signers)
    s.review()
    s.become("ada", signs: false)
    #expect(s.readiness("approve", "M-01").status == 0)
    s.become("bob")
    let unsigned = s.readiness("move", "M-01", "done")
    #expect(unsigned.status == 1 && unsigned.errors.contains("not-approved"), "\(unsigned.all)")
    // A key that a pattern binds to everybody belongs to no person.
    s.become("ada")
    s.git("config", "user.signingkey", s.path + "/../eve")
    let pattern = s.readiness("approve", "M-01", "--sign")
    #expect(pattern.status == 1 && pattern.errors.contains("signature-invalid"), "\(pattern.all)")
    s.become("ada")
    #expect(s.readiness("approve", "M-01", "--sign").status == 0, "\(s.readiness("approve", "M-01", "--sign").all)")
    s.become("bob")
    #expect(s.readiness("move", "M-01", "done").status == 0)
    #expect(s.readiness("verify").status == 0, "\(s.readiness("verify").all)")
  }

  @Test("one key that stands for two people fills no quorum of two, and sends and finishes nothing for both")
  func sharedKey() throws {
    let s = try Scratch.withPlan()
    let (ada, bob) = (s.key("ada"), s.key("bob"))
    let shared = bob.replacing("bob@example.com", with: "bob@example.com,ada@example.com") + ada
    s.authorize(#"{ "to": "Done", "role": "approver", "approvals": 2, "signed": true }"#, signers: shared)
    s.review()
    // bob approves as ada, with the key that is bound to both.
    s.become("ada")
    s.git("config", "user.signingkey", s.path + "/../bob")
    #expect(s.readiness("approve", "M-01", "--sign").status == 0)
    s.become("bob")
    let alone = s.readiness("move", "M-01", "done")
    #expect(alone.status == 1 && alone.errors.contains("share a key"), "\(alone.all)")
    #expect(alone.errors.contains("not-approved"))
    #expect(s.readiness("doctor", "--json").output.contains("one key for ada@example.com, bob@example.com"))
    // With separate keys, the two names are two people.
    s["ssot/policies/allowed_signers"] = ada + bob
    s.become("ada")
    s.git("commit", "-qam", "keys of their own")
    #expect(s.readiness("approve", "M-01", "--sign").status == 0)
    #expect(!s.readiness("doctor", "--json").output.contains("one key for"))
    s.become("bob")
    let both = s.readiness("move", "M-01", "done")
    #expect(both.status == 0, "\(both.all)")
    #expect(s.readiness("verify").status == 0)
  }

  @Test("a certificate for two names is one key, and authorities that several people share are nobody's")
  func certificates() throws {
    let s = try Scratch.withPlan()
    let authority = s.key("ca").replacing("ca@example.com ", with: "")
    let signers = ["ada", "bob"].map { "\($0)@example.com cert-authority \(authority)" }.joined()
    _ = (s.key("ada"), s.key("bob"))
    let made = s.shell(
      "ssh-keygen -q -s ../ca -I a -n ada@example.com ../ada.pub && ssh-keygen -q -s ../ca -I b -n bob@example.com,ada@example.com ../bob.pub"
    )
    #expect(made.status == 0, "\(made.all)")
    s.authorize(#"{ "to": "Done", "role": "approver", "approvals": 2, "signed": true }"#, signers: signers)
    s.review()
    func signs(_ name: String, with key: String) {
      s.become(name)
      s.git("config", "user.signingkey", s.path + "/../\(key)-cert.pub")
    }
    signs("ada", with: "bob")
    #expect(s.readiness("approve", "M-01", "--sign").status == 0, "\(s.readiness("approve", "M-01", "--sign").all)")
    signs("bob", with: "bob")
    let alone = s.readiness("move", "M-01", "done")
    #expect(alone.status == 1 && alone.errors.contains("share a key"), "\(alone.all)")
    signs("ada", with: "ada")
    #expect(s.readiness("approve", "M-01", "--sign").status == 0)
    signs("bob", with: "bob")
    #expect(s.readiness("move", "M-01", "done").status == 0, "\(s.readiness("move", "M-01", "done").all)")
    #expect(!s.readiness("doctor", "--json").output.contains("one key for"))
  }

  @Test("who sent it to review does not finish it under another name whose key they hold")
  func senderByKey() throws {
    let s = try Scratch.withPlan()
    let bob = s.key("bob")
    let shared = bob.replacing("bob@example.com", with: "bob@example.com,ada@example.com")
    let rule = #"{ "to": "Done", "role": "approver", "signed": true, "notWhoSentToReview": true }"#
    s.authorize(rule, signers: shared)
    s.become("bob")
    s.review()
    s.become("ada")
    s.git("config", "user.signingkey", s.path + "/../bob")
    let refused = s.readiness("move", "M-01", "done")
    #expect(refused.status == 1 && refused.errors.contains("self-approval"), "\(refused.all)")
    #expect(refused.errors.contains("has a key of bob@example.com"), "\(refused.all)")
    s["ssot/policies/allowed_signers"] = s.key("grace") + bob
    s.git("commit", "-qam", "grace")
    s.become("grace")
    #expect(s.readiness("move", "M-01", "done").status == 0)
  }

  @Test("days of keys without a Z are UTC on every machine", arguments: ["UTC", "Etc/GMT-14", "Etc/GMT+12"])
  func zones(_ zone: String) throws {
    let s = try Scratch.withPlan()
    func day(_ hours: Int) -> String { s.shell("date -u -d '\(hours) hours' +%Y%m%d%H%M%S").line }
    let signers =
      s.key("ada", options: "valid-before=\"\(day(-3))\" ") + s.key("bob", options: "valid-before=\"\(day(3))\" ")
    s.authorize(#"{ "to": "Done", "role": "approver", "signed": true }"#, signers: signers)
    s.review()
    s.environment["TZ"] = zone
    s.become("ada")
    #expect(s.readiness("move", "M-01", "done").errors.contains("signature-invalid"))
    s.become("bob")
    #expect(s.readiness("move", "M-01", "done").status == 0)
    #expect(s.readiness("verify").status == 0)
  }

  @Test("a merge asks the rules of both sides: branching off before they were tightened gains nothing")
  func merges() throws {
    let s = try Scratch.withPlan()
    s.authorize(#"{ "to": "Done", "role": "approver" }"#)
    s.review()
    s.git("checkout", "-q", "-b", "side")
    s.become("grace", signs: false)
    #expect(s.readiness("move", "M-01", "done").status == 0)
    s.git("checkout", "-q", "main")
    s.become("ada", signs: false)
    s.authorize(#"{ "to": "Done", "role": "approver", "approvals": 2 }"#)
    // A local merge only gives a warning, because its author may still settle it; an audit rejects it.
    let merged = s.git("merge", "-q", "--no-edit", "side")
    #expect(merged.status == 0 && merged.errors.contains("warning not-approved"), "\(merged.all)")
    let verified = s.readiness("verify")
    #expect(
      verified.status == 1 && verified.output.contains("What the merge brings breaks a rule of another parent")
    )
    // Without a change, no rule applies.
    s.git("reset", "-q", "--hard", "HEAD~1")
    s.git("checkout", "-q", "-b", "other", "side~1")
    s["other.txt"] = "1\n"
    s.git("add", "-A")
    s.git("commit", "-qm", "other work")
    s.git("checkout", "-q", "main")
    #expect(s.git("merge", "-q", "--no-edit", "other").status == 0)
    #expect(s.readiness("verify").status == 0)
  }

  @Test("a name that a stamp only claims satisfies no rule that another side made meanwhile")
  func claimedActor() throws {
    let s = try Scratch.withPlan()
    s.authorize(#"{ "fields": ["risks"], "role": "maintainer" }"#)
    s.review()
    s.git("checkout", "-q", "-b", "honest")
    s.become("grace", signs: false)
    #expect(s.readiness("move", "M-01", "done").status == 0)
    s.git("checkout", "-q", "-b", "claimed")
    s.git(
      "-c", "core.hooksPath=/dev/null", "commit", "-q", "--amend", "--no-edit", "--author", "Eve <eve@example.com>")
    // No rule applies to it here, so the claim only gives a warning.
    let alone = s.readiness("verify", "--no-cache")
    #expect(alone.status == 0 && alone.output.contains("warning actor-mismatch"), "\(alone.all)")
    s.git("checkout", "-q", "main")
    s.become("ada", signs: false)
    s.authorize(#"{ "to": "Done", "role": "approver" }"#)
    s.git("branch", "tightened")
    // A person who may not take the step may not settle it by a merge either.
    s.become("eve", signs: false)
    func merged(_ parents: [String]) -> Scratch.Result {
      s.git("checkout", "-q", "--detach", parents[0])
      let made = s.git("merge", "-q", "--no-edit", parents[1])
      #expect(made.status == 0, "\(made.all)")
      return s.readiness("verify", "--no-cache")
    }
    for parents in [["tightened", "claimed"], ["claimed", "tightened"]] {
      let refused = merged(parents)
      #expect(refused.status == 1 && refused.output.contains("error actor-mismatch"), "\(parents): \(refused.all)")
    }
    for parents in [["tightened", "honest"], ["honest", "tightened"]] {
      let accepted = merged(parents)
      #expect(accepted.status == 0, "\(parents): \(accepted.all)")
    }
  }

  @Test("where the policy is changed by signature, healing takes one as well")
  func heal() throws {
    let s = try Scratch.withPlan()
    let signers = s.key("ada")
    s.authorize(
      #"{ "fields": ["risks"], "role": "maintainer" }"#, signers: signers,
      more: #", "policyChange": { "role": "maintainer", "signed": true }"#)
    s.edit("M-01", "\"TBD\"", "\"ada\"")
    s.git("-c", "core.hooksPath=/dev/null", "commit", "-qam", "by hand")
    #expect(s.readiness("verify").output.contains("trailer-missing"))
    #expect(s.readiness("heal").status == 3)
    s.become("ada")
    let healed = s.readiness("heal")
    #expect(
      healed.status == 0 && s.git("log", "-1", "--format=%B").output.contains("Readiness-Signature: "), "\(healed.all)")
    #expect(s.readiness("verify").status == 0)
  }
}
