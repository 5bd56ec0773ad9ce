import Foundation
import TestSupport

/// People with keys, and the rules that bind them.
extension Scratch {
  /// Creates a key for a person, and returns its line for `allowed_signers`.
  func key(_ name: String, options: String = "") -> String {
    shell("ssh-keygen -q -t ed25519 -N '' -C '' -f ../\(name)")
    let text = shell("cat ../\(name).pub").line
    return "\(name)@example.com \(options)\(text)\n"
  }

  /// Sets the committer from now on.
  func become(_ name: String, signs: Bool = true) {
    git("config", "user.name", name.capitalized)
    git("config", "user.email", "\(name)@example.com")
    if signs {
      git("config", "user.signingkey", path + "/../\(name)")
    } else {
      // Ends with 5 if there was no key.
      git("config", "--unset", "user.signingkey").ignored()
    }
  }

  /// Commits an authorization; ada may change the policy.
  func authorize(_ rules: String, signers: String? = nil, more: String = "") {
    self["ssot/policies/authorization.json"] = """
      { "version": 1,
        "roles": { "maintainer": ["ada@example.com"], "approver": ["ada@example.com", "bob@example.com", "grace@example.com"] },
        "rules": [\(rules)]\(more) }
      """
    if let signers { self["ssot/policies/allowed_signers"] = signers }
    git("add", "-A")
    let committed = git("commit", "-qm", "rules")
    precondition(committed.status == 0, committed.all)
  }

  /// Moves M-01 to review.
  func review() {
    start("M-01")
    prove("M-01")
    git("commit", "-qam", "M-01: start")
    let moved = readiness("move", "M-01", "in-review")
    precondition(moved.status == 0, moved.all)
  }
}
