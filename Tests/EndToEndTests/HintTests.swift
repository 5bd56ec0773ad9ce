import Foundation
import TestSupport
import Testing

/// The hints of a rejection: commands that are accepted, in order, from the person's state.
@Suite("Hints")
struct HintTests {
  /// A plan with hooks, on a server with the gate. Each case works in a copy, so it has few files.
  // Safe: it does not change after its creation.
  nonisolated(unsafe) private static let template: Result<Scratch, any Error> = Result {
    let s = try Scratch()
    s.shell("mkdir ../bin && ln -s \"$READINESS\" ../bin/readiness")
    s.environment["COLUMNS"] = "1000"
    _ = at(s).shell(
      """
      set -e; readiness init --commit; readiness install; git init -q --bare -b main ../server.git
      readiness install --server ../server.git; git remote add origin ../server.git; git push -q -u origin main
      rm -f .git/hooks/*.sample ../server.git/hooks/*.sample; git gc -q; git -C ../server.git gc -q
      """)
    return s
  }

  /// Puts the program on PATH, for any copy.
  private static func at(_ s: Scratch) -> Scratch {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    s.environment["PATH"] = s.shell("realpath ../bin").line + ":" + path
    return s
  }

  private func copy(of other: Scratch? = nil) throws -> Scratch {
    Self.at(try Scratch(copyOf: other ?? Self.template.get()))
  }

  @Test("a refused command proposes what is accepted, in order", arguments: HintCase.commands)
  func commands(_ one: HintCase) throws {
    let s = try prepared(one)
    let below = try copy(of: s)
    try follow(one.refused, one, in: s)
    try follow(one.refusedBelow, one, in: below, folder: HintCase.folder)
  }

  @Test(
    "a change that is refused in the commit hook, in verify, before a push and at the server", arguments: HintCase.edits
  )
  func entryPoints(_ one: HintCase) throws {
    let s = try prepared(one)
    for folder in [nil, HintCase.folder] {
      let inHook = try copy(of: s)
      try follow(one.refused, one, in: inHook, folder: folder)
    }
    guard one.isCommit else { return }
    let past = one.refused.replacing("git commit", with: "git -c core.hooksPath=/dev/null commit")
    #expect(s.shell(past).status == 0, "\(one)")
    for (entry, folder) in [
      ("readiness verify", HintCase.folder), ("git push -q", nil), ("git push -q --no-verify", HintCase.folder),
    ] {
      let copy = try copy(of: s)
      try follow(entry, one, in: copy, folder: folder)
    }
  }

  @Test("every reason code has a case here, or a reason why no hint of it reaches a person")
  func everyCode() throws {
    let listed = try copy().shell("readiness explain").output.split(separator: "\n")
    let known = Set(listed.compactMap { $0.split(separator: " ").first.map(String.init) }.filter { $0.contains("-") })
    #expect(known.count > 80)
    let shown = Set((HintCase.commands + HintCase.edits).map(\.code)).subtracting(["unknown-name"])
    let left = known.filter { HintCase.unreached[$0] != nil || $0.hasPrefix("slo-") }
    #expect(known.subtracting(shown).subtracting(left).sorted() == [], "no case and no reason")
    #expect(left.intersection(shown).sorted() == [], "a case, and a reason why there is none")
    #expect(HintCase.unreached.keys.filter { !known.contains($0) }.sorted() == [], "no code")
  }

  private func prepared(_ one: HintCase) throws -> Scratch {
    let s = try copy()
    for line in one.before {
      let step = s.shell(line)
      #expect(step.status == 0, "\(one)\n$ \(line)\n\(step.all)")
    }
    return s
  }

  /// Runs the rejected line and the commands that the rejection proposes.
  /// - Parameter folder: the person's working folder; nil for the top of the work tree.
  private func follow(_ line: String, _ one: HintCase, in s: Scratch, folder: String? = nil) throws {
    func run(_ line: String) -> Scratch.Result {
      s.shell(folder.map { "mkdir -p \"\($0)\" && cd \"\($0)\" && { \(line)\n}" } ?? line)
    }
    let refused = run(line)
    // The server reports the other plan first.
    let code = refused.all.contains("remote:") && one.code == "plan-id-changed" ? "unrelated-plans" : one.code
    #expect(refused.status != 0 && refused.all.contains(code), "\(one)\n\(refused.all)")
    let hints = Self.hints(refused.all)
    #expect(!hints.isEmpty, "\(one)\n\(refused.all)")
    for hint in hints {
      for command in Self.commands(in: hint) {
        #expect(command.firstMatch(of: /\b(?!HEAD\b)[A-Z]{3,}\b(?!-)/) == nil, "a placeholder: \(hint)")
        let isWhole = refused.all.split(separator: "\n").contains { $0.contains(command) }
        #expect(isWhole, "a command that is broken in two: \(refused.all)\n\(command)")
        let result = run(command)
        #expect(result.status == 0, "\(one)\n\(refused.all)\n\(hint)\n$ \(command)\n\(result.all)")
      }
    }
  }

  /// Returns the texts after `->`, with wrapped lines joined.
  private static func hints(_ text: String) -> [String] {
    var hints: [String] = []
    var isOpen = false
    for full in text.split(separator: "\n", omittingEmptySubsequences: false) {
      // Git prefixes the server's lines with this.
      let line = full.hasPrefix("remote: ") ? full.dropFirst(8) : full
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
    return hints.map { $0.trimmingCharacters(in: .whitespaces) }
  }

  /// Returns the commands of a hint: from `readiness` or `git` to the end of the clause.
  private static func commands(in hint: String) -> [String] {
    hint.matches(
      of:
        /(?:^|: |, then |; |, or )((?:readiness|git) [a-z](?:"[^"]*"|'[^']*'|:\/|[^;:"'])*?)(?=$|, then |; |, or |\. |\.$|, where |, and )/
    )
    .map { String($0.output.1) }
    // Excludes explanations: "readiness show M-01 says what changed".
    .filter { $0.firstMatch(of: #/ (?:says|shows|lists|names|creates|records|does so|takes)/#) == nil }
  }
}
