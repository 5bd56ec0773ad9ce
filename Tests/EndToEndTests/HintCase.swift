/// A rejection: its steps in a plan with hooks, and its code.
struct HintCase: Sendable, CustomStringConvertible {
  let code: String
  /// The lines that lead there; each is accepted.
  let before: [String]
  /// The rejected line.
  let refused: String

  init(_ code: String, _ before: [String], _ refused: String) {
    (self.code, self.before, self.refused) = (code, before, refused)
  }

  init(_ code: String, _ refused: String) { self.init(code, [], refused) }

  /// Creates a case of a manual edit that is committed.
  init(_ code: String, _ before: [String] = [], edit: String) {
    (self.code, self.before, refused) = (code, before + [edit + " && git add -A"], "git commit -qm change")
  }

  var description: String { "\(code): \(before.last ?? "") $ \(refused)" }
  /// True if a person can still commit it without hooks.
  var isCommit: Bool { refused == "git commit -qm change" }

  /// A folder of the work tree, whose name needs quotes, in which the cases run again.
  static let folder = "in here/it's"

  /// The command for that folder.
  var refusedBelow: String {
    refused.replacing("../plan.md", with: "../../../plan.md").replacing(
      "--evidence x.md", with: "--evidence ../../x.md"
    )
    .replacing("--evidence doc/", with: "--evidence ../../doc/")
  }

  private static let proof = "mkdir -p doc && echo yes >doc/proof.md && git add doc"
  private static let started = "readiness start M-01 --owner me"
  private static let review = [started, proof, "readiness submit M-01 --evidence doc/proof.md"]
  private static let done = review + ["readiness move M-01 done"]
  private static let twoDone =
    done + [
      "readiness start M-02 --owner me", "readiness submit M-02 --evidence doc/proof.md", "readiness move M-02 done",
    ]

  private static func sed(_ old: String, _ new: String, _ file: String = ".readiness/M-01.json") -> String {
    "grep -q '\(old)' \(file) && sed -i 's|\(old)|\(new)|' \(file)"
  }

  private static func authorization(_ rest: String) -> String {
    "echo '{ \"version\": 1, \"roles\": { \"maintainer\": [\"ada@example.com\"], \"approver\": [\"grace@example.com\"] }, \(rest) }' >ssot/policies/authorization.json && git add -A && git commit -qm policy"
  }

  private static func rule(_ rule: String) -> String {
    authorization("\"rules\": [ { \"milestones\": [\"M-01\"], \(rule) } ]")
  }

  private static let toDone = "sed -i 's/In Review/Done/' .readiness/M-01.json"

  /// A repository with history and a plan that is created but not committed.
  private static let unadopted = [
    "rm -rf .git .readiness ssot hooks", "git init -q", "git config user.email a@b", "git config user.name A",
    "git commit -q --allow-empty -m first", "readiness init",
  ]

  /// A file that only an approver may change, changed by a maintainer; hooks of a clone check it if requested.
  private static let guarded = [
    "echo '{ \"version\": 1, \"guarded\": [ { \"paths\": [\"Makefile\"], \"role\": \"approver\" } ] }' >ssot/policies/paths.json",
    authorization("\"rules\": []"), "echo all: >Makefile", "git add -A", "git commit -qm build",
  ]

  // MARK: - Commands that are refused

  static let commands = [
    HintCase("owner-missing", "readiness start M-01"),
    HintCase("owner-missing", "readiness move M-01 in-progress --run-hooks"),
    HintCase("unmet-dependency", "readiness start M-02 --owner me"),
    HintCase("evidence-missing", [started], "readiness submit M-01"),
    HintCase("illegal-transition", ["readiness set M-01 owner me --commit"], "readiness move M-01 done"),
    HintCase("blocked-reason-missing", "readiness move M-01 blocked"),
    HintCase("reason-missing", [started], "readiness move M-01 not-started"),
    HintCase("reason-missing", done, "readiness move M-01 in-progress"),
    HintCase("done-dependent", twoDone, "readiness move M-01 in-progress -m wrong"),
    HintCase(
      "uncommitted-changes", [started, "sed -i 's/SLOs/Levels/' .readiness/M-01.json"], "readiness set M-01 owner bob"),
    HintCase("illegal-deletion", [started], "readiness retire M-01"),
    HintCase("illegal-deletion", "readiness retire M-02"),
    HintCase("illegal-deletion", done, "readiness retire M-01 --commit"),
    HintCase("dangling-dependency", "readiness set M-01 dependsOn M-99"),
    HintCase("dependency-cycle", "readiness set M-01 dependsOn M-02"),
    HintCase(
      "evidence-mismatch",
      [
        started, proof, "readiness criteria M-01 1 --evidence doc/proof.md --commit", "echo no >doc/proof.md",
        "git commit -qam change",
      ], "readiness submit M-01"),
    HintCase(
      "evidence-mismatch",
      [
        started, "mkdir -p doc && echo yes >\"doc/it's 1.md\" && git add doc",
        "readiness criteria M-01 1 --evidence \"doc/it's 1.md\" --commit", "echo no >\"doc/it's 1.md\"",
        "git commit -qam change",
      ], "readiness submit M-01"),
    HintCase(
      "frozen-field", done + ["echo more >>doc/proof.md", "git commit -qam more"],
      "readiness criteria M-01 1 --evidence doc/proof.md --commit"),
    HintCase("frozen-field", done, "readiness criteria M-01 new --text 'One more' -m 'more to show'"),
    HintCase(
      "not-authorized", [rule("\"to\": \"In Progress\", \"role\": \"approver\"")], "readiness start M-01 --owner me"),
    HintCase(
      "not-approved", [rule("\"to\": \"Done\", \"role\": \"maintainer\", \"approvals\": 2")] + review,
      "readiness move M-01 done"),
    HintCase(
      "self-approval", [rule("\"to\": \"Done\", \"role\": \"maintainer\", \"notWhoSentToReview\": true")] + review,
      "readiness move M-01 done"),
    HintCase(
      "signature-missing",
      [rule("\"to\": \"Done\", \"role\": \"maintainer\", \"signed\": true")] + review + [
        toDone, "git -c core.hooksPath=/dev/null commit -qam x",
      ], "readiness verify"),
    HintCase(
      "waive-refused", "readiness move M-02 in-progress --owner me --waive unmet-dependency -m late --until 2999-01-01"),
    HintCase("unknown-name", "readiness start M-1"),
    HintCase("usage", "readiness submit M-01 --evidence nowhere.md"),
    HintCase("usage", ["echo x >x.md"], "readiness submit M-01 --evidence x.md"),
    HintCase("usage", unadopted, "readiness status"),
    HintCase("git", Array(unadopted.filter { !$0.hasPrefix("git commit") }), "readiness start M-01 --owner me"),
    HintCase("unknown-name", unadopted, "readiness start M-01 --owner me"),
    HintCase(
      "stale-index", [started, "git restore --source HEAD~1 --staged .readiness/M-01.json"], "git commit -qm other"),
    HintCase(
      "undecidable",
      [
        "git commit -q --allow-empty -m more", "git push -q", "rm -rf .git",
        "git clone -q --bare --depth 1 file://$(realpath ../server.git) .git", "git config core.bare false",
        "git config remote.origin.fetch '+refs/heads/*:refs/remotes/origin/*'", "git reset -q --hard",
      ],
      "readiness verify"),
    HintCase("path-guarded", guarded, "readiness verify"),
    HintCase("path-guarded", guarded, "git push -q --no-verify"),
    HintCase(
      "ref-protected", ["git commit -q --allow-empty -m more", "git push -q", "git reset -q --hard HEAD~1"],
      "git push -q --force --no-verify"),
    HintCase("ref-protected", "git push -q origin :main"),
    HintCase(
      "matrix-mismatch", ["readiness export >../plan.md", "sed -i 's/^| M-02 | 1 |/| M-02 | 0 |/' ../plan.md"],
      "readiness import ../plan.md"),
    HintCase("empty-message", [sed("TBD", "ada")], "git commit -qa --allow-empty-message -m ''"),
    HintCase("text-unreadable", [sed("TBD", "ada")], "git commit -qam \"$(printf 'caf\\351')\""),
    HintCase(
      "merge-unresolved",
      [
        "git switch -qc side", "readiness set M-05 owner bob --commit", "git switch -q main",
        "readiness set M-05 owner eve --commit", "git merge -q side || true",
        "git checkout -q --ours .readiness/M-05.json",
        "git add -A", "git -c core.hooksPath=/dev/null commit -qm merge",
      ], "readiness verify"),
    HintCase(
      "trailer-missing", [sed("TBD", "ada"), "git -c core.hooksPath=/dev/null commit -qam x"], "readiness verify"),
    HintCase("trailer-missing", [sed("TBD", "ada"), "git -c core.hooksPath=/dev/null commit -qam x"], "git push -q"),
    HintCase(
      "trailer-missing", [sed("TBD", "ada"), "git -c core.hooksPath=/dev/null commit -qam x"], "git push -q --no-verify"
    ),
    HintCase(
      "trailer-mismatch",
      [
        started,
        "git log -1 --format=%B | sed 's/^Readiness-Transition: M-01/Readiness-Transition: M-02/' | git -c core.hooksPath=/dev/null commit -q --amend -F -",
      ], "readiness verify"),
    HintCase(
      "run-mismatch",
      [
        started,
        "git log -1 --format=%B | sed 's/^Readiness-Run: ..../Readiness-Run: 0000/' | git -c core.hooksPath=/dev/null commit -q --amend -F -",
      ], "git push -q --no-verify"),
    HintCase(
      "replayed-run",
      [
        "readiness set M-01 owner bob --commit", "git tag one", "git revert --no-edit HEAD",
        "git -c core.hooksPath=/dev/null cherry-pick one",
      ], "readiness verify"),
    HintCase(
      "actor-mismatch",
      [
        rule("\"fields\": [\"owner\"], \"role\": \"maintainer\""), "readiness set M-01 owner bob --commit",
        "git -c core.hooksPath=/dev/null commit -q --amend --no-edit --author 'Eve <eve@example.com>'",
      ],
      "readiness verify"),
    HintCase(
      "clock-ahead",
      ["readiness set M-01 owner bob", "GIT_COMMITTER_DATE=2099-01-01T00:00:00Z git commit -qm later"],
      "readiness verify"),
    HintCase(
      "unrelated-plans",
      [
        "git switch -q --orphan other", "readiness init --commit", "git switch -q main",
        "git -c core.hooksPath=/dev/null merge -q --allow-unrelated-histories -X ours other -m join || git -c core.hooksPath=/dev/null commit -qam join",
      ], "git push -q --no-verify"),
  ]

  // MARK: - Edits that are refused, at every entry point

  static let edits = [
    HintCase("owner-missing", edit: sed("Not Started", "In Progress")),
    HintCase(
      "unmet-dependency",
      edit: sed("Not Started", "In Progress", ".readiness/M-02.json") + " && "
        + sed("TBD", "ada", ".readiness/M-02.json")),
    HintCase("evidence-missing", [started], edit: sed("In Progress", "In Review")),
    HintCase("illegal-transition", edit: sed("Not Started", "Done")),
    HintCase("blocked-reason-missing", edit: sed("Not Started", "Blocked")),
    HintCase("done-dependent", twoDone, edit: sed("\"Done\"", "\"In Progress\"")),
    HintCase("illegal-deletion", edit: "git rm -q .readiness/M-02.json"),
    HintCase("illegal-deletion", [started], edit: "git rm -q .readiness/M-01.json"),
    HintCase("dangling-dependency", edit: sed("\"dependsOn\": .*", "\"dependsOn\": [\"M-99\"],")),
    HintCase("dependency-cycle", edit: sed("\"dependsOn\": .*", "\"dependsOn\": [\"M-02\"],")),
    HintCase("malformed-json", edit: "echo '{' >.readiness/M-01.json"),
    HintCase("duplicate-key", edit: sed("\"owner\": \"TBD\"", "\"owner\": \"a\", \"owner\": \"b\"")),
    HintCase("schema-violation", edit: sed("\"owner\"", "\"ownr\"")),
    HintCase("schema-violation", edit: "git rm -q ssot/plan.json"),
    HintCase("unknown-status", edit: sed("Not Started", "Dnoe")),
    HintCase("id-mismatch", edit: sed("\"id\": \"M-01\"", "\"id\": \"M-77\"")),
    HintCase("case-collision", edit: "cp .readiness/M-01.json .readiness/m-01.json"),
    HintCase("not-a-regular-file", edit: "ln -sf M-02.json .readiness/M-01.json"),
    HintCase(
      "file-too-large",
      edit: "{ printf '{\"x\":\"'; head -c 300000 /dev/zero | tr '\\0' a; printf '\"}'; } >.readiness/M-01.json"),
    HintCase(
      "criterion-unmet",
      [
        started, proof, "readiness criteria M-01 two --text 'Two' --commit",
        "readiness criteria M-01 1 --evidence doc/proof.md --commit",
      ],
      edit: "perl -0 -i -pe 's/,\\s*\\{\\s*\"id\": \"two\".*?\\}//s; s/In Progress/In Review/' .readiness/M-01.json"),
    HintCase(
      "evidence-mismatch", [started, proof, "readiness criteria M-01 1 --evidence doc/proof.md --commit"],
      edit: "echo no >doc/proof.md && " + sed("In Progress", "In Review")),
    HintCase(
      "deliverable-missing",
      [
        "readiness set M-01 deliverables '[{\"path\":\"doc/x.md\",\"purpose\":\"x\",\"status\":\"Not Started\"}]' --commit"
      ] + review,
      edit: sed("In Review", "Done")),
    HintCase(
      "path-escape", [started, proof, "readiness criteria M-01 1 --evidence doc/proof.md --commit"],
      edit: sed("doc/proof.md", "../proof.md")),
    HintCase(
      "frozen-field", done,
      edit:
        "perl -0 -i -pe 's/(\"exitCriteria\": \\[)/$1 { \"id\": \"more\", \"text\": \"More\" },/' .readiness/M-01.json"),
    HintCase(
      "illegal-birth",
      edit: "sed 's/M-01/M-13/; s/Not Started/In Progress/; s/TBD/ada/' .readiness/M-01.json >.readiness/M-13.json"),
    HintCase(
      "reused-id",
      [
        "readiness add M-13 --workstream w --outcome o --criterion c --commit", "cp .readiness/M-13.json ..",
        "readiness retire M-13 --commit",
      ],
      edit: "cp ../M-13.json .readiness"),
    HintCase(
      "retired-shrunk",
      ["readiness add M-13 --workstream w --outcome o --criterion c --commit", "readiness retire M-13 --commit"],
      edit: "perl -0 -i -pe 's/(\"retired\": \\[)[^]]*/$1/' ssot/plan.json"),
    HintCase(
      "plan-id-changed",
      edit: "sed -i '/planId/{s/: \"0/: \"1/;t;s/: \"./: \"0/}' ssot/plan.json"),
    HintCase("secret-detected", edit: sed("\"owner\": \"TBD\"", "\"owner\": \"AKIAIOSFODNN7EXAMPL3\"")),
    HintCase("policy-unreadable", edit: "echo '{' >ssot/policies/workflow.json"),
    HintCase("policy-too-new", edit: sed("\"version\": 1", "\"version\": 99", "ssot/policies/workflow.json")),
    HintCase(
      "policy-strands-state", [started],
      edit: "sed -i 's/In Progress/Under Way/g' ssot/policies/workflow.json"),
    HintCase(
      "policy-change-refused", [authorization("\"rules\": [], \"policyChange\": { \"role\": \"approver\" }")],
      edit: "echo '{ \"version\": 1, \"gates\": {} }' >ssot/policies/gates.json"),
    HintCase(
      "not-authorized", [rule("\"fields\": [\"outcome\"], \"role\": \"approver\"")],
      edit: sed("\"outcome\": \"", "\"outcome\": \"New ")),
    HintCase(
      "not-approved", [rule("\"to\": \"Done\", \"role\": \"maintainer\", \"approvals\": 2")] + review, edit: toDone),
    HintCase(
      "self-approval", [rule("\"to\": \"Done\", \"role\": \"maintainer\", \"notWhoSentToReview\": true")] + review,
      edit: toDone),
  ]

  /// The codes whose hints never follow a rejected command, commit or push, with the reasons. Objective codes,
  /// `slo-…`, are reasons of `slo check` and of a gate, and ObjectiveTests covers them.
  static let unreached: [String: String] = [
    "malformed-tree": "git writes no such folder",
    "too-many-changes": "it takes 200,000 milestones in one commit",
    "damaged-repository": "a broken disk, and no command, leads there",
    "policy-mismatch": "a warning", "policy-unknown-file": "a warning", "secrets-not-sought": "a note",
    "joined-plans": "a note",
    "settled-by-policy-change": "a note", "waive-lapsed": "a warning",
    "signature-invalid": "the program writes none; a forged one is undone like any commit",
    "emergency-push": "a warning for the server's administrator",
    "gate-category": "a reason of gate, which has no hint", "gate-risk": "a reason of gate, which has no hint",
    "gate-scope": "a reason of gate, which has no hint", "gate-overdue": "a reason of gate, which has no hint",
    "attestation-malformed": "AttestationTests", "attestations-shrunk": "AttestationTests",
    "key-in-tree": "AttestationTests",
    "alert-not-fired": "AlertsTests", "alert-not-resolved": "AlertsTests", "alert-runbook-missing": "AlertsTests",
    "telemetry-unwritable": "TelemetryProgramTests",
  ]
}
