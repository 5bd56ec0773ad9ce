import Foundation
import StrictJSON
import TestSupport
import Testing

/// What a refusal proposes: commands that are accepted, in order, from the state that the person is in.
@Suite("Hints")
struct HintTests {
  /// A refusal: how it comes about in a plan with the hooks in place, and the code that it has.
  struct Case: Sendable, CustomStringConvertible {
    let code: String
    /// Lines that lead there; each is accepted.
    let before: [String]
    /// The line that is refused.
    let refused: String

    var description: String { "\(code): \(refused)" }
  }

  private static let proof = "mkdir -p doc && echo yes >doc/proof.md && git add doc"
  private static let started = "readiness start M-01 --owner me"
  private static let done = [
    started, proof, "readiness submit M-01 --evidence doc/proof.md", "readiness move M-01 done",
  ]

  static let cases = [
    Case(code: "owner-missing", before: [], refused: "readiness start M-01"),
    Case(code: "owner-missing", before: [], refused: "readiness move M-01 in-progress --run-hooks"),
    Case(
      code: "owner-missing", before: ["sed -i 's/Not Started/In Progress/' .readiness/M-01.json", "git add -A"],
      refused: "git commit -qm begin"),
    Case(code: "unmet-dependency", before: [], refused: "readiness start M-02 --owner me"),
    Case(code: "evidence-missing", before: [started], refused: "readiness submit M-01"),
    Case(
      code: "evidence-missing",
      before: [started, "sed -i 's/In Progress/In Review/' .readiness/M-01.json", "git add -A"],
      refused: "git commit -qm review"),
    Case(
      code: "illegal-transition", before: ["readiness set M-01 owner me --commit"], refused: "readiness move M-01 done"),
    Case(code: "blocked-reason-missing", before: [], refused: "readiness move M-01 blocked"),
    Case(code: "reason-missing", before: [started], refused: "readiness move M-01 not-started"),
    Case(code: "reason-missing", before: done, refused: "readiness move M-01 in-progress"),
    Case(
      code: "done-dependent",
      before: done + [
        "readiness start M-02 --owner me", "readiness submit M-02 --evidence doc/proof.md", "readiness move M-02 done",
      ], refused: "readiness move M-01 in-progress -m wrong"),
    Case(
      code: "uncommitted-changes", before: [started, "sed -i 's/SLOs/Levels/' .readiness/M-01.json"],
      refused: "readiness set M-01 owner bob"),
    Case(code: "illegal-deletion", before: [started], refused: "readiness retire M-01"),
    Case(code: "dangling-dependency", before: [], refused: "readiness set M-01 dependsOn M-99"),
    Case(code: "dependency-cycle", before: [], refused: "readiness set M-01 dependsOn M-02"),
    Case(
      code: "malformed-json", before: ["echo '{' >.readiness/M-01.json", "git add -A"], refused: "git commit -qm broken"
    ),
    Case(
      code: "stale-index",
      before: [started, "git restore --source HEAD~1 --staged .readiness/M-01.json"], refused: "git commit -qm other"),
    Case(
      code: "trailer-missing",
      before: ["sed -i 's/TBD/ada/' .readiness/M-01.json", "git -c core.hooksPath=/dev/null commit -qam x"],
      refused: "readiness verify"),
    Case(
      code: "evidence-mismatch",
      before: [
        started, proof, "readiness criteria M-01 1 --evidence doc/proof.md --commit", "echo no >doc/proof.md",
        "git commit -qam change",
      ], refused: "readiness submit M-01"),
  ]

  @Test(
    "the commands of a hint are accepted one after the other; a hint without an executable one has none",
    arguments: cases)
  func commands(_ one: Case) throws {
    let s = try Scratch()
    s.shell("mkdir ../bin && ln -s \"$READINESS\" ../bin/readiness")
    s.environment["PATH"] = s.shell("realpath ../bin").line + ":" + (ProcessInfo.processInfo.environment["PATH"] ?? "")
    s.environment["COLUMNS"] = "1000"
    #expect(s.readiness("init", "--commit").status == 0)
    s.readiness("install")
    for line in one.before {
      let step = s.shell(line)
      #expect(step.status == 0, "\(line): \(step.all)")
    }
    let refused = s.shell(one.refused)
    #expect(refused.status != 0 && refused.all.contains(one.code), "\(refused.all)")
    let hints = Self.hints(refused.all)
    #expect(!hints.isEmpty, "\(refused.all)")
    for hint in hints {
      for command in Self.commands(in: hint) {
        #expect(command.firstMatch(of: /\b[A-Z]{3,}\b(?!-)/) == nil, "a placeholder: \(hint)")
        let result = s.shell(command)
        #expect(result.status == 0, "\(one)\n\(hint)\n$ \(command)\n\(result.all)")
      }
    }
  }

  /// What stands behind `->`, wrapped lines joined.
  private static func hints(_ text: String) -> [String] {
    var hints: [String] = []
    var isOpen = false
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      let bare = line.drop { $0 == " " }
      if bare.hasPrefix("-> ") {
        hints.append(String(bare.dropFirst(3)))
        isOpen = true
      } else if isOpen, line.hasPrefix("     "), !bare.isEmpty {
        hints[hints.count - 1] += " " + bare
      } else {
        isOpen = false
      }
    }
    return hints
  }

  /// The commands of a hint: from `readiness` or `git` to the end of the clause.
  private static func commands(in hint: String) -> [String] {
    hint.matches(
      of: /(?:^|: |, then |; |, or )((?:readiness|git) [a-z][^;:]*?)(?=$|, then |; |, or |\. |\.$|, where |, and )/
    )
    .map { String($0.output.1) }
  }
}
